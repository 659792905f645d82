// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/** A kernel virtual address that is not mapped, or whose memory the vmcore does not hold. */
public class UnmappedAddressException extends VmcoreException {
    /** With a message of the shape that {@link VmcoreException} asks for. */
    public UnmappedAddressException(String message) {
        super(message);
    }
}
