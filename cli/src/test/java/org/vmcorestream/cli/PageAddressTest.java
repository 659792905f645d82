// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageAddressTest {
    private static PageAddress of(String text) {
        return PageAddress.of(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1234, 1234", "4503599627370495, 4503599627370495", "0x0, 0", "0x1fff, 1", "0X12345678, 74565"})
    void shouldFindThePageFrame(String text, long pfn) {
        assertThat(of(text).pfn(12)).hasValue(pfn);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0xffff888000001000", "0xffffffff81000000", "0x8000000000000000"})
    void shouldTakeAddressesOfTheUpperHalfForVirtualOnes(String text) {
        assertThat(of(text).kind()).isEqualTo(PageAddress.Kind.VIRTUAL);
        assertThat(of(text).pfn(12)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "-1",
                "12ab",
                "0x",
                "0xg",
                "0x12345678901234567",
                "4503599627370496",
                "99999999999999999999"
            })
    void shouldRefuseWhatIsNeither(String text) {
        assertThatThrownBy(() -> of(text))
                .isInstanceOf(CommandFailure.class)
                .hasMessageStartingWith("page '" + text + "', expected a page frame number");
    }
}
