// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.storage.S3Location;
import org.vmcorestream.storage.S3Store;
import org.vmcorestream.vmcore.kdump.StoredDump;
import org.vmcorestream.vmcore.spool.DumpSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a command reads one file of a dump from: a file by its name or its file: URI, an object of a store by its s3: URI, or {@code -} for
 * standard input.
 *
 * @param name as it was given
 * @param file that it names; null for others
 * @param object that it names; null for others
 */
record DumpInput(String name, Path file, S3Location object) {
    private static final String STANDARD_INPUT = "-";

    /** Takes a word of the command line. */
    static DumpInput of(Console console, String word) {
        if (word.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "the name of the vmcore is empty, expected a file");
        }
        if (word.equals(STANDARD_INPUT)) {
            return new DumpInput(word, null, null);
        }
        if (S3Location.isS3(word)) {
            return new DumpInput(word, null, DumpOutput.object(word));
        }
        return new DumpInput(word, console.file(DumpOutput.path(word).toString()), null);
    }

    /** Takes words for picocli. */
    static ITypeConverter<DumpInput> converter(Console console) {
        return word -> {
            try {
                return of(console, word);
            } catch (CommandFailure e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    /** Refuses what cannot be the files of one dump, before any of them is opened. */
    static void check(List<DumpInput> inputs) {
        if (inputs.size() > StoredDump.MAX_FILES) {
            throw new CommandFailure(
                    ExitCode.USAGE, inputs.size() + " files of a dump, expected at most " + StoredDump.MAX_FILES);
        }
        if (inputs.stream().filter(DumpInput::isStandardInput).count() > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "standard input is named twice, expected each file of a split dump once");
        }
        for (DumpInput input : inputs) {
            if (input.file != null && Files.isDirectory(input.file)) {
                throw new CommandFailure(ExitCode.BAD_VMCORE, input.file + ": is a folder, expected a vmcore");
            }
        }
    }

    private boolean isStandardInput() {
        return file == null && object == null;
    }

    /**
     * Where its bytes come from.
     *
     * @param store that has its object; null where it is none
     */
    DumpSource source(InputStream standardInput, S3Store store) {
        if (object != null) {
            return spooler -> DumpSource.arranged(store.read(object), spooler);
        }
        return isStandardInput() ? DumpSource.stream(Path.of("standard input"), standardInput) : DumpSource.file(file);
    }

    @Override
    public String toString() {
        return name;
    }
}
