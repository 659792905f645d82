// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/** The file ends before what its headers promise; page data would be missing. */
public class TruncatedVmcoreException extends VmcoreException {
    /** With a message of the shape that {@link VmcoreException} asks for. */
    public TruncatedVmcoreException(String message) {
        super(message);
    }
}
