// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.SplitDump;
import org.vmcorestream.vmcore.kdump.StoredDump;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a stored dump in another form. */
@Command(
        name = "export",
        description = {
            "Writes a stored dump in another form: kdump file in any codec, ELF file, or either as a flattened stream.",
            "Takes one kdump file, or all files of a split dump. Nothing is filtered: the same pages are in it afterwards."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream export vmcore -o vmcore.elf --format elf",
            "  vmcore-stream export vmcore -o vmcore.zlib --codec zlib",
            "  vmcore-stream export vmcore -o s3://dumps/host-7/vmcore --store-config store.properties",
            "  vmcore-stream export vmcore-*of4 -o - | ssh host makedumpfile -R vmcore"
        })
final class ExportCommand extends ConsoleCommand {
    /** What a file can be. */
    enum Format {
        KDUMP,
        ELF
    }

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Kdump file to read, or the files of a split one.")
    private List<Path> files;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = {
                "File to write, s3://BUCKET/KEY for an object of a store, or - for standard output, which is always",
                "flattened."
            })
    private String out;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "kdump",
            description = "kdump, or elf as 'makedumpfile -E' writes it (default: ${DEFAULT-VALUE}).")
    private Format format;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            converter = StorableCodecConverter.class,
            description = "Codec of a kdump file: zlib, lzo, snappy or zstd (default: that of the dump).")
    private PageCodec codec;

    @Option(
            names = {"-F", "--flattened"},
            description = "Write the flattened format, of which 'makedumpfile -R' makes the file.")
    private boolean flattened;

    @Mixin
    private StoreOptions store;

    @Option(
            names = {"-f", "--force"},
            description = "Replace a file that exists.")
    private boolean force;

    ExportCommand(Console console) {
        super(console);
    }

    @Override
    ExitCode execute(Teardown teardown) throws Exception {
        if (files.size() > SplitDump.MAX_PARTS) {
            throw new CommandFailure(ExitCode.USAGE, files.size() + " files, expected 1 to " + SplitDump.MAX_PARTS);
        }
        if (format == Format.ELF && codec != null) {
            throw new CommandFailure(ExitCode.USAGE, "--codec is for kdump files, expected none with --format elf");
        }
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                throw new CommandFailure(ExitCode.BAD_VMCORE, file + ": is a folder, expected a kdump file");
            }
        }
        DumpOutput output = teardown.add(DumpOutput.of(out, force, flattened, store, console()));
        files.forEach(output::spare);
        StoredDump dump = teardown.add(open());
        DumpExport.Summary summary;
        ProgressBoard board = teardown.add(new ProgressBoard(console()));
        try {
            summary = write(dump, output, board.bar("Writing pages")::at);
        } catch (VmcoreException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
        } finally {
            board.close();
        }
        output.tell(line(summary));
        if (summary.incomplete()) {
            console()
                    .complain(output.name() + ": is incomplete, as the dump says of itself: " + summary.missing()
                            + " pages are missing");
            return ExitCode.INCOMPLETE;
        }
        return ExitCode.OK;
    }

    private StoredDump open() throws VmcoreException {
        try {
            return StoredDump.open(files);
        } catch (VmcoreException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_VMCORE, Failures.oneLine(e.getMessage()), e);
        }
    }

    private DumpExport.Summary write(StoredDump dump, DumpTarget.Opener target, DumpExport.Progress progress)
            throws IOException {
        if (format == Format.ELF) {
            return DumpExport.elf(dump, target, progress);
        }
        PageCodec stored = dump.header().codec();
        PageCodec wanted = codec != null ? codec : stored != null ? stored : PageCodec.ZSTD;
        return DumpExport.kdump(dump, wanted, target, progress);
    }

    private static String line(DumpExport.Summary summary) {
        String line = summary.pages() + " pages, " + summary.size() + " bytes";
        if (summary.segments() > 0) {
            line += ", " + summary.segments() + " segments";
        }
        return summary.blanks() > 0 ? line + ", " + summary.blanks() + " pages left out stand as zeros" : line;
    }
}
