// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** Binds native methods to a library through JNA, where the machine has both. */
final class NativeBinding {
    private NativeBinding() {}

    /**
     * Binds the native methods of a class, whose addresses and sizes are passed as long: that is right on 64-bit machines only.
     *
     * @param methods class with the native methods
     * @param library file name of the library
     * @return whether they can be called; false without the library, without JNA, or on another machine
     */
    static boolean of(Class<?> methods, String library) {
        try {
            if (Native.POINTER_SIZE != Long.BYTES) {
                return false;
            }
            Native.register(methods, NativeLibrary.getInstance(library));
            return true;
        } catch (LinkageError | RuntimeException absent) {
            return false;
        }
    }
}
