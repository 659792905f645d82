// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.VirtualMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * Finds out which kernel crashed. Its utsname is in memory at {@code init_uts_ns.name} (include/uapi/linux/utsname.h,
 * {@code struct new_utsname}): six fields of 65 bytes, each ending in a NUL.
 *
 * <pre>
 *  0 sysname | 65 nodename | 130 release | 195 version | 260 machine | 325 domainname | 390
 * </pre>
 *
 * Memory that cannot be read, or that does not look like a utsname, is replaced by what VMCOREINFO says.
 */
public final class KernelIdentityReader {
    private static final int FIELD = 65;
    private static final int FIELDS = 6;
    private static final String LINUX = "Linux";

    private KernelIdentityReader() {}

    /**
     * The kernel's identity.
     *
     * @param machine what the dump is of, for its name where memory does not say it
     * @param cpus number of NT_PRSTATUS notes
     * @param physBase physical base of the kernel image
     */
    public static KernelIdentity read(VmcoreInfo info, Machine machine, VirtualMemory memory, int cpus, long physBase) {
        String[] fields = utsname(info, memory);
        if (!fields[0].equals(LINUX)) {
            fields = new String[] {LINUX, "", "", "", "", ""};
        }
        String release = fields[2].isEmpty() ? printable(info.text("OSRELEASE").orElse("")) : fields[2];
        String name = fields[4].isEmpty() ? machine.name() : fields[4];
        return new KernelIdentity(
                fields[0], fields[1], release, fields[3], name, fields[5], buildId(info), Math.max(1, cpus), physBase);
    }

    private static String[] utsname(VmcoreInfo info, VirtualMemory memory) {
        String[] fields = {"", "", "", "", "", ""};
        try {
            OptionalLong symbol = info.symbol("init_uts_ns");
            if (symbol.isPresent()) {
                int offset = info.offset("uts_namespace.name").orElse(0);
                ByteBuffer bytes = ByteBuffer.allocate(FIELD * FIELDS);
                memory.read(symbol.getAsLong() + offset, bytes.capacity(), bytes);
                for (int i = 0; i < FIELDS; i++) {
                    fields[i] = field(bytes.array(), i * FIELD);
                }
            }
        } catch (VmcoreException e) {
            return fields;
        }
        return fields;
    }

    private static String field(byte[] bytes, int start) {
        int end = start;
        while (end < start + FIELD && bytes[end] != 0) {
            end++;
        }
        return printable(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    /** Empty when there is anything in it that no name has: then it is not what was looked for. */
    private static String printable(String text) {
        boolean fits = text.length() < FIELD && text.chars().allMatch(c -> c >= ' ' && c <= '~');
        return fits ? text : "";
    }

    private static String buildId(VmcoreInfo info) {
        String id = info.text("BUILD-ID").orElse("").toLowerCase(Locale.ROOT);
        return id.matches("[0-9a-f]{1,128}") ? id : "";
    }
}
