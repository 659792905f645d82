// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

/** A number about a page, computed from the three words of its descriptor. */
@FunctionalInterface
interface LongOfPage {
    /** @throws org.vmcorestream.rules.UndecidedException when there is no such number */
    long of(int flags, int mapcount, int shape);
}
