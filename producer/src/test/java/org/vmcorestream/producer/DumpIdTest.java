// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DumpIdTest {
    @Test
    void shouldMakeTheExampleOfTheStandard() {
        // RFC 9562, appendix A.6
        assertThat(DumpId.of(0x017F22E279B0L, 0xCC3, 0x18C4DC0C0C07398FL << 2))
                .isEqualTo("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    @Test
    void shouldMakeDifferentIdsOfTheirTime() {
        long before = System.currentTimeMillis();
        Set<String> ids = new HashSet<>();
        long last = 0;
        for (int i = 0; i < 10_000; i++) {
            String id = DumpId.next();
            assertThat(DumpId.millis(id)).isGreaterThanOrEqualTo(last);
            last = DumpId.millis(id);
            ids.add(id);
            assertThat(UUID.fromString(id).version()).isEqualTo(7);
            assertThat(UUID.fromString(id).variant()).isEqualTo(2);
        }
        assertThat(ids).hasSize(10_000);
        assertThat(last).isBetween(before, System.currentTimeMillis());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
                "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
                "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
                "017f22e2-79b0-7cc3-98c4-dc0c0c07398f/1",
                "017f22e279b07cc398c4dc0c0c07398f"
            })
    void shouldRefuseWhatIsNoDumpId(String text) {
        assertThat(DumpId.isValid(text)).isFalse();
        assertThatThrownBy(() -> DumpId.millis(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
