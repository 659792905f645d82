// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.elf.VmcoreInfoNote;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** From a checked manifest to what the headers of its file say. */
final class KdumpHeaders {
    /** Latest crash time believed, in seconds: the year 9999. */
    private static final long MAX_CRASH_TIME = 253_402_300_799L;

    private static final String LEVEL_PREFIX = "level-";
    private static final String VMEMMAP_SUFFIX = "-e";

    private KdumpHeaders() {}

    /**
     * The header of a file.
     *
     * @param vmemmapExcluded whether unused vmemmap is left out of it
     */
    static KdumpHeader of(AssemblyOrder order, PageCodec codec, boolean vmemmapExcluded) {
        KdumpHeader header = of(order.plan(), order.ruleSet(), codec, vmemmapExcluded);
        return order.part().isWhole() ? header : header.ofPart(order.part().pages());
    }

    /**
     * The header of a file of all of a dump. What had been left out of a dump before it was captured is not in it either: its dump level is a part
     * of that of the file, as makedumpfile does it.
     */
    static KdumpHeader of(DumpPlan plan, String ruleSet, PageCodec codec, boolean vmemmapExcluded) {
        Manifest manifest = plan.manifest();
        byte[] notes = bytes(manifest.getNotes());
        Optional<VmcoreInfoNote> info = VmcoreInfoNote.find(notes);
        if (info.isEmpty() && manifest.getVmcoreinfo().hasRemaining()) {
            notes = VmcoreInfoNote.append(sound(notes), bytes(manifest.getVmcoreinfo()));
            info = VmcoreInfoNote.find(notes);
        }
        long crashTime = manifest.getCrashTime();
        return new KdumpHeader(
                new KernelIdentity(
                        manifest.getSysname(),
                        manifest.getNodename(),
                        manifest.getKernelRelease(),
                        manifest.getKernelVersion(),
                        manifest.getMachine(),
                        manifest.getDomainname(),
                        manifest.getBuildId(),
                        manifest.getCpus(),
                        manifest.getPhysBase()),
                plan.pageSize(),
                plan.endPfn(),
                level(ruleSet) | manifest.getInputLevel() & BuiltInRuleSets.MAX_LEVEL,
                codec,
                crashTime < 0 || crashTime > MAX_CRASH_TIME ? 0 : crashTime,
                notes,
                info.map(VmcoreInfoNote::offset).orElse(0),
                info.map(VmcoreInfoNote::size).orElse(0),
                vmemmapExcluded);
    }

    /**
     * The dump level that a file claims: N for {@code level-N} and {@code level-N-e}, 16 for {@code capture} (it leaves out free pages), 31 for
     * every other rule set, because it may leave out anything.
     */
    static int level(String ruleSet) {
        if (ruleSet.equals(BuiltInRuleSets.CAPTURE)) {
            return BuiltInRuleSets.FREE;
        }
        if (ruleSet.startsWith(LEVEL_PREFIX) && BuiltInRuleSets.named(ruleSet).isPresent()) {
            return Integer.parseInt(ruleSet.substring(LEVEL_PREFIX.length()).replace(VMEMMAP_SUFFIX, ""));
        }
        return BuiltInRuleSets.MAX_LEVEL;
    }

    /** The codec of a file when nothing else is asked for: that of the capture, where files can hold it. */
    static PageCodec codec(DumpPlan plan) {
        PageCodecName name = plan.manifest().getCodec();
        PageCodec codec = name == PageCodecName.UNKNOWN ? PageCodec.ZSTD : PageCodec.valueOf(name.name());
        return codec.storable() ? codec : PageCodec.ZSTD;
    }

    /** Notes that end where the last whole one does, so that one more can be put behind them. */
    private static byte[] sound(byte[] notes) {
        return Arrays.copyOf(notes, VmcoreInfoNote.soundLength(notes));
    }

    private static byte[] bytes(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return bytes;
    }
}
