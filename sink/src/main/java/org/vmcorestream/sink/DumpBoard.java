// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Dump;

/**
 * Which dumps this sink is responsible for, and what it makes of them: fed with the records of the partitions of topic dumps
 * that it owns, it begins, updates and drops assemblies. Of a dump it remembers where its newest record lies, not the record.
 * Each part of a dump has a record of its own, and is made by the sink that owns the partition of that.
 *
 * <p>Files of replays are begun when somebody asks for it ({@link #replay}), not more than a given number at once, and never
 * beside a live assembly of the same dump and rule set: that one comes first and writes the same file. A replay of a dump of
 * several parts makes one file of all of it, by the sink that makes the first part. Can be used by several
 * threads at once.
 */
final class DumpBoard implements KernelLogs {
    private static final Logger LOG = LoggerFactory.getLogger(DumpBoard.class);
    private static final String LOG_SUFFIX = "/log";

    /** What is known of one dump, or of a part behind the first. */
    private static final class Entry {
        private final Map<String, Assembly> live = new HashMap<>();
        private final Set<String> failed = new HashSet<>();
        private final Map<String, Assembly> replays = new HashMap<>();
        /** By rule set, which one; bounded, because outcomes can name any number of rule sets. */
        private final Map<String, String> failedReplays = new HashMap<>();

        private Newest newest;

        private void fail(String ruleSet, String replayId) {
            if (failedReplays.size() == DumpCheck.MAX_RULE_SETS) {
                failedReplays.clear();
            }
            failedReplays.put(ruleSet, replayId);
        }

        private void drop() {
            live.values().forEach(Assembly::drop);
            replays.values().forEach(Assembly::drop);
        }
    }

    /**
     * The newest record of a dump.
     *
     * @param place where it lies in topic dumps
     * @param ended whether it says that nothing more will come
     */
    record Newest(LogPlace place, boolean ended) {}

    private final StageTools tools;
    private final List<String> ruleSets;
    private final Consumer<Assembly> starter;
    private final int dumpPartitions;
    private final int dataPartitions;
    private final int mostReplays;
    private final Map<Integer, Map<String, Entry>> dumps = new HashMap<>();
    /** Asked by assemblies while they hold their own lock, so never guarded by that of the board. */
    private final Map<String, LogPlace> logs = new ConcurrentHashMap<>();

    private long changes;

    /**
     * @param ruleSets for dumps that ask for none
     * @param starter takes an assembly to be advanced
     * @param dumpPartitions partitions of topic dumps
     * @param dataPartitions partitions of page-data and verdicts
     * @param mostReplays files of replays that may be made at once
     */
    DumpBoard(
            StageTools tools,
            List<String> ruleSets,
            Consumer<Assembly> starter,
            int dumpPartitions,
            int dataPartitions,
            int mostReplays) {
        this.tools = tools;
        this.ruleSets = List.copyOf(ruleSets);
        this.starter = starter;
        this.dumpPartitions = dumpPartitions;
        this.dataPartitions = dataPartitions;
        this.mostReplays = mostReplays;
    }

    /** Takes a record of topic dumps. */
    synchronized void accept(LogRecord record) {
        String key = record.keyText();
        if (key.endsWith(LOG_SUFFIX)) {
            String dumpId = key.substring(0, key.length() - LOG_SUFFIX.length());
            if (record.value() == null) {
                logs.remove(dumpId);
            } else {
                logs.put(dumpId, new LogPlace(record.partition(), record.offset()));
            }
            return;
        }
        Map<String, Entry> partition = dumps.computeIfAbsent(record.partition(), number -> new HashMap<>());
        if (record.value() == null) {
            Entry gone = partition.remove(key);
            if (gone != null) {
                gone.drop();
                changes++;
            }
            return;
        }
        try {
            DumpPlan plan = plan(record);
            Entry entry = partition.get(key);
            if (entry == null) {
                entry = new Entry();
                partition.put(key, entry);
                changes++;
            }
            entry.newest = new Newest(new LogPlace(record.partition(), record.offset()), plan.ended());
            advance(plan, entry, record.timestamp());
        } catch (MalformedRecordException | RuntimeException e) {
            String problem = record.place() + ": " + Problems.line(e);
            LOG.error("{}", problem);
            tools.outbox().deadLetter(record, problem);
            tools.listener().failed(Problems.line(record.dumpId()), "", problem);
        }
    }

    /**
     * The dump that a record of topic dumps speaks of.
     *
     * @throws MalformedRecordException when it is none that can be used
     */
    DumpPlan plan(LogRecord record) throws MalformedRecordException {
        // Copied, because the record's fields are slices of it and would keep a whole fetch from being collected.
        ByteBuffer value = record.value();
        ByteBuffer copy =
                ByteBuffer.allocate(value.remaining()).put(value.duplicate()).flip();
        return DumpPlan.of(RecordCodec.decode(copy, Dump.class), record.keyText(), dataPartitions, record.offset());
    }

