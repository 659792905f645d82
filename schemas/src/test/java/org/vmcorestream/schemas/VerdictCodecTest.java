// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;

class VerdictCodecTest {
    private static final long FIRST_PFN = 9L << Chunk.SHIFT;

    private final VerdictRuns verdict = new VerdictRuns();
    private final VerdictRuns read = new VerdictRuns();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 7, 8, 64})
    void shouldRoundTripRandomVerdicts(int reasons) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            fill(random, reasons, 1 + random.nextInt(Chunk.PAGES), 1 + random.nextInt(100));
            byte[] bytes = VerdictCodec.encode(verdict);
            VerdictCodec.decode(ByteBuffer.wrap(bytes), FIRST_PFN, verdict.pages(), reasons, read);
            assertThat(text(read)).as("seed %d", seed).isEqualTo(text(verdict));
        }
    }

    @Test
    void shouldEncodeExactlyAsDescribed() {
        verdict.begin(FIRST_PFN);
        verdict.append(0, 31);
        verdict.append(6, 32);
        verdict.append(7, 1);
        verdict.append(63, 32 + 300);
        byte[] expected = {1, 0x1f, (byte) 0xc0, 0, (byte) 0xe1, 7, (byte) 0xe0, 63, (byte) 0xac, 0x02};
        assertThat(VerdictCodec.encode(verdict)).isEqualTo(expected);
    }

    @Test
    void shouldEncodeReasonsByTheTableOfTheRecord() throws Exception {
        verdict.begin(FIRST_PFN);
        verdict.append(0, 10);
        verdict.append(40, 20);
        int[] indexOf = new int[64];
        indexOf[40] = 1;
        byte[] bytes = VerdictCodec.encode(verdict, indexOf);
        VerdictCodec.decode(ByteBuffer.wrap(bytes), FIRST_PFN, 30, 2, read);
        assertThat(text(read)).isEqualTo("294912: 0*10 1*20 ");
    }

    @Test
    void shouldRefuseToEncodeAReasonWithoutAnIndex() {
        verdict.begin(FIRST_PFN);
        verdict.append(1, 10);
        assertThatThrownBy(() -> VerdictCodec.encode(verdict, new int[] {0, -1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("reason code 1 has index -1, expected 0 to 63");
    }

    @Test
    void shouldStayWithinTheStatedSize() {
        verdict.begin(FIRST_PFN);
        for (int i = 0; i < Chunk.PAGES; i++) {
            verdict.append(62 + i % 2, 1);
        }
        assertThat(VerdictCodec.encode(verdict)).hasSize(65_537);
    }

    @Test
    void shouldLeavePositionAndLimitAloneAndReadDirectBuffers() throws Exception {
        fill(new Random(4), 9, 500, 7);
        byte[] bytes = VerdictCodec.encode(verdict);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 5);
        direct.put(3, bytes).position(3).limit(3 + bytes.length);
        VerdictCodec.decode(direct, FIRST_PFN, 500, 9, read);
        assertThat(direct.position()).isEqualTo(3);
        assertThat(text(read)).isEqualTo(text(verdict));
    }

    @Test
    void shouldRefuseAnotherFormatVersion() {
        refuse(1, 1, "verdict runs, byte 0: format version is 0, expected 1", 0, 1);
    }

    @Test
    void shouldRefuseNothingAtAll() {
        refuse(1, 1, "ends, expected another byte");
    }

    @Test
    void shouldRefuseAReasonThatIsNotInTheTable() {
        refuse(1, 1, "run points at reason 1 of 1", 1, 0x21);
        refuse(1, 8, "run points at reason 200 of 8", 1, 0xe1, 200);
    }

    @Test
    void shouldRefuseAnEmptyTable() {
        refuse(1, 0, "run points at reason 0 of 0", 1, 0x01);
    }

    @Test
    void shouldRefuseMorePagesThanTheChunkHas() {
        refuse(4, 1, "run of 5 pages, expected at most the 4 left of 4", 1, 0x05);
        refuse(4, 1, "length of a run is 268435455, expected 0 to 32768", 1, 0, 0xff, 0xff, 0xff, 0x7f);
    }

    @Test
    void shouldRefuseFewerPagesThanTheChunkHas() {
        refuse(6, 1, "ends, expected another byte", 1, 0x05);
    }

    @Test
    void shouldRefuseTrailingBytes() {
        refuse(5, 1, "1 bytes behind the last run, expected none", 1, 0x05, 0);
    }

    @Test
    void shouldRefuseImpossibleCounts() {
        refuse(32_769, 1, "verdict on 32769 pages, expected 0 to 32768", 1);
        refuse(1, RuleSet.MAX_REASONS + 1, "65 reasons, expected 0 to 64", 1);
        refuse(-1, 1, "verdict on -1 pages", 1);
    }

    @Test
    void shouldSurviveDamagedVerdicts() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            fill(random, 10, 3_000, 1 + random.nextInt(100));
            byte[] bytes = VerdictCodec.encode(verdict);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
            try {
                VerdictCodec.decode(ByteBuffer.wrap(cut), FIRST_PFN, 3_000, 10, read);
                assertThat(read.pages()).isEqualTo(3_000);
            } catch (MalformedRecordException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %d", seed).startsWith("verdict runs, byte ");
            }
        }
        assertThat(refused).isPositive();
    }

    private void refuse(int pages, int reasons, String message, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        assertThatThrownBy(() -> VerdictCodec.decode(ByteBuffer.wrap(bytes), FIRST_PFN, pages, reasons, read))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }

    private void fill(Random random, int reasons, int pages, int longestRun) {
        verdict.begin(FIRST_PFN);
        for (int left = pages; left > 0; ) {
            int length = Math.min(left, 1 + random.nextInt(longestRun));
            verdict.append(random.nextInt(reasons), length);
            left -= length;
        }
    }

    private static String text(VerdictRuns runs) {
        StringBuilder text = new StringBuilder(runs.firstPfn() + ": ");
        for (int run = 0; run < runs.runs(); run++) {
            text.append(runs.reason(run)).append('*').append(runs.length(run)).append(' ');
        }
        return text.toString();
    }
}
