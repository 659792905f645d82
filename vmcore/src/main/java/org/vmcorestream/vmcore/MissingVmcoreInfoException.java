// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/** A core file without the note that describes its kernel: there is no telling what its pages are. */
public class MissingVmcoreInfoException extends VmcoreException {
    /** With a message of the shape that {@link VmcoreException} asks for. */
    public MissingVmcoreInfoException(String message) {
        super(message);
    }
}
