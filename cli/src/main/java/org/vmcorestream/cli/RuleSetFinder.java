// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.archive.RuleSetShelf;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.PublishedRuleSet;

/**
 * Finds rule sets by the names that people use. The cluster is asked only when a name is not built in, and what is found has its
 * version pinned.
 */
final class RuleSetFinder implements AutoCloseable {
    private final Map<String, Object> client;
    private final Topics topics;
    private RuleSetShelf shelf;

    private RuleSetFinder(Map<String, Object> client, Topics topics) {
        this.client = client;
        this.topics = topics;
    }

    /** Looks for published ones in a cluster, where the user named one. */
    static RuleSetFinder in(KafkaOptions kafka) {
        return kafka.given() ? in(kafka.client(), kafka.topics()) : withoutCluster();
    }

    /** Looks for published ones in a cluster. */
    static RuleSetFinder in(Map<String, Object> client, Topics topics) {
        return new RuleSetFinder(client, topics);
    }

    /** Knows only what is built in, and files. */
    static RuleSetFinder withoutCluster() {
        return new RuleSetFinder(null, null);
    }

    /** The rule set of a name; none ends the command with {@link ExitCode#USAGE}. */
    RuleSet find(RuleSetName name) throws RuleTextException {
        if (name.isFile()) {
            return RuleSetFile.read(name.file()).ruleSet();
        }
        Optional<RuleSet> builtIn = name.builtIn();
        if (builtIn.isPresent()) {
            return builtIn.get();
        }
        return shelf(name).named(name.text()).orElseThrow(() -> unknown(name));
    }

    /** The rule sets of names, in their order. */
    List<RuleSet> find(List<RuleSetName> names) throws RuleTextException {
        List<RuleSet> found = new ArrayList<>(names.size());
        for (RuleSetName name : names) {
            found.add(find(name));
        }
        return List.copyOf(found);
    }

    /** The rule set of a name; that of a file is published first, and has its version from there. */
    RuleSet publish(RuleSetName name) throws RuleTextException {
        if (!name.isFile()) {
            return find(name);
        }
        RuleSetFile file = RuleSetFile.read(name.file());
        PublishedRuleSet published =
                shelf(name).publish(file.file().toString(), file.text(), RulesPublishCommand.user());
        return find(new RuleSetName(PublishedRuleSets.pinned(published)));
    }

    /** What was published under a name; none ends the command with {@link ExitCode#USAGE}. */
    PublishedRuleSet published(RuleSetName name) {
        if (client == null) {
            throw new CommandFailure(ExitCode.USAGE, notBuiltIn(name));
        }
        return shelf(name).published(name.text()).orElseThrow(() -> unknown(name));
    }

    private static String notBuiltIn(RuleSetName name) {
        return "no rule set '" + name + "' is built in; --bootstrap-server says where published ones are";
    }

    private CommandFailure unknown(RuleSetName name) {
        return new CommandFailure(
                ExitCode.USAGE,
                "no rule set '" + name + "' is built in, and none was published to " + client.get("bootstrap.servers")
                        + ", see 'vmcore-stream rules list'");
    }

    /** The shelf that published rule sets are on; without a cluster a name that needs it ends the command. */
    RuleSetShelf shelf(RuleSetName name) {
        if (client == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    notBuiltIn(name) + ", and a file is named with its folder or ending, ./" + name + " or " + name
                            + ".yaml");
        }
        return shelf();
    }

    /** The shelf of the cluster that was named. */
    RuleSetShelf shelf() {
        if (shelf == null) {
            shelf = RuleSetShelf.open(client, topics);
        }
        return shelf;
    }

    @Override
    public void close() {
        if (shelf != null) {
            shelf.close();
        }
    }
}
