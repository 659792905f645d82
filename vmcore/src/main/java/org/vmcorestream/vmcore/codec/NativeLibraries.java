// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

/** Which optional native libraries can be used. JNA itself may be missing or unable to load: that is no error either. */
final class NativeLibraries {
    private NativeLibraries() {}

    /** Whether libdeflate can be used. */
    static boolean libdeflate() {
        try {
            return Libdeflate.present();
        } catch (LinkageError noJna) {
            return false;
        }
    }

    /** Whether liblzo2 can be used. */
    static boolean liblzo() {
        try {
            return Liblzo.present();
        } catch (LinkageError noJna) {
            return false;
        }
    }
}
