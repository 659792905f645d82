// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ReplayOutcome;

/** Told how a replay goes, of each dump once or twice. */
public interface ReplayListener {
    /** The verdicts on a dump are there; a file follows where one was asked for. */
    void decided(ReplayOutcome outcome);

    /** A dump cannot be decided; {@link ReplayOutcome#getProblem} says why. Nothing more comes of it. */
    void refused(ReplayOutcome outcome);

    /** The file of a dump is there; nothing more comes of it. */
    void written(DumpFile file);
}
