// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.util.List;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.StoredDump;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a stored dump in another form. */
@Command(
        name = "export",
        description = {
            "Writes a stored dump in another form: kdump file in any codec, ELF file, or either as a flattened stream.",
            "Takes one kdump file, or all files of a split dump. Nothing is filtered: the same pages are in it afterwards.",
            "Pages that are in the codec asked for stay as they are."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vmcore-stream export vmcore -o vmcore.elf --format elf",
            "  vmcore-stream export vmcore -o vmcore.zlib --codec zlib",
            "  vmcore-stream export vmcore -o s3://dumps/host-7/vmcore --store-config store.properties",
            "  vmcore-stream export vmcore-*of4 -o - | ssh host makedumpfile -R vmcore"
        })
final class ExportCommand extends StoredDumpCommand {
    /** What a file can be. */
    enum Format {
        KDUMP,
        ELF
    }

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = {
                "Kdump file to read, or all files of a split one, of any header version; flattened or",
                "not; - is standard input."
            })
    private List<DumpInput> files;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = {
                "File to write, s3://BUCKET/KEY for an object of a store, or - for standard output, which",
                "is always flattened."
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

    ExportCommand(Console console) {
        super(console);
    }

    @Override
    Order order() {
        if (format == Format.ELF && codec != null) {
            throw new CommandFailure(ExitCode.USAGE, "--codec is for kdump files, expected none with --format elf");
        }
        return new Order(files, out, flattened, "Writing pages");
    }

    @Override
    DumpExport.Summary write(StoredDump dump, DumpTarget.Opener target, DumpExport.Progress progress)
            throws IOException {
        if (format == Format.ELF) {
            return DumpExport.elf(dump, target, progress);
        }
        PageCodec stored = dump.header().codec();
        PageCodec wanted = codec != null ? codec : stored != null ? stored : PageCodec.ZSTD;
        return DumpExport.kdump(dump, wanted, target, progress);
    }

    @Override
    String line(StoredDump dump, DumpExport.Summary summary) {
        String line = summary.pages() + " pages, " + summary.size() + " bytes";
        if (summary.segments() > 0) {
            line += ", " + summary.segments() + " segments";
        }
        return summary.blanks() > 0 ? line + ", " + summary.blanks() + " pages left out stand as zeros" : line;
    }
}
