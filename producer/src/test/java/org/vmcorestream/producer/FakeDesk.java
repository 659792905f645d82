// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionState;

/** A gate that says what a test wants; each look at its answers takes as long as it may. */
final class FakeDesk implements AdmissionDesk {
    boolean wasThere = true;
    boolean isThere = true;

    /** When the cluster is away, in nanoseconds of this desk; a question takes five seconds then. */
    long awayFrom = Long.MAX_VALUE;

    long awayUntil = Long.MAX_VALUE;
    KafkaException refusal;

    /** What is done at each look. */
    Runnable atLook = () -> {};

    int looks;
    int asked;
    boolean closed;
    long nanos;
    private final Queue<Supplier<List<Admission>>> answers = new ArrayDeque<>();

    static Admission answer(String dumpId, AdmissionState state, int ahead) {
        return new Admission(dumpId, state, 1L, 2L, 3L, 4L, ahead, "");
    }

    FakeDesk say(Admission... admissions) {
        answers.add(() -> List.of(admissions));
        return this;
    }

    @Override
    public boolean gateWasThere() {
        return wasThere;
    }

    @Override
    public Presence gate() {
        asked++;
        if (nanos >= awayFrom && nanos < awayUntil) {
            nanos += Duration.ofSeconds(5).toNanos();
            return Presence.UNKNOWN;
        }
        return isThere ? Presence.THERE : Presence.GONE;
    }

    @Override
    public Answers answers(long offset) {
        if (refusal != null) {
            throw refusal;
        }
        return new Answers() {
            @Override
            public List<Admission> next(Duration wait) {
                looks++;
                nanos += wait.toNanos();
                atLook.run();
                return answers.isEmpty() ? List.of() : answers.remove().get();
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    @Override
    public void close() {}
}
