// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vmcorestream.vmcore.Vmcore;

/** The unpacked vmcores in the folder that the system property {@code vmcores.dir} names; all of them crashed by sysrq-c. */
class RealKernelLogTest {
    @Test
    void shouldReadTheWholeLogOfARealCrash() throws IOException {
        String folder = System.getProperty("vmcores.dir", "");
        assumeFalse(folder.isEmpty(), "skipped: the system property vmcores.dir is not set");
        List<Path> files;
        try (Stream<Path> list = Files.list(Path.of(folder))) {
            files = list.filter(file -> file.toString().endsWith(".elf")).toList();
        }
        assumeFalse(files.isEmpty(), "skipped: no unpacked .elf in vmcores.dir");
        for (Path file : files) {
            try (Vmcore vmcore = Vmcore.open(file)) {
                KernelLog log = vmcore.kernelLog();
                String text = new String(log.text(), StandardCharsets.UTF_8);

                assertThat(log.problem()).as("%s", file).isEmpty();
                assertThat(text)
                        .as("%s", file)
                        .startsWith("[    0.000000] [      T0] Linux version ")
                        .endsWith("---[ end Kernel panic - not syncing: sysrq triggered crash ]---\n");
                assertThat(log.crash().line()).isEqualTo("Kernel panic - not syncing: sysrq triggered crash");
                assertThat(log.crash().callTrace()).contains("panic", "sysrq_handle_crash", "ksys_write");
                assertThat(log.crash().secondsSinceBoot()).isGreaterThan(1);
            }
        }
    }
}
