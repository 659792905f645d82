// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.log.CrashReason;
import org.vmcorestream.vmcore.log.KernelLog;

/** What is known of a dump before its first page is read, as records. */
final class Manifests {
    /** Longest kernel log that travels. */
    static final int MAX_LOG_BYTES = 16 << 20;

    /** The kernel writes this line when it prepares a crash dump itself (function {@code crash_save_vmcoreinfo}). */
    private static final Pattern CRASH_TIME = Pattern.compile("^CRASHTIME=(\\d{1,12})$", Pattern.MULTILINE);

    private Manifests() {}

    /** Longest text of a dump's facts that travels with its stripes: processors take no longer one. */
    static final int MAX_FACT = 1024;

    /** What rules may ask of the dump as a whole. */
    static DumpFacts dumpFacts(Manifest manifest) {
        return new DumpFacts(
                cut(manifest.getKernelRelease()),
                cut(manifest.getMachine()),
                cut(manifest.getTenant()),
                cut(manifest.getHost()),
                cut(manifest.getCrashReason()));
    }

    private static String cut(String text) {
        return text.length() > MAX_FACT ? text.substring(0, MAX_FACT) : text;
    }

    /** The manifest. Reads the kernel log for the reason of the crash. */
    static Manifest manifest(Vmcore vmcore, CaptureSettings settings, long openedAt) {
        Manifest manifest = ofVmcore(vmcore);
        manifest.setDumpId(settings.dumpId());
        manifest.setOpenedAt(openedAt);
        manifest.setHost(settings.host());
        manifest.setTenant(settings.tenant());
        manifest.setCodec(PageCodecName.valueOf(settings.codec().name()));
        manifest.setCaptureRuleSet(settings.capture().name());
        manifest.setRuleSets(settings.ruleSets());
        manifest.setParts(settings.parts());
        return manifest;
    }

    /** What of a manifest follows from the vmcore; all else says nothing. Reads the kernel log for the reason of the crash. */
    static Manifest ofVmcore(Vmcore vmcore) {
        KernelIdentity kernel = vmcore.kernel();
        CrashReason crash = vmcore.kernelLog().crash();
        byte[] vmcoreInfo = vmcore.vmcoreInfoText();
        return Manifest.newBuilder()
                .setDumpId("")
                .setOpenedAt(0)
                .setHost("")
                .setSource(String.valueOf(vmcore.file().getFileName()))
                .setMachine(kernel.machine())
                .setSysname(kernel.sysname())
                .setNodename(kernel.nodename())
                .setKernelRelease(kernel.release())
                .setKernelVersion(kernel.version())
                .setDomainname(kernel.domainname())
                .setBuildId(kernel.buildId())
                .setCpus(kernel.cpus())
                .setPhysBase(kernel.physBase())
                .setPageShift(vmcore.pageFacts().pageShift())
                .setEndPfn(vmcore.memory().endPfn())
                .setPresent(ranges(vmcore.memory().present()))
                .setCrashTime(crashTime(vmcoreInfo, vmcore.timestamp()))
                .setCrashReason(crash.line())
                .setCallTrace(crash.callTrace())
                .setCodec(PageCodecName.UNKNOWN)
                .setCaptureRuleSet("")
                .setRuleSets(List.of())
                .setVmcoreinfo(ByteBuffer.wrap(vmcoreInfo))
                .setNotes(ByteBuffer.wrap(vmcore.notes()))
                .setInputLevel(vmcore.dumpLevel())
                .build();
    }

    /** The kernel log; of one that is too long, its end, where the crash is. */
    static KernelLogRecord kernelLog(String dumpId, KernelLog log) {
        byte[] text = log.text();
        boolean fits = text.length <= MAX_LOG_BYTES;
        String cut = "only the last " + MAX_LOG_BYTES + " of " + text.length + " bytes are kept";
        return KernelLogRecord.newBuilder()
                .setDumpId(dumpId)
                .setComplete(log.complete() && fits)
                .setProblem(fits ? log.problem() : log.problem().isEmpty() ? cut : log.problem() + "; " + cut)
                .setText(ByteBuffer.wrap(
                        fits ? text : Arrays.copyOfRange(text, text.length - MAX_LOG_BYTES, text.length)))
                .build();
    }

    /**
     * When the kernel crashed, seconds since 1970-01-01 UTC. A dump taken from outside does not say: then 0, for the time of
     * the file is not the time of the crash.
     *
     * @param header what the header of a dump file says, 0 for nothing
     */
    static long crashTime(byte[] vmcoreInfo, long header) {
        Matcher line = CRASH_TIME.matcher(new String(vmcoreInfo, StandardCharsets.ISO_8859_1));
        return line.find() ? Long.parseLong(line.group(1)) : header;
    }

    private static List<PfnRange> ranges(List<PfnRun> runs) {
        return runs.stream()
                .map(run -> new PfnRange(run.firstPfn(), run.endPfn()))
                .toList();
    }
}
