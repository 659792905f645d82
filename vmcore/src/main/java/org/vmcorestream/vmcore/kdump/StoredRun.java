// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

/** Pages whose stored bytes lie one behind the other, in the order of the pages. */
public interface StoredRun {
    /** Number of pages, at least 1. */
    int pages();

    /** Page frame of a page; they ascend. */
    long pfn(int page);

    /** Stored bytes of a page; 0 for a page of zeros, which has none. */
    int length(int page);

    /** Whether the stored bytes of a page are not compressed. */
    boolean raw(int page);
}
