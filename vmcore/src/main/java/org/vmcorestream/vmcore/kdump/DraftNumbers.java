// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;

/** Numbers of 64 bits under indexes from 0 on, all 0 at first, in the file that is being written. Belongs to one thread. */
public final class DraftNumbers {
    private final FileWindows windows;
    private final int perWindow;

    DraftNumbers(FileWindows windows) {
        this.windows = windows;
        perWindow = windows.size() / Long.BYTES;
    }

    /** The number under an index. */
    public long get(long index) throws IOException {
        var window = windows.look(index / perWindow);
        return window == null ? 0 : window.getLong((int) (index % perWindow) * Long.BYTES);
    }

    /** Puts a number under an index. */
    public void put(long index, long number) throws IOException {
        windows.change(index / perWindow).putLong((int) (index % perWindow) * Long.BYTES, number);
    }

    /** What is behind it. */
    FileWindows windows() {
        return windows;
    }
}
