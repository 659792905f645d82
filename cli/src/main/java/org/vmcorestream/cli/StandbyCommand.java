// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.vmcorestream.cli.standby.Errand;
import org.vmcorestream.cli.standby.StandbyServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stands by for {@code produce --standby}, until it is told to stop. */
@Command(
        name = "standby",
        description = {
            "Stands by for 'produce --standby' on this host, until it is interrupted.",
            "A capture that a process does which is up and warm begins at once, and takes half the CPU time of one that",
            "starts first. Only the user who started it can hand captures to it; it reads vmcores with its own rights."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream standby --socket /run/vmcore-stream/standby",
            "  vmcore-stream produce guest.elf --bootstrap-server kafka:9092 --standby /run/vmcore-stream/standby"
        })
final class StandbyCommand extends ConsoleCommand {
    private static final int MAX_AT_ONCE = 64;

    private final AtomicInteger atWork = new AtomicInteger();

    /** So long nothing may have been at work before memory is given back: VMs of a host may crash one after the other. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** True after the rehearsal, too. */
    private final AtomicBoolean worked = new AtomicBoolean(true);

    /** When the last capture ended, by {@link System#nanoTime}. */
    private volatile long idleSince = System.nanoTime();

    @Option(
            names = "--socket",
            required = true,
            paramLabel = "PATH",
            description = "Unix domain socket to listen on; its folder must be there.")
    private Path socket;

    @Option(
            names = "--at-once",
            paramLabel = "NUMBER",
            defaultValue = "2",
            description = "Captures at work at the same time, others wait for their turn (default: ${DEFAULT-VALUE}).")
    private int atOnce;

    StandbyCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        if (atOnce < 1 || atOnce > MAX_AT_ONCE) {
            throw new CommandFailure(ExitCode.USAGE, "--at-once " + atOnce + ", expected 1 to " + MAX_AT_ONCE);
        }
        // It listens before it rehearses: a VM may crash at any time.
        StandbyServer server = teardown.add(open());
        console().log("Rehearsing, captures are taken already.");
        try {
            ProduceRehearsal.run();
        } catch (IOException | CommandFailure e) {
            console()
                    .complain("not rehearsed, the first captures will take longer: "
                            + Failures.explain(e).getMessage());
        }
        console().log("Standing by on " + socket + "; interrupt to end.");
        return LongRunning.await(() -> {
            shrinkWhenIdle();
            return server.failure();
        });
    }

    /** Gives back what captures took of the heap, once none was at work for a while: the host's memory is for its VMs. */
    private void shrinkWhenIdle() {
        if (atWork.get() == 0 && System.nanoTime() - idleSince > IDLE_NANOS && worked.compareAndSet(true, false)) {
            System.gc();
        }
    }

    private int run(Errand errand, PrintStream out, PrintStream err) {
        atWork.incrementAndGet();
        try {
            return StandbyLine.run(errand, out, err);
        } finally {
            idleSince = System.nanoTime();
            worked.set(true);
            atWork.decrementAndGet();
        }
    }

    private StandbyServer open() {
        try {
            return StandbyServer.open(socket, atOnce, this::run);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, socket + ": cannot listen there: " + Failures.oneLine(e.getMessage()), e);
        }
    }
}
