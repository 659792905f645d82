// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.testkit.SyntheticKdump;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Kdump files that somebody made to hurt whoever opens them as a vmcore: they are read, or refused by name in one line. */
@Timeout(60)
class DamagedKdumpTest {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private SyntheticKdump whole;
    private Path file;
    private byte[] good;

    @BeforeEach
    void write() throws IOException {
        whole = SyntheticKdump.of(SyntheticVmcore.write(folder.resolve("test.elf"), "memory 0-8M\nfill 700..900 zero"));
        file = folder.resolve("damaged");
        good = whole.bytes();
    }

    private static String readAll(Path file) {
        try (Vmcore vmcore = Vmcore.open(file)) {
            DumpContents.of(vmcore);
            return "read";
        } catch (VmcoreException e) {
            assertThat(e.getMessage())
                    .contains(file.toString())
                    .doesNotContain("\n")
                    .hasSizeLessThan(1000);
            return e.getMessage();
        } catch (IOException | RuntimeException e) {
            return fail(file.toString(), e);
        }
    }

    private void assertRefused(Consumer<ByteBuffer> change, String... message) throws IOException {
        byte[] bytes = good.clone();
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        Files.write(file, bytes);
        assertThat(readAll(file)).contains(message);
    }

    @Test
    void shouldRefuseOtherMachinesVersionsAndLayouts() throws IOException {
        assertThat(readAll(whole.write(file))).isEqualTo("read");
        assertRefused(bytes -> bytes.put(272, (byte) 'z'), "is of a machine 'z86_64' (utsname at offset 272)");
        assertRefused(bytes -> bytes.put(272, (byte) '\n'), "is of a machine '?86_64'");
        assertRefused(bytes -> bytes.putInt(8, 0), "has kdump header version 0, expected 1 to 6");
        assertRefused(bytes -> bytes.putInt(8, 7), "has kdump header version 7, expected 1 to 6");
        assertRefused(bytes -> bytes.putInt(8, 0x0600_0000), "is a big-endian kdump file");
        assertRefused(bytes -> bytes.putInt(8, 0x0300_0000), "is a big-endian kdump file");
        assertRefused(bytes -> bytes.putInt(428, 1 << 30), "has blocks of 1073741824 bytes");
        assertRefused(bytes -> bytes.put(0, (byte) 'D'), "does not begin with 7f 45 4c 46 (ELF)");
    }

    @Test
    void shouldRefuseWhatHeadersPointAtOutsideOfTheFile() throws IOException {
        assertRefused(bytes -> bytes.putInt(432, Integer.MAX_VALUE), "bitmaps of");
        assertRefused(bytes -> bytes.putInt(436, -2), "bitmaps of");
        assertRefused(bytes -> bytes.putInt(436, 0), "has 0 blocks of bitmaps");
        assertRefused(bytes -> bytes.putLong(PAGE + 96, -1), "page frames");
        assertRefused(bytes -> bytes.putLong(PAGE + 56, -1), "has notes of 18446744073709551615 bytes");
        assertRefused(bytes -> bytes.putLong(PAGE + 48, Long.MAX_VALUE), "at offset 9223372036854775807");
        assertRefused(bytes -> bytes.putLong(PAGE + 40, -1), "has VMCOREINFO of 18446744073709551615 bytes");
        assertRefused(bytes -> bytes.putLong(PAGE + 32, Long.MIN_VALUE), "has VMCOREINFO of");
        good = whole.version(3).bytes();
        assertRefused(bytes -> bytes.putLong(PAGE + 40, -1), "has VMCOREINFO of 18446744073709551615 bytes");
        assertRefused(bytes -> bytes.putLong(PAGE + 40, 60 << 20), "VMCOREINFO of 62914560 bytes at offset");
        assertRefused(bytes -> bytes.putLong(PAGE + 32, -1), "at offset 18446744073709551615");
    }

