// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.gate.GateSample.LIMIT;
import static org.vmcorestream.gate.GateSample.ZERO;
import static org.vmcorestream.gate.GateSample.dump;
import static org.vmcorestream.gate.GateSample.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.AdmissionState;
import org.vmcorestream.schemas.records.DumpState;

/** Many captures at random, with gates that die and others that go on from what is on the topics. */
class AdmissionBookSimulationTest {
    private static final int DUMPS = 400;

    private final List<SpecificRecordBase> topic = new ArrayList<>();
    private final Map<Integer, AdmissionRequest> waiting = new LinkedHashMap<>();
    private final Map<Integer, Integer> running = new LinkedHashMap<>();
    private final Set<Integer> done = new HashSet<>();
    private final Map<Integer, Long> grantedBytes = new HashMap<>();
    private final Map<Integer, Long> askedBytes = new HashMap<>();
    private final Map<Integer, Integer> askedFiles = new HashMap<>();
    private AdmissionBook book;
    private long now = ZERO;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldNeverOverrunTheLimitAndLoseNobody(long seed) {
        Random random = new Random(seed);
        book = new AdmissionBook(GateSample.settings(LIMIT, 0));
        book.live(now);
        int asked = 0;
        for (int turn = 0; done.size() < DUMPS; turn++) {
            assertThat(turn).as("turns with seed " + seed).isLessThan(100_000);
            now += random.nextInt(500);
            if (asked < DUMPS && random.nextInt(3) == 0) {
                ask(asked++, random);
            }
            if (random.nextInt(60) == 0) {
                restart();
            }
            advance(random);
            List<Admission> said = book.decide(now, DiskView.UNKNOWN);
            for (Admission admission : said) {
                topic.add(admission);
                book.admission(admission, now);
                hear(admission, seed);
            }
            assertThat(book.inFlight() <= LIMIT || running.size() == 1)
                    .as("in flight " + book.inFlight() + " of " + running + ", seed " + seed)
                    .isTrue();
            long own = running.keySet().stream().mapToLong(grantedBytes::get).sum();
            assertThat(book.inFlight()).as("seed " + seed).isEqualTo(own);
        }
        assertThat(book.inFlight()).as("seed " + seed).isZero();
        assertThat(book.tickets()).as("seed " + seed).isZero();
    }

    private void ask(int n, Random random) {
        long pages = random.nextInt(10) == 0 ? 80 + random.nextInt(60) : 1 + random.nextInt(30);
        AdmissionRequest request = GateSample.request(n, pages, 1 + random.nextInt(2), "");
        waiting.put(n, request);
        askedBytes.put(n, request.getBytes());
        askedFiles.put(n, request.getFiles());
        topic.add(request);
        book.request(request, now);
    }

    private void hear(Admission admission, long seed) {
        int n = Integer.parseInt(admission.getDumpId().substring(24), 16);
        if (admission.getState() == AdmissionState.GRANTED && waiting.containsKey(n)) {
            AdmissionRequest request = waiting.remove(n);
            running.put(n, request.getFiles());
            grantedBytes.put(n, request.getBytes());
        } else if (admission.getState() == AdmissionState.RELEASED) {
            assertThat(running)
                    .as("released with seed " + seed + ": " + admission)
                    .doesNotContainKey(n);
        }
    }

    /** Captures end, and files come. */
    private void advance(Random random) {
        for (int n : List.copyOf(running.keySet())) {
            int left = running.get(n);
            if (random.nextInt(8) == 0) {
                book.file(file(n, "level-" + left, true), now);
                if (left == 1) {
                    running.remove(n);
                    done.add(n);
                } else {
                    running.put(n, left - 1);
                }
            } else if (random.nextInt(8) == 0) {
                long pages = askedPages(n);
                book.dump(dump(n, DumpState.CAPTURED, pages, pages << 10), now);
                grantedBytes.put(n, pages << 10);
            }
        }
    }

    /** The gate dies; another one reads the topics from their beginning. */
    private void restart() {
        book = new AdmissionBook(GateSample.settings(LIMIT, 0));
        for (SpecificRecordBase record : topic) {
            if (record instanceof AdmissionRequest request) {
                book.request(request, now);
            } else {
                book.admission((Admission) record, now);
            }
        }
        for (int n : done) {
            book.file(file(n, "level-1", true), now);
            book.file(file(n, "level-2", true), now);
        }
        for (Map.Entry<Integer, Integer> each : running.entrySet()) {
            long pages = askedPages(each.getKey());
            if (grantedBytes.get(each.getKey()) != pages << 12) {
                book.dump(dump(each.getKey(), DumpState.CAPTURED, pages, pages << 10), now);
            }
            for (int left = each.getValue() + 1; left <= askedFiles.get(each.getKey()); left++) {
                book.file(file(each.getKey(), "level-" + left, true), now);
            }
        }
        book.live(now);
    }

    private long askedPages(int n) {
        return askedBytes.get(n) >> 12;
    }
}
