// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * Bytes to write over a finished structure.
 *
 * @param line number of the line that asks for it
 * @param object name of an object in the kernel image, or "phys"
 * @param offset bytes from its start
 * @param bytes 1, 2, 4 or 8
 * @param value little-endian
 */
record Poke(int line, String object, long offset, int bytes, long value) {
    /** Writes them. */
    void write(GuestMemory memory, KernelImage image) {
        long at;
        if (object.equals("phys")) {
            at = offset;
            if (!memory.holdsStructure(at)) {
                throw new DescriptionException(line, "no structure lies at 0x" + Long.toHexString(at));
            }
        } else if (image.names().contains(object)) {
            at = image.physical(object) + offset;
        } else {
            throw new DescriptionException(
                    line, "the kernel image has no '" + object + "', only " + String.join(", ", image.names()));
        }
        for (int i = 0; i < bytes; i++) {
            memory.putByte(at + i, (int) (value >>> 8 * i));
        }
    }
}
