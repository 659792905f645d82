// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.processor.StripeFixture.KEPT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.RecordCodec;

/** A file needs the verdict on every stripe: its end is committed at once, and not when the commit interval is over. */
class StripeCommitTest {
    @TempDir
    private Path stateDir;

    private final StripeFixture stripe = StripeFixture.ofChunks(1);
    private MockProcessorContext<byte[], PlacedValue> context;
    private StripeProcessor processor;

    @BeforeEach
    void begin() {
        context = new MockProcessorContext<>(new Properties(), new TaskId(0, 3), stateDir.toFile());
        context.setRecordMetadata("page-metadata", 3, 0);
        context.setCurrentSystemTimeMs(Bench.NOW.toEpochMilli());
        KeyValueStore<String, byte[]> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(VerdictTopology.NAMES.store()),
                        Serdes.String(),
                        Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
        RuleSetCatalog catalog = new RuleSetCatalog(List.of(BuiltInRuleSets.level(31)), name -> Optional.empty());
        processor = new StripeProcessor(VerdictTopology.NAMES, catalog, Duration.ofDays(7), () -> "");
        processor.init(context);
    }

    private void send(SpecificRecordBase message) {
        processor.process(new Record<>(new byte[1], RecordCodec.encode(message), Bench.NOW.toEpochMilli()));
    }

    @Test
    void shouldAskForACommitWhenAStripeHasEnded() {
        send(stripe.opened());
        send(stripe.chunk(0, KEPT));
        assertThat(context.committed()).as("while the stripe is open").isFalse();

        send(stripe.closed());

        assertThat(context.committed()).isTrue();
        assertThat(context.forwarded(VerdictTopology.NAMES.verdicts())).hasSize(2);
    }

    @Test
    void shouldNotAskForOneAgainWithTheNextStripe() {
        send(stripe.opened());
        send(stripe.chunk(0, KEPT));
        send(stripe.closed());
        context.resetCommit();
        StripeFixture next = StripeFixture.ofChunks(1);

        send(next.opened());
        send(next.chunk(0, KEPT));

        assertThat(context.committed()).isFalse();
    }

    @Test
    void shouldNotAskForOneForAnEndThatIsRefused() {
        send(stripe.closed());

        assertThat(context.forwarded(VerdictTopology.NAMES.deadLetters())).hasSize(1);
        assertThat(context.committed()).isFalse();
    }
}
