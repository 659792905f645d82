// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * The crashed kernel's memory by virtual address. Nothing read from it can be trusted: bound every count and length, and
 * every chain of pointers. An instance belongs to one thread.
 */
public interface VirtualMemory {
    /**
     * Reads bytes, across page and segment borders where need be.
     *
     * @param virt kernel virtual address of the first byte
     * @param length number of bytes, at least 0
     * @param into receives them at its position, which moves behind them; {@code length} bytes must remain. When the read
     *     fails its position is as before, and what is behind it is undefined
     * @throws VmcoreException when a byte of it is not mapped or not in the file, or the file cannot be read
     */
    void read(long virt, int length, ByteBuffer into) throws VmcoreException;

    /**
     * Reads a little-endian 64-bit word at any alignment.
     *
     * @throws VmcoreException as {@link #read} does
     */
    long readLong(long virt) throws VmcoreException;

    /**
     * Reads a little-endian 32-bit word at any alignment.
     *
     * @throws VmcoreException as {@link #read} does
     */
    int readInt(long virt) throws VmcoreException;
}
