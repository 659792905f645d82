// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.time.Instant;
import java.util.List;
import org.vmcorestream.rules.DumpFacts;

/**
 * What a {@link DumpFilter} may ask of a dump.
 *
 * @param id the dump id
 * @param state OPENED, CAPTURING, CAPTURED or FAILED
 * @param facts what rules may ask too
 * @param nodename utsname.nodename of the crashed kernel
 * @param source name of the vmcore
 * @param buildId build id of the kernel; may be empty
 * @param openedAt when the capture began
 * @param crashTime when the kernel crashed; the epoch when unknown
 * @param callTrace top functions, innermost first
 * @param cpus number of CPUs
 * @param memoryBytes memory in bytes
 * @param captureRuleSet rule set of the capture
 * @param ruleSets rule sets asked for
 */
public record DumpDescription(
        String id,
        String state,
        DumpFacts facts,
        String nodename,
        String source,
        String buildId,
        Instant openedAt,
        Instant crashTime,
        List<String> callTrace,
        int cpus,
        long memoryBytes,
        String captureRuleSet,
        List<String> ruleSets) {}
