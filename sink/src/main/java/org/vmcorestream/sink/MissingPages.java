// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ReasonCount;

/**
 * Why pages that the verdict keeps are not in a file, by reason: first what the verdict says was never captured, then what
 * the retention of page-data took, then what was lost. Counted for each stripe by itself, each reason by no more than what is
 * really missing there. What is missing between pages that came was never captured, whatever the verdict says of it. Belongs to one thread.
 */
final class MissingPages {
    /** What reasons of the capture rule set are put behind. */
    static final String NOT_CAPTURED = "not captured: ";

    /** Pages that topic page-data no longer holds. */
    static final String EXPIRED = "expired";

    /** All else. */
    static final String LOST = "lost";

    /** Reason of pages that were never captured while the verdict does not say why. */
    static final String UNKNOWN = "unknown";

    private static final int MAX_REASON_LENGTH = 128;

    /** Most counts kept of all stripes together: 16 bytes each. Those beyond have an unknown reason. */
    private static final int MAX_COUNTS = 1 << 18;

    private final Map<String, Integer> codes = new LinkedHashMap<>();
    private final List<String> reasons = new ArrayList<>();
    /** By stripe, pairs of reason code and pages. */
    private final Map<Integer, long[]> announced = new HashMap<>();

    private int counts;
    private final long[] notCaptured = new long[RuleSet.MAX_REASONS + 1];
    private long notCapturedTotal;
    private long expired;

    /** Begins with nothing missing. */
    MissingPages() {
        code(UNKNOWN);
    }

    private int code(String reason) {
        Integer known = codes.get(reason);
        if (known != null) {
            return known;
        }
        if (codes.size() == notCaptured.length) {
            return 0;
        }
        codes.put(reason, reasons.size());
        reasons.add(reason);
        return reasons.size() - 1;
    }

    /**
     * Takes what the verdict on a stripe says of pages that it keeps and that were never captured.
     *
     * @throws MalformedRecordException when that cannot be
     */
    void announce(int stripe, List<ReasonCount> pages) throws MalformedRecordException {
        if (pages.size() > RuleSet.MAX_REASONS) {
            throw new MalformedRecordException("verdict on stripe " + stripe + " with " + pages.size()
                    + " reasons of pages not captured, expected at most " + RuleSet.MAX_REASONS);
        }
        for (ReasonCount count : pages) {
            if (count.getPages() < 0 || count.getReason().length() > MAX_REASON_LENGTH) {
                throw new MalformedRecordException(Problems.line("verdict on stripe " + stripe + " with "
                        + count.getPages() + " pages not captured for reason " + count.getReason()
                        + ", expected 0 or more and at most " + MAX_REASON_LENGTH + " characters"));
            }
        }
        if (counts + pages.size() > MAX_COUNTS) {
            return;
        }
        counts += pages.size();
        long[] kept = new long[2 * pages.size()];
        for (int i = 0; i < pages.size(); i++) {
            kept[2 * i] = code(Problems.line(pages.get(i).getReason()));
            kept[2 * i + 1] = pages.get(i).getPages();
        }
        announced.put(stripe, kept);
    }

    /** Pages of a stripe that the verdict keeps and that it says were never captured. */
    long notCaptured(int stripe) {
        long[] pages = announced.getOrDefault(stripe, new long[0]);
        long sum = 0;
        for (int i = 1; i < pages.length; i += 2) {
            sum += Math.min(pages[i], 1L << 37);
        }
        return sum;
    }

    /**
     * Takes a stripe whose pages were copied.
     *
     * @param missing kept pages of it that never came
     * @param gaps kept pages of it where batches did not come, captured or not
     * @param gone those of them where page-data has expired
     */
    void stripe(int stripe, long missing, long gaps, long gone) {
        long left = missing;
        long[] pages = announced.getOrDefault(stripe, new long[0]);
        for (int i = 0; i < pages.length; i += 2) {
            left -= take((int) pages[i], Math.min(left, pages[i + 1]));
        }
        left -= take(0, Math.max(0, left - gaps));
        expired += Math.min(left, gone);
    }

    private long take(int reason, long pages) {
        notCaptured[reason] += pages;
        notCapturedTotal += pages;
        return pages;
    }

    /**
     * Pages by reason; reasons without pages are left out.
     *
     * @param total all pages that are missing: what is not accounted for is lost
     */
    List<ReasonCount> counts(long total) {
        List<ReasonCount> list = new ArrayList<>();
        for (int reason = 1; reason <= reasons.size(); reason++) {
            int code = reason % reasons.size();
            add(list, NOT_CAPTURED + reasons.get(code), notCaptured[code]);
        }
        add(list, EXPIRED, expired);
        add(list, LOST, lost(total));
        return list;
    }

    private static void add(List<ReasonCount> list, String reason, long pages) {
        if (pages > 0) {
            list.add(new ReasonCount(reason, pages));
        }
    }

    private long lost(long total) {
        return total - notCapturedTotal - expired;
    }

    /** Says it in plain words, a line for each kind. */
    void describe(long total, Problems problems) {
        if (notCapturedTotal > 0) {
            String by = counts(total).stream()
                    .filter(count -> count.getReason().startsWith(NOT_CAPTURED))
                    .map(count -> count.getReason().substring(NOT_CAPTURED.length()) + " " + count.getPages())
                    .collect(Collectors.joining(", "));
            problems.add(were(notCapturedTotal) + " never captured (" + by + ")");
        }
        if (expired > 0) {
            problems.add(
                    expired == 1
                            ? "1 page has expired: topic page-data no longer holds it"
                            : expired + " pages have expired: topic page-data no longer holds them");
        }
        if (lost(total) > 0) {
            problems.add(were(lost(total)) + " lost");
        }
    }

    private static String were(long pages) {
        return pages == 1 ? "1 page was" : pages + " pages were";
    }
}
