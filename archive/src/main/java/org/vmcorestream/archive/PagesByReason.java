// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.schemas.records.ReasonCount;

/** Pages by the name of their reason, in the order in which the reasons came. Belongs to one thread. */
public final class PagesByReason {
    private final Map<String, Long> pages = new LinkedHashMap<>();

    /** Adds pages of a reason; none are nothing to be told of, unless the reason is there already. */
    public void add(String reason, long more) {
        if (more != 0) {
            pages.merge(reason, more, Long::sum);
        }
    }

    /** Adds all pages of another. */
    public void add(PagesByReason other) {
        other.pages.forEach(this::add);
    }

    /** Pages of a reason, 0 where there are none. */
    public long of(String reason) {
        return pages.getOrDefault(reason, 0L);
    }

    /** Pages of all reasons. */
    public long total() {
        return pages.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Pages by reason; cannot be changed. */
    public Map<String, Long> asMap() {
        return Collections.unmodifiableMap(pages);
    }

    /** As records carry them. */
    public List<ReasonCount> asCounts() {
        List<ReasonCount> counts = new ArrayList<>();
        pages.forEach((reason, count) -> counts.add(new ReasonCount(reason, count)));
        return counts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PagesByReason that && pages.equals(that.pages);
    }

    @Override
    public int hashCode() {
        return pages.hashCode();
    }

    @Override
    public String toString() {
        return pages.toString();
    }
}
