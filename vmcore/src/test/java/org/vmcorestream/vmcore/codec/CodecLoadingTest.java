// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a codec loads, seen in JVMs of their own. */
class CodecLoadingTest {
    private static final Map<PageCodec, List<String>> OWN = Map.of(
            PageCodec.ZLIB, List.of("com.sun.jna"),
            PageCodec.LZO, List.of("com.sun.jna", "io.airlift"),
            PageCodec.SNAPPY, List.of("org.xerial"),
            PageCodec.ZSTD, List.of("com.github.luben"),
            PageCodec.LZ4, List.of("net.jpountz"));

    /** Runs in the other JVM: a round trip with one codec, then the names of the classes in use. */
    static final class OtherJvm {
        private OtherJvm() {}

        public static void main(String[] args) throws Exception {
            PageCodec codec = PageCodec.valueOf(args[0]);
            byte[] page = TestPage.TEXT.bytes(4096, 1);
            try (PageCompressor compressor = PageCompressor.of(codec);
                    PageDecompressor decompressor = PageDecompressor.of(codec)) {
                java.nio.ByteBuffer source =
                        java.nio.ByteBuffer.allocateDirect(4096).put(0, page);
                java.nio.ByteBuffer stored = java.nio.ByteBuffer.allocateDirect(compressor.bound(4096));
                int length = compressor.compress(source, 0, 4096, stored, 0);
                java.nio.ByteBuffer back = java.nio.ByteBuffer.allocateDirect(4096);
                decompressor.decompress(stored, 0, length, back, 0, 4096);
                System.out.println("same " + back.equals(source) + " by "
                        + compressor.getClass().getSimpleName());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLoadNoLibraryOfAnotherCodec(PageCodec codec) throws Exception {
        List<String> output = run(codec, System.getProperty("java.class.path"), "-Xlog:class+load:stdout");
        assertThat(output).anyMatch(line -> line.contains("same true by "));
        OWN.values().stream()
                .flatMap(List::stream)
                .filter(library -> !OWN.get(codec).contains(library))
                .forEach(library -> assertThat(output).noneMatch(line -> line.contains(" " + library + ".")));
    }

    @Test
    void shouldDoWithoutJna() throws Exception {
        String withoutJna = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("jna-"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(run(PageCodec.ZLIB, withoutJna)).containsExactly("same true by JdkZlibCompressor");
        assertThat(run(PageCodec.LZO, withoutJna)).containsExactly("same true by AirliftLzoCompressor");
    }

    @Test
    void shouldDoWithJnaThatCannotLoad() throws Exception {
        String classPath = System.getProperty("java.class.path");
        List<String> broken = List.of("-Djna.nounpack=true", "-Djna.nosys=true", "-Djna.noclasspath=true");
        assertThat(run(PageCodec.ZLIB, classPath, broken.toArray(String[]::new)))
                .containsExactly("same true by JdkZlibCompressor");
        assertThat(run(PageCodec.LZO, classPath, broken.toArray(String[]::new)))
                .containsExactly("same true by AirliftLzoCompressor");
    }

    private static List<String> run(PageCodec codec, String classPath, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        if (Runtime.version().feature() >= 24) {
            // Later JDKs warn of what the libraries do, unless it is allowed.
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, OtherJvm.class.getName(), codec.name()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}
