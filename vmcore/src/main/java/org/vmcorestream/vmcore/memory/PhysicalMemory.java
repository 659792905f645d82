// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of physical memory, as far as a dump has them. Can be used by several threads at once. */
public interface PhysicalMemory {
    /** Name of the dump, for messages. */
    String source();

    /**
     * Reads as far as the dump has bytes without a gap.
     *
     * @param phys physical address of the first byte
     * @param length most bytes to read
     * @param into receives them at its position, which moves behind them; it should be direct
     * @return bytes read, less than {@code length} where the next one is not in the dump
     */
    int read(long phys, int length, ByteBuffer into) throws IOException;
}
