// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Stack;
import java.util.TreeSet;
import org.vmcorestream.producer.BegunDump;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.producer.DumpSearch;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.Vmcore;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Whether a capture goes on where an earlier one was cut short, and of which dump. */
final class ResumeOptions {
    /** Options that say what the dump's manifest says already. */
    private static final List<String> SETTLED = List.of(
            "--capture",
            "--rule-set",
            "--exclude-unused-vmemmap",
            "--codec",
            "--host",
            "--tenant",
            "--stripe-size",
            "--parts");

    private static final String NEWEST = "";

    @Option(
            names = "--resume",
            arity = "0..1",
            paramLabel = "DUMP_ID",
            parameterConsumer = IdConsumer.class,
            description = {
                "Go on with a capture that was cut short: that of DUMP_ID, or the last one of this very",
                "vmcore within 7 days. What the cluster has is not sent again. All else is captured as it",
                "was begun."
            })
    private String dump;

    /** Takes what follows only where it is a dump id: it may be the vmcore. */
    static final class IdConsumer implements IParameterConsumer {
        @Override
        public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
            boolean id = !args.isEmpty() && DumpId.isValid(args.peek());
            option.setValue(id ? args.pop() : NEWEST);
        }
    }

    /** Whether a capture is to go on. */
    boolean given() {
        return dump != null;
    }

    /** Ends the command when an option is given that says what was settled when the capture began. */
    void check(CommandSpec command) {
        Set<String> given = new TreeSet<>();
        for (String name : SETTLED) {
            if (command.commandLine().getParseResult().hasMatchedOption(name)) {
                given.add(name);
            }
        }
        if (given() && !given.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    String.join(", ", given)
                            + " with --resume: a capture goes on as it was begun, expected it without");
        }
    }

    /** The dump whose capture is to go on; none ends the command. It may have been captured to its end. */
    BegunDump find(Map<String, Object> client, Topics topics, Vmcore vmcore) throws Exception {
        try (DumpSearch search = DumpSearch.open(client, topics)) {
            Optional<BegunDump> found = dump.equals(NEWEST) ? search.newestOf(vmcore) : search.named(dump);
            BegunDump begun = found.orElseThrow(() -> new CommandFailure(
                    ExitCode.USAGE,
                    dump.equals(NEWEST)
                            ? vmcore.file() + ": no capture of it was begun within " + DumpSearch.LOOK_BACK.toDays()
                                    + " days, expected one that was cut short"
                            : "no dump " + dump + " in the cluster, see 'vmcore-stream dumps list'"));
            return search.awaitSilence(begun, DumpSearch.SIGN_OF_LIFE)
                    .orElseThrow(() -> new CommandFailure(
                            ExitCode.USAGE,
                            "dump " + begun.dumpId() + " is being captured now, expected one that was cut short"));
        }
    }
}
