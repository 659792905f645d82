// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** What an assembly makes of a dump whose records are all there and sound. */
class AssemblyTest {
    @TempDir
    Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
    }

    @Test
    void shouldMakeTheFileOfAWholeDump() throws IOException {
        SampleDump dump = harness.dump(1).whole();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        assertThat(file.getComplete()).isTrue();
        assertThat(file.getProblems()).isEmpty();
        assertThat(file.getLocation()).isEqualTo(harness.file(dump).toUri().toString());
        assertThat(file.getSize()).isEqualTo(Files.size(harness.file(dump)));
        assertThat(file.getMissingPages()).isZero();
        assertThat(file.getSink()).isEqualTo("sink-1");
        long kept = file.getPagesWritten();
        assertThat(file.getCounts()).contains(new ReasonCount("kept", kept), new ReasonCount("free", 2_400 - kept));
        assertThat(harness.finished).containsExactly(file);
        assertThat(harness.progress).isSorted().endsWith(kept);
        assertThat(harness.names()).containsExactly(dump.dumpId + "-dmesg.txt", dump.dumpId + ".kdump");
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.incomplete()).isFalse();
            assertThat(read.vmcoreInfo()).isEqualTo("OSRELEASE=6.12.0\n");
            assertThat(read.header().level()).isEqualTo(31);
            assertThat(read.header().crashTime()).isEqualTo(1_699_999_990L);
            assertThat(read.header().kernel().nodename()).isEqualTo("guest");
        }
    }

    @Test
    void shouldWriteTheKernelLogBesideTheFile() throws IOException {
        SampleDump dump = harness.dump(1).whole();

        harness.make(dump, DumpState.CAPTURED);

        Path log = folder.resolve(dump.dumpId + "-dmesg.txt");
        assertThat(log).hasContent(SampleDump.LOG);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldMakeTheFileOfADumpWithoutKernelLog() throws IOException {
        SampleDump dump = harness.dump(1).verdicts().pages();

        assertThat(harness.make(dump, DumpState.CAPTURED).getComplete()).isTrue();

        assertThat(harness.names()).containsExactly(dump.dumpId + ".kdump");
    }

    @Test
    void shouldGiveTheSameBytesWhenRepeated() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.make(dump, DumpState.CAPTURED);
        byte[] first = Files.readAllBytes(harness.file(dump));

        DumpFile again = harness.make(dump, DumpState.CAPTURED);

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(first);
        assertThat(again.getDigest()).isEqualTo(harness.outbox.files.get(0).getDigest());
    }

    @ParameterizedTest
    @EnumSource(PageCodec.class)
    void shouldMakeTheSamePagesOfEveryCodec(PageCodec codec) throws IOException {
        SampleDump dump = new SampleDump(harness.cluster, 1, codec).whole();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        PageCodec expected = codec.storable() ? codec : PageCodec.ZSTD;
        assertThat(file.getCodec()).isEqualTo(PageCodecName.valueOf(expected.name()));
    }

    @Test
    void shouldTranscodeToTheCodecAskedFor() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.codec = Optional.of(PageCodec.ZLIB);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        assertThat(file.getCodec()).isEqualTo(PageCodecName.ZLIB);
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.header().codec()).isEqualTo(PageCodec.ZLIB);
        }
    }

    @Test
    void shouldCopyPagesWhoseCodecIsThatOfTheFile() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        harness.writers = (draft, header) -> new FailingWriter(draft, header, -1) {
            @Override
            void check(java.nio.ByteBuffer stored) {
                assertThat(stored.isReadOnly())
                        .as("a slice of the record itself")
                        .isTrue();
            }
        };

        harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldShareOneStoredPageAmongZeroPages() throws IOException {
        SampleDump dump = harness.dump(1).whole();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getZeroPages()).isPositive();
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.descriptor(7)).isEqualTo(read.descriptor(14)).isEqualTo(read.descriptor(21));
        }
    }

    @Test
    void shouldPassOverBatchesThatCameBefore() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().batches(0);
        LogRecord first = harness.cluster.get(SampleDump.TOPICS.pageData(), 0, dump.stripes[0].getDataOffset());
        byte[] value = new byte[first.value().remaining()];
        first.value().duplicate().get(value);
        harness.cluster.append(SampleDump.TOPICS.pageData(), 0, SampleDump.bytes("key"), value, first.headers(), 1_000);
        dump.end(0).pages(1).pages(2);

        assertThat(harness.make(dump, DumpState.CAPTURED).getComplete()).isTrue();

        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldReadPagesWhileTheCaptureStillRuns() throws IOException {
        SampleDump dump = harness.dump(1).log();
        Assembly assembly = harness.assembly(dump, DumpState.OPENED);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        dump.verdicts();
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        dump.batches(0);
        assembly.update(dump.plan(DumpState.CAPTURING));
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        assertThat(harness.progress).as("pages of the first stripe").isNotEmpty();
        dump.end(0).pages(1).pages(2);
        assembly.update(dump.plan(DumpState.CAPTURING));
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        assertThat(harness.outbox.files).isEmpty();
        assembly.update(dump.plan(DumpState.CAPTURED));

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files.get(0).getComplete()).isTrue();
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldTellDumpsOnOnePartitionApart() throws IOException {
        SampleDump one = harness.dump(1);
        SampleDump other = harness.dump(2);
        one.log().verdicts().batches(0);
        other.captured = pfn -> true;
        other.log().verdicts().batches(0);
        one.end(0).pages(1).pages(2);
        other.end(0).pages(1).pages(2);

        assertThat(harness.make(one, DumpState.CAPTURED).getComplete()).isTrue();
        assertThat(harness.make(other, DumpState.CAPTURED).getComplete()).isTrue();

        harness.check(one, harness.file(one));
        harness.check(other, harness.file(other));
    }

    @Test
    void shouldTryAgainWhenTheClusterIsAwayForAWhile() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        Assembly assembly = harness.assembly(dump, DumpState.CAPTURED);
        harness.cluster.down(true);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.clock.advance(AssemblyHarness.STALL.multipliedBy(2));
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        harness.cluster.down(false);
        harness.outbox.failures.set(2);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files.get(0).getComplete()).isTrue();
        harness.check(dump, harness.file(dump));
    }
}
