// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongPredicate;
import java.util.zip.CRC32C;
import org.apache.kafka.common.header.Headers;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.VerdictCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.schemas.records.StripeVerdict;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;

/**
 * A dump of three stripes of one chunk each, on two partitions. Of every 16 page frames with memory the first four are free
 * (the verdict drops them, two of them are captured all the same), of every 7 one is zero, of every 5 one does not shrink.
 */
final class SampleDump {
    static final int PAGE_SIZE = 4096;
    static final int CHUNK = 32_768;
    static final long END_PFN = 2 * CHUNK + 500;
    static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    static final Headers NO_HEADERS = new org.apache.kafka.common.header.internals.RecordHeaders();
    static final String RULE_SET = "level-31";
    static final String LOG = "[    0.000000] Linux version 6.12\n[    9.000000] Kernel panic - not syncing\n";
    private static final int BATCH_PAGES = 64;

    final FakeCluster cluster;
    final String dumpId;
    final PageCodec codec;
    final Manifest manifest;
    final StripeState[] stripes = new StripeState[3];
    final List<List<Long>> batchOffsets = new ArrayList<>();
    /** Unused vmemmap that the verdict on the chunk of a stripe names. */
    final Map<Integer, List<PfnRange>> vmemmap = new HashMap<>();

    /** Page frames among them that leave for it. */
    final Set<Long> dropped = new HashSet<>();

    /** What the verdicts say that were never captured, of each stripe. */
    List<ReasonCount> notCaptured = List.of();

    /** Early pages of each part; none unless {@link #sendEarly} was called. */
    final List<StripeState> early = new ArrayList<>();

    /** Records of page-data that are sent before the host dies. */
    int recordsLeft = Integer.MAX_VALUE;

    LongPredicate isEarly = pfn -> false;
    LongPredicate keeps = pfn -> pfn % 16 >= 4;
    LongPredicate captured = pfn -> keeps.test(pfn) || pfn % 16 < 2;

