// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.PublishedRuleSet;

/**
 * Rule sets by name: the built-in ones, and those on topic rule-sets, which is read when a name is asked for that is not known
 * yet. Can be used by several threads at once.
 */
public final class RuleSetShelf implements AutoCloseable {
    private RuleSetShelf() {}

    /**
     * A shelf; asks the cluster nothing yet.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least
     */
    public static RuleSetShelf open(Map<String, Object> client, Topics topics) {
        throw new UnsupportedOperationException(client.toString() + topics);
    }

    /**
     * The rule set of a name: built-in, {@code NAME@VERSION}, or {@code NAME} for the newest version. The name of the rule set
     * returned says its version, so that it means the same for ever. A published name that was not known is looked for in the
     * topic, to its end.
     *
     * @throws ArchiveException when the cluster does not answer, or what it holds cannot be read
     */
    public Optional<RuleSet> named(String name) {
        throw new UnsupportedOperationException(name);
    }

    /** What was published, by name ({@code NAME} for the newest version or {@code NAME@VERSION}). */
    public Optional<PublishedRuleSet> published(String name) {
        throw new UnsupportedOperationException(name);
    }

    /** All that was published, by name and version. */
    public List<PublishedRuleSet> all() {
        throw new UnsupportedOperationException();
    }

    /**
     * Publishes a text as the next version of the name it bears; where the newest version is the same text, that one is
     * returned and nothing is published.
     *
     * @param source name of the text in messages
     * @param by who does it
     * @throws RuleTextException when it is no rule set, or has the name of a built-in one
     */
    public PublishedRuleSet publish(String source, String text, String by) throws RuleTextException {
        throw new UnsupportedOperationException(source + text + by);
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
