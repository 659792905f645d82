// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.log.KernelLog;

/** Logs of the real vmcores in the folder that {@code vmcores.dir} names; all of them crashed by sysrq-c. */
class RealKernelLogTest {
    @TempDir
    Path scratch;

    @Test
    void shouldReadTheWholeLogOfARealCrash() throws IOException {
        String folder = System.getProperty("vmcores.dir", "");
        assumeFalse(folder.isEmpty(), "skipped: the system property vmcores.dir is not set");
        RealVmcores vmcores = new RealVmcores(Path.of(folder));
        for (String name : vmcores.names()) {
            try (Vmcore vmcore = Vmcore.open(vmcores.file(name, scratch))) {
                KernelLog log = vmcore.kernelLog();
                String text = new String(log.text(), StandardCharsets.UTF_8);

                assertThat(log.problem()).as(name).isEmpty();
                assertThat(text)
                        .as(name)
                        .startsWith("[    0.000000] [      T0] ")
                        .contains("] Linux version ")
                        .endsWith("---[ end Kernel panic - not syncing: sysrq triggered crash ]---\n");
                assertThat(log.crash().line()).as(name).isEqualTo("Kernel panic - not syncing: sysrq triggered crash");
                // A kernel without CONFIG_DEBUG_BUGVERBOSE prints none.
                if (text.toLowerCase(Locale.ROOT).contains("call trace:")) {
                    assertThat(log.crash().callTrace()).as(name).contains("panic", "write_sysrq_trigger", "ksys_write");
                } else {
                    assertThat(log.crash().callTrace()).as(name).isEmpty();
                }
                assertThat(log.crash().secondsSinceBoot()).as(name).isGreaterThan(1);
            }
        }
    }
}