    SampleDump(FakeCluster cluster, long seed, PageCodec codec) {
        this.cluster = cluster;
        this.codec = codec;
        dumpId = new UUID(0x0190_0000_0000_7000L + seed, 0x8000_0000_0000_0000L + seed).toString();
        manifest = Manifest.newBuilder()
                .setDumpId(dumpId)
                .setOpenedAt(1_700_000_000_000L)
                .setHost("host-1")
                .setSource("guest.elf")
                .setMachine("x86_64")
                .setSysname("Linux")
                .setNodename("guest")
                .setKernelRelease("6.12.0")
                .setKernelVersion("#1 SMP")
                .setDomainname("(none)")
                .setBuildId("")
                .setCpus(2)
                .setPhysBase(0x1000_0000L)
                .setPageShift(12)
                .setEndPfn(END_PFN)
                .setPresent(List.of(
                        new PfnRange(0L, 600L),
                        new PfnRange(700L, 1_000L),
                        new PfnRange((long) CHUNK, CHUNK + 1_000L),
                        new PfnRange(2L * CHUNK, END_PFN)))
                .setCrashTime(1_699_999_990L)
                .setCrashReason("Kernel panic")
                .setCallTrace(List.of())
                .setCodec(PageCodecName.valueOf(codec.name()))
                .setCaptureRuleSet("capture")
                .setRuleSets(new ArrayList<>())
                .setVmcoreinfo(ByteBuffer.wrap(bytes("OSRELEASE=6.12.0\n")))
                .setNotes(ByteBuffer.wrap(note("VMCOREINFO\0", bytes("OSRELEASE=6.12.0\n"))))
                .setParts(1)
                .build();
        for (int i = 0; i < 3; i++) {
            stripes[i] = new StripeState(
                    i,
                    (long) i * CHUNK,
                    Math.min(END_PFN, (i + 1L) * CHUNK),
                    i % 2,
                    0L,
                    -1L,
                    -1L,
                    -1L,
                    0L,
                    0L,
                    0L,
                    0,
                    0);
        }
        for (int i = 0; i < 6; i++) {
            batchOffsets.add(new ArrayList<>());
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] note(String name, byte[] description) {
        ByteBuffer note = ByteBuffer.allocate(12 + (name.length() + 3 & ~3) + (description.length + 3 & ~3))
                .order(ByteOrder.LITTLE_ENDIAN);
        note.putInt(name.length()).putInt(description.length).putInt(0).put(bytes(name));
        note.position(12 + (name.length() + 3 & ~3)).put(description);
        return note.array();
    }

    boolean present(long pfn) {
        return manifest.getPresent().stream().anyMatch(range -> pfn >= range.getFirstPfn() && pfn < range.getEndPfn());
    }

    boolean kept(long pfn) {
        return keeps.test(pfn) && !dropped.contains(pfn);
    }

    static byte[] page(long pfn) {
        byte[] page = new byte[PAGE_SIZE];
        if (pfn % 7 == 0) {
            return page;
        }
        if (pfn % 5 == 0) {
            new Random(pfn).nextBytes(page);
        } else {
            byte[] text = bytes("page frame " + pfn + ", ");
            for (int i = 0; i < page.length; i++) {
                page[i] = text[i % text.length];
            }
        }
        return page;
    }

    SampleDump log() {
        KernelLogRecord log = new KernelLogRecord(dumpId, true, "", ByteBuffer.wrap(bytes(LOG)));
        cluster.append(TOPICS.dumps(), 0, Keys.kernelLog(dumpId), dumpId, log);
        return this;
    }

    Dump record(DumpState state) {
        List<StripeState> copies = new ArrayList<>();
        for (StripeState stripe : stripes) {
            copies.add(StripeState.newBuilder(stripe).build());
        }
        return new Dump(
                state,
                manifest,
                copies,
                state == DumpState.FAILED ? "host died" : "",
                early.stream().map(each -> StripeState.newBuilder(each).build()).toList());
    }

    DumpPlan plan(DumpState state) {
        return plan(state, 0);
    }

    /** Announces it, with a copy for each part behind the first in the partition of the two that it falls to. */
    SampleDump announce(DumpState state) {
        cluster.append(TOPICS.dumps(), 0, Keys.dump(dumpId), dumpId, record(state));
        for (int part = 1; part < manifest.getParts(); part++) {
            int partition = Keys.partPartition(dumpId, part, 2);
            cluster.append(TOPICS.dumps(), partition, Keys.dumpPart(dumpId, part), dumpId, record(state));
        }
        return this;
    }

    /** Says which part each of its three stripes is of. */
    SampleDump parts(int first, int second, int third) {
        int[] parts = {first, second, third};
        for (int stripe = 0; stripe < 3; stripe++) {
            stripes[stripe].setPart(parts[stripe]);
        }
        manifest.setParts(third + 1);
        return this;
    }

    DumpPlan plan(DumpState state, int part) {
        String key = new String(part == 0 ? Keys.dump(dumpId) : Keys.dumpPart(dumpId, part), StandardCharsets.UTF_8);
        try {
            return DumpPlan.of(record(state), key, 2);
        } catch (org.vmcorestream.schemas.MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    /** Has some pages sent early, on the partition behind that of the part's first stripe. */
    SampleDump sendEarly(LongPredicate which) {
        isEarly = which;
        for (int part = 0; part < manifest.getParts(); part++) {
            StripeState whole = null;
            for (StripeState stripe : stripes) {
                if (stripe.getPart() == part) {
                    whole = whole == null ? StripeState.newBuilder(stripe).build() : whole;
                    whole.setEndPfn(stripe.getEndPfn());
                }
            }
            whole.setStripe(Keys.earlyStripe(part));
            whole.setPartition(1 - whole.getPartition());
            whole.setMetadataOffset(-1L);
            early.add(whole);
        }
        return this;
    }

    StripeState state(int number) {
        return number < 0 ? early.get(Keys.earlyStripe(number)) : stripes[number];
    }

    /** Place in the lists that begin with the stripes and go on with the early pages. */
    private static int slot(int number) {
        return number < 0 ? 3 + Keys.earlyStripe(number) : number;
    }

    SampleDump verdict(int stripe, String ruleSet) {
        return repeated(stripe, ruleSet).verdictEnd(stripe, ruleSet, 1);
    }

    /** The verdict on the chunk of a stripe, without the end. */
    SampleDump repeated(int stripe, String ruleSet) {
        VerdictRuns runs = new VerdictRuns();
        StripeState state = stripes[stripe];
        long first = state.getFirstPfn();
        runs.begin(first);
        for (long pfn = first; pfn < state.getEndPfn(); pfn++) {
            runs.append(!present(pfn) ? 1 : keeps.test(pfn) ? 0 : 3, 1);
        }
        ChunkVerdict chunk = new ChunkVerdict(
                dumpId,
                ruleSet,
                stripe,
                first / CHUNK,
                runs.pages(),
                List.of("kept", "hole", "no-data", "free"),
                ByteBuffer.wrap(VerdictCodec.encode(runs)),
                vmemmap.getOrDefault(stripe, List.of()));
        cluster.append(
                TOPICS.verdicts(),
                state.getPartition(),
                Keys.verdict(dumpId, ruleSet, stripe, first / CHUNK),
                dumpId,
                chunk);
        return this;
    }

    SampleDump verdictEnd(int stripe, String ruleSet, int chunks) {
        StripeVerdict end = new StripeVerdict(
                dumpId, ruleSet, stripe, chunks, chunks, true, List.of(), 0L, 0L, -1L, 0L, 0L, 0L, notCaptured);
        int partition = stripes[stripe].getPartition();
        cluster.append(TOPICS.verdicts(), partition, Keys.stripeVerdict(dumpId, ruleSet, stripe), dumpId, end);
        return this;
    }

    SampleDump verdicts() {
        return verdict(0, RULE_SET).verdict(1, RULE_SET).verdict(2, RULE_SET);
    }

    SampleDump pages() {
        return pages(0).pages(1).pages(2);
    }

    /** Sends a stripe's pages and its end. */
    SampleDump pages(int number) {
        return batches(number).end(number);
    }

    /** Page frames of the pages that were sent. */
    final Set<Long> arrived = new HashSet<>();

    private final CRC32C[] digests = {new CRC32C(), new CRC32C(), new CRC32C(), new CRC32C(), new CRC32C(), new CRC32C()
    };
    private final int[] sequences = new int[6];

    SampleDump batches(int number) {
        StripeState stripe = state(number);
        if (number >= 0) {
            stripe.setMetadataEnd(5L);
        }
        if (recordsLeft == 0) {
            return this;
        }
        stripe.setDataOffset(cluster.end(TOPICS.pageData(), stripe.getPartition()));
        List<Long> batch = new ArrayList<>();
        for (long pfn = stripe.getFirstPfn(); pfn < stripe.getEndPfn(); pfn++) {
            if (present(pfn) && captured.test(pfn) && isEarly.test(pfn) == number < 0) {
                batch.add(pfn);
                if (batch.size() == BATCH_PAGES) {
                    batch(stripe, batch);
                    batch.clear();
                }
            }
        }
        if (!batch.isEmpty()) {
            batch(stripe, batch);
        }
        return this;
    }

    private void batch(StripeState stripe, List<Long> pfns) {
        if (recordsLeft == 0) {
            return;
        }
        recordsLeft--;
        arrived.addAll(pfns);
        PageBatchIndex index = new PageBatchIndex();
        index.begin();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        ByteBuffer source = ByteBuffer.allocateDirect(PAGE_SIZE);
        try (PageCompressor compressor = PageCompressor.of(codec)) {
            ByteBuffer target = ByteBuffer.allocateDirect(compressor.bound(PAGE_SIZE));
            for (long pfn : pfns) {
                byte[] page = page(pfn);
                if (pfn % 7 == 0) {
                    index.add(pfn, PageBatchIndex.Kind.ZERO, 0);
                    stripe.setZeroPages(stripe.getZeroPages() + 1);
                    continue;
                }
                source.put(0, page);
                int size = compressor.compress(source, 0, PAGE_SIZE, target, 0);
                byte[] stored = page;
                if (size >= 0) {
                    stored = new byte[size];
                    target.get(0, stored);
                }
                index.add(pfn, size < 0 ? PageBatchIndex.Kind.RAW : PageBatchIndex.Kind.COMPRESSED, stored.length);
                data.writeBytes(stored);
            }
        }
        int number = stripe.getStripe();
        byte[] encoded = index.encode();
        PageBatch batch = new PageBatch(
                dumpId,
                number,
                sequences[slot(number)]++,
                pfns.get(0),
                pfns.size(),
                PageCodecName.valueOf(codec.name()),
                ByteBuffer.wrap(encoded),
                ByteBuffer.wrap(data.toByteArray()));
        digests[slot(number)].update(encoded);
        digests[slot(number)].update(data.toByteArray());
        stripe.setPages(stripe.getPages() + pfns.size());
        stripe.setPageBytes(stripe.getPageBytes() + data.size());
        batchOffsets.get(slot(number)).add(send(number, batch));
    }

    long send(int stripe, PageBatch batch) {
        return cluster.append(
                TOPICS.pageData(), state(stripe).getPartition(), Keys.stripe(dumpId, stripe), dumpId, batch);
    }

    /** The end of a stripe as its pages deserve it. */
    StripeEnd endRecord(int number) {
        StripeState stripe = state(number);
        return new StripeEnd(
                dumpId,
                number,
                sequences[slot(number)],
                stripe.getPages(),
                stripe.getZeroPages(),
                stripe.getPageBytes(),
                (int) digests[slot(number)].getValue());
    }

    SampleDump end(int number) {
        return end(number, endRecord(number));
    }

    SampleDump end(int number, StripeEnd end) {
        if (recordsLeft == 0) {
            return this;
        }
        recordsLeft--;
        StripeState stripe = state(number);
        stripe.setDigest(end.getDigest());
        stripe.setDataEnd(
                cluster.append(TOPICS.pageData(), stripe.getPartition(), Keys.stripe(dumpId, number), dumpId, end));
        return this;
    }

    /** All of it, from log to end. */
    SampleDump whole() {
        return log().verdicts().pages().announce(DumpState.CAPTURED);
    }

    /** A file of a dump under {@link #RULE_SET}, as some sink publishes it. */
    static DumpFile file(String dumpId, boolean complete, String location) {
        return new DumpFile(
                dumpId,
                RULE_SET,
                location,
                "sink-0",
                1L,
                PageCodecName.ZSTD,
                complete,
                List.of(),
                1L,
                1,
                1L,
                0L,
                0L,
                List.of(),
                List.of(),
                "",
                0,
                1);
    }
}
