// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.vmcorestream.schemas.records.Manifest;

/**
 * Whether two manifests are of the very same vmcore: what was read of the vmcore is compared, not what was said when it was
 * captured. The notes have the registers of every CPU at the crash, VMCOREINFO has the kernel's random offset and the time of the crash.
 */
final class SameVmcore {
    private static final int MAX_VALUE = 80;

    private static final Map<String, Function<Manifest, Object>> FIELDS = new LinkedHashMap<>();

    static {
        FIELDS.put("machine", Manifest::getMachine);
        FIELDS.put("page size", manifest -> 1 << manifest.getPageShift());
        FIELDS.put("node name", Manifest::getNodename);
        FIELDS.put("kernel release", Manifest::getKernelRelease);
        FIELDS.put("kernel version", Manifest::getKernelVersion);
        FIELDS.put("system name", Manifest::getSysname);
        FIELDS.put("domain name", Manifest::getDomainname);
        FIELDS.put("build id", Manifest::getBuildId);
        FIELDS.put("end of memory", Manifest::getEndPfn);
        FIELDS.put("ranges of memory", Manifest::getPresent);
        FIELDS.put("number of CPUs", Manifest::getCpus);
        FIELDS.put("phys_base", Manifest::getPhysBase);
        FIELDS.put("time of the crash", Manifest::getCrashTime);
        FIELDS.put("reason of the crash", Manifest::getCrashReason);
        FIELDS.put("call trace", Manifest::getCallTrace);
        FIELDS.put("level it was filtered at", Manifest::getInputLevel);
        FIELDS.put("VMCOREINFO", Manifest::getVmcoreinfo);
        FIELDS.put("notes", Manifest::getNotes);
        FIELDS.put("dump level that was applied before", Manifest::getInputLevel);
    }

    private SameVmcore() {}

    /** What differs first, in words with both values; empty when it is the same vmcore. */
    static Optional<String> difference(Manifest now, Manifest then) {
        for (Map.Entry<String, Function<Manifest, Object>> field : FIELDS.entrySet()) {
            Object found = field.getValue().apply(now);
            Object expected = field.getValue().apply(then);
            if (!Objects.equals(found, expected)) {
                return Optional.of(describe(field.getKey(), String.valueOf(found), String.valueOf(expected)));
            }
        }
        return Optional.empty();
    }

    private static String describe(String field, String found, String expected) {
        boolean tellable = found.length() <= MAX_VALUE && expected.length() <= MAX_VALUE && !found.equals(expected);
        boolean bytes = found.startsWith("java.nio.");
        String text = tellable && !bytes
                ? field + " is '" + found + "', expected '" + expected + "'"
                : "the " + field + (field.endsWith("s") ? " differ" : " differs");
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
