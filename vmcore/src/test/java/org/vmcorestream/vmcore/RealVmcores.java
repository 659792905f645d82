// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;

/**
 * Real vmcores with makedumpfile's results, in the folder that the system property {@code vmcores.dir} names: {@code
 * NAME.elf} or {@code NAME.elf.zst}, {@code expected.tsv}, and {@code expected/NAME.levelNN.bitmap.z}.
 */
final class RealVmcores {
    private final Path folder;
    private final List<Map<String, String>> rows = new ArrayList<>();

    /** Small vmcores of other machines, which come with the project. */
    static RealVmcores ofTheLab() throws IOException {
        return new RealVmcores(Path.of(System.getProperty("basedir", "."))
                .resolve("../lab/vmcores")
                .normalize());
    }

    /** What the folder has results for. */
    RealVmcores(Path folder) throws IOException {
        this.folder = folder;
        List<String> lines = Files.readAllLines(folder.resolve("expected.tsv"));
        String[] columns = lines.get(0).split("\t");
        for (String line : lines.subList(1, lines.size())) {
            String[] values = line.split("\t");
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < columns.length; i++) {
                row.put(columns[i], values[i]);
            }
            rows.add(row);
        }
    }

    /** Names of the vmcores that are there. */
    List<String> names() {
        return rows.stream()
                .map(row -> row.get("vmcore"))
                .distinct()
                .filter(name -> Stream.of(".elf", ".elf.zst").anyMatch(end -> Files.exists(folder.resolve(name + end))))
                .toList();
    }

    /** The file of a vmcore, unpacked into {@code scratch} where it is packed. */
    Path file(String name, Path scratch) throws IOException {
        Path plain = folder.resolve(name + ".elf");
        if (Files.exists(plain)) {
            return plain;
        }
        Path unpacked = scratch.resolve(name + ".elf");
        try (InputStream packed = Files.newInputStream(folder.resolve(name + ".elf.zst"));
                InputStream in = new ZstdInputStream(new BufferedInputStream(packed))) {
            Files.copy(in, unpacked);
        }
        return unpacked;
    }

    /** One of makedumpfile's counters, in pages. */
    long counter(String name, int level, String column) {
        Map<String, String> row = rows.stream()
                .filter(r -> r.get("vmcore").equals(name) && r.get("level").equals(Integer.toString(level)))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(row.get(column));
    }

    /** makedumpfile's second bitmap, least significant bit first. */
    byte[] bitmap(String name, int level) throws IOException {
        byte[] packed = Files.readAllBytes(folder.resolve("expected/%s.level%02d.bitmap.z".formatted(name, level)));
        try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        }
    }
}