    @Test
    void shouldRefuseDescriptorsThatLie() throws IOException {
        int at = whole.descriptors();
        assertRefused(
                bytes -> bytes.putLong(at, 0),
                "page frame 0 has ",
                "expected a page: the file does not say that it is incomplete");
        assertRefused(bytes -> bytes.putLong(at, -1), "page frame 0 has ", "at offset 18446744073709551615 with flags");
        assertRefused(
                bytes -> bytes.putLong(at, Long.MAX_VALUE),
                "at offset 9223372036854775807 with flags",
                "expected them between offset");
        assertRefused(bytes -> bytes.putLong(at, good.length - 1), "and the end of the file at " + good.length);
        assertRefused(bytes -> bytes.putInt(at + 8, 0), "has 0 bytes at offset", "expected 1 to 4096 bytes");
        assertRefused(bytes -> bytes.putInt(at + 8, -1), "has 4294967295 bytes at offset", "expected 1 to 4096 bytes");
        assertRefused(bytes -> bytes.putInt(at + 8, PAGE + 1), "has 4097 bytes at offset");
        assertRefused(bytes -> bytes.putInt(at + 12, 8), "with flags 0x8, expected flags 0, 0x1, 0x2, 0x4 or 0x20");
        assertRefused(bytes -> bytes.putInt(at + 12, 0), "with flags 0x0, expected 4096 bytes");
        for (int flags : new int[] {1, 2, 4, 0x20}) {
            assertRefused(
                    bytes -> bytes.putLong(at, good.length - 100)
                            .putInt(at + 8, 100)
                            .putInt(at + 12, flags),
                    "page frame 0 at offset " + (good.length - 100) + ": ");
        }
    }

    @Test
    void shouldReadDescriptorsThatPointAtTheSameBytes() throws IOException {
        int at = whole.descriptors();
        byte[] bytes = good.clone();
        System.arraycopy(bytes, at, bytes, at + 24, 24);
        Files.write(file, bytes);

        try (Vmcore vmcore = Vmcore.open(file)) {
            ByteBuffer pages = ByteBuffer.allocateDirect(2 * PAGE);
            vmcore.pages().read(0, 2, pages);
            assertThat(pages.slice(0, PAGE)).isEqualTo(pages.slice(PAGE, PAGE));
        }
    }

    @Test
    void shouldRefuseAFirstBitmapOfNoise() throws IOException {
        // 2^22 page frames, every other of which is memory: 2^21 ranges
        long endPfn = 1L << 22;
        int bitmap = (int) (endPfn / 8);
        byte[] head = Arrays.copyOf(good, whole.bitmaps());
        ByteBuffer words = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        words.putInt(436, 2 * bitmap / PAGE).putLong(PAGE + 96, endPfn);
        byte[] noise = new byte[bitmap];
        Arrays.fill(noise, (byte) 0x55);
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.write(head);
            made.write(noise);
            made.setLength(head.length + 2L * bitmap);
        }
        assertThat(readAll(file))
                .contains("1st bitmap has more than 1048576 ranges of memory below page frame 2097152");
    }

    @Test
    void shouldTakePagesForHolesThatTheFirstBitmapDoesNotHave() throws IOException {
        byte[] bytes = good.clone();
        bytes[whole.bitmaps() + 100] = 0;
        Files.write(file, bytes);

        try (Vmcore vmcore = Vmcore.open(file)) {
            assertThat(DumpContents.descriptors(vmcore).subList(800, 808))
                    .allMatch(descriptor -> descriptor.shape() == org.vmcorestream.rules.Descriptor.HOLE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6})
    void shouldReadWhatIsThereOfAFileThatWasCutOrRefuseIt(int version) throws IOException {
        SyntheticKdump other = whole.version(version);
        byte[] bytes = other.bytes();
        for (int i = 0; i < 70; i++) {
            int length = i < 20 ? i * 450 : (int) ((long) bytes.length * i / 70);
            Files.write(file, Arrays.copyOf(bytes, length));
            String result = readAll(file);
            if (length < other.descriptors()) {
                assertThat(result).as("cut to " + length).isNotEqualTo("read");
            } else if (result.equals("read")) {
                try (Vmcore vmcore = Vmcore.open(file)) {
                    assertThat(vmcore.cut()).as("cut to " + length).isPresent();
                }
            }
        }
    }

    @Test
    void shouldSurviveWrongBytes() throws IOException {
        long seed = 2026;
        Random random = new Random(seed);
        for (int round = 0; round < 150; round++) {
            byte[] bytes = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                int at = switch (random.nextInt(4)) {
                    case 0 -> 400 + random.nextInt(64);
                    case 1 -> PAGE + random.nextInt(120);
                    case 2 -> random.nextInt(whole.descriptors() + 4000);
                    default -> random.nextInt(bytes.length);
                };
                bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, bytes);
            try {
                readAll(file);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }

    @Test
    void shouldRefuseAPageThatTheFileDoesNotHave() throws IOException {
        Path some = whole.without(pfn -> pfn == 1999).write(file);
        try (Vmcore vmcore = Vmcore.open(some)) {
            assertThatThrownBy(() -> vmcore.pages().read(1998, 2, ByteBuffer.allocateDirect(2 * PAGE)))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessageContaining("page frames 1998 to 1999 are asked for");
        }
    }
}
