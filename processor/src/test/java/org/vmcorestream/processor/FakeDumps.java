// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;
import org.vmcorestream.archive.StripeVisitor;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeState;

/** Dumps with stored metadata, without a cluster. */
final class FakeDumps implements ReplaySource {
    private final Map<String, Dump> dumps = new HashMap<>();
    private final Map<String, List<SpecificRecordBase>> metadata = new HashMap<>();

    /** Done before a dump is looked for. */
    Runnable onFind = () -> {};

    /** Done before a record of a stripe is read. */
    Runnable onRead = () -> {};

    int finds;
    int closed;

    /** Adds the next stripe of a dump, on a partition, with all its records. */
    FakeDumps add(String dumpId, int partition, SpecificRecordBase... records) {
        Dump dump = dumps.computeIfAbsent(dumpId, FakeDumps::empty);
        int stripe = dump.getStripes().size();
        StripeOpened opened = (StripeOpened) records[0];
        dump.getStripes()
                .add(new StripeState(
                        stripe,
                        opened.getFirstPfn(),
                        opened.getEndPfn(),
                        partition,
                        0L,
                        0L,
                        records.length - 1L,
                        0L,
                        0L,
                        0L,
                        0L,
                        0,
                        0));
        metadata.put(dumpId + "/" + stripe, List.of(records));
        return this;
    }

    Dump dump(String dumpId) {
        return dumps.get(dumpId);
    }

    private static Dump empty(String dumpId) {
        Manifest manifest = new Manifest();
        manifest.setParts(1);
        manifest.setDumpId(dumpId);
        manifest.setCodec(PageCodecName.ZSTD);
        manifest.setCaptureRuleSet("capture");
        manifest.setVmcoreinfo(ByteBuffer.allocate(0));
        return new Dump(DumpState.CAPTURED, manifest, new ArrayList<>(), "", List.of());
    }

    @Override
    public Optional<StoredStripes> find(String dumpId) {
        finds++;
        onFind.run();
        return Optional.ofNullable(dumps.get(dumpId)).map(Stored::new);
    }

    @Override
    public void close() {
        closed++;
    }

    private final class Stored implements StoredStripes {
        private final Dump dump;

        Stored(Dump dump) {
            this.dump = dump;
        }

        @Override
        public Dump record() {
            return dump;
        }

        @Override
        public void read(int stripe, StripeVisitor visitor) {
            for (SpecificRecordBase message : metadata.get(dump.getManifest().getDumpId() + "/" + stripe)) {
                onRead.run();
                if (message instanceof StripeOpened opened) {
                    visitor.opened(opened);
                } else if (message instanceof ChunkMetadata chunk) {
                    if (!visitor.chunk(chunk)) {
                        return;
                    }
                } else {
                    visitor.closed((StripeClosed) message);
                    return;
                }
            }
        }
    }
}
