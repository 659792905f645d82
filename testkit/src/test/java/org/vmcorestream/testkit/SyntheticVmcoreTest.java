// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticVmcoreTest {
    @TempDir
    Path directory;

    @Test
    void shouldFollowPageTablesToTheKernelName() throws Exception {
        SyntheticVmcore vmcore = SyntheticVmcore.write(directory.resolve("v.elf"), "memory 0-16M");
        ElfBytes elf = new ElfBytes(vmcore.file());
        long uts = Long.parseUnsignedLong(vmcore.info("SYMBOL(init_uts_ns)"), 16);
        long root = Long.parseUnsignedLong(vmcore.info("SYMBOL(init_top_pgt)"), 16)
                - 0xffffffff80000000L
                + Long.parseLong(vmcore.info("NUMBER(phys_base)"));

        long physical = elf.walk(root, 4, uts, 0);

        assertThat(elf.string(physical)).isEqualTo("Linux");
        assertThat(elf.string(physical + 65)).isEqualTo("synthetic");
        assertThat(elf.string(physical + 130)).isEqualTo("6.12.0-synthetic");
    }
}
