// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.vmcore.kdump.DiskFullException;
import org.vmcorestream.vmcore.kdump.FileInUseException;

/**
 * The making of one file: a dump under a rule set. It advances in small steps, so that one worker can look after many, and can
 * be dropped between any two and repeated from the start: the same records give the same bytes.
 *
 * <pre>
 *  WAITING ─► MAKING ─────────► ENDING ─────────► ENDED
 *  its turn   see FileMaking    its name,
 *                               dump-files
 * </pre>
 *
 * The file of a replay is made of the verdicts at the places that its outcome names. A live dump whose capture has not begun to send
 * pages gives way where others wait that have some: it ends, neither done nor failed, and is begun anew. So does one that waits for room
 * on its disk, and one whose disk became full; only a replay fails then. That wait has no end and does not count towards the stall timeout.
 *
 * <p>A dump that failed, or of which nothing new came for the stall timeout, is finished with what there is: the verdicts on at
 * least one stripe make a file, marked as incomplete; pages without a verdict are kept, and missing where they were not
 * captured. Without any verdict there is only the kernel log, and a record on dump-files without location; the pair is tried again at
 * the next start. Either is made again when a newer record of the dump comes: its capture may go on.
 */
final class Assembly {
    private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

    private enum Stage {
        WAITING,
        MAKING,
        ENDING,
        ENDED
    }

    private final AssemblyOrder order;
    private final DumpPlan plan;
    private final StageTools tools;
    private final KernelLogs kernelLogs;
    private final ReentrantLock lock = new ReentrantLock();
    private final StageReader reader;
    private final Quiet quiet;
    private final FilePlace place;
    private final FileMaking making;

    private volatile DumpPlan latest;
    private volatile boolean dropped;
    private volatile boolean failed;
    private volatile Runnable bell = () -> {};
    private volatile boolean gaveWay;
    private RoomOnDisk.Need needed;
    private DumpPlan seen;
    private Stage stage = Stage.WAITING;
    private FileEnding ending;

    /**
     * @param kernelLogs where kernel logs lie
     */
    Assembly(AssemblyOrder order, StageTools tools, KernelLogs kernelLogs) {
        this(order, tools, kernelLogs, RoomOnDisk.Need.UNKNOWN);
    }

    private Assembly(AssemblyOrder order, StageTools tools, KernelLogs kernelLogs, RoomOnDisk.Need needed) {
        this.needed = needed;
        this.order = order;
        plan = order.plan();
        this.tools = tools;
        this.kernelLogs = kernelLogs;
        latest = plan;
        seen = plan;
        quiet = new Quiet(tools.clock());
        place = new FilePlace(tools.places(), order.isReplay());
        reader = new StageReader(tools.readers(), order.isReplay());
        making = new FileMaking(order, tools, reader, quiet, needed);
    }

    String dumpId() {
        return plan.dumpId();
    }

    /** What it makes. */
    AssemblyOrder order() {
        return order;
    }

    /** What the dump was when this began. */
    DumpPlan plan() {
        return plan;
    }

    /** Sets what is told, by any thread, that something has come that a step may be waiting for. */
    void setBell(Runnable bell) {
        this.bell = bell;
    }

    /** What steps read with; belongs to whoever takes them. */
    StageReader reader() {
        return reader;
    }

    /** Takes a newer record of the dump; false when it cannot go on with that. */
    boolean update(DumpPlan newer) {
        boolean goesOn = newer.continues(latest);
        if (goesOn) {
            latest = newer;
            bell.run();
        }
        return goesOn;
    }

    /** Whether it ended without a file, for a reason that will not go away by itself. */
    boolean failed() {
        return failed;
    }

    /** Begins anew with the newest record of the dump; null unless this is of a live dump and gave way, or ended early. */
    Assembly again() {
        boolean early = gaveWay || ending != null && ending.overtaken(latest);
        AssemblyOrder newest = new AssemblyOrder(latest, order.ruleSet(), order.primary(), order.replay());
        return early && !order.isReplay() ? new Assembly(newest, tools, kernelLogs, needed) : null;
    }

