// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

/**
 * What of a stripe was sent to page-data.
 *
 * @param batches records
 * @param pages pages in them, zero pages included
 * @param zeroPages pages of zeros among them
 * @param pageBytes stored bytes in them
 * @param digest CRC-32C over index and data of every record in order
 */
record DataTotals(int batches, long pages, long zeroPages, long pageBytes, int digest) {
    /** Nothing. */
    static final DataTotals NONE = new DataTotals(0, 0, 0, 0, 0);
}
