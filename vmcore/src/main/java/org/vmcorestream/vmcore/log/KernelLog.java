// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

/**
 * The kernel log of a crashed kernel.
 *
 * @param text lines as {@code makedumpfile --dump-dmesg} prints them: {@code [    1.234567] [      T1] text}, without the second
 *     bracket where the kernel does not say who wrote; UTF-8 as far as the kernel wrote UTF-8, other bytes as {@code \xNN}
 * @param complete whether the whole ring buffer could be read
 * @param problem what could not be read, in one line; empty when complete
 * @param crash why the kernel says it crashed
 */
public record KernelLog(byte[] text, boolean complete, String problem, CrashReason crash) {}
