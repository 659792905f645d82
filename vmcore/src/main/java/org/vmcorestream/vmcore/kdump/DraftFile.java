// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.file.DumpTarget;

/**
 * What a kdump file is written to while its front is still being made: what was put there can be read and put there again, until
 * {@link #begin}. Belongs to one thread.
 */
interface DraftFile extends DumpTarget {
    /** Reads bytes that were written before until a buffer is full. */
    void read(ByteBuffer into, long position) throws IOException;

    /** Cuts off what lies behind a position: the front ends there. */
    void truncate(long length) throws IOException;

    /**
     * What comes behind the front is written once from here on.
     *
     * @param most bytes that the file will have at most
     */
    void begin(long most) throws IOException;

    /** Makes the file at least so long; what is added is a hole and one byte. */
    void reachTo(long length) throws IOException;

    /** Refuses to go on after a failure or an end. */
    void requireOpen() throws IOException;
}
