// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.file.Path;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * What an {@link Assembly} does from its turn on until its file has all that it can have, in small steps:
 *
 * <pre>
 *  LOG ─► OPENING ─► VERDICTS ─► ROOM ─► LAYOUT ─► PAGES ─► CAPTURE_END ─► MADE
 *  dmesg  an empty   all         on the  headers   stripe   for the dump's
 *         file       stripes     disk    of it     by stripe last record
 * </pre>
 *
 * Belongs to one thread at a time.
 */
final class FileMaking {
    private enum Stage {
        LOG,
        OPENING,
        VERDICTS,
        ROOM,
        LAYOUT,
        PAGES,
        CAPTURE_END,
        MADE
    }

    private final AssemblyOrder order;
    private final StageTools tools;
    private final StageReader reader;
    private final Quiet quiet;
    private final Path whole;
    private final GrowingFile file;
    private final RoomOnDisk room;
    private final Problems problems = new Problems();
    private final MissingPages missing = new MissingPages();
    private boolean draining;

    /** Offset of the newest record of the dump that was known when the first problem came up; -1 while there is none. */
    private long troubledAt = -1;

    private Stage stage = Stage.LOG;
    private KernelLogStage log;
    private VerdictIntake intake;
    private VerdictReading verdicts;
    private PageStage pages;
    private PageSink sink;
    private long total;
    private long absent;

    /**
     * @param reader what steps read with
     * @param quiet is told of news, and says for how long there were none
     * @param needed what is known of the room that the file needs
     */
    FileMaking(AssemblyOrder order, StageTools tools, StageReader reader, Quiet quiet, RoomOnDisk.Need needed) {
        this.order = order;
        this.tools = tools;
        this.reader = reader;
        this.quiet = quiet;
        whole = order.whole(tools);
        PageCodec codec = tools.codec().orElseGet(() -> KdumpHeaders.codec(order.plan()));
        file = new GrowingFile(order, tools, order.part().file(whole), codec);
        room = new RoomOnDisk(order, tools, file, missing, needed);
    }

    /** Room for the file. */
    RoomOnDisk room() {
        return room;
    }

    /** Final name of the file. */
    Path path() {
        return file.path();
    }

    /** Its turn has come. */
    void begin(KernelLogs kernelLogs) throws IOException {
        file.makeFolder();
        LogPlace place = kernelLogs.place(order.plan().dumpId());
        log = new KernelLogStage(order, whole, tools, reader, place, kernelLogs.partitions());
    }

    /** A step could not be done for a reason that says nothing of the dump: what comes late is waited for again. */
    void heldUp() {
        draining = false;
    }

    /**
     * Does a small step; {@link Step#DONE} when the file has all that it can have.
     *
     * @param seen the newest record of the dump
     */
    Step step(DumpPlan seen) throws IOException {
        Step step = advance(seen);
        if (troubledAt < 0 && !problems.isEmpty()) {
            troubledAt = seen.offset();
        }
        return step;
    }

    private Step advance(DumpPlan seen) throws IOException {
        return switch (stage) {
            case LOG -> writeLog();
            case OPENING -> open();
            case VERDICTS -> readVerdicts(seen);
            case ROOM -> waitForRoom(seen);
            case LAYOUT -> layOut();
            case PAGES -> copyPages(seen);
            case CAPTURE_END -> waitForEnd(seen);
            case MADE -> Step.DONE;
        };
    }

    /** The kernel log was sent before anything else, so it is there while the verdicts are still being made. */
    private Step writeLog() throws IOException {
        Step step = log.step();
        if (step != Step.DONE) {
            return step;
        }
        stage = Stage.OPENING;
        return Step.PROGRESS;
    }

    /** Begins the file; while a sink that has lost the dump still writes it, it is waited for. */
    private Step open() throws IOException {
        intake = new VerdictIntake(order, tools.outbox(), problems, missing, file.open());
        String topic = tools.topics().verdicts();
        verdicts = order.isReplay()
                ? new PlacedVerdictStage(order.replay().get(), topic, reader, problems, intake)
                : new VerdictStage(order.plan(), topic, reader, intake);
        stage = Stage.VERDICTS;
        return Step.PROGRESS;
    }

    private Step readVerdicts(DumpPlan seen) throws IOException {
        draining = draining || quiet.lasts(tools.stallTimeout());
        boolean failing = seen.state() == DumpState.FAILED && quiet.lasts(tools.quiet());
        Step step = verdicts.step(seen, draining, failing);
        if (verdicts.news()) {
            quiet.news();
        }
        if (step != Step.DONE) {
            return step;
        }
        VerdictCollector collector = intake.collector();
        if (collector.stripesDone() == 0) {
            problems.add(WhyIncomplete.noVerdict(order.isReplay(), seen));
            return conclude(0);
        }
        collector.end(problems);
        stage = Stage.ROOM;
        return Step.PROGRESS;
    }

    private Step waitForRoom(DumpPlan seen) throws IOException {
        quiet.news();
        if (!room.take(seen)) {
            return Step.IDLE;
        }
        stage = Stage.LAYOUT;
        return Step.PROGRESS;
    }

    private Step layOut() throws IOException {
        sink = file.begin(intake.collector().vmemmapDropped() > 0);
        PfnRun its = order.part().pages();
        total = sink.keptIn(its.firstPfn(), its.endPfn());
        pages = new PageStage(order, tools, reader, problems, missing, sink);
        draining = false;
        stage = Stage.PAGES;
        return Step.PROGRESS;
    }

    private Step copyPages(DumpPlan seen) throws IOException {
        draining = draining || quiet.lasts(tools.stallTimeout());
        long before = sink.added();
        Step step = pages.step(seen, draining);
        if (pages.news()) {
            quiet.news();
        }
        if (sink.added() != before) {
            room.written();
            tools.listener().copying(order.plan().dumpId(), order.ruleSet(), sink.added(), total);
        }
        stage = step == Step.DONE ? Stage.CAPTURE_END : stage;
        return step == Step.DONE ? Step.PROGRESS : step;
    }

    private Step waitForEnd(DumpPlan seen) throws IOException {
        if (!seen.ended() && !draining && !quiet.lasts(tools.stallTimeout())) {
            return Step.IDLE;
        }
        pages.checkAgainst(seen);
        missing.describe(total - sink.added(), problems);
        WhyIncomplete.describe(seen, tools.stallTimeout(), problems);
        return conclude(total - sink.added());
    }

    private Step conclude(long lacking) {
        absent = lacking;
        stage = Stage.MADE;
        return Step.DONE;
    }

    /**
     * How a file that is made ends. What was given up was given up for what the newest record of the dump said then: a later one
     * may be of a capture that went on.
     *
     * @param seen the newest record of the dump that was taken into account
     * @param bell is told when something came that it waits for
     */
    FileEnding ending(DumpPlan seen, Runnable bell) {
        long told = troubledAt < 0 ? seen.offset() : troubledAt;
        return new FileEnding(order, tools, reader, file, problems, missing, intake.collector(), absent, told, bell);
    }

    /** Gives back all it holds but the room; removes what has no final name yet. */
    void close() throws IOException {
        log = null;
        intake = null;
        verdicts = null;
        pages = null;
        sink = null;
        file.close();
    }
}
