// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * CPU time of child processes that have ended, their own children included: {@code getrusage(RUSAGE_CHILDREN)} of the C library,
 * which is exact to the microsecond. 64-bit Linux only.
 */
final class ChildrenCpu {
    private static final int RUSAGE_CHILDREN = -1;

    /** Bytes of {@code struct rusage}: two {@code struct timeval} of 16 bytes, user and system time, and 14 longs. */
    private static final int RUSAGE_BYTES = 144;

    static {
        Native.register(ChildrenCpu.class, Platform.C_LIBRARY_NAME);
    }

    private ChildrenCpu() {}

    /** User and system time of all children so far that have ended and were waited for, in microseconds. */
    static long micros() {
        byte[] usage = new byte[RUSAGE_BYTES];
        getrusage(RUSAGE_CHILDREN, usage);
        ByteBuffer fields = ByteBuffer.wrap(usage).order(ByteOrder.nativeOrder());
        return 1_000_000 * (fields.getLong(0) + fields.getLong(16)) + fields.getLong(8) + fields.getLong(24);
    }

    private static native int getrusage(int who, byte[] usage) throws LastErrorException;
}
