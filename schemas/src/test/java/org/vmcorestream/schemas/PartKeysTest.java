// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of the parts of a dump. */
class PartKeysTest {
    private static final String ID = "018bcfe5-687b-7abc-8000-000000000001";

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }

    @Test
    void shouldReadWhatItWrites() {
        for (int part = 1; part < DumpCheck.MAX_PARTS; part++) {
            String key = text(Keys.dumpPart(ID, part));
            assertThat(Keys.isDumpPart(key)).isTrue();
            assertThat(Keys.partOfDump(key)).isEqualTo(part);
            assertThat(Keys.dumpOf(key)).isEqualTo(ID);
        }
        assertThat(Keys.isDumpPart(ID)).isFalse();
        assertThat(Keys.partOfDump(ID)).isZero();
        assertThat(Keys.dumpOf(ID)).isEqualTo(ID);
        assertThat(Keys.isDumpPart(text(Keys.kernelLog(ID)))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/part-", "/part-0", "/part-01", "/part--1", "/part-1x", "/part-1/part-2", "/part-1000000"})
    void shouldNotTakeAnotherKeyForThatOfAPart(String suffix) {
        assertThat(Keys.partOfDump(ID + suffix)).isEqualTo(-1);
        assertThat(Keys.isDumpPart(ID + suffix)).as("nobody else looks at it").isTrue();
    }

    @Test
    void shouldGivePartsToAllPartitionsInTurn() {
        Set<Integer> partitions = new HashSet<>();
        for (int part = 0; part < 5; part++) {
            partitions.add(Keys.partPartition(ID, part, 5));
        }
        assertThat(partitions).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }
}
