// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.Manifest;

/**
 * A directory for each dump, as kdump names them, with the end of the dump id behind it so that no two dumps share one:
 *
 * <pre>
 *  DIR/NODENAME-YYYY-MM-DD-HH:MM:SS-XXXXXXXX/vmcore             the first rule set asked for
 *                                            vmcore.RULESET     the others
 *                                            vmcore-dmesg.txt   the kernel log, see {@link KernelLogFile}
 * </pre>
 *
 * The time is UTC, when the capture began. NODENAME is that of the crashed kernel, else, where it was
 * never set, the host of the capture. Both come
 * from elsewhere: what is not a letter, digit, dot, underscore or hyphen becomes an underscore, so does a leading dot, and
 * {@value #MAX_NAME} characters are kept. The name of a rule set is kept whole, with its version: {@code vmcore.mine@3}.
 */
public final class DirectoryPerDump implements SinkService.Placement {
    /** Longest node name in a directory's name. */
    public static final int MAX_NAME = 64;

    /** Node name of a kernel whose user space never gave it one: UTS_NODENAME in the kernel's include/linux/uts.h. */
    private static final String NO_NODENAME = "(none)";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Latest time that has four digits of year: 9999-12-31 23:59:59. */
    private static final long MAX_MILLIS = 253_402_300_799_999L;

    private final Path directory;

    /** Places all dumps below a directory, which is made when it is needed. */
    public DirectoryPerDump(Path directory) {
        this.directory = directory;
    }

    @Override
    public Path fileOf(Manifest manifest, String ruleSet, boolean primary) {
        String node = manifest.getNodename().equals(NO_NODENAME) ? "" : name(manifest.getNodename());
        String host = node.isEmpty() ? name(manifest.getHost()) : node;
        long millis = Math.min(Math.max(manifest.getOpenedAt(), 0), MAX_MILLIS);
        String id = name(manifest.getDumpId());
        String dump = (host.isEmpty() ? "unknown" : host)
                + "-"
                + TIME.format(Instant.ofEpochMilli(millis))
                + "-"
                + id.substring(Math.max(0, id.length() - 8));
        return directory.resolve(dump).resolve(primary ? "vmcore" : "vmcore." + ruleSetName(ruleSet));
    }

    private static String ruleSetName(String ruleSet) {
        return RuleSet.NAME.matcher(ruleSet).matches() ? ruleSet : name(ruleSet);
    }

    private static String name(String text) {
        String cut = text.strip();
        cut = cut.length() > MAX_NAME ? cut.substring(0, MAX_NAME) : cut;
        String clean = cut.replaceAll("[^A-Za-z0-9._-]", "_");
        return clean.startsWith(".") || clean.startsWith("-") ? "_" + clean.substring(1) : clean;
    }
}
