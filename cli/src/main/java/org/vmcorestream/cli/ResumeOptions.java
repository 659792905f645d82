// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Stack;
import java.util.TreeSet;
import org.vmcorestream.producer.BegunDump;
import org.vmcorestream.producer.CaptureException;
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

    /** Said by who handed a capture over to a standby that is gone. A constant: its reader is a JVM that loads nothing it need not. */
    static final String HANDED_OVER = "--handed-over";

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

    @Option(
            names = HANDED_OVER,
            hidden = true,
            paramLabel = "MILLIS",
            description = {
                "A standby took this capture then and is gone: go on with what it has begun of it, or begin.",
                "Milliseconds since 1970-01-01 UTC."
            })
    private Long handedOver;

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

    /** Whether a standby may have begun with the capture. */
    boolean handedOver() {
        return handedOver != null && !given();
    }

    /**
     * What a standby has begun of the capture, and nobody is at any more; it may have been captured to its end. Empty when there is
     * nothing, or nobody can tell: then all of it is captured, for that costs no dump.
     */
    Optional<BegunDump> findHandedOver(Map<String, Object> client, Topics topics, Vmcore vmcore, Console console)
            throws IOException, InterruptedException {
        try (DumpSearch search = DumpSearch.open(client, topics)) {
            Optional<BegunDump> begun = search.newestOf(vmcore, handedOver);
            return begun.isEmpty() ? begun : search.awaitSilence(begun.get(), DumpSearch.SIGN_OF_LIFE);
        } catch (CaptureException e) {
            console.complain("it is captured anew: " + Failures.oneLine(e.getMessage()));
            return Optional.empty();
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
