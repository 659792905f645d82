// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;

/**
 * The last stage of an assembly: gives the file its final name and says so on dump-files.
 *
 * <p>Where the file would not be complete, what dump-files says of one that stands is read first: a replay may have come too
 * late for some pages, and so may a dump whose capture was cut short and went on. A complete file, or one that lacks fewer pages, is not
 * replaced: the new one is dropped, and the record of the one that stands is published again; for a replay with its id, so that it is
 * done, and with a line that says why nothing changed. All else in it stays as it was, and true. Belongs to one thread at a time.
 */
final class FileEnding {
    private static final Logger LOG = LoggerFactory.getLogger(FileEnding.class);

    private final AssemblyOrder order;
    private final StageTools tools;
    private final GrowingFile file;
    private final Problems problems;
    private final MissingPages missing;
    private final VerdictCollector verdicts;
    private final long absent;
    private final long told;
    private final Runnable bell;
    private final StandingFile standing;
    private Publication publication;
    private boolean kept;

    /**
     * @param missing why pages are missing
     * @param file all but finished; without a writer where no verdict came
     * @param absent pages that the verdict keeps and the file lacks
     * @param told offset of the newest record of the dump that is known
     * @param bell told, by any thread, when another step may bring something
     */
    FileEnding(
            AssemblyOrder order,
            StageTools tools,
            StageReader reader,
            GrowingFile file,
            Problems problems,
            MissingPages missing,
            VerdictCollector verdicts,
            long absent,
            long told,
            Runnable bell) {
        this.order = order;
        this.tools = tools;
        this.file = file;
        this.problems = problems;
        this.missing = missing;
        this.verdicts = verdicts;
        this.absent = absent;
        this.told = told;
        this.bell = bell;
        standing = problems.isEmpty() ? null : new StandingFile(order, tools, reader);
    }

    /**
     * Does a small step.
     *
     * @return {@link Step#DONE} when dump-files has it
     * @throws IOException when the file cannot be finished
     */
    Step step() throws IOException {
        if (publication != null) {
            return publication.step();
        }
        if (standing != null) {
            Step step = standing.step();
            if (step != Step.DONE) {
                return step;
            }
        }
        DumpFile report = report(standing == null ? Optional.empty() : standing.file());
        publication = new Publication(tools.outbox(), report, told, bell);
        return Step.PROGRESS;
    }

    private DumpFile report(Optional<DumpFile> there) throws IOException {
        boolean stays = there.isPresent()
                && (file.writer() == null
                        || StandingFile.outranks(
                                there.get(), absent, tools.placement().files()));
        if (stays) {
            kept = true;
            return order.isReplay()
                    ? FileReport.kept(there.get(), order.replayId(), String.join("; ", problems.lines()))
                    : there.get();
        }
        if (file.writer() == null) {
            return FileReport.none(order, tools, file.codec(), problems, verdicts);
        }
        KdumpFileWriter.Summary summary = file.writer().finish(!problems.isEmpty());
        return FileReport.written(order, tools, file.path(), file.codec(), problems, summary, verdicts, missing);
    }

    /** Whether a newer record of the dump may mean that the file need not lack what it lacks. */
    boolean overtaken(DumpPlan latest) {
        return !problems.isEmpty() && latest.offset() > told;
    }

    /** Whether the file has its final name, or never will have one. */
    boolean decided() {
        return publication != null;
    }

    /**
     * Lets go of it. A file that has its final name stays, and the listener is told of it when what was sent to dump-files
     * arrives all the same: no other sink will make it.
     */
    void abandon() {
        if (publication != null && !publication.file().getLocation().isEmpty()) {
            publication.abandon(this::tell);
        }
    }

    /** Tells what became of it, once {@link #step} was done. */
    void tell() {
        tell(publication.place());
    }

    private void tell(LogPlace place) {
        DumpFile result = publication.file();
        tools.finished().put(result, told, place);
        String lines = String.join("; ", result.getProblems());
        if (result.getLocation().isEmpty()) {
            tools.listener().failed(result.getDumpId(), result.getRuleSet(), lines);
        } else if (kept) {
            LOG.info("{}: {} was kept: {}", order, result.getLocation(), lines);
            tools.listener().kept(result);
        } else {
            LOG.info("{}: {} is {}", order, file.path(), result.getComplete() ? "complete" : "incomplete: " + lines);
            tools.listener().finished(result);
        }
    }
}
