// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;

/**
 * A real vmcore and what makedumpfile makes of it: {@code expected.tsv} holds its counters and {@code
 * expected/NAME.levelNN.bitmap.z} the second bitmap of its files, for all 32 levels.
 *
 * @param folder where it is
 * @param name of the vmcore, without {@code .elf}
 * @param counters by level, by name of the counter
 */
record ExpectedDump(Path folder, String name, Map<Integer, Map<String, Long>> counters) {
    /** Names a folder of more vmcores than those that come with the project. */
    static final String FOLDER_PROPERTY = "vmcores.dir";

    /** The demo. */
    static ExpectedDump demo() {
        return in(ofTheProject("demo")).get(0);
    }

    private static Path ofTheProject(String folder) {
        return Path.of(System.getProperty("basedir", "."))
                .resolve("..")
                .resolve(folder)
                .normalize();
    }

    /** That, the small ones of other machines, and those of the folder that the system property names. */
    static List<ExpectedDump> all() {
        List<ExpectedDump> all = new ArrayList<>(List.of(demo()));
        all.addAll(in(ofTheProject("lab/vmcores")));
        String more = System.getProperty(FOLDER_PROPERTY);
        if (more != null) {
            all.addAll(in(Path.of(more)));
        }
        return all;
    }

    private static List<ExpectedDump> in(Path folder) {
        try (Stream<String> lines = Files.lines(folder.resolve("expected.tsv"))) {
            List<String[]> rows = lines.map(line -> line.split("\t")).toList();
            Map<String, Map<Integer, Map<String, Long>>> dumps = new TreeMap<>();
            for (String[] row : rows.subList(1, rows.size())) {
                Map<String, Long> counters = new HashMap<>();
                for (int column = 2; column < row.length; column++) {
                    counters.put(rows.get(0)[column], Long.parseLong(row[column]));
                }
                dumps.computeIfAbsent(row[0], name -> new HashMap<>()).put(Integer.parseInt(row[1]), counters);
            }
            return dumps.entrySet().stream()
                    .map(dump -> new ExpectedDump(folder, dump.getKey(), dump.getValue()))
                    .filter(dump -> Files.exists(dump.plain()) || Files.exists(dump.packed()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path plain() {
        return folder.resolve(name + ".elf");
    }

    private Path packed() {
        return folder.resolve(name + ".elf.zst");
    }

    /** The vmcore, unpacked into a folder where it is not there unpacked. */
    Path vmcore(Path into) throws IOException {
        if (Files.exists(plain())) {
            return plain();
        }
        Path unpacked = into.resolve(name + ".elf");
        if (!Files.exists(unpacked)) {
            try (InputStream packed = new ZstdInputStream(Files.newInputStream(packed()))) {
                Files.copy(packed, unpacked);
            }
        }
        return unpacked;
    }

    /** Pages that makedumpfile keeps at a level. */
    BitSet kept(int level) throws IOException {
        Path file = folder.resolve(String.format("expected/%s.level%02d.bitmap.z", name, level));
        try (InputStream in = new InflaterInputStream(Files.newInputStream(file))) {
            return BitSet.valueOf(in.readAllBytes());
        }
    }

    /** A counter at a level. */
    long count(int level, String counter) {
        return counters.get(level).get(counter);
    }

    @Override
    public String toString() {
        return name;
    }
}
