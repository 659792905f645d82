// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/** Where kernel logs lie on topic dumps. Can be used by several threads at once. */
interface KernelLogs {
    /** Place of a dump's kernel log, null when it is not known. */
    LogPlace place(String dumpId);

    /** Partitions of topic dumps. */
    int partitions();
}
