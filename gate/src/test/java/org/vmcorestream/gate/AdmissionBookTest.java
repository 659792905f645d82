// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.gate.GateSample.LIMIT;
import static org.vmcorestream.gate.GateSample.ZERO;
import static org.vmcorestream.gate.GateSample.dump;
import static org.vmcorestream.gate.GateSample.file;
import static org.vmcorestream.gate.GateSample.id;
import static org.vmcorestream.gate.GateSample.request;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.AdmissionState;
import org.vmcorestream.schemas.records.DumpState;

class AdmissionBookTest {
    private static final DiskView NO_DISKS = DiskView.UNKNOWN;

    private final List<Admission> said = new ArrayList<>();
    private AdmissionBook book = live(new AdmissionBook(GateSample.settings(LIMIT, 0)));
    private long now = ZERO;

    private static AdmissionBook live(AdmissionBook book) {
        book.live(ZERO);
        return book;
    }

    private List<String> decide() {
        return decide(NO_DISKS);
    }

    /** What is decided now, as short text; it comes back from the topic at once. */
    private List<String> decide(DiskView disk) {
        List<Admission> decided = book.decide(now, disk);
        said.addAll(decided);
        decided.forEach(each -> book.admission(each, now));
        return decided.stream().map(AdmissionBookTest::text).toList();
    }

    private static String text(Admission admission) {
        int n = Integer.parseInt(admission.getDumpId().substring(24), 16);
        return n + " " + admission.getState();
    }

    private Admission last() {
        return said.get(said.size() - 1);
    }

    @Test
    void shouldGrantInOrderOfArrivalUntilTheLimit() {
        for (int n = 1; n <= 4; n++) {
            book.request(request(n, 40), now);
        }
        assertThat(decide()).containsExactly("1 GRANTED", "2 GRANTED", "3 WAITING", "4 WAITING");
        assertThat(book.inFlight()).isEqualTo(80L << 12);
        assertThat(last().getAhead()).isEqualTo(1);
        assertThat(last().getLimit()).isEqualTo(LIMIT);

        book.file(file(1, "level-31", true), now);
        assertThat(decide()).containsExactly("1 RELEASED", "3 GRANTED");
        assertThat(said.get(4).getInFlight()).isEqualTo(40L << 12);
        assertThat(last().getInFlight()).isEqualTo(80L << 12);
    }

    @Test
    void shouldSayNothingTwice() {
        book.request(request(1, 90), now);
        book.request(request(2, 90), now);
        decide();
        now += 5_000;
        assertThat(decide()).isEmpty();
    }

    @Test
    void shouldGrantADumpAboveTheLimitAloneAndOthersBehindIt() {
        book.request(request(1, 10), now);
        book.request(request(2, 1000), now);
        assertThat(decide()).containsExactly("1 GRANTED", "2 WAITING");
        assertThat(last().getReason()).contains("bytes are in flight");

        book.file(file(1, "level-31", true), now);
        book.request(request(3, 10), now);
        assertThat(decide()).containsExactly("1 RELEASED", "2 GRANTED", "3 WAITING");
        book.file(file(2, "level-31", true), now);
        assertThat(decide()).containsExactly("2 RELEASED", "3 GRANTED");
    }

    @Test
    void shouldLetSmallDumpsOvertakeALargeOneForOneLimitOfBytesAndNoMore() {
        book.request(request(1, 30), now);
        book.request(request(2, 90), now);
        decide();
        int overtook = 0;
        for (int n = 3; n < 20; n++) {
            book.request(request(n, 30), now);
            if (decide().contains(n + " GRANTED")) {
                overtook++;
                book.file(file(n, "level-31", true), now);
                decide();
            }
        }
        assertThat(overtook).isEqualTo(3);
        book.file(file(1, "level-31", true), now);
        assertThat(decide()).startsWith("1 RELEASED", "2 GRANTED");
    }

    @Test
    void shouldLetATenantWithNothingInFlightComeFirst() {
        for (int n = 1; n <= 10; n++) {
            book.request(request(n, 50, 1, "rack"), now);
        }
        decide();
        book.request(request(11, 50, 1, "single"), now);
        book.file(file(1, "level-31", true), now);
        // The one that was first before stays so; then it is the other tenant's turn.
        assertThat(decide()).containsExactly("1 RELEASED", "3 GRANTED", "11 WAITING");
        book.file(file(2, "level-31", true), now);
        assertThat(decide()).containsExactly("2 RELEASED", "11 GRANTED");
    }

    @Test
    void shouldReleaseADumpWhenAllItsFilesAreThere() {
        book.request(request(1, 10, 2, ""), now);
        decide();
        book.file(file(1, "level-31", true), now);
        book.file(file(1, "level-31", true), now);
        assertThat(decide()).isEmpty();
        book.file(file(1, "level-17", true), now);
        assertThat(decide()).containsExactly("1 RELEASED");
        assertThat(book.tickets()).isZero();
    }

