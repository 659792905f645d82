// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.archive.ReplayListener;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;

/** Prints what becomes of a replay, a line for each dump as it is done. */
final class ReplayReport implements ReplayListener {
    private static final String KEPT = RuleSet.COMMON_REASONS.get(RuleSet.KEPT);
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private static final Table FILES = new Table()
            .text("DUMP", 36)
            .text("RESULT", 10)
            .number("PAGES", 12)
            .number("MISSING", 12)
            .number("SIZE", 10)
            .text("FILE", 0);

    private static final Table VERDICTS = new Table()
            .text("DUMP", 36)
            .text("RESULT", 10)
            .number("KEPT", 12)
            .number("DROPPED", 12)
            .number("NOT CAPTURED", 12);

    private final Console console;
    private final boolean json;
    private final int dumps;
    private final boolean verdictsOnly;
    private final ProgressBar deciding;
    private final ProgressBar writing;
    private final Map<String, Long> missing = new LinkedHashMap<>();
    private int decided;
    private int refused;
    private int files;
    private int complete;
    private long bytes;
    private boolean begun;
    private boolean hinted;
    private long lastNews = System.nanoTime();

    ReplayReport(Console console, boolean json, ProgressBoard board, int dumps, boolean verdictsOnly) {
        this.console = console;
        this.json = json;
        this.dumps = dumps;
        this.verdictsOnly = verdictsOnly;
        deciding = board.bar("Deciding dumps");
        writing = verdictsOnly ? null : board.bar("Writing dump files");
        deciding.at(0, dumps);
    }

    @Override
    public void decided(ReplayOutcome outcome) {
        news();
        decided++;
        deciding.at(decided + refused, dumps);
        if (!verdictsOnly) {
            writing.at(files, dumps - refused);
            return;
        }
        if (json) {
            console.print(new Json()
                    .put("dump", outcome.getDumpId())
                    .put("result", "decided")
                    .put("ruleSet", outcome.getRuleSet())
                    .put("pages", map(outcome.getCounts()))
                    .put("notCaptured", map(outcome.getNotCaptured()))
                    .line());
            return;
        }
        long kept = 0;
        long dropped = 0;
        for (ReasonCount count : outcome.getCounts()) {
            if (count.getReason().equals(KEPT)) {
                kept += count.getPages();
            } else if (!RuleSet.COMMON_REASONS.contains(count.getReason())) {
                dropped += count.getPages();
            }
        }
        header(VERDICTS);
        console.print(VERDICTS.row(outcome.getDumpId(), "decided", kept, dropped, total(outcome.getNotCaptured())));
    }

    @Override
    public void refused(ReplayOutcome outcome) {
        news();
        refused++;
        deciding.at(decided + refused, dumps);
        if (json) {
            console.print(new Json()
                    .put("dump", outcome.getDumpId())
                    .put("result", "refused")
                    .put("problem", outcome.getProblem())
                    .line());
        } else {
            console.complain("dump " + outcome.getDumpId() + ": " + Printable.line(outcome.getProblem()));
        }
    }

    @Override
    public void written(DumpFile file) {
        news();
        files++;
        writing.at(files, dumps - refused);
        complete += file.getComplete() ? 1 : 0;
        bytes += file.getSize();
        file.getMissing().forEach(count -> missing.merge(count.getReason(), count.getPages(), Long::sum));
        String result = file.getLocation().isEmpty() ? "no file" : file.getComplete() ? "complete" : "incomplete";
        if (json) {
            console.print(new Json()
                    .put("dump", file.getDumpId())
                    .put("result", result)
                    .put("ruleSet", file.getRuleSet())
                    .put("location", file.getLocation())
                    .put("size", file.getSize())
                    .put("pagesWritten", file.getPagesWritten())
                    .put("zeroPages", file.getZeroPages())
                    .put("missingPages", file.getMissingPages())
                    .put("missing", map(file.getMissing()))
                    .put("pages", map(file.getCounts()))
                    .put("problems", file.getProblems())
                    .line());
            return;
        }
        header(FILES);
        console.print(FILES.row(
                file.getDumpId(),
                result,
                file.getPagesWritten(),
                file.getMissingPages(),
                Sizes.binary(file.getSize()),
                file.getLocation()));
        file.getProblems().forEach(problem -> console.print("  " + Printable.line(problem)));
    }

    private void header(Table table) {
        if (!begun) {
            console.print(table.header());
            begun = true;
        }
    }

    private void news() {
        lastNews = System.nanoTime();
    }

    /** Nothing is new; after a while the user is told who has to be there, once. */
    void waiting(int forFiles) {
        if (hinted || System.nanoTime() - lastNews < PATIENCE_NANOS) {
            return;
        }
        hinted = true;
        int undecided = dumps - decided - refused;
        if (undecided > 0) {
            console.log("Nothing new for 30 s; " + undecided
                    + " dumps wait for a 'vmcore-stream process' whose --replay-share is not 0.");
        } else {
            console.log("Nothing new for 30 s; " + forFiles + " files wait for a 'vmcore-stream sink'.");
        }
    }

    /** Prints what all dumps come to. */
    ExitCode end(String replayId, RuleSet ruleSet) {
        boolean whole = refused == 0 && complete == files;
        if (json) {
            Json total = new Json().put("dumps", dumps).put("decided", decided).put("refused", refused);
            if (!verdictsOnly) {
                total.put("files", files)
                        .put("complete", complete)
                        .put("bytes", bytes)
                        .put("missing", missing);
            }
            console.print(new Json()
                    .put("replay", replayId)
                    .put("ruleSet", ruleSet.name())
                    .put("total", total)
                    .line());
        } else {
            console.print("");
            console.print(decided + " of " + dumps + (dumps == 1 ? " dump" : " dumps") + " decided under "
                    + ruleSet.name()
                    + (verdictsOnly
                            ? ""
                            : ", " + complete + " of " + files + (files == 1 ? " file" : " files") + " complete, "
                                    + Sizes.binary(bytes)));
            missing.forEach((reason, pages) -> console.print("  missing, " + reason + ": " + pages + " pages"));
        }
        return whole ? ExitCode.OK : ExitCode.INCOMPLETE;
    }

    private static long total(List<ReasonCount> counts) {
        return counts.stream().mapToLong(ReasonCount::getPages).sum();
    }

    private static Map<String, Long> map(List<ReasonCount> counts) {
        Map<String, Long> map = new LinkedHashMap<>();
        counts.forEach(count -> map.merge(count.getReason(), count.getPages(), Long::sum));
        return map;
    }
}
