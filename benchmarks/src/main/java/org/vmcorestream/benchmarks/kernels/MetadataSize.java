// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.vmcorestream.benchmarks.Chunks;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.VerdictCodec;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/** How many bytes the metadata of vmcores takes, for each page of memory. Prints rows, columns first. */
public final class MetadataSize {
    /** Key, headers and the other fields of a record, at most. */
    private static final int RECORD = 200;

    private MetadataSize() {}

    /** Takes vmcores. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(String.join(
                "\t",
                "vmcore",
                "pages",
                "pages/run",
                "descriptors/chunk",
                "descriptor bytes/page",
                "memmap bytes/page",
                "verdict bytes/page",
                "bytes/page with all of the record",
                "target"));
        for (String argument : arguments) {
            row(Path.of(argument));
        }
    }

    private static void row(Path path) throws IOException {
        long pages = 0;
        long chunks = 0;
        long runs = 0;
        long entries = 0;
        long descriptorBytes = 0;
        long memmapBytes = 0;
        long verdictBytes = 0;
        try (Vmcore vmcore = Vmcore.open(path)) {
            ChunkDescriber describer = vmcore.describer();
            ChunkDescriptors descriptors = new ChunkDescriptors();
            MemmapRuns memmap = new MemmapRuns();
            VerdictRuns verdict = new VerdictRuns();
            long endPfn = vmcore.memory().endPfn();
            VerdictEngine engine =
                    new VerdictEngine(BuiltInRuleSets.level(31), vmcore.pageFacts(), DumpFacts.NONE, endPfn);
            for (long chunk = 0; Chunk.firstPfn(chunk) < endPfn; chunk++) {
                if (!Chunks.hasMemory(vmcore, chunk)) {
                    continue;
                }
                describer.describe(chunk, descriptors);
                describer.memmap(chunk, memmap);
                engine.decide(descriptors, verdict);
                pages += descriptors.pages();
                chunks++;
                runs += descriptors.runs();
                entries += descriptors.entries();
                descriptorBytes += DescriptorCodec.encode(descriptors).length;
                memmapBytes += MemmapCodec.encode(memmap).length;
                verdictBytes += VerdictCodec.encode(verdict).length;
            }
        }
        double all = (double) (descriptorBytes + memmapBytes + chunks * RECORD) / pages;
        System.out.println(String.format(
                Locale.ROOT,
                "%s\t%d\t%.1f\t%.0f\t%.4f\t%.4f\t%.4f\t%.4f\t2",
                path.getFileName().toString().replaceFirst("\\.elf$", ""),
                pages,
                (double) pages / runs,
                (double) entries / chunks,
                (double) descriptorBytes / pages,
                (double) memmapBytes / pages,
                (double) verdictBytes / pages,
                all));
    }
}
