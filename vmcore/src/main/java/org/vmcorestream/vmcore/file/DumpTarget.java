// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where the bytes of a dump file go: a file on disk, a stream, an object in a store. Bytes come at positions, in any order, each position
 * once at most. What nobody wrote reads as zeros; the file ends behind the last byte that was written. It is there under its name
 * only after {@link #commit}. Belongs to one thread.
 */
public interface DumpTarget extends AutoCloseable {
    /** Begins a target once it is known how large it can become. */
    @FunctionalInterface
    interface Opener {
        /**
         * Begins it.
         *
         * @param most bytes that will be written to it at most, holes between them included
         * @throws IOException when it cannot be written
         */
        DumpTarget open(long most) throws IOException;
    }

    /**
     * Writes all remaining bytes of a buffer, whose position moves to its limit.
     *
     * @param position in the file, in bytes
     * @throws IOException when they cannot be written; the target is given up then
     */
    void write(ByteBuffer bytes, long position) throws IOException;

    /**
     * Writes all remaining bytes of a buffer as {@link #write} does, but may still be at it when this returns: what lies between its
     * position and limit changes no more then, and is not to be changed. What cannot be written is said by a later call.
     *
     * @param full a direct buffer
     * @return a buffer of the same capacity and order to go on with, all of it; often the same one
     * @throws IOException when it or something before it cannot be written; the target is given up then
     */
    default ByteBuffer exchange(ByteBuffer full, long position) throws IOException {
        write(full, position);
        return full.clear();
    }

    /**
     * Ends the file: all its bytes are safe when this returns, and it has its name.
     *
     * @throws IOException when it cannot be ended; what was written is thrown away
     */
    void commit() throws IOException;

    /** Throws away what was written unless {@link #commit} was successful. */
    @Override
    void close() throws IOException;
}
