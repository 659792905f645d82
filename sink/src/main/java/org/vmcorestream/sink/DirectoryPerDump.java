// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.kdump.AbandonedFiles;

/**
 * A directory for each dump, as kdump names them, with the end of the dump id behind it so that no two dumps share one:
 *
 * <pre>
 *  DIR/NODENAME-YYYY-MM-DD-HH:MM:SS-XXXXXXXX/vmcore             the first rule set asked for
 *                                            vmcore.RULESET     the others
 *                                            vmcore-KofN        part K of N of the dump, and so vmcore-KofN.RULESET
 *                                            vmcore-dmesg.txt   the kernel log, see {@link KernelLogFile}
 * </pre>
 *
 * All of it follows from the dump: sinks on several hosts, each of which makes parts of one dump, have the same name for its
 * directory, so that copying puts the parts together.
 *
 * The time is UTC, when the capture began. NODENAME is that of the crashed kernel, else, where it was
 * never set, the host of the capture. Both come
 * from elsewhere: what is not a letter, digit, dot, underscore or hyphen becomes an underscore, so does a leading dot, and
 * {@value #MAX_NAME} characters are kept. The name of a rule set is kept whole, with its version: {@code vmcore.mine@3}.
 */
public final class DirectoryPerDump implements SinkService.Placement {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryPerDump.class);

    /** Longest node name in a directory's name. */
    public static final int MAX_NAME = 64;

    /** Node name of a kernel whose user space never gave it one: UTS_NODENAME in the kernel's include/linux/uts.h. */
    private static final String NO_NODENAME = "(none)";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Latest time that has four digits of year: 9999-12-31 23:59:59. */
    private static final long MAX_MILLIS = 253_402_300_799_999L;

    private final Path directory;
    private final FileStore files;

    /** Places all dumps below a directory, which is made when it is needed. */
    public DirectoryPerDump(Path directory) {
        this(directory, FileStore.LOCAL);
    }

    /** Places all dumps below a directory of a store, or with the empty path at its top. */
    public DirectoryPerDump(Path directory, FileStore files) {
        this.directory = directory;
        this.files = files;
    }

    @Override
    public FileStore files() {
        return files;
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

    /**
     * Removes what sinks that were killed left of files below the directory: a dump may have moved to a sink that writes
     * elsewhere, and then nobody would. What another sink is writing stays. To be called before this process writes there.
     *
     * @return how many files were removed
     */
    public int removeAbandoned() {
        int removed = 0;
        try (DirectoryStream<Path> dumps =
                Files.newDirectoryStream(directory, dump -> Files.isDirectory(dump, LinkOption.NOFOLLOW_LINKS))) {
            for (Path dump : dumps) {
                removed += removeAbandoned(dump);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("{}: cannot be searched for files of ended sinks: {}", directory, e.toString());
        }
        return removed;
    }

    private static int removeAbandoned(Path dump) {
        int removed = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dump, "vmcore{,.*,-[0-9]*of[0-9]*}.partial")) {
            for (Path file : files) {
                removed += AbandonedFiles.remove(file) ? 1 : 0;
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("{}: cannot be searched for files of ended sinks: {}", dump, e.toString());
        }
        return removed;
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
