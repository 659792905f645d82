// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.StoredDump;
import org.vmcorestream.vmcore.spool.DumpSource;
import org.vmcorestream.vmcore.spool.Spooler;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads the files of a stored dump and writes it once more: what {@code export} and {@code assemble} have in common. */
abstract class StoredDumpCommand extends ConsoleCommand {
    @Mixin
    private SourceOptions sources;

    @Option(
            names = {"-f", "--force"},
            description = "Replace a file that exists.")
    private boolean force;

    StoredDumpCommand(Console console) {
        super(console);
    }

    /** What is written, from what, and where to. */
    record Order(List<DumpInput> inputs, String out, boolean flattened, String progress) {}

    /** Checks the command line. */
    abstract Order order();

    /** Writes the dump to its target. */
    abstract DumpExport.Summary write(StoredDump dump, DumpTarget.Opener target, DumpExport.Progress progress)
            throws IOException;

    /** What is said of a file that was written. */
    abstract String line(StoredDump dump, DumpExport.Summary summary);

    @Override
    final ExitCode execute(Teardown teardown) throws Exception {
        Order order = order();
        DumpInput.check(order.inputs());
        DumpOutput output =
                teardown.add(DumpOutput.of(order.out(), force, order.flattened(), sources.store(), console()));
        order.inputs().forEach(output::spare);
        StoredDump dump = sources.open(
                console(),
                teardown,
                order.inputs(),
                (files, room, listener) -> StoredDump.of(DumpSource.openAll(files, new Spooler(room, listener))));
        dump.cut().ifPresent(console()::complain);
        DumpExport.Summary summary;
        ProgressBoard board = teardown.add(new ProgressBoard(console()));
        try {
            summary = write(dump, output, board.bar(order.progress())::at);
        } catch (VmcoreException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
        } finally {
            board.close();
        }
        output.tell(line(dump, summary));
        if (summary.incomplete()) {
            String why = dump.cut().isPresent() ? "as the dump is" : "as the dump says of itself";
            console()
                    .complain(output.name() + ": is incomplete, " + why + ": " + summary.missing()
                            + " pages are missing");
            return ExitCode.INCOMPLETE;
        }
        return ExitCode.OK;
    }
}
