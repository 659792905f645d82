// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

/**
 * A place in a text, as an editor shows it.
 *
 * @param line from 1
 * @param column in code points, from 1
 */
record Place(int line, int column) {
    /** Where a text begins. */
    static final Place START = new Place(1, 1);
}
