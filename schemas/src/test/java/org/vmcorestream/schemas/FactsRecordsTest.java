// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.schemas.records.PageFactsRecord;

class FactsRecordsTest {
    @Test
    void shouldRoundTripRandomFacts() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            PageFacts facts = new PageFacts(
                    12 + random.nextInt(5),
                    1 + random.nextInt(32),
                    bit(random),
                    bit(random),
                    bit(random),
                    bit(random),
                    bit(random),
                    bit(random),
                    random.nextInt(),
                    type(random),
                    type(random),
                    type(random),
                    type(random),
                    type(random));
            assertThat(FactsRecords.fromRecord(FactsRecords.toRecord(facts)))
                    .as("seed %d", seed)
                    .isEqualTo(facts);
        }
    }

    @Test
    void shouldRefuseValuesOutOfRange() {
        PageFactsRecord facts =
                new PageFactsRecord(12, 33, null, null, null, null, null, null, 64, null, null, null, null, null);
        assertThatThrownBy(() -> FactsRecords.fromRecord(facts))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("page facts: LENGTH(zone.free_area) is 33, expected 1 to 32");
    }

    private static OptionalInt bit(Random random) {
        return random.nextInt(3) == 0 ? OptionalInt.empty() : OptionalInt.of(random.nextInt(32));
    }

    private static OptionalInt type(Random random) {
        return random.nextInt(3) == 0 ? OptionalInt.empty() : OptionalInt.of(random.nextInt());
    }
}
