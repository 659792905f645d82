// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

class KdumpHeadersTest {
    private static final byte[] TEXT = SampleDump.bytes("OSRELEASE=6.12.0\nPAGESIZE=4096\n");

    private final SampleDump sample = new SampleDump(new FakeCluster(), 1, PageCodec.ZSTD);

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private KdumpHeader header(byte[] notes) {
        sample.manifest.setNotes(ByteBuffer.wrap(notes));
        sample.manifest.setVmcoreinfo(ByteBuffer.wrap(TEXT));
        return KdumpHeaders.of(sample.plan(DumpState.OPENED), "level-31", PageCodec.ZSTD, false);
    }

    private static String text(KdumpHeader header) {
        return new String(header.notes(), header.vmcoreInfoOffset(), header.vmcoreInfoSize(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldFindVmcoreInfoBehindOtherNotes() {
        byte[] notes = join(
                SampleDump.note("CORE\0", new byte[336]),
                SampleDump.note("VMCOREINFO_XEN\0", new byte[7]),
                SampleDump.note("VMCOREINFO\0", TEXT));

        KdumpHeader header = header(notes);

        assertThat(header.notes()).isEqualTo(notes);
        assertThat(text(header).getBytes(StandardCharsets.UTF_8)).isEqualTo(TEXT);
    }

    @Test
    void shouldAddVmcoreInfoWhereTheNotesLackIt() {
        byte[] cpu = SampleDump.note("CORE\0", new byte[338]);

        KdumpHeader header = header(cpu);

        assertThat(Arrays.copyOf(header.notes(), cpu.length)).isEqualTo(cpu);
        assertThat(text(header).getBytes(StandardCharsets.UTF_8)).isEqualTo(TEXT);
    }

    @Test
    void shouldAddVmcoreInfoWhereTheNotesAreCutOff() {
        byte[] cpu = SampleDump.note("CORE\0", new byte[336]);
        byte[] cut = join(cpu, Arrays.copyOf(SampleDump.note("VMCOREINFO\0", new byte[100]), 60));

        assertThat(text(header(cut)).getBytes(StandardCharsets.UTF_8)).isEqualTo(TEXT);
    }

    @Test
    void shouldSurviveNotesOfRandomBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] notes = new byte[random.nextInt(200)];
            random.nextBytes(notes);
            for (int at = 0; at + 3 < notes.length && random.nextInt(4) > 0; at += 4) {
                notes[at + 1] = notes[at + 2] = notes[at + 3] = 0;
            }
            assertThat(text(header(notes)))
                    .as("seed %d round %d", seed, i)
                    .isEqualTo(new String(TEXT, StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldClaimTheLevelOfTheRuleSet() {
        assertThat(KdumpHeaders.level("level-0")).isZero();
        assertThat(KdumpHeaders.level("level-17")).isEqualTo(17);
        assertThat(KdumpHeaders.level("level-17-e")).isEqualTo(17);
        assertThat(KdumpHeaders.level("level-31-e")).isEqualTo(31);
        assertThat(KdumpHeaders.level("level-1@2")).isEqualTo(31);
        assertThat(KdumpHeaders.level("capture")).isEqualTo(16);
        assertThat(KdumpHeaders.level("level-99")).isEqualTo(31);
        assertThat(KdumpHeaders.level("ours")).isEqualTo(31);
    }

    @Test
    void shouldNotBelieveImpossibleCrashTimes() {
        sample.manifest.setCrashTime(-5L);
        assertThat(header(new byte[0]).crashTime()).isZero();
        sample.manifest.setCrashTime(Long.MAX_VALUE);
        assertThat(header(new byte[0]).crashTime()).isZero();
    }
}
