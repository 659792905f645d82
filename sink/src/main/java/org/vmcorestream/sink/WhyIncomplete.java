// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Duration;
import org.vmcorestream.schemas.records.DumpState;

/** Why a file lacks something although nothing is wrong with what came, in one line. */
final class WhyIncomplete {
    private WhyIncomplete() {}

    /** No stripe has a verdict. */
    static String noVerdict(boolean replay, DumpPlan latest) {
        return replay
                ? "no verdict is where the replay's outcome says"
                : latest.state() == DumpState.FAILED ? captureFailed(latest) : "no verdict came in time";
    }

    /** The capture says that it failed. */
    private static String captureFailed(DumpPlan latest) {
        return "the capture failed" + (latest.failure().isEmpty() ? "" : ": " + latest.failure());
    }

    /** Says that a capture did not come to its end, if that is so. */
    static void describe(DumpPlan latest, Duration stallTimeout, Problems problems) {
        if (latest.state() == DumpState.FAILED) {
            problems.add(captureFailed(latest));
        } else if (!latest.ended()) {
            problems.add("the capture has not ended, nothing new came for " + stallTimeout.toSeconds() + " s");
        }
    }
}
