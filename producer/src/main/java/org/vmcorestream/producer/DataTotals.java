// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmcorestream.schemas.RecordHeaders;

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

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}) (\\d{1,18}) (\\d{1,18}) (\\d{1,18}) ([0-9a-f]{8})");

    /** As header {@link RecordHeaders#TOTALS} has it. */
    String text() {
        return batches + " " + pages + " " + zeroPages + " " + pageBytes + " "
                + HexFormat.of().toHexDigits(digest);
    }

    /** Of such a header; empty when it is none. */
    static Optional<DataTotals> of(String text) {
        Matcher fields = TEXT.matcher(text == null ? "" : text);
        return fields.matches()
                ? Optional.of(new DataTotals(
                        Integer.parseInt(fields.group(1)),
                        Long.parseLong(fields.group(2)),
                        Long.parseLong(fields.group(3)),
                        Long.parseLong(fields.group(4)),
                        HexFormat.fromHexDigits(fields.group(5))))
                : Optional.empty();
    }
}
