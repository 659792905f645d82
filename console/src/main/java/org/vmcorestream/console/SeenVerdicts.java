// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A set of keys that are remembered as 64 bits each (FNV-1a, mixed), in an open table: 16 bytes a key on average. Two of a
 * million keys are taken for one with a probability of 1 to 37 million. When it holds {@value #MAX_KEYS} keys it takes no more. Belongs to one thread.
 */
final class SeenVerdicts {
    /** Most keys: 32 MiB. */
    static final int MAX_KEYS = 2_000_000;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long MIX_1 = 0xff51afd7ed558ccdL;
    private static final long MIX_2 = 0xc4ceb9fe1a85ec53L;

    /** A power of two of slots; 0 is a free one. */
    private long[] slots = new long[1024];

    private int size;

    /** Whether a key was added. */
    boolean contains(String key) {
        long hash = hash(key);
        return slots[slot(slots, hash)] == hash;
    }

    /** Adds a key, unless there are too many. */
    void add(String key) {
        if (size == MAX_KEYS) {
            return;
        }
        if (size * 2 >= slots.length) {
            grow();
        }
        long hash = hash(key);
        int slot = slot(slots, hash);
        if (slots[slot] == 0) {
            slots[slot] = hash;
            size++;
        }
    }

    /** Number of keys. */
    int size() {
        return size;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        Arrays.stream(slots).filter(hash -> hash != 0).forEach(hash -> larger[slot(larger, hash)] = hash);
        slots = larger;
    }

    private static int slot(long[] slots, long hash) {
        int mask = slots.length - 1;
        int slot = (int) hash & mask;
        while (slots[slot] != 0 && slots[slot] != hash) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private static long hash(String key) {
        long hash = FNV_OFFSET;
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b & 0xff) * FNV_PRIME;
        }
        hash = (hash ^ hash >>> 33) * MIX_1;
        hash = (hash ^ hash >>> 33) * MIX_2;
        hash ^= hash >>> 33;
        return hash == 0 ? 1 : hash;
    }
}
