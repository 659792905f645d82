// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.Comparator;
import java.util.List;

/**
 * The shares of one dump, as a history keeps them.
 *
 * @param decidedAt when it was decided, milliseconds since 1970-01-01 UTC
 * @param dumpId the dump
 * @param reasons reasons of its rule set
 * @param shares pages of each reason / pages with memory
 */
record ShareSample(long decidedAt, String dumpId, List<String> reasons, double[] shares) {
    /** The order of decision, which is the same in whatever order records come. */
    static final Comparator<ShareSample> ORDER =
            Comparator.comparingLong(ShareSample::decidedAt).thenComparing(ShareSample::dumpId);

    /** The shares of a dump. */
    static ShareSample of(DecidedDump dump) {
        List<String> reasons = dump.exclusions().stream().map(String::intern).toList();
        return new ShareSample(
                dump.decidedAt(),
                dump.dumpId(),
                reasons,
                reasons.stream().mapToDouble(dump::share).toArray());
    }

    /** Share of a reason, 0 where there is none of that name. */
    double share(String reason) {
        int index = reasons.indexOf(reason);
        return index < 0 ? 0 : shares[index];
    }
}
