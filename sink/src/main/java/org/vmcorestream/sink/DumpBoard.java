// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Dump;

/**
 * Which dumps this sink is responsible for, and what it makes of them: fed with the records of the partitions of topic dumps
 * that it owns, it begins, updates and drops assemblies. Can be used by several threads at once.
 */
final class DumpBoard implements KernelLogs {
    private static final Logger LOG = LoggerFactory.getLogger(DumpBoard.class);
    private static final String LOG_SUFFIX = "/log";

    /** What is known of one dump. */
    private static final class Entry {
        private final Map<String, Assembly> live = new HashMap<>();
        private final Set<String> failed = new HashSet<>();
    }

    private final StageTools tools;
    private final List<String> ruleSets;
    private final FinishedFiles finished;
    private final Consumer<Assembly> starter;
    private final int dumpPartitions;
    private final int dataPartitions;
    private final Map<Integer, Map<String, Entry>> dumps = new HashMap<>();
    /** Asked by assemblies while they hold their own lock, so never guarded by that of the board. */
    private final Map<String, LogPlace> logs = new ConcurrentHashMap<>();

    /**
     * @param ruleSets for dumps that ask for none
     * @param finished what needs not be done
     * @param starter takes an assembly to be advanced
     * @param dumpPartitions partitions of topic dumps
     * @param dataPartitions partitions of page-data and verdicts
     */
    DumpBoard(
            StageTools tools,
            List<String> ruleSets,
            FinishedFiles finished,
            Consumer<Assembly> starter,
            int dumpPartitions,
            int dataPartitions) {
        this.tools = tools;
        this.ruleSets = List.copyOf(ruleSets);
        this.finished = finished;
        this.starter = starter;
        this.dumpPartitions = dumpPartitions;
        this.dataPartitions = dataPartitions;
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
                gone.live.values().forEach(Assembly::drop);
            }
            return;
        }
        try {
            // Copied, because the record's fields are slices of it and would keep a whole fetch from being collected.
            Dump dump = RecordCodec.decode(copy(record.value()), Dump.class);
            DumpPlan plan = DumpPlan.of(dump, key, dataPartitions);
            advance(plan, partition.computeIfAbsent(key, id -> new Entry()), record.timestamp());
        } catch (MalformedRecordException | RuntimeException e) {
            String problem = record.place() + ": " + Problems.line(e);
            LOG.error("{}", problem);
            tools.outbox().deadLetter(record, problem);
            tools.listener().failed(Problems.line(record.dumpId()), "", problem);
        }
    }

    private static ByteBuffer copy(ByteBuffer value) {
        return ByteBuffer.allocate(value.remaining()).put(value.duplicate()).flip();
    }

    private void advance(DumpPlan plan, Entry entry, long timestamp) {
        boolean primary = true;
        for (String ruleSet : plan.ruleSets(ruleSets)) {
            Assembly live = entry.live.get(ruleSet);
            if (live != null && live.plan().sameLayout(plan)) {
                live.update(plan);
            } else {
                if (live != null) {
                    live.drop();
                    entry.live.remove(ruleSet);
                }
                if (!entry.failed.contains(ruleSet) && !finished.done(plan.dumpId(), ruleSet, timestamp)) {
                    Assembly assembly = new Assembly(plan, ruleSet, primary, tools, this);
                    entry.live.put(ruleSet, assembly);
                    starter.accept(assembly);
                }
            }
            primary = false;
        }
    }

    /** Takes an assembly that ended by itself. */
    synchronized void ended(Assembly assembly) {
        for (Map<String, Entry> partition : dumps.values()) {
            Entry entry = partition.get(assembly.dumpId());
            if (entry != null && entry.live.remove(assembly.ruleSet(), assembly) && assembly.failed()) {
                entry.failed.add(assembly.ruleSet());
            }
        }
    }

    /** Forgets a partition that another sink owns now; nothing of its assemblies is left when this returns. */
    synchronized void revoke(Collection<Integer> partitions) {
        List<Assembly> going = new ArrayList<>();
        for (int partition : partitions) {
            Map<String, Entry> gone = dumps.remove(partition);
            if (gone != null) {
                gone.values().forEach(entry -> going.addAll(entry.live.values()));
            }
            logs.values().removeIf(place -> place.partition() == partition);
        }
        going.forEach(Assembly::drop);
    }

    /** Forgets all partitions. */
    synchronized void revokeAll() {
        revoke(new ArrayList<>(dumps.keySet()));
    }

    /** Assemblies that have not ended. */
    synchronized int live() {
        return dumps.values().stream()
                .flatMap(partition -> partition.values().stream())
                .mapToInt(entry -> entry.live.size())
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
