// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {
    @TempDir
    private Path parent;

    @Test
    void shouldRemoveAFolderAndAllInIt() throws Exception {
        TemporaryFolder folder = TemporaryFolder.create(parent, "t-");
        Files.createDirectories(folder.path().resolve("a/b"));
        Files.writeString(folder.path().resolve("a/b/c"), "d");
        assertThat(folder.remove()).isTrue();
        assertThat(parent).isEmptyDirectory();
        assertThat(folder.remove()).as("once more").isTrue();
    }
}