    @Test
    void shouldNotTakeAnIncompleteFileFromBeforeTheGrantForTheDump() {
        book.request(request(1, 90), now);
        book.request(request(2, 90), now);
        decide();
        book.file(file(2, "level-31", false), now);
        now += 1000;
        book.file(file(1, "level-31", true), now);
        assertThat(decide()).containsExactly("1 RELEASED", "2 GRANTED");
        book.file(file(2, "level-31", false), now - 1);
        assertThat(decide()).isEmpty();
        book.file(file(2, "level-31", false), now);
        assertThat(decide()).containsExactly("2 RELEASED");
    }

    @Test
    void shouldCountWhatWasSentInsteadOfWhatWasAskedFor() {
        book.request(request(1, 80), now);
        book.request(request(2, 80), now);
        decide();
        book.dump(dump(1, DumpState.CAPTURED, 80, 20 << 12), now);
        assertThat(decide()).containsExactly("2 GRANTED");
        assertThat(book.inFlight()).isEqualTo(100L << 12);
    }

    @Test
    void shouldNotBelieveADumpThatClaimsMoreThanItAskedFor() {
        book.request(request(1, 80), now);
        decide();
        book.dump(dump(1, DumpState.CAPTURED, Long.MAX_VALUE, Long.MAX_VALUE), now);
        assertThat(book.inFlight()).isEqualTo(80L << 12);
        book.dump(dump(1, DumpState.CAPTURED, 80, Long.MAX_VALUE), now);
        assertThat(book.inFlight()).isEqualTo(80L << 12);
    }

    @Test
    void shouldReleaseACaptureThatDied() {
        book.request(request(1, 90), now);
        book.request(request(2, 90), now);
        decide();
        now += 9 * 60_000;
        book.dump(dump(2, DumpState.CAPTURING, -1, -1), now);
        now += 60_000;
        assertThat(decide()).containsExactly("1 RELEASED", "2 GRANTED");
        assertThat(said.get(said.size() - 2).getReason()).isEqualTo("nothing was heard of it for 600 s");
        now += 10 * 60_000;
        assertThat(decide()).containsExactly("2 RELEASED");
    }

    @Test
    void shouldKeepWaitingForFilesOfACaptureThatHasEnded() {
        book.request(request(1, 90), now);
        decide();
        book.dump(dump(1, DumpState.CAPTURED, 90, 90 << 12), now);
        now += 119 * 60_000;
        assertThat(decide()).isEmpty();
        now += 60_000;
        assertThat(decide()).containsExactly("1 RELEASED");
        assertThat(last().getReason()).isEqualTo("0 of its 1 files came within 7200 s");
    }

    @Test
    void shouldForgetACaptureThatFailedWhileItWaited() {
        book.request(request(1, 90), now);
        book.request(request(2, 90), now);
        decide();
        book.dump(dump(2, DumpState.FAILED, -1, -1), now);
        assertThat(decide()).containsExactly("2 RELEASED");
    }

    @Test
    void shouldWaitForTheFileOfACaptureThatFailedInItsMiddle() {
        book.request(request(1, 90), now);
        decide();
        book.dump(dump(1, DumpState.FAILED, 5, -1), now);
        assertThat(decide()).isEmpty();
        book.file(file(1, "level-31", false), now);
        assertThat(decide()).containsExactly("1 RELEASED");
    }

    @Test
    void shouldReleaseADumpThatWasRemoved() {
        book.request(request(1, 90), now);
        decide();
        book.gone(id(1));
        assertThat(decide()).containsExactly("1 RELEASED");
    }

    @Test
    void shouldCountACaptureThatDidNotWait() {
        book.request(request(1, 90), now);
        book.request(request(2, 90), now);
        decide();
        book.dump(dump(2, DumpState.CAPTURING, 0, -1), now);
        assertThat(decide()).containsExactly("2 GRANTED");
        assertThat(book.inFlight()).isEqualTo(180L << 12);
    }

    @Test
    void shouldGrantNothingThatTheDiskHasNoRoomFor() {
        book = live(new AdmissionBook(GateSample.settings(LIMIT, 50 << 12)));
        book.request(request(1, 60), now);
        book.request(request(2, 30), now);
        DiskView full = new DiskView(100 << 12, 7, 1, 1);
        assertThat(decide(full)).containsExactly("2 GRANTED", "1 WAITING");
        assertThat(last().getReason()).contains("broker 7 has 409600 bytes left");
        assertThat(decide(full)).isEmpty();
        now += 1000;
        assertThat(decide(new DiskView(200 << 12, 7, 1, 1))).containsExactly("1 GRANTED");
    }

