// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/** The vmcore contradicts itself, or says what cannot be. */
public class CorruptVmcoreException extends VmcoreException {
    /** With a message of the shape that {@link VmcoreException} asks for. */
    public CorruptVmcoreException(String message) {
        super(message);
    }
}
