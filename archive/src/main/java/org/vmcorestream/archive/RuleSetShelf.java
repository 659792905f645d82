// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.vmcorestream.rulebook.RuleSetText;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.PublishedRuleSet;

/**
 * Rule sets by name: the built-in ones, and those on topic rule-sets, which is read when a name is asked for that is not known
 * yet. Can be used by several threads at once.
 */
public final class RuleSetShelf implements AutoCloseable {
    private static final int FETCH_BYTES = 1 << 20;

    /** Most compiled rule sets that are kept. */
    private static final int MAX_COMPILED = 256;

    private static final Pattern PUBLISHED = Pattern.compile("([a-z0-9-]{1,64})(?:@([1-9][0-9]{0,8}))?");

    private final Supplier<RuleSetLog> logs;
    private final String topic;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final RuleSetReader reader;
    private final Map<String, RuleSet> compiled = new LinkedHashMap<>(16, 0.75f, true);
    private RuleSetLog log;
    private boolean closed;

    /** @param logs makes the reader of the topic when it is first needed */
    RuleSetShelf(
            Supplier<RuleSetLog> logs,
            String topic,
            Supplier<Producer<byte[], byte[]>> producers,
            RuleSetReader reader) {
        this.logs = logs;
        this.topic = topic;
        this.producers = producers;
        this.reader = reader;
    }

    /**
     * A shelf; asks the cluster nothing yet.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least
     */
    public static RuleSetShelf open(Map<String, Object> client, Topics topics) {
        Map<String, Object> settings = Map.copyOf(client);
        String topic = topics.ruleSets();
        return new RuleSetShelf(
                () -> new RuleSetLog(LogCursor.open(settings, FETCH_BYTES), topic),
                topic,
                () -> new KafkaProducer<>(
                        ClientConfigs.exclusiveSender(settings, RuleSetPublisher.transactionalId(topic))),
                RuleSetText::read);
    }

    /**
     * The rule set of a name: built-in, {@code NAME@VERSION}, or {@code NAME} for the newest version. The name of the rule set
     * returned says its version, so that it means the same for ever. A published name that was not known is looked for in the
     * topic, to its end.
     *
     * @throws ArchiveException when the cluster does not answer, or what it holds cannot be read
     */
    public Optional<RuleSet> named(String name) {
        Optional<RuleSet> builtIn = BuiltInRuleSets.named(name);
        return builtIn.isPresent() ? builtIn : published(name).map(this::compiled);
    }

    private synchronized RuleSet compiled(PublishedRuleSet published) {
        String name = published.getName() + "@" + published.getVersion();
        RuleSet known = compiled.get(name);
        if (known != null) {
            return known;
        }
        try {
            RuleSet read = reader.read(name, published.getText());
            if (!read.name().equals(published.getName())) {
                throw new ArchiveException("text of rule set " + name + " calls itself " + OneLine.of(read.name())
                        + ", expected " + published.getName());
            }
            RuleSet ruleSet = read.named(name);
            compiled.put(name, ruleSet);
            if (compiled.size() > MAX_COMPILED) {
                compiled.remove(compiled.keySet().iterator().next());
            }
            return ruleSet;
        } catch (RuleTextException e) {
            throw new ArchiveException("rule set " + name + " cannot be used: " + OneLine.of(e), e);
        }
    }

    /**
     * What was published, by name ({@code NAME} for the newest version or {@code NAME@VERSION}).
     *
     * @throws ArchiveException when the cluster does not answer, or the record cannot be read
     */
    public synchronized Optional<PublishedRuleSet> published(String name) {
        Matcher asked = PUBLISHED.matcher(name);
        if (!asked.matches() || BuiltInRuleSets.named(asked.group(1)).isPresent()) {
            return Optional.empty();
        }
        ShelvedVersion found;
        if (asked.group(2) == null) {
            log().catchUp();
            found = log().newest(asked.group(1));
        } else {
            int version = Integer.parseInt(asked.group(2));
            found = log().version(asked.group(1), version);
            if (found == null) {
                log().catchUp();
                found = log().version(asked.group(1), version);
            }
        }
        if (found == null || found.isDeleted()) {
            return Optional.empty();
        }
        if (found.record() == null) {
            throw new ArchiveException("rule set " + name + " cannot be read: " + found.problem());
        }
        return Optional.of(found.record());
    }

    /**
     * All that was published, by name and version.
     *
     * @throws ArchiveException when the cluster does not answer
     */
    public synchronized List<PublishedRuleSet> all() {
        log().catchUp();
        return log().all();
    }

    /**
     * Publishes a text as the next version of the name it bears; where the newest version is the same text, that one is
     * returned and nothing is published. Two that publish at the same time get different versions. Needs to be allowed to use
     * the transactional id {@code TOPIC-publisher}, where TOPIC is the name of topic rule-sets.
     *
     * @param source name of the text in messages
     * @param by who does it
     * @throws RuleTextException when it is no rule set, or has the name of a built-in one
     * @throws ArchiveException when the cluster does not answer, or does not let it
     */
    public PublishedRuleSet publish(String source, String text, String by) throws RuleTextException {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > RuleSetLog.MAX_TEXT_BYTES) {
            throw new RuleTextException(source, 1, 1, bytes + " bytes, expected at most " + RuleSetLog.MAX_TEXT_BYTES);
        }
        RuleSet ruleSet = reader.read(source, text);
        if (BuiltInRuleSets.named(ruleSet.name()).isPresent()) {
            throw new RuleTextException(
                    source,
                    1,
                    1,
                    "rule set is called " + ruleSet.name() + ", which is built in; expected another name");
        }
        if (ruleSet.name().contains("@")) {
            throw new RuleTextException(
                    source, 1, 1, "rule set is called " + ruleSet.name() + ", expected a name without a version");
        }
        String who = OneLine.of(by);
        synchronized (this) {
            return new RuleSetPublisher(log(), topic, producers)
                    .publish(ruleSet.name(), text, who.substring(0, Math.min(who.length(), RuleSetLog.MAX_PUBLISHER)));
        }
    }

    private RuleSetLog log() {
        if (closed) {
            throw new IllegalStateException("shelf is closed");
        }
        if (log == null) {
            log = logs.get();
        }
        return log;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (log != null) {
            log.close();
        }
    }
}
