// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

/**
 * Physical memory that lies in a file in one piece.
 *
 * @param phys physical address of the first byte
 * @param length bytes
 * @param offset of the first byte in the file
 */
record Piece(long phys, long length, long offset) {
    boolean contains(long address) {
        return address >= phys && address - phys < length;
    }

    long end() {
        return phys + length;
    }
}
