// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Collection;
import java.util.TreeSet;

/** Says which names there are where one was asked for that is none. */
final class UnknownName {
    private UnknownName() {}

    /**
     * The message for a name with dots.
     *
     * @param message what CEL says of it
     * @param word the name as it stands in the text
     * @param names all names
     */
    static String explained(String message, String word, Collection<String> names) {
        int dot = word.indexOf('.');
        if (dot < 0) {
            return message;
        }
        String prefix = word.substring(0, dot + 1);
        TreeSet<String> known = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith(prefix)) {
                known.add(name);
            }
        }
        return known.isEmpty() ? message : "unknown name '" + word + "', expected one of " + String.join(", ", known);
    }
}
