// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.List;
import org.vmcorestream.schemas.records.Admission;

/** Where a capture hears from the gate. Belongs to the capturing thread. */
interface AdmissionDesk extends AutoCloseable {
    /** What the cluster says of the gate. */
    enum Presence {
        /** One is at work. */
        THERE,
        /** None is at work, or it may not be known. */
        GONE,
        /** The cluster does not answer. */
        UNKNOWN
    }

    /** Nobody is there. */
    AdmissionDesk NOBODY = new AdmissionDesk() {
        @Override
        public boolean gateWasThere() {
            return false;
        }

        @Override
        public Presence gate() {
            return Presence.GONE;
        }

        @Override
        public Answers answers(long offset) {
            throw new IllegalStateException("nobody answers");
        }

        @Override
        public void close() {}
    };

    /** Whether a gate was at work when the capture began; asked then, so that the answer is there by now. */
    boolean gateWasThere() throws InterruptedException;

    /** Whether a gate is at work now. */
    Presence gate() throws InterruptedException;

    /**
     * What is said on topic admissions from an offset on.
     *
     * @throws org.apache.kafka.common.KafkaException when this capture may not read it
     */
    Answers answers(long offset);

    @Override
    void close();

    /** The records of topic admissions, in order. */
    interface Answers extends AutoCloseable {
        /** The next ones, none when none came in time; what cannot be read is passed over. */
        List<Admission> next(Duration wait);

        @Override
        void close();
    }
}
