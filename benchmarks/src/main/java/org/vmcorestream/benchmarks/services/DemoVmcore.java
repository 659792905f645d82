// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.services;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Unpacks the vmcore that ships with the project, so that services can be warmed where no program {@code zstd} is installed. */
public final class DemoVmcore {
    private DemoVmcore() {}

    /** Takes the packed file and the one to write. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("demo: " + arguments.length + " arguments, expected PACKED and VMCORE");
            System.exit(2);
        }
        try (InputStream packed = new ZstdInputStream(Files.newInputStream(Path.of(arguments[0])))) {
            Files.copy(packed, Path.of(arguments[1]), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