    /**
     * Stops it between two steps; what has no final name yet is gone when this returns. A file that is on its way to dump-files
     * stays: no other sink will make it, so the listener is told of it from here.
     */
    void drop() {
        dropped = true;
        lock.lock();
        try {
            if (stage == Stage.ENDING) {
                ending.abandon();
            }
            end();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Does a small step.
     *
     * @throws ApiException when the cluster refuses to work with this sink
     */
    Step step() {
        lock.lock();
        try {
            if (dropped || stage == Stage.ENDED) {
                return Step.DONE;
            }
            if ((stage != Stage.ENDING || !ending.decided())
                    && place.givesWay(seen, making.room().waitsForLong())) {
                LOG.info("{} gives way to another dump", order);
                return giveWay(making.room().afterGivingWay());
            }
            Step step = advance();
            if (step == Step.IDLE) {
                reader.rest();
            }
            return step;
        } catch (NoReaderException e) {
            quiet.nobodyLooked();
            making.heldUp();
            return Step.IDLE;
        } catch (RetriableException | FileInUseException e) {
            LOG.debug("{}: {}", order, e.getMessage());
            // Nothing can be news while the cluster does not answer.
            quiet.news();
            making.heldUp();
            return Step.IDLE;
        } catch (ApiException e) {
            fail(Problems.line(e));
            if (Refusals.isOne(e)) {
                throw e;
            }
            return Step.DONE;
        } catch (DiskFullException e) {
            String problem = named(Problems.line(e));
            return order.isReplay() ? fail(problem) : giveWay(making.room().afterFullDisk(problem));
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} failed", order, e);
            return fail(named(Problems.line(e)));
        } catch (OutOfMemoryError e) {
            return fail(named("not enough memory: " + Problems.line(e)));
        } finally {
            quiet.looked();
            lock.unlock();
        }
    }

    /**
     * Says that so much time passed before a worker was free for it; like the time without a reader it does not count as quiet.
     */
    void heldUp(long millis) {
        lock.lock();
        try {
            quiet.excuse(millis);
        } finally {
            lock.unlock();
        }
    }

    private Step advance() throws IOException {
        if (seen != latest) {
            seen = latest;
            quiet.news();
        }
        return switch (stage) {
            case WAITING -> waitForPlace();
            case MAKING -> make();
            case ENDING -> publish();
            case ENDED -> Step.DONE;
        };
    }

    private Step waitForPlace() throws IOException {
        if (!making.room().takeLeast() || !place.take(seen)) {
            return Step.IDLE;
        }
        quiet.news();
        making.begin(kernelLogs);
        stage = Stage.MAKING;
        return Step.PROGRESS;
    }

    private Step make() throws IOException {
        Step step = making.step(seen);
        if (step != Step.DONE) {
            return step;
        }
        ending = making.ending(seen, bell);
        stage = Stage.ENDING;
        return Step.PROGRESS;
    }

    private Step publish() throws IOException {
        Step step = ending.step();
        if (step == Step.DONE) {
            end();
            ending.tell();
        }
        return step;
    }

    private String named(String problem) {
        String file = making.path().toString();
        return problem.contains(file) ? problem : file + ": " + problem;
    }

    /** Ends, neither done nor failed, to be begun anew. */
    private Step giveWay(RoomOnDisk.Need known) {
        needed = known;
        gaveWay = true;
        end();
        return Step.DONE;
    }

    private Step fail(String problem) {
        failed = true;
        end();
        LOG.info("{}: {}", order, problem);
        tools.listener().failed(dumpId(), order.ruleSet(), problem);
        return Step.DONE;
    }

    /** Gives back all it holds; removes what has no final name yet. */
    private void end() {
        stage = Stage.ENDED;
        try {
            making.close();
            reader.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: {}", order, named(Problems.line(e)));
        }
        making.room().close();
        place.giveBack();
    }
}
