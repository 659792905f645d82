// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;

/** The calls of the C library that Java has no words for, where there is one: 64-bit Linux. */
final class Libc {
    /** {@code open}: read only, and not for child processes. */
    static final int O_RDONLY_CLOEXEC = 0x80000;

    /** {@code lseek}: next data at or behind an offset. */
    static final int SEEK_DATA = 3;

    /** {@code lseek}: next hole at or behind an offset; the end of the file counts as one. */
    static final int SEEK_HOLE = 4;

    /** {@code lseek}: no such offset, behind the last data. */
    static final int ENXIO = 6;

    /** {@code posix_fadvise}: will be read soon. */
    static final int POSIX_FADV_WILLNEED = 3;

    /** Whether the calls can be made. */
    static final boolean AVAILABLE = load();

    private Libc() {}

    private static boolean load() {
        try {
            if (!Platform.isLinux() || !Platform.is64Bit()) {
                return false;
            }
            Native.register(Libc.class, Platform.C_LIBRARY_NAME);
            return true;
        } catch (LinkageError | RuntimeException e) {
            return false;
        }
    }

    static native int open(String path, int flags) throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;

    static native long lseek(int descriptor, long offset, int whence) throws LastErrorException;

    static native int posix_fadvise(int descriptor, long offset, long length, int advice);
}
