// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.testkit.SyntheticVmcore;

/** What {@code -o} may name. */
class OutputFileTest {
    @TempDir
    private Path folder;

    private Path vmcore;
    private byte[] bytes;

    @BeforeEach
    void write() throws IOException {
        vmcore = SyntheticVmcore.write(folder.resolve("guest-dmesg.txt"), "kernel 6.16\nmemory 0-32M\npanic \"x\"")
                .file();
        bytes = Files.readAllBytes(vmcore);
    }

    @Test
    void shouldNotReplaceTheVmcoreThatItReadsEvenWhenForced() throws IOException {
        refuses(vmcore, "is the vmcore to read");
    }

    @Test
    void shouldNotReplaceTheVmcoreByAnotherNameOfIt() throws IOException {
        Path hard = Files.createLink(folder.resolve("hard.elf"), vmcore);
        refuses(hard, "is the vmcore to read");
        Path soft = Files.createSymbolicLink(folder.resolve("soft.elf"), vmcore);
        refuses(soft, "is the vmcore to read");
    }

    @Test
    void shouldNotReplaceTheVmcoreByTheKernelLog() throws IOException {
        refuses(folder.resolve("guest.kdump"), "is the vmcore to read");
    }

    private void refuses(Path out, String complaint) throws IOException {
        Captured.Result result = Captured.run("run", vmcore, "-o", out, "--force");
        assertThat(result.err()).contains(complaint);
        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(Files.readAllBytes(vmcore)).isEqualTo(bytes);
    }

    @Test
    void shouldNotReplaceADevice() {
        assertThatThrownBy(() -> OutputFile.of(Path.of("/dev/null"), true)).hasMessageContaining("is no regular file");
        assertThat(Path.of("/dev/null")).exists();
    }

    @Test
    void shouldRefuseAnEmptyName() {
        assertThatThrownBy(() -> OutputFile.of(Path.of(""), true)).hasMessageContaining("--output is empty");
        assertThat(Captured.run("inspect", "").err()).contains("the name of the vmcore is empty");
    }
}
