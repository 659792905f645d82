// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import org.vmcorestream.rules.Reach;

/**
 * A rule as its text says it, for people.
 *
 * @param number its place in the rule set, from 1
 * @param action {@code keep} or {@code exclude}
 * @param reason its name
 * @param condition its condition in CEL, on one line, as it was written otherwise
 * @param reach how far it reaches
 */
public record RuleText(int number, String action, String reason, String condition, Reach reach) {}
