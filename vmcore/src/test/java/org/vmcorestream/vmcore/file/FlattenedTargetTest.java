// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The flattened format, byte by byte, and the stream below it. */
class FlattenedTargetTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final StreamTarget stream = new StreamTarget("pipe", Channels.newChannel(sent));

    @Test
    void shouldWriteHeaderRecordsAndEnd() throws IOException {
        try (FlattenedTarget target = new FlattenedTarget(stream)) {
            target.write(ByteBuffer.wrap(new byte[] {7, 8, 9}), 1L << 33);
            target.write(ByteBuffer.wrap(new byte[] {5}), 0);
            target.commit();
        }
        ByteBuffer bytes = ByteBuffer.wrap(sent.toByteArray());
        byte[] signature = new byte[16];
        bytes.get(signature);
        assertThat(new String(signature, StandardCharsets.US_ASCII)).isEqualTo("makedumpfile\0\0\0\0");
        assertThat(bytes.getLong()).as("type").isEqualTo(1);
        assertThat(bytes.getLong()).as("version").isEqualTo(1);
        for (int i = bytes.position(); i < 4096; i++) {
            assertThat(bytes.get(i)).isZero();
        }
        bytes.position(4096);
        assertThat(bytes.getLong()).isEqualTo(1L << 33);
        assertThat(bytes.getLong()).isEqualTo(3);
        assertThat(new byte[] {bytes.get(), bytes.get(), bytes.get()}).containsExactly(7, 8, 9);
        assertThat(bytes.getLong()).isZero();
        assertThat(bytes.getLong()).isEqualTo(1);
        assertThat(bytes.get()).isEqualTo((byte) 5);
        assertThat(bytes.getLong()).isEqualTo(-1);
        assertThat(bytes.getLong()).isEqualTo(-1);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void shouldDivideWhatIsLargerThanARecord() throws IOException {
        ByteBuffer large = ByteBuffer.allocateDirect(FlattenedTarget.MAX_RECORD + 10);
        new FlattenedTarget(stream).write(large, 100);
        assertThat(large.hasRemaining()).isFalse();
        ByteBuffer bytes = ByteBuffer.wrap(sent.toByteArray());
        assertThat(bytes.getLong(4096)).isEqualTo(100);
        assertThat(bytes.getLong(4104)).isEqualTo(FlattenedTarget.MAX_RECORD);
        int second = 4112 + FlattenedTarget.MAX_RECORD;
        assertThat(bytes.getLong(second)).isEqualTo(100 + FlattenedTarget.MAX_RECORD);
        assertThat(bytes.getLong(second + 8)).isEqualTo(10);
        assertThat(bytes.limit()).isEqualTo(second + 16 + 10);
    }

    @Test
    void shouldHaveNoEndMarkWhenItIsGivenUp() throws IOException {
        try (FlattenedTarget target = new FlattenedTarget(stream)) {
            target.write(ByteBuffer.wrap(new byte[] {7}), 0);
        }
        assertThat(sent.size()).isEqualTo(4096 + 16 + 1);
    }

    @Test
    void shouldSayThatAPipeIsBroken() {
        StreamTarget broken = new StreamTarget("standard output", Channels.newChannel(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        }));
        assertThatIOException()
                .isThrownBy(() -> new FlattenedTarget(broken))
                .withMessage("standard output: cannot write 4096 bytes: Broken pipe");
    }

    @Test
    void shouldNotSeekInAStream() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.write(ByteBuffer.allocate(1), 1))
                .withMessage("pipe: write at 1, expected 0");
    }
}
