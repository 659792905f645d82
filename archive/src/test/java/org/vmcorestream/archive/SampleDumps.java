// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.kafka.common.utils.Utils;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeState;

/** Dumps as a producer sends them, small ones. */
final class SampleDumps {
    static final String DUMPS = "vmcore.dumps";
    static final String METADATA = "vmcore.page-metadata";
    static final String DATA = "vmcore.page-data";

    /** 2026-01-01. */
    static final long T0 = 1_767_225_600_000L;

    /** Facts of a kernel of today. */
    static final PageFacts FACTS = new PageFacts(
            12,
            11,
            OptionalInt.of(5),
            OptionalInt.of(15),
            OptionalInt.of(16),
            OptionalInt.of(17),
            OptionalInt.empty(),
            OptionalInt.of(21),
            1 << 6,
            OptionalInt.of(0xf0ffffff),
            OptionalInt.of(0xf1ffffff),
            OptionalInt.of(0xf5ffffff),
            OptionalInt.of(0xf4ffffff),
            OptionalInt.of(0xf6ffffff));

    private SampleDumps() {}

    /** The id of a dump opened at a time. */
    static String id(long millis, int number) {
        return new UUID(millis << 16 | 7L << 12 | number >>> 16 & 0xfff, 1L << 63 | number).toString();
    }

    /** Partition of a dump's records in topic dumps. */
    static int partition(String id, int partitions) {
        return Utils.toPositive(Utils.murmur2(Keys.dump(id))) % partitions;
    }

    /** A manifest; {@code endPfn} page frames of memory. */
    static Manifest manifest(String id, long openedAt, long endPfn) {
        Manifest manifest = new Manifest();
        manifest.setParts(1);
        manifest.setDumpId(id);
        manifest.setOpenedAt(openedAt);
        manifest.setHost("host-1");
        manifest.setTenant("tenant-1");
        manifest.setSource("a.elf");
        manifest.setMachine("x86_64");
        manifest.setSysname("Linux");
        manifest.setNodename("guest");
        manifest.setKernelRelease("6.18.1");
        manifest.setKernelVersion("#1 SMP");
        manifest.setDomainname("(none)");
        manifest.setBuildId("0123456789abcdef0123456789abcdef01234567");
        manifest.setCpus(2);
        manifest.setPhysBase(0L);
        manifest.setPageShift(12);
        manifest.setEndPfn(endPfn);
        manifest.setPresent(List.of(new PfnRange(0L, endPfn)));
        manifest.setCrashTime(T0 / 1000);
        manifest.setCrashReason("Kernel panic - not syncing: sysrq triggered crash");
        manifest.setCallTrace(List.of("panic", "sysrq_handle_crash"));
        manifest.setCodec(PageCodecName.ZSTD);
        manifest.setCaptureRuleSet("capture");
        manifest.setRuleSets(List.of());
        manifest.setVmcoreinfo(ByteBuffer.wrap(new byte[2_000]));
        manifest.setNotes(ByteBuffer.wrap(new byte[6_000]));
        return manifest;
    }

    /** A dump of one stripe of which nothing is known yet. */
    static Dump opened(String id, long openedAt) {
        return dump(DumpState.OPENED, manifest(id, openedAt, Chunk.PAGES), List.of(stripe(0, 0, Chunk.PAGES, 0)));
    }

    static Dump dump(DumpState state, Manifest manifest, List<StripeState> stripes) {
        return new Dump(state, manifest, stripes, state == DumpState.FAILED ? "disk on fire" : "", List.of());
    }

    /** A stripe of which nothing is known yet. */
    static StripeState stripe(int number, long firstPfn, long endPfn, int partition) {
        return new StripeState(number, firstPfn, endPfn, partition, -1L, -1L, -1L, -1L, 0L, 0L, 0L, 0, 0);
    }

    static StripeOpened stripeOpened(Dump dump, StripeState stripe, int chunks) {
        Manifest manifest = dump.getManifest();
        return new StripeOpened(
                manifest.getDumpId(),
                stripe.getStripe(),
                stripe.getFirstPfn(),
                stripe.getEndPfn(),
                chunks,
                FactsRecords.toRecord(FACTS),
                manifest.getRuleSets(),
                manifest.getKernelRelease(),
                manifest.getTenant(),
                manifest.getHost(),
                dump.getStripes().size(),
                manifest.getMachine(),
                manifest.getCrashReason(),
                manifest.getCaptureRuleSet(),
                64);
    }

    static ChunkMetadata chunk(String id, int stripe, ChunkDescriptors descriptors) {
        return new ChunkMetadata(
                id,
                stripe,
                Chunk.of(descriptors.firstPfn()),
                descriptors.pages(),
                ByteBuffer.wrap(DescriptorCodec.encode(descriptors)),
                ByteBuffer.allocate(0));
    }

    /** Pages of one descriptor. */
    static ChunkDescriptors uniform(long firstPfn, int pages, int flags, int mapcount, int shape) {
        ChunkDescriptors descriptors = new ChunkDescriptors();
        descriptors.begin(firstPfn);
        descriptors.append(flags, mapcount, shape, pages);
        return descriptors;
    }

    /** Sends the metadata of a stripe and notes its offsets in its state. */
    static void send(FakeCluster cluster, Dump dump, StripeState stripe, List<ChunkDescriptors> chunks) {
        List<ChunkMetadata> messages = new ArrayList<>();
        String id = dump.getManifest().getDumpId();
        chunks.forEach(chunk -> messages.add(chunk(id, stripe.getStripe(), chunk)));
        sendMessages(cluster, dump, stripe, messages);
    }

    static void sendMessages(FakeCluster cluster, Dump dump, StripeState stripe, List<ChunkMetadata> chunks) {
        String id = dump.getManifest().getDumpId();
        int number = stripe.getStripe();
        CRC32C digest = new CRC32C();
        long pages = 0;
        stripe.setMetadataOffset(cluster.add(
                METADATA,
                stripe.getPartition(),
                T0,
                Keys.stripeOpened(id, number),
                stripeOpened(dump, stripe, chunks.size())));
        for (ChunkMetadata chunk : chunks) {
            cluster.add(METADATA, stripe.getPartition(), T0, Keys.chunk(id, number, chunk.getChunk()), chunk);
            digest.update(chunk.getDescriptors().duplicate());
            pages += chunk.getPages();
        }
        stripe.setMetadataEnd(cluster.add(
                METADATA,
                stripe.getPartition(),
                T0,
                Keys.stripeClosed(id, number),
                new StripeClosed(id, number, chunks.size(), pages, (int) digest.getValue())));
    }
}
