// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.vmcore.log.CrashReason;
import org.vmcorestream.vmcore.log.KernelLog;

class ManifestsTest {
    @Test
    void shouldSayEverythingThatIsKnownOfADump() {
        FakeVmcore vmcore = new FakeVmcore().memory(1, 10).memory(20, 30);
        Manifest manifest = Manifests.manifest(vmcore, new CaptureFixture().settings(), 42);

        assertThat(manifest)
                .isEqualTo(Manifest.newBuilder()
                        .setDumpId(CaptureFixture.DUMP_ID)
                        .setOpenedAt(42)
                        .setHost("host-1")
                        .setTenant("tenant-1")
                        .setSource("fake.elf")
                        .setMachine("x86_64")
                        .setSysname("Linux")
                        .setNodename("guest")
                        .setKernelRelease("6.12.0-fake")
                        .setKernelVersion("#1")
                        .setDomainname("(none)")
                        .setBuildId("abcd")
                        .setCpus(2)
                        .setPhysBase(0x1000)
                        .setPageShift(12)
                        .setEndPfn(30)
                        .setPresent(List.of(new PfnRange(1L, 10L), new PfnRange(20L, 30L)))
                        .setCrashTime(0)
                        .setCrashReason("fake panic")
                        .setCallTrace(List.of("f", "g"))
                        .setCodec(PageCodecName.ZSTD)
                        .setCaptureRuleSet("capture")
                        .setRuleSets(List.of("level-31"))
                        .setVmcoreinfo(ByteBuffer.wrap(vmcore.vmcoreInfoText()))
                        .setNotes(ByteBuffer.wrap(vmcore.notes()))
                        .setParts(1)
                        .build());
    }

    @ParameterizedTest
    @CsvSource({
        "'OSRELEASE=6\nCRASHTIME=1700000000\n', 1700000000",
        "'CRASHTIME=7', 7",
        "'OSRELEASE=6\n', 0",
        "'XCRASHTIME=5\n', 0",
        "'CRASHTIME=-5\n', 0",
        "'CRASHTIME=99999999999999999999\n', 0",
        "'', 0"
    })
    void shouldTakeTheCrashTimeFromVmcoreInfoOnly(String text, long expected) {
        assertThat(Manifests.crashTime(text.getBytes(StandardCharsets.UTF_8), 0))
                .isEqualTo(expected);
    }

    @Test
    void shouldTakeTheCrashTimeOfTheHeaderWhereVmcoreInfoHasNone() {
        assertThat(Manifests.crashTime(new byte[0], 1_763_800_000)).isEqualTo(1_763_800_000);
        assertThat(Manifests.crashTime("CRASHTIME=7".getBytes(StandardCharsets.UTF_8), 1_763_800_000))
                .isEqualTo(7);
    }

    @Test
    void shouldKeepTheEndOfALogThatIsTooLong() {
        byte[] text = new byte[Manifests.MAX_LOG_BYTES + 3];
        Arrays.fill(text, (byte) 'x');
        text[text.length - 1] = '!';
        KernelLogRecord log = Manifests.kernelLog("d", new KernelLog(text, true, "", CrashReason.UNKNOWN));

        assertThat(log.getText().remaining()).isEqualTo(Manifests.MAX_LOG_BYTES);
        assertThat(log.getText().get(Manifests.MAX_LOG_BYTES - 1)).isEqualTo((byte) '!');
        assertThat(log.getComplete()).isFalse();
        assertThat(log.getProblem()).isEqualTo("only the last 16777216 of 16777219 bytes are kept");
    }

    @Test
    void shouldSayWhatOfALogCouldNotBeRead() {
        KernelLogRecord log = Manifests.kernelLog("d", new KernelLog(new byte[2], false, "torn", CrashReason.UNKNOWN));

        assertThat(log.getComplete()).isFalse();
        assertThat(log.getProblem()).isEqualTo("torn");
    }
}
