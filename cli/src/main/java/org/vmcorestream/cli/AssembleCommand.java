// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.StoredDump;
import picocli.CommandLine.Command;
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
final class AssembleCommand extends StoredDumpCommand {
    @Parameters(
            index = "0",
            paramLabel = "OUT",
            description = {
                "Kdump file to write, s3://BUCKET/KEY for an object of a store, or - for standard output,",
                "which is flattened."
            })
    private String out;

    @Parameters(
            index = "1",
            arity = "1..*",
            paramLabel = "PART",
            description = "Files of one split dump, of any header version; flattened or not; - is standard input.")
    private List<DumpInput> parts;

    AssembleCommand(Console console) {
        super(console);
    }

    @Override
    Order order() {
        return new Order(parts, out, false, "Joining parts");
    }

    @Override
    DumpExport.Summary write(StoredDump dump, DumpTarget.Opener target, DumpExport.Progress progress)
            throws IOException {
        if (!dump.split()) {
            throw new VmcoreException(dump.path()
                    + ": is no part of a split dump, expected all of its files ('export' writes a whole one)");
        }
        return DumpExport.kdump(dump, dump.header().codec(), target, progress);
    }

    @Override
    String line(StoredDump dump, DumpExport.Summary summary) {
        return summary.pages() + " pages of " + dump.files() + " parts, " + summary.size() + " bytes";
    }
}
