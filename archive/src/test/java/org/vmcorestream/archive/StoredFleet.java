// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.StripeState;

/** Dumps of random memory in a cluster, and rule sets by name. */
final class StoredFleet {
    static final int PARTITIONS = 3;

    final FakeCluster cluster =
            new FakeCluster().topic(SampleDumps.METADATA, PARTITIONS).topic(SampleDumps.DATA, PARTITIONS);
    final List<RuleSet> published = new ArrayList<>();
    private int dumps;

    /** Sends the metadata of a dump. */
    StoredDump send(RandomMemory memory, List<String> ruleSets) {
        int last = memory.stripes() - 1;
        String id = SampleDumps.id(SampleDumps.T0, ++dumps);
        List<StripeState> stripes = new ArrayList<>();
        for (int stripe = 0; stripe <= last; stripe++) {
            stripes.add(SampleDumps.stripe(
                    stripe, memory.firstPfn(stripe), memory.endPfn(stripe), (stripe + dumps) % PARTITIONS));
        }
        Dump dump = SampleDumps.dump(
                DumpState.CAPTURED, SampleDumps.manifest(id, SampleDumps.T0, memory.endPfn(last)), stripes);
        dump.getManifest().setRuleSets(ruleSets);
        MemmapRuns memmap = new MemmapRuns();
        for (int stripe = 0; stripe <= last; stripe++) {
            List<ChunkMetadata> chunks = new ArrayList<>();
            for (ChunkDescriptors chunk : memory.stripes.get(stripe)) {
                RandomMemory.memmap(chunk, memmap);
                chunks.add(new ChunkMetadata(
                        id,
                        stripe,
                        chunk.firstPfn() >>> 15,
                        chunk.pages(),
                        ByteBuffer.wrap(DescriptorCodec.encode(chunk)),
                        ByteBuffer.wrap(MemmapCodec.encode(memmap))));
            }
            SampleDumps.sendMessages(cluster, dump, stripes.get(stripe), chunks);
        }
        return StoredDump.of(dump);
    }

    Optional<RuleSet> named(String name) {
        return published.stream()
                .filter(ruleSet -> ruleSet.name().equals(name))
                .findFirst()
                .or(() -> BuiltInRuleSets.named(name));
    }

    FleetDecider decider() {
        return new FleetDecider(() -> new StoredMetadata(cluster::cursor, SampleDumps.METADATA), 2);
    }

    /** Memory of some stripes. */
    static RandomMemory memory(Random random) {
        return new RandomMemory(random, 1 + random.nextInt(3), 8, 400);
    }
}
