// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/** The file is no dump of a kernel's memory at all. */
public class NotAVmcoreException extends VmcoreException {
    /** With a message of the shape that {@link VmcoreException} asks for. */
    public NotAVmcoreException(String message) {
        super(message);
    }
}
