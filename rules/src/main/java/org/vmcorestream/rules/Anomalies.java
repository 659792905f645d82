// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * Pages that something is odd about. Those of the first three kinds were kept, and a claim was not followed: a corrupted
 * struct page must not take a thousand good pages with it.
 *
 * @param invalidOrders free pages whose order is above MAX_PAGE_ORDER
 * @param misaligned heads of free or unaccepted blocks whose page frame is not aligned to the block
 * @param undecided pages for which a condition of the rule set had no answer
 * @param unknownTypes pages whose {@code _mapcount} is a page type that this program does not know; they are decided like
 *     any other
 * @param firstPfn the first page frame of the first three kinds, -1 when there was none
 */
public record Anomalies(long invalidOrders, long misaligned, long undecided, long unknownTypes, long firstPfn) {
    /** None seen. */
    public static final Anomalies NONE = new Anomalies(0, 0, 0, 0, -1);

    /** Number of pages that were kept because of it. */
    public long kept() {
        return invalidOrders + misaligned + undecided;
    }
}