    @Test
    void shouldSayWhyAgainOnlyWhenTheReasonIsAnother() {
        book = live(new AdmissionBook(GateSample.settings(LIMIT, 0)));
        book.request(request(1, 60), now);
        decide();
        book.request(request(2, 60), now);
        decide();
        assertThat(last().getReason()).contains("are in flight");
        book.file(file(1, "level-31", true), now);
        assertThat(decide(new DiskView(1 << 12, 3, 1, 1))).containsExactly("1 RELEASED", "2 WAITING");
        assertThat(last().getReason()).contains("broker 3 has");
        now += 1000;
        assertThat(decide(new DiskView(2 << 12, 3, 1, 1))).isEmpty();
    }

    @Test
    void shouldNotBelieveARecordThatSaysLessIsInFlight() {
        book.request(request(1, 90), now);
        book.request(request(2, 90), now);
        decide();
        Admission forged = new Admission(id(1), AdmissionState.RELEASED, now, 0L, 0L, LIMIT, 0, "");
        book.admission(forged, now);
        assertThat(decide()).isEmpty();
        now += 10_000;
        assertThat(decide()).containsExactly("1 GRANTED");
        assertThat(book.inFlight()).isEqualTo(90L << 12);
    }

    @Test
    void shouldBelieveARecordThatSaysMoreIsInFlight() {
        book.request(request(1, 90), now);
        book.request(request(2, 90), now);
        decide();
        book.admission(new Admission(id(2), AdmissionState.GRANTED, now, 0L, 0L, LIMIT, 0, ""), now);
        assertThat(book.inFlight()).isEqualTo(180L << 12);
        assertThat(decide()).containsExactly("2 GRANTED");
    }

    @Test
    void shouldRefuseNegativeNumbersAndCutHugeOnes() {
        assertThat(book.request(new AdmissionRequest(id(1), ZERO, 1L, -1L, 1, "", ""), now))
                .isFalse();
        assertThat(book.request(new AdmissionRequest(id(1), ZERO, -1L, 1L, 1, "", ""), now))
                .isFalse();
        assertThat(book.request(new AdmissionRequest(id(1), ZERO, 1L, 1L, -1, "", ""), now))
                .isFalse();
        assertThat(book.tickets()).isZero();
        for (int n = 1; n <= 3; n++) {
            long huge = Long.MAX_VALUE;
            assertThat(book.request(new AdmissionRequest(id(n), ZERO, huge, huge, Integer.MAX_VALUE, "", ""), now))
                    .isTrue();
        }
        assertThat(decide()).containsExactly("1 GRANTED", "2 WAITING", "3 WAITING");
        assertThat(book.inFlight()).isEqualTo(Ticket.MAX_BYTES);
    }

    @Test
    void shouldTakeNoMoreDumpsThanItHasRoomFor() {
        for (int n = 0; n < AdmissionBook.MAX_TICKETS; n++) {
            assertThat(book.request(request(n, 90), now)).isTrue();
        }
        assertThat(book.request(request(AdmissionBook.MAX_TICKETS, 90), now)).isFalse();
        assertThat(book.request(request(5, 90), now)).as("one that is known").isTrue();
        assertThat(book.tickets()).isEqualTo(AdmissionBook.MAX_TICKETS);
    }

    @Test
    void shouldGoOnWhereTheGateBeforeItWas() {
        AdmissionRequest first = request(1, 90);
        book.request(first, now++);
        book.request(request(2, 60), now++);
        book.request(request(3, 60), now);
        decide();
        AdmissionBook next = new AdmissionBook(GateSample.settings(LIMIT, 0));
        next.request(first, now);
        next.request(request(3, 60), now);
        said.forEach(each -> next.admission(each, now));
        Admission huge = new Admission(id(4), AdmissionState.WAITING, now, 1L, 0L, LIMIT, 0, "x".repeat(1000));
        next.admission(huge, now);
        assertThat(next.decide(now, NO_DISKS)).as("not before all was read").isEmpty();
        next.live(now);
        assertThat(next.decide(now, NO_DISKS)).as("all was said before").isEmpty();
        assertThat(next.inFlight()).isEqualTo(90L << 12);
        assertThat(next.tickets()).isEqualTo(3);
        assertThat(next.waiting()).isEqualTo(2);

        next.file(file(1, "level-31", true), now);
        // The request of dump 2 is not on the topic any more; what was said of it is.
        assertThat(next.decide(now, NO_DISKS).stream().map(AdmissionBookTest::text))
                .containsExactly("1 RELEASED", "2 GRANTED");
    }

    @Test
    void shouldWriteWhatGrowsOldAnew() {
        book.request(request(1, 90), now);
        decide();
        for (int i = 0; i < 6; i++) {
            book.dump(dump(1, DumpState.CAPTURED, 90, 90 << 12), now);
            now += 3_600_000;
        }
        assertThat(decide()).containsExactly("1 GRANTED");
    }
}
