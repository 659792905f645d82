// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;

/** What is said on dump-files of what became of an assembly. */
final class FileReport {
    /** What lines on replays that changed nothing begin with. */
    private static final String REPLAY = "replay ";

    private FileReport() {}

    /** Of a file that got its final name. */
    static DumpFile written(
            AssemblyOrder order,
            StageTools tools,
            Path file,
            PageCodec codec,
            Problems problems,
            KdumpFileWriter.Summary summary,
            VerdictCollector verdicts,
            MissingPages missing) {
        return new DumpFile(
                order.plan().dumpId(),
                order.ruleSet(),
                tools.placement().files().location(file),
                tools.name(),
                tools.clock().millis(),
                PageCodecName.valueOf(codec.name()),
                problems.isEmpty(),
                problems.lines(),
                summary.size(),
                summary.crc32c(),
                summary.pages(),
                summary.zeroPages(),
                summary.missing(),
                verdicts.counts(),
                missing.counts(summary.missing()),
                order.replayId(),
                order.part().number(),
                order.part().count());
    }

    /** Of a dump that became no file. */
    static DumpFile none(
            AssemblyOrder order, StageTools tools, PageCodec codec, Problems problems, VerdictCollector verdicts) {
        return new DumpFile(
                order.plan().dumpId(),
                order.ruleSet(),
                "",
                tools.name(),
                0L,
                PageCodecName.valueOf(codec.name()),
                false,
                problems.lines(),
                0L,
                0,
                0L,
                0L,
                0L,
                verdicts.counts(),
                List.of(),
                order.replayId(),
                order.part().number(),
                order.part().count());
    }

    /**
     * Of a file that a replay has left as it is: everything that is said of it stays true, when it was written and that it is
     * complete among it; the replay is named, so that it is done, and a line says why it changed nothing. What was said of
     * such a replay before is left out.
     */
    static DumpFile kept(DumpFile file, String replayId, String why) {
        Problems problems = new Problems();
        file.getProblems().stream().filter(line -> !line.startsWith(REPLAY)).forEach(problems::add);
        problems.add(REPLAY + replayId + " changed nothing, the file of " + Instant.ofEpochMilli(file.getWrittenAt())
                + " lacks less: " + why);
        return again(file, replayId, problems.lines());
    }

    /** Of a file that was written after a replay was decided, and is what the replay asks for. */
    static DumpFile answer(DumpFile file, String replayId) {
        return again(file, replayId, file.getProblems());
    }

    private static DumpFile again(DumpFile file, String replayId, List<String> problems) {
        return new DumpFile(
                file.getDumpId(),
                file.getRuleSet(),
                file.getLocation(),
                file.getSink(),
                file.getWrittenAt(),
                file.getCodec(),
                file.getComplete(),
                problems,
                file.getSize(),
                file.getDigest(),
                file.getPagesWritten(),
                file.getZeroPages(),
                file.getMissingPages(),
                file.getCounts(),
                file.getMissing(),
                replayId,
                file.getPart(),
                file.getParts());
    }
}
