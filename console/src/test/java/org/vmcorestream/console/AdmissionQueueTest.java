// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionState;

class AdmissionQueueTest {
    private static final long NOW = Sample.NOW;

    private final AdmissionQueue queue = new AdmissionQueue();

    private static Admission admission(int n, AdmissionState state, long at, long inFlight) {
        return new Admission(Sample.id(n), state, at, 10L, inFlight, 100L, 0, "");
    }

    private void say(int n, AdmissionState state, long at, long inFlight) throws MalformedRecordException {
        queue.said(admission(n, state, at, inFlight), Sample.id(n), at);
    }

    @Test
    void shouldShowWhoWaitsAndWhatIsInFlight() throws Exception {
        say(1, AdmissionState.GRANTED, NOW, 80);
        say(2, AdmissionState.WAITING, NOW + 1000, 80);
        say(3, AdmissionState.WAITING, NOW + 2000, 80);
        assertThat(queue.waiting()).isEqualTo(2);
        assertThat(queue.inFlight()).isEqualTo(80);
        assertThat(queue.limit()).isEqualTo(100);
        assertThat(queue.oldestSeconds(NOW + 5000)).isEqualTo(4);

        say(1, AdmissionState.RELEASED, NOW + 6000, 0);
        say(2, AdmissionState.GRANTED, NOW + 6000, 10);
        assertThat(queue.oldestSeconds(NOW + 7000)).isEqualTo(5);
        say(3, AdmissionState.RELEASED, NOW + 8000, 10);
        assertThat(queue.waiting()).isZero();
        assertThat(queue.oldestSeconds(NOW + 9000)).isZero();
    }

    @Test
    void shouldForgetWhoIsNotHeardOfForADay() throws Exception {
        say(1, AdmissionState.WAITING, NOW, 0);
        queue.forget(NOW + 86_400_000L);
        assertThat(queue.waiting()).isEqualTo(1);
        queue.forget(NOW + 86_400_001L);
        assertThat(queue.waiting()).isZero();
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        assertThatThrownBy(() -> say(1, AdmissionState.WAITING, NOW, -1))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("-1 bytes in flight");
        assertThatThrownBy(() -> say(1, AdmissionState.UNKNOWN, NOW, 1)).isInstanceOf(MalformedRecordException.class);
        assertThatThrownBy(() -> queue.said(admission(1, AdmissionState.WAITING, NOW, 1), Sample.id(2), NOW))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("has the key");
        assertThat(queue.waiting()).isZero();
    }

    @Test
    void shouldFollowNoMoreDumpsThanAGateTakes() throws Exception {
        for (int n = 0; n <= AdmissionQueue.MAX_WAITING; n++) {
            say(n, AdmissionState.WAITING, NOW, 0);
        }
        assertThat(queue.waiting()).isEqualTo(AdmissionQueue.MAX_WAITING);
    }
}
