// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What leaves the demo vmcore as unused vmemmap at a dump level.
 *
 * @param level dump level
 * @param pages pages that were kept and go
 * @param crc32 of the second bitmap without them, 8,192 bytes
 */
record UnusedVmemmap(int level, long pages, int crc32) {
    private static final String RESOURCE = "linux-7.2-demo.unused-vmemmap.tsv";

    /** That of all levels, from 0 on. */
    static List<UnusedVmemmap> ofDemo() throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(UnusedVmemmap.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .map(row -> new UnusedVmemmap(
                            Integer.parseInt(row[0]), Long.parseLong(row[1]), Integer.parseUnsignedInt(row[2], 16)))
                    .toList();
        }
    }

    /** Name of the rule set. */
    String ruleSet() {
        return "level-" + level + "-e";
    }
}
