// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rulebook.DumpDescription;
import org.vmcorestream.schemas.records.Dump;

/**
 * A dump as topic dumps has it last.
 *
 * @param dump the record, checked
 * @param description what filters may ask of it
 */
public record StoredDump(Dump dump, DumpDescription description) {
    /** The dump id. */
    public String id() {
        return dump.getManifest().getDumpId();
    }
}
