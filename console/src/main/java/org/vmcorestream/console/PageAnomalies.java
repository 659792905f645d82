// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import org.vmcorestream.schemas.MalformedRecordException;

/**
 * Pages that were odd, in numbers of 0 or more.
 *
 * @param misaligned heads of free or unaccepted blocks that are not aligned to their block
 * @param invalidOrders free pages whose order is above MAX_PAGE_ORDER
 * @param undecided pages for which a condition had no answer
 * @param unknownTypes pages of a type that nobody knows
 */
record PageAnomalies(long misaligned, long invalidOrders, long undecided, long unknownTypes) {
    /**
     * Checks the numbers.
     *
     * @throws MalformedRecordException when one is out of its range
     */
    PageAnomalies checked() throws MalformedRecordException {
        RecordChecks.pages("misaligned", misaligned);
        RecordChecks.pages("invalidOrders", invalidOrders);
        RecordChecks.pages("undecided", undecided);
        RecordChecks.pages("unknownTypes", unknownTypes);
        return this;
    }

    /** The sum of both. */
    PageAnomalies plus(PageAnomalies other) {
        return new PageAnomalies(
                misaligned + other.misaligned,
                invalidOrders + other.invalidOrders,
                undecided + other.undecided,
                unknownTypes + other.unknownTypes);
    }
}
