// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.List;
import java.util.Map;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.DumpState;

/**
 * What there is to see at one moment.
 *
 * @param now that moment, milliseconds since 1970-01-01 UTC
 * @param live whether the past was read
 * @param decided dumps decided, each once for every rule set
 * @param states dumps on their way by state
 * @param inFlight some of them, the one opened first first
 * @param alarmsOfDay alarms about verdicts of the last 24 hours
 * @param alarms the newest alarms, the newest first
 * @param releases average shares by kernel release and rule set, the newest first
 * @param lags records that a stage has still to read
 */
record ConsoleView(
        long now,
        boolean live,
        long decided,
        Map<DumpState, Integer> states,
        List<DumpLives.InFlight> inFlight,
        int alarmsOfDay,
        List<Alarm> alarms,
        List<ShareHistory.OfRelease> releases,
        Map<String, Long> lags) {}
