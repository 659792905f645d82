// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import org.vmcorestream.schemas.Topics;

/** The topics that a console reads. */
enum Source {
    /** What was raised already. */
    ALARMS("alarms"),
    /** What was left out of each stripe. */
    STATS("exclusion-stats"),
    /** The lives of dumps. */
    DUMPS("dumps"),
    /** The files that were made. */
    FILES("dump-files"),
    /** Captures that wait for their turn to send. */
    ADMISSIONS("admissions");

    private final String label;

    Source(String label) {
        this.label = label;
    }

    /** How it is called in metrics, whatever the topics' prefix is. */
    String label() {
        return label;
    }

    /** Name of the topic. */
    String topic(Topics topics) {
        return switch (this) {
            case ALARMS -> topics.alarms();
            case STATS -> topics.exclusionStats();
            case DUMPS -> topics.dumps();
            case FILES -> topics.dumpFiles();
            case ADMISSIONS -> topics.admissions();
        };
    }
}
