// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** A dump and its kernel log hold the secrets of a guest: they are the owner's alone, as makedumpfile leaves a dump. */
public final class OwnerOnly {
    private OwnerOnly() {}

    /** Attributes to create a file with: mode 0600, none where the file system knows no modes. */
    public static FileAttribute<?>[] access(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
