// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.vmcorestream.archive.StoredDump;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.StripeState;

/** What the topics lack of a dump, and what its files lack, each in one line; and how the capture goes on. */
final class Shortfall {
    private static final Pattern OF_A_STRIPE = Pattern.compile("stripe (\\d{1,6}): .*");
    private static final Pattern UNDECIDED = Pattern.compile("no verdict on (\\d{1,15}) pages .*");

    private Shortfall() {}

    /** All of it; empty for a dump that was captured to its end and whose files are complete. */
    static List<String> lines(StoredDump dump, List<DumpFile> files) {
        List<String> lines = new ArrayList<>();
        if (dump.dump().getState() != DumpState.CAPTURED) {
            lines.add(capture(dump));
        }
        files.stream().filter(file -> !file.getComplete()).forEach(file -> lines.add(file(file, dump)));
        return lines;
    }

    private static String capture(StoredDump stored) {
        Dump dump = stored.dump();
        boolean failed = dump.getState() == DumpState.FAILED;
        String why = failed && !dump.getFailure().isEmpty() ? ": " + dump.getFailure() : "";
        int stripes = stored.stripes();
        long begun = count(stored, StripeState::getDataOffset) - count(stored, StripeState::getDataEnd);
        return Printable.line(
                "capture " + (failed ? "failed" + why : "has not ended") + "; the topics have metadata of "
                        + number(count(stored, StripeState::getMetadataEnd)) + " and contents of "
                        + number(count(stored, StripeState::getDataEnd)) + " of " + stripes(stripes)
                        + (begun > 0 ? ", some contents of " + number(begun) + " more" : "")
                        + early(dump)
                        + "; 'produce --resume " + stored.id() + " VMCORE' goes on where the vmcore still is");
    }

    /** Whether all pages came that the kernel itself needs, where they are sent early. */
    private static String early(Dump dump) {
        if (dump.getEarly().isEmpty()) {
            return "";
        }
        boolean all = dump.getEarly().stream().allMatch(early -> early.getDataEnd() >= 0);
        return all ? ", all early pages" : ", not all early pages";
    }

    /** Stripes that an offset is known of. */
    private static long count(StoredDump dump, ToLongFunction<StripeState> offset) {
        return dump.dump().getStripes().stream()
                .filter(stripe -> offset.applyAsLong(stripe) >= 0)
                .count();
    }

    /** What a file is called among those of its dump. */
    static String name(DumpFile file) {
        return file.getRuleSet()
                + (file.getParts() > 1 ? " part " + (file.getPart() + 1) + " of " + file.getParts() : "");
    }

    /** What a file lacks that is not complete. */
    static String file(DumpFile file, StoredDump dump) {
        List<String> problems = file.getProblems();
        String first = problems.isEmpty() ? "nobody says why" : problems.get(0);
        if (file.getLocation().isEmpty()) {
            return Printable.line(name(file) + ": no file: " + first);
        }
        List<String> lacks = new ArrayList<>();
        long missing = file.getMissingPages();
        if (missing > 0) {
            lacks.add("contents of " + number(missing) + " of " + number(file.getPagesWritten() + missing) + " pages"
                    + inStripes(problems, dump) + reasons(file));
        }
        long undecided = problems.stream()
                .map(UNDECIDED::matcher)
                .filter(Matcher::matches)
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
        if (undecided > 0) {
            long described = count(dump, StripeState::getMetadataEnd);
            String why = described < dump.stripes()
                    ? ": metadata of " + number(dump.stripes() - described) + " of " + stripes(dump.stripes())
                            + " did not come"
                    : "";
            lacks.add("the verdict on " + number(undecided) + " pages, which stay" + why);
        }
        return Printable.line(
                name(file) + ": incomplete: " + (lacks.isEmpty() ? first : "it lacks " + String.join("; ", lacks)));
    }

    /** In how many stripes something is missing, where the problems say so. */
    private static String inStripes(List<String> problems, StoredDump dump) {
        long stripes = problems.stream()
                .map(OF_A_STRIPE::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .distinct()
                .count();
        return stripes == 0 ? "" : " in " + number(stripes) + " of " + stripes(dump.stripes());
    }

    private static String reasons(DumpFile file) {
        String reasons = file.getMissing().stream()
                .map(count -> count.getReason() + " " + number(count.getPages()))
                .collect(Collectors.joining(", "));
        return reasons.isEmpty() ? "" : " (" + reasons + ")";
    }

    private static String stripes(int count) {
        return number(count) + (count == 1 ? " stripe" : " stripes");
    }

    /** With commas: {@code 930,614}. */
    static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
