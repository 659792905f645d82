// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class OneLineTest {
    @Test
    void shouldAddWhatTheDeepestCauseSays() {
        Exception e =
                new RuntimeException("client cannot start", new IOException("middle", new IOException("no route")));

        assertThat(OneLine.of(e)).isEqualTo("client cannot start: no route");
    }

    @Test
    void shouldNotSayTheSameTwice() {
        IOException cause = new IOException("no route");

        assertThat(OneLine.of(new RuntimeException(cause))).isEqualTo("java.io.IOException: no route");
    }

    @Test
    void shouldPutManyLinesIntoOneOfBoundedLength() {
        assertThat(OneLine.of(new IOException("a\r\n\tb\u0007c "))).isEqualTo("a b c");
        assertThat(OneLine.of(new IOException("x".repeat(5_000)))).hasSize(1_000);
        assertThat(OneLine.of(new IOException())).isEqualTo("IOException");
    }
}
