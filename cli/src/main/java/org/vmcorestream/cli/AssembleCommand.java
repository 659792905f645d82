// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.kdump.SplitDump;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Joins the files of a split dump into one. */
@Command(
        name = "assemble",
        description = {
            "Joins the files of a split dump into one kdump file.",
            "They are those that sinks wrote of a dump of several parts, or those of 'makedumpfile --split'. All of them",
            "are needed, in any order, and stay as they are. A part that lacks pages makes a whole that lacks them."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream assemble vmcore vmcore-*of4",
            "  vmcore-stream assemble vmcore.level-17 vmcore-*of4.level-17"
        })
final class AssembleCommand extends ConsoleCommand {
    @Parameters(index = "0", paramLabel = "OUT", description = "Kdump file to write.")
    private Path out;

    @Parameters(index = "1", arity = "1..*", paramLabel = "PART", description = "Files of one split dump.")
    private List<Path> parts;

    @Option(
            names = {"-f", "--force"},
            description = "Replace a file that exists.")
    private boolean force;

    AssembleCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        if (parts.size() > SplitDump.MAX_PARTS) {
            throw new CommandFailure(ExitCode.USAGE, parts.size() + " parts, expected 1 to " + SplitDump.MAX_PARTS);
        }
        for (Path part : parts) {
            if (Files.isDirectory(part)) {
                throw new CommandFailure(ExitCode.BAD_VMCORE, part + ": is a folder, expected a part of a dump");
            }
            if (Files.exists(out) && Files.exists(part) && Files.isSameFile(out, part)) {
                throw new CommandFailure(
                        ExitCode.USAGE, out + ": is one of the parts, expected another name for the whole");
            }
        }
        OutputFile output = OutputFile.of(out, force);
        SplitDump dump = teardown.add(open());
        SplitDump.Summary summary;
        ProgressBoard board = teardown.add(new ProgressBoard(console()));
        try {
            summary = dump.assemble(output.path(), board.bar("Joining parts")::at);
        } catch (VmcoreException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
        } finally {
            board.close();
        }
        console()
                .print(out + ": " + summary.pages() + " pages of " + parts.size() + " parts, " + summary.size()
                        + " bytes");
        if (summary.incomplete()) {
            console()
                    .complain(out + ": is incomplete, as one of its parts says of itself: " + summary.missing()
                            + " pages are missing");
            return ExitCode.INCOMPLETE;
        }
        return ExitCode.OK;
    }

    private SplitDump open() throws VmcoreException {
        try {
            return SplitDump.open(parts);
        } catch (VmcoreException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, Failures.oneLine(e.getMessage()), e);
        }
    }
}