    private void advance(DumpPlan plan, Entry entry, long timestamp) {
        boolean primary = true;
        for (String ruleSet : plan.ruleSets(ruleSets)) {
            Assembly live = entry.live.get(ruleSet);
            if (live == null || !live.update(plan)) {
                if (live != null) {
                    live.drop();
                    entry.live.remove(ruleSet);
                }
                if (!entry.failed.contains(ruleSet) && !tools.finished().done(plan, ruleSet, timestamp)) {
                    Assembly behind = entry.replays.remove(ruleSet);
                    if (behind != null) {
                        behind.drop();
                    }
                    Assembly assembly =
                            new Assembly(new AssemblyOrder(plan, ruleSet, primary, Optional.empty()), tools, this);
                    entry.live.put(ruleSet, assembly);
                    starter.accept(assembly);
                }
            }
            primary = false;
        }
        entry.replays.values().removeIf(replay -> {
            boolean goesOn = replay.update(plan);
            if (!goesOn) {
                replay.drop();
            }
            return !goesOn;
        });
    }

    /** Changes whenever a dump comes or goes. */
    synchronized long changes() {
        return changes;
    }

    /** Where the newest record of a dump is; empty when this sink is not responsible for the dump. */
    synchronized Optional<Newest> newest(String dumpId) {
        return Optional.ofNullable(find(dumpId)).map(entry -> entry.newest);
    }

    private Entry find(String dumpId) {
        for (Map<String, Entry> partition : dumps.values()) {
            Entry entry = partition.get(dumpId);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    /** Whether a file of a dump under a rule set is being made, live or for a replay. */
    synchronized boolean busy(String dumpId, String ruleSet) {
        Entry entry = find(dumpId);
        return entry != null && (entry.live.containsKey(ruleSet) || entry.replays.containsKey(ruleSet));
    }

    /** Whether the file of a replay could not be made, for a reason that will not go away by itself. */
    synchronized boolean failed(String dumpId, String ruleSet, String replayId) {
        Entry entry = find(dumpId);
        return entry != null && replayId.equals(entry.failedReplays.get(ruleSet));
    }

    /** Takes note that the file of a replay cannot be made. */
    synchronized void fail(String dumpId, String ruleSet, String replayId) {
        Entry entry = find(dumpId);
        if (entry != null) {
            entry.fail(ruleSet, replayId);
        }
    }

    /** Whether as many files of replays are being made as may be. */
    synchronized boolean full() {
        return count(entry -> entry.replays.size()) >= mostReplays;
    }

    /**
     * Begins to make the file of a replay.
     *
     * @param plan its dump
     * @param newest where the plan was read
     * @return false when that cannot be now, because the dump has changed or gone since, or its file is being made
     * @throws MalformedRecordException when the replay cannot be one of this dump
     */
    synchronized boolean replay(ReplayPlan replay, DumpPlan plan, Newest newest) throws MalformedRecordException {
        replay.checkAgainst(plan);
        Entry entry = find(replay.dumpId());
        String ruleSet = replay.ruleSet();
        if (entry == null || !newest.equals(entry.newest) || busy(replay.dumpId(), ruleSet) || full()) {
            return false;
        }
        boolean primary = plan.ruleSets(ruleSets).indexOf(ruleSet) == 0;
        Assembly assembly = new Assembly(new AssemblyOrder(plan, ruleSet, primary, Optional.of(replay)), tools, this);
        entry.replays.put(ruleSet, assembly);
        starter.accept(assembly);
        return true;
    }

    /** Takes an assembly that ended by itself. */
    synchronized void ended(Assembly assembly) {
        String ruleSet = assembly.order().ruleSet();
        for (Map<String, Entry> partition : dumps.values()) {
            Entry entry = partition.get(assembly.plan().key());
            if (entry == null) {
                continue;
            }
            if (entry.live.remove(ruleSet, assembly)) {
                Assembly again = assembly.again();
                if (assembly.failed()) {
                    entry.failed.add(ruleSet);
                } else if (again != null) {
                    entry.live.put(ruleSet, again);
                    starter.accept(again);
                }
            }
            if (entry.replays.remove(ruleSet, assembly) && assembly.failed()) {
                entry.fail(ruleSet, assembly.order().replayId());
            }
        }
    }

    /** Forgets a partition that another sink owns now; nothing of its assemblies is left when this returns. */
    synchronized void revoke(Collection<Integer> partitions) {
        List<Entry> going = new ArrayList<>();
        for (int partition : partitions) {
            Map<String, Entry> gone = dumps.remove(partition);
            if (gone != null) {
                going.addAll(gone.values());
            }
            logs.values().removeIf(place -> place.partition() == partition);
        }
        changes++;
        going.forEach(Entry::drop);
    }

    /** Forgets all partitions. */
    synchronized void revokeAll() {
        revoke(new ArrayList<>(dumps.keySet()));
    }

    /** Assemblies that have not ended. */
    synchronized int live() {
        return count(entry -> entry.live.size() + entry.replays.size());
    }

    private int count(ToIntFunction<Entry> of) {
        return dumps.values().stream()
                .flatMap(partition -> partition.values().stream())
                .mapToInt(of)
                .sum();
    }

    @Override
    public LogPlace place(String dumpId) {
        return logs.get(dumpId);
    }

    @Override
    public int partitions() {
        return dumpPartitions;
    }
}
