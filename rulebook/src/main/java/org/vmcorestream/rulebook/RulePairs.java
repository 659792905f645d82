// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;

/** Which rule of a new version is which of the old one. */
final class RulePairs {
    private final int[] newOf;
    private final int[] oldOf;
    private final boolean[] moved;

    private RulePairs(int before, int after) {
        newOf = new int[before];
        oldOf = new int[after];
        moved = new boolean[after];
        Arrays.fill(newOf, -1);
        Arrays.fill(oldOf, -1);
    }

    /** Pairs equal rules in order first, then equal ones anywhere, then those that have less and less in common. */
    static RulePairs of(List<ComparedRule> before, List<ComparedRule> after) {
        RulePairs pairs = new RulePairs(before.size(), after.size());
        pairs.pairInOrder(before, after);
        pairs.pair(before, after, ComparedRule::equals);
        pairs.pair(before, after, (a, b) -> a.label().equals(b.label()));
        pairs.pair(before, after, (a, b) -> a.reason().equals(b.reason()));
        pairs.pair(before, after, (a, b) -> a.condition().equals(b.condition()));
        pairs.findMoved();
        return pairs;
    }

    /** Index of the new rule that an old one became, -1 when it is gone. */
    int newOf(int old) {
        return newOf[old];
    }

    /** Index of the old rule that a new one was, -1 when it was not there. */
    int oldOf(int index) {
        return oldOf[index];
    }

    /** Whether a new rule stands elsewhere among those that stayed. */
    boolean isMoved(int index) {
        return moved[index];
    }

    private void put(int old, int index) {
        newOf[old] = index;
        oldOf[index] = old;
    }

    /** The longest common subsequence. */
    private void pairInOrder(List<ComparedRule> before, List<ComparedRule> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                put(i++, j++);
            } else if (common[i + 1][j] >= common[i][j + 1]) {
                i++;
            } else {
                j++;
            }
        }
    }

    private void pair(
            List<ComparedRule> before, List<ComparedRule> after, BiPredicate<ComparedRule, ComparedRule> same) {
        for (int old = 0; old < newOf.length; old++) {
            for (int index = 0; newOf[old] < 0 && index < oldOf.length; index++) {
                if (oldOf[index] < 0 && same.test(before.get(old), after.get(index))) {
                    put(old, index);
                }
            }
        }
    }

    /** Those outside of the longest sequence that is in the same order in both. */
    private void findMoved() {
        int[] length = new int[oldOf.length];
        int[] previous = new int[oldOf.length];
        int last = -1;
        for (int index = 0; index < oldOf.length; index++) {
            if (oldOf[index] < 0) {
                continue;
            }
            moved[index] = true;
            length[index] = 1;
            previous[index] = -1;
            for (int earlier = 0; earlier < index; earlier++) {
                if (oldOf[earlier] >= 0 && oldOf[earlier] < oldOf[index] && length[earlier] >= length[index]) {
                    length[index] = length[earlier] + 1;
                    previous[index] = earlier;
                }
            }
            if (last < 0 || length[index] > length[last]) {
                last = index;
            }
        }
        for (int index = last; index >= 0; index = previous[index]) {
            moved[index] = false;
        }
    }
}
