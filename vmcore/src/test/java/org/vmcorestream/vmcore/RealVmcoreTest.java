// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/** The verdicts on real vmcores, against the second bitmaps and counters of makedumpfile at all 32 dump levels. */
class RealVmcoreTest {
    private static final int PAGES_AT_ONCE = 256;

    @TempDir
    Path scratch;

    @TestFactory
    @EnabledIfSystemProperty(
            named = "vmcores.dir",
            matches = ".+",
            disabledReason = "the system property vmcores.dir names no folder of real vmcores")
    Stream<DynamicTest> shouldDecideAsMakedumpfileDoes() throws IOException {
        RealVmcores vmcores = new RealVmcores(Path.of(System.getProperty("vmcores.dir")));
        assertThat(vmcores.names()).as("vmcores in the folder").isNotEmpty();
        return vmcores.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> compareAllLevels(vmcores, name)));
    }

    @TestFactory
    Stream<DynamicTest> shouldDecideAsMakedumpfileDoesOnOtherMachines() throws IOException {
        RealVmcores vmcores = RealVmcores.ofTheLab();
        assertThat(vmcores.names()).contains("linux-6.12-arm64-4k", "linux-6.12-arm64-64k");
        return vmcores.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> compareAllLevels(vmcores, name)));
    }

    private void compareAllLevels(RealVmcores vmcores, String name) throws IOException {
        try (Vmcore vmcore = Vmcore.open(vmcores.file(name, scratch))) {
            PfnBitmap zero = zeroPages(vmcore);
            List<Level> levels = decide(vmcore);
            for (Level level : levels) {
                String what = name + " level " + level.number;
                byte[] expected = vmcores.bitmap(name, level.number);
                assertThat(bytes(level.kept, expected.length)).as(what).isEqualTo(expected);
                checkCounter(vmcores, name, level, "total", vmcore.memory().endPfn());
                checkCounter(vmcores, name, level, "hole", level.pages("hole"));
                checkCounter(vmcores, name, level, "cache", level.pages("cache"));
                checkCounter(vmcores, name, level, "cache_private", level.pages("cache-private"));
                checkCounter(vmcores, name, level, "user", level.pages("user"));
                checkCounter(vmcores, name, level, "free", level.pages("free") + level.pages("unaccepted"));
                checkCounter(vmcores, name, level, "hwpoison", level.pages("hwpoison"));
                checkCounter(vmcores, name, level, "offline", level.pages("offline"));
                checkCounter(vmcores, name, level, "bits_in_bitmap2", level.kept.cardinality());
                long zeros = level.engine.ruleSet().countsZero() ? both(level.kept, zero) : 0;
                checkCounter(vmcores, name, level, "zero", zeros);
                assertThat(level.engine.anomalies().kept()).as(what).isZero();
                assertThat(level.engine.anomalies().unknownTypes()).as(what).isZero();
            }
        }
    }

    private static void checkCounter(RealVmcores vmcores, String name, Level level, String column, long found) {
        assertThat(found)
                .as(name + " level " + level.number + " " + column)
                .isEqualTo(vmcores.counter(name, level.number, column));
    }

    private static List<Level> decide(Vmcore vmcore) throws IOException {
        List<Level> levels = new ArrayList<>();
        for (int level = 0; level <= BuiltInRuleSets.MAX_LEVEL; level++) {
            levels.add(new Level(vmcore, level));
        }
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors chunk = new ChunkDescriptors();
        for (long i = 0; i <= Chunk.of(vmcore.memory().endPfn() - 1); i++) {
            describer.describe(i, chunk);
            levels.forEach(level -> level.decide(chunk));
        }
        assertThat(describer.unreadable()).isZero();
        return levels;
    }

    private static final class Level {
        final int number;
        final VerdictEngine engine;
        final PfnBitmap kept;
        final VerdictRuns verdict = new VerdictRuns();

        Level(Vmcore vmcore, int number) {
            this.number = number;
            long end = vmcore.memory().endPfn();
            engine = new VerdictEngine(BuiltInRuleSets.level(number), vmcore.pageFacts(), DumpFacts.NONE, end);
            kept = new PfnBitmap(end);
        }

        void decide(ChunkDescriptors chunk) {
            engine.decide(chunk, verdict);
            long pfn = verdict.firstPfn();
            for (int run = 0; run < verdict.runs(); run++) {
                if (verdict.reason(run) == RuleSet.KEPT) {
                    kept.set(pfn, pfn + verdict.length(run));
                }
                pfn += verdict.length(run);
            }
        }

        long pages(String reason) {
            int code = engine.ruleSet().reasons().indexOf(reason);
            return code < 0 ? 0 : engine.pagesByReason()[code];
        }
    }

    private static PfnBitmap zeroPages(Vmcore vmcore) throws IOException {
        int pageSize = vmcore.pageFacts().pageSize();
        PfnBitmap zero = new PfnBitmap(vmcore.memory().endPfn());
        ByteBuffer buffer = ByteBuffer.allocateDirect(PAGES_AT_ONCE * pageSize).order(ByteOrder.LITTLE_ENDIAN);
        for (PfnRun run : vmcore.memory().backedRuns()) {
            for (long pfn = run.firstPfn(); pfn < run.endPfn(); pfn += PAGES_AT_ONCE) {
                int pages = (int) Math.min(PAGES_AT_ONCE, run.endPfn() - pfn);
                buffer.clear();
                vmcore.pages().read(pfn, pages, buffer);
                for (int i = 0; i < pages; i++) {
                    if (isZero(buffer, i * pageSize, pageSize)) {
                        zero.set(pfn + i, pfn + i + 1);
                    }
                }
            }
        }
        return zero;
    }

    private static boolean isZero(ByteBuffer buffer, int start, int size) {
        for (int at = start; at < start + size; at += Long.BYTES) {
            if (buffer.getLong(at) != 0) {
                return false;
            }
        }
        return true;
    }

    private static long both(PfnBitmap a, PfnBitmap b) {
        long bits = 0;
        for (int i = 0; i < a.words(); i++) {
            bits += Long.bitCount(a.word(i) & b.word(i));
        }
        return bits;
    }

    private static byte[] bytes(PfnBitmap bitmap, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.max(length, bitmap.words() * Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bitmap.words(); i++) {
            bytes.putLong(bitmap.word(i));
        }
        byte[] result = new byte[length];
        bytes.get(0, result);
        for (int i = length; i < bytes.capacity(); i++) {
            assertThat(bytes.get(i)).as("bits behind makedumpfile's bitmap").isZero();
        }
        return result;
    }
}
