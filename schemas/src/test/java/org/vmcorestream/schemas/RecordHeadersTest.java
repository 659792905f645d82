// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.StripeClosed;

class RecordHeadersTest {
    private final StripeClosed message = new StripeClosed("d", 0, 1, 2L, 3);

    @Test
    void shouldSayWhatFlows() {
        Headers headers = RecordHeaders.of("d", message, 32_768, 65_536);
        assertThat(text(headers, RecordHeaders.DUMP)).isEqualTo("d");
        assertThat(text(headers, RecordHeaders.KIND)).isEqualTo("StripeClosed");
        assertThat(text(headers, RecordHeaders.PFNS)).isEqualTo("32768-65535");
        assertThat(headers.toArray()).hasSize(4);
    }

    @Test
    void shouldNameTheFingerprintThatTheRecordBeginsWith() {
        long fingerprint = ByteBuffer.wrap(RecordCodec.encode(message))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(2);
        assertThat(text(RecordHeaders.of("d", message), RecordHeaders.SCHEMA))
                .isEqualTo(String.format("%016x", fingerprint));
    }

    @Test
    void shouldLeaveOutPageFramesWhereThereAreNone() {
        assertThat(RecordHeaders.of("d", message).lastHeader(RecordHeaders.PFNS))
                .isNull();
    }

    private static String text(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
