// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * Pages that claimed what no sane kernel claims. Each was kept, and its claim not followed: a corrupted struct page must
 * not take a thousand good pages with it.
 *
 * @param invalidOrders free pages whose order is above MAX_PAGE_ORDER
 * @param misaligned heads of free or unaccepted blocks whose page frame is not aligned to the block
 * @param firstPfn the first such page frame, -1 when there was none
 */
public record Anomalies(long invalidOrders, long misaligned, long firstPfn) {
    /** None seen. */
    public static final Anomalies NONE = new Anomalies(0, 0, -1);

    /** Number of pages concerned. */
    public long total() {
        return invalidOrders + misaligned;
    }
}
