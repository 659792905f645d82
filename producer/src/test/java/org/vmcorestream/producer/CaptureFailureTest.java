// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.VmcoreException;

class CaptureFailureTest {
    private final CaptureFixture fixture = new CaptureFixture();

    @AfterEach
    void noThreadIsLeftBehind() throws InterruptedException {
        assertThat(Thread.interrupted()).isFalse();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("capture-")) {
                thread.join(5_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Test
    void shouldMarkTheDumpAsFailedWhenAPageCannotBeRead() {
        fixture.threads = 3;
        assertThatThrownBy(() -> fixture.run(new FakeVmcore().memory(0, 5_000).unreadable(3_000)))
                .isInstanceOf(VmcoreException.class)
                .hasMessageContaining("page frame 3000");

        Dump last = fixture.last();
        assertThat(last.getState()).isEqualTo(DumpState.FAILED);
        assertThat(last.getFailure()).isEqualTo("folder/fake.elf: page frame 3000 cannot be read");
        assertThat(fixture.cluster.closed()).isTrue();
        SentDump sent = SentDump.of(fixture.cluster);
        assertThat(sent.ends).isEmpty();
        assertThat(sent.pages).as("pages before the bad task").hasSize(3_000 / 240 * 240);
    }

    @Test
    void shouldMarkTheDumpAsFailedWhenAChunkCannotBeDescribed() {
        FakeVmcore vmcore = new FakeVmcore().memory(0, 70_000).undescribable(1);
        assertThatThrownBy(() -> fixture.run(vmcore)).isInstanceOf(VmcoreException.class);

        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
        assertThat(fixture.last().getFailure()).isEqualTo("folder/fake.elf: chunk 1 contradicts itself");
        assertThat(fixture.cluster.on(FakeCluster.TOPICS.pageData())).isEmpty();
    }

    @Test
    void shouldSayWhatTheTopicTakesWhenARecordIsTooLarge() {
        fixture.cluster.refuse(
                record -> record.topic().equals("vmcore.page-data"), new RecordTooLargeException("too large"));
        assertThatThrownBy(() -> fixture.run(new FakeVmcore().memory(0, 5_000)))
                .isInstanceOf(CaptureException.class)
                .hasMessageMatching("PageBatch of \\d+ bytes for topic vmcore.page-data is larger than the topic takes:"
                        + " its max.message.bytes is 1234")
                .hasCauseInstanceOf(RecordTooLargeException.class);

        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
    }

    @Test
    void shouldStopWhenMetadataIsRefused() {
        FakeVmcore vmcore = new FakeVmcore().memory(0, 70_000);
        fixture.cluster.refuse(
                record -> record.topic().equals("vmcore.page-metadata"),
                new TopicAuthorizationException("Not authorized to access topics: [vmcore.page-metadata]"));
        assertThatThrownBy(() -> fixture.run(vmcore))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("StripeOpened")
                .hasMessageContaining("was refused: Not authorized");

        assertThat(vmcore.pagesRead).isEmpty();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
    }

    @Test
    void shouldSendNothingMoreWhenTheDumpCannotBeOpened() {
        fixture.cluster.refuse(record -> true, new TimeoutException("Expiring 1 record(s)"));
        assertThatThrownBy(() -> fixture.run(new FakeVmcore().memory(0, 5_000)))
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("KernelLogRecord of ")
                .hasMessageContaining("was not acknowledged in time: Expiring 1 record(s)");

        assertThat(fixture.cluster.records).isEmpty();
    }

    @Test
    void shouldReportTheFirstFailureWhenTheClusterCannotBeToldEither() {
        List<String> refused = new CopyOnWriteArrayList<>();
        fixture.cluster.refuse(
                record -> {
                    boolean data = record.topic().equals("vmcore.page-data") || !refused.isEmpty();
                    if (data) {
                        refused.add(record.topic());
                    }
                    return data;
                },
                new TimeoutException("gone"));
        assertThatThrownBy(() -> fixture.run(new FakeVmcore().memory(0, 5_000)))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("PageBatch");

        assertThat(refused).endsWith("vmcore.dumps");
        assertThat(fixture.last().getState()).isNotEqualTo(DumpState.FAILED);
    }

    @Test
    @Timeout(20)
    void shouldNotWaitForAClusterThatTakesNoLastWord() {
        fixture.cluster.hold(
                record -> SentDump.decode(record) instanceof Dump dump && dump.getState() == DumpState.FAILED);
        assertThatThrownBy(() -> fixture.run(new FakeVmcore().memory(0, 600).unreadable(1)))
                .isInstanceOf(VmcoreException.class);

        assertThat(fixture.last().getState()).isNotEqualTo(DumpState.FAILED);
    }

    @Test
    void shouldStopWhenInterruptedWhileItWaitsForAWorker() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FakeVmcore vmcore = new FakeVmcore().memory(0, 5_000).whenReading(() -> {
            reading.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError("workers must not be interrupted", e);
            }
        });
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread capturing = new Thread(() -> {
            try {
                fixture.run(vmcore);
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        capturing.start();
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
        capturing.interrupt();
        goOn.countDown();
        capturing.join(10_000);

        assertThat(capturing.isAlive()).isFalse();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class).hasMessage("capture was interrupted");
        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
        assertThat(fixture.last().getFailure()).isEqualTo("capture was interrupted");
    }

    @Test
    void shouldStopWhenInterruptedBetweenTwoChunks() {
        fixture.progress = (stage, done, total) -> Thread.currentThread().interrupt();
        assertThatThrownBy(() -> fixture.run(new FakeVmcore().memory(0, 70_000)))
                .isInstanceOf(InterruptedException.class);

        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
    }

    @Test
    void shouldMarkTheDumpAsFailedWhenSomethingUnexpectedHappens() {
        fixture.progress = (stage, done, total) -> {
            throw new IllegalStateException("listener broke");
        };
        assertThatThrownBy(() -> fixture.run(new FakeVmcore().memory(0, 600)))
                .isInstanceOf(IllegalStateException.class);

        assertThat(fixture.last().getFailure()).isEqualTo("internal error: listener broke");
    }

    @Test
    void shouldRefuseAVmcoreWithoutMemory() {
        assertThatThrownBy(() -> fixture.run(new FakeVmcore()))
                .isInstanceOf(VmcoreException.class)
                .hasMessageContaining("no memory");

        assertThat(fixture.cluster.records).isEmpty();
    }
}
