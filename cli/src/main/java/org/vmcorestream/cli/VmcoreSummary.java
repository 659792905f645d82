// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.MemoryMap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.log.CrashReason;
import org.vmcorestream.vmcore.log.KernelLog;

/** What a vmcore is: its kernel, its memory, and why the kernel crashed. */
final class VmcoreSummary {
    private static final int MAX_RANGES = 32;

    private VmcoreSummary() {}

    /**
     * The summary as lines.
     *
     * @throws IOException when the vmcore cannot be read
     */
    static List<String> lines(Vmcore vmcore) throws IOException {
        List<String> lines = new ArrayList<>();
        KernelIdentity kernel = vmcore.kernel();
        lines.add(line("Vmcore", vmcore.file() + " (" + vmcore.fileSize() + " bytes)"));
        lines.add(line("Kernel", Printable.line(kernel.sysname() + " " + kernel.release() + " " + kernel.version())));
        lines.add(line(
                "Machine",
                Printable.line(kernel.machine()) + ", " + kernel.cpus() + " CPUs, pages of "
                        + vmcore.pageFacts().pageSize() + " bytes"));
        lines.add(line("Node", Printable.line(kernel.nodename())));
        lines.add(line("Build id", kernel.buildId().isEmpty() ? "unknown" : Printable.line(kernel.buildId())));
        memory(vmcore, lines);
        if (vmcore.incomplete()) {
            lines.add(line("Incomplete", missing(vmcore.memory())));
        }
        log(vmcore.kernelLog(), lines);
        return lines;
    }

    private static void memory(Vmcore vmcore, List<String> lines) {
        int shift = vmcore.pageFacts().pageShift();
        List<PfnRun> present = vmcore.memory().present();
        long pages = present.stream().mapToLong(PfnRun::pages).sum();
        lines.add(line(
                "Memory",
                mebibytes(pages, shift) + " in " + present.size() + (present.size() == 1 ? " range" : " ranges")));
        for (PfnRun run : present.subList(0, Math.min(MAX_RANGES, present.size()))) {
            lines.add(line(
                    "",
                    String.format(
                            Locale.ROOT,
                            "0x%012x-0x%012x %14s",
                            run.firstPfn() << shift,
                            (run.endPfn() << shift) - 1,
                            mebibytes(run.pages(), shift))));
        }
        if (present.size() > MAX_RANGES) {
            lines.add(line("", "and " + (present.size() - MAX_RANGES) + " more"));
        }
    }

    /** How many of its pages an incomplete dump lacks. */
    private static String missing(MemoryMap memory) throws IOException {
        PfnSet held = memory.held();
        PfnSet backed = memory.backed();
        long all = 0;
        long missing = 0;
        long first = -1;
        for (long pfn = 0; pfn < memory.endPfn(); ) {
            long until = Math.min(memory.endPfn(), Math.min(held.nextChange(pfn), backed.nextChange(pfn)));
            if (held.contains(pfn)) {
                all += until - pfn;
                boolean gone = !backed.contains(pfn);
                missing += gone ? until - pfn : 0;
                first = gone && first < 0 ? pfn : first;
            }
            pfn = until;
        }
        return missing == 0
                ? "it says so, none of its " + Shortfall.number(all) + " pages is missing"
                : "contents of " + Shortfall.number(missing) + " of " + Shortfall.number(all)
                        + " pages are missing, the first is pfn " + first;
    }

    private static String mebibytes(long pages, int shift) {
        return String.format(Locale.ROOT, "%.1f MiB", Math.scalb((double) pages, shift - 20));
    }

    private static void log(KernelLog log, List<String> lines) {
        long count = 0;
        for (byte b : log.text()) {
            count += b == '\n' ? 1 : 0;
        }
        lines.add(line(
                "Kernel log",
                count + " lines" + (log.complete() ? "" : ", incomplete: " + Printable.line(log.problem()))));
        CrashReason crash = log.crash();
        if (crash.line().isEmpty()) {
            lines.add(line("Crash", "the kernel log names no reason"));
            return;
        }
        String time = crash.secondsSinceBoot() < 0
                ? ""
                : String.format(Locale.ROOT, " (%.6f s after boot)", crash.secondsSinceBoot());
        lines.add(line("Crash", Printable.line(crash.line()) + time));
        String label = "Call trace";
        for (String function : crash.callTrace()) {
            lines.add(line(label, Printable.line(function)));
            label = "";
        }
    }

    private static String line(String label, String value) {
        return String.format(Locale.ROOT, "%-16s: %s", label, value).stripTrailing();
    }
}
