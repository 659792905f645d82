// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.kdump.DiskFullException;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** A sink whose disk has not enough room. */
class RoomOnDiskTest {
    private static final Pattern NEEDS = Pattern.compile("needs at least (\\d+) bytes");

    @TempDir
    Path folder;

    private final SizedDisk disk = new SizedDisk();
    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
        harness.disks = new DiskSpace(path -> disk);
    }

    /** A disk that has so many bytes free. */
    private static final class SizedDisk extends FileStore {
        private long free = Long.MAX_VALUE;

        @Override
        public long getUsableSpace() {
            return free;
        }

        @Override
        public long getUnallocatedSpace() {
            return free;
        }

        @Override
        public long getTotalSpace() {
            return Long.MAX_VALUE;
        }

        @Override
        public String name() {
            return "disk";
        }

        @Override
        public String type() {
            return "test";
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
            return false;
        }

        @Override
        public boolean supportsFileAttributeView(String name) {
            return false;
        }

        @Override
        public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
            return null;
        }

        @Override
        public Object getAttribute(String attribute) {
            throw new UnsupportedOperationException();
        }
    }

    /** A real writer whose disk becomes full. */
    private static class FullWriter extends FailingWriter {
        private int left;

        FullWriter(KdumpDraft draft, KdumpHeader header, int pages) throws IOException {
            super(draft, header, -1);
            left = pages;
        }

        @Override
        public void addPage(long pfn, ByteBuffer stored, int offset, int length, boolean raw) throws IOException {
            if (left-- == 0) {
                throw new DiskFullException("cannot write: No space left on device", null);
            }
            super.addPage(pfn, stored, offset, length, raw);
        }
    }

    private long needed(int line) {
        Matcher matcher = NEEDS.matcher(harness.waiting.get(line));
        assertThat(matcher.find()).as(harness.waiting.get(line)).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void shouldWaitForRoomHoweverLongItTakes() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        disk.free = 100;
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);

        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        for (int i = 0; i < 10; i++) {
            harness.clock.advance(AssemblyHarness.STALL);
            assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        }

        assertThat(harness.waiting)
                .singleElement()
                .asString()
                .startsWith(harness.file(dump) + ": waits for room on the disk: needs at least ")
                .endsWith(", " + folder + " has 100 free");
        assertThat(harness.failures).isEmpty();
        disk.free = Long.MAX_VALUE;
        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);
        assertThat(harness.outbox.files)
                .singleElement()
                .extracting(DumpFile::getComplete)
                .isEqualTo(true);
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldNotRefuseWhatFits() throws IOException {
        expectExactRoom(harness.dump(1).whole());
    }

    @Test
    void shouldNotRefuseWhatFitsOfADumpWithEarlyPages() throws IOException {
        SampleDump dump = harness.dump(1).sendEarly(pfn -> pfn % 3 != 0);
        expectExactRoom(dump.log().verdicts().pages(-1).pages());
    }

    private void expectExactRoom(SampleDump dump) throws IOException {
        disk.free = 0;
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        long needed = needed(0);
        disk.free = needed - 1;
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        disk.free = needed;

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        DumpFile file = harness.outbox.files.get(0);
        assertThat(needed).isGreaterThan(24 * file.getPagesWritten()).isLessThanOrEqualTo(file.getSize());
    }

    @Test
    void shouldBeginAnewWhenTheDiskBecameFull() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        AtomicInteger attempts = new AtomicInteger();
        harness.writers = (draft, header) -> new FullWriter(draft, header, attempts.getAndIncrement() == 0 ? 300 : -1);
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(assembly.failed()).isFalse();
        assertThat(harness.failures).isEmpty();
        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt");
        assertThat(harness.waiting)
                .singleElement()
                .asString()
                .startsWith(
                        harness.file(dump) + ": cannot write: No space left on device; it is begun anew when there is");

        Assembly again = assembly.again();
        assertThat(harness.run(again)).as("it is left alone for a while").isEqualTo(Step.IDLE);
        harness.clock.advance(RoomOnDisk.PATIENCE);
        disk.free = wanted() - 1;
        assertThat(harness.run(again)).as("not enough").isEqualTo(Step.IDLE);
        disk.free = wanted();
        assertThat(harness.run(again)).isEqualTo(Step.DONE);
        assertThat(harness.waiting).hasSize(1);
        assertThat(harness.outbox.files.get(0).getComplete()).isTrue();
        harness.check(dump, harness.file(dump));
    }

    private long wanted() {
        return Long.parseLong(harness.waiting.get(0).replaceAll(".*room for (\\d+) bytes.*", "$1"));
    }

    @Test
    void shouldAskForMoreThanItHadWhenTheDiskBecameFull() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.writers = (draft, header) -> new FullWriter(draft, header, 300) {
            @Override
            public long size() {
                return 32L << 20;
            }
        };
        assertThat(harness.run(harness.assembly(dump, DumpState.CAPTURED))).isEqualTo(Step.DONE);

        assertThat(wanted()).isEqualTo(34L << 20);
    }

    @Test
    void shouldFailAReplayWhoseDiskBecameFull() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.writers = (draft, header) -> new FullWriter(draft, header, 300);
        Assembly replay = harness.replay(
                dump, DumpState.CAPTURED, ReplayBench.replay(dump, 1).verdicts().plan());

        assertThat(harness.run(replay)).isEqualTo(Step.DONE);

        assertThat(replay.failed()).isTrue();
        assertThat(replay.again()).isNull();
        assertThat(harness.failures).singleElement().asString().endsWith("cannot write: No space left on device");
    }

    @Test
    void shouldPromiseTheSameRoomToOneFileOnly() throws IOException {
        SampleDump first = harness.dump(1).whole();
        SampleDump second = harness.dump(2).whole();
        disk.free = 0;
        Assembly begun = harness.assembly(first, DumpState.CAPTURED);
        assertThat(harness.run(begun)).isEqualTo(Step.IDLE);
        disk.free = needed(0);
        while (harness.progress.isEmpty()) {
            assertThat(begun.step()).isEqualTo(Step.PROGRESS);
        }
        Assembly waits = harness.assembly(second, DumpState.CAPTURED);

        assertThat(harness.run(waits)).isEqualTo(Step.IDLE);
        assertThat(harness.waiting.get(1)).endsWith(" of them for files begun before");
        begun.drop();
        disk.free = 2 * needed(0);
        assertThat(harness.run(waits)).isEqualTo(Step.DONE);
        assertThat(harness.failures).isEmpty();
    }

    @Test
    void shouldLetOthersHaveItsPlaceAfterAWhile() {
        SampleDump large = harness.dump(1).whole();
        SampleDump other = harness.dump(2).whole();
        harness.places = new FilePlaces(1);
        disk.free = 0;
        Assembly waits = harness.assembly(large, DumpState.CAPTURED);
        assertThat(harness.run(waits)).isEqualTo(Step.IDLE);
        Assembly next = harness.assembly(other, DumpState.CAPTURED);
        assertThat(harness.run(next)).isEqualTo(Step.IDLE);
        assertThat(harness.run(waits)).as("it has just begun to wait").isEqualTo(Step.IDLE);

        harness.clock.advance(RoomOnDisk.PATIENCE);
        assertThat(harness.run(waits)).isEqualTo(Step.DONE);
        assertThat(waits.failed()).isFalse();
        Assembly again = waits.again();
        disk.free = Long.MAX_VALUE;
        assertThat(harness.run(next)).isEqualTo(Step.DONE);
        assertThat(harness.run(again)).isEqualTo(Step.DONE);

        assertThat(harness.failures).isEmpty();
        assertThat(harness.outbox.files).hasSize(2).allMatch(DumpFile::getComplete);
    }
}
