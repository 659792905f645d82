// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/** A dump, but of a machine or in a format that is not read. */
public class UnsupportedVmcoreException extends VmcoreException {
    /** With a message of the shape that {@link VmcoreException} asks for. */
    public UnsupportedVmcoreException(String message) {
        super(message);
    }
}
