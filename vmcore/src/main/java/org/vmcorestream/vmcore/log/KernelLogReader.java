// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.memory.VirtualMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * Reads the kernel log out of a vmcore. Never fails: what cannot be read is said in the log itself. Which of the three
 * ways a kernel has kept its log is told by the symbols that VMCOREINFO names.
 */
public final class KernelLogReader {
    private KernelLogReader() {}

    /** The kernel log as far as it can be read. */
    public static KernelLog read(VmcoreInfo info, VirtualMemory memory) {
        LogText text = new LogText();
        try {
            if (info.symbol("prb").isPresent()) {
                new PrintkRingReader(info, memory, text).read();
            } else if (info.symbol("log_first_idx").isPresent()) {
                new PrintkRecordReader(info, memory, text).read();
            } else if (info.symbol("log_end").isPresent()) {
                new PlainLogReader(info, memory, text).read();
            } else {
                text.problem(
                        "VMCOREINFO names no kernel log: SYMBOL(prb), SYMBOL(log_first_idx) and SYMBOL(log_end) are missing");
            }
        } catch (VmcoreException e) {
            text.problem(e.getMessage());
        }
        byte[] bytes = text.bytes();
        return new KernelLog(bytes, text.problem().isEmpty(), text.problem(), CrashReasonFinder.find(bytes));
    }
}
