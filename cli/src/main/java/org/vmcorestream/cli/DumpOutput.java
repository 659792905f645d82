// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import org.vmcorestream.storage.S3Location;
import org.vmcorestream.storage.S3Store;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.file.FlattenedTarget;
import org.vmcorestream.vmcore.file.StreamTarget;
import org.vmcorestream.vmcore.kdump.DumpExport;

/**
 * Where a command writes a dump file to, as its option {@code -o} says: a file by its name or its file: URI, an object of a store by its s3:
 * URI, or {@code -} for standard output.
 */
abstract class DumpOutput implements DumpTarget.Opener, AutoCloseable {
    private static final String STANDARD_OUTPUT = "-";

    private final String name;
    private final boolean flattened;
    private final Console console;

    private DumpOutput(String name, boolean flattened, Console console) {
        this.name = name;
        this.flattened = flattened;
        this.console = console;
    }

    /**
     * Checks that it can be written and would not replace another file.
     *
     * @param force whether it may
     * @param flattened whether it is to be in makedumpfile's flattened format
     * @param store how a store is spoken to
     */
    static DumpOutput of(String out, boolean force, boolean flattened, StoreOptions store, Console console) {
        if (out.equals(STANDARD_OUTPUT)) {
            return new Stream(console);
        }
        if (S3Location.isS3(out)) {
            return new StoreObject(object(out), force, flattened, store, console);
        }
        return new LocalFile(out, OutputFile.of(path(out), force), flattened, console);
    }

    /** Whether it is a file of this machine. */
    static boolean isFile(String out) {
        return !out.equals(STANDARD_OUTPUT) && !S3Location.isS3(out);
    }

    /** The object that an s3: URI names. */
    static S3Location object(String uri) {
        try {
            return S3Location.of(uri);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage(), e);
        }
    }

    /** The file that a name or a file: URI names. */
    static Path path(String name) {
        if (!name.regionMatches(true, 0, "file:", 0, 5)) {
            return Path.of(name);
        }
        try {
            return Path.of(URI.create(name));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new CommandFailure(ExitCode.USAGE, "'" + name + "', expected file:///PATH", e);
        }
    }

    /** The console for what is said while it is written: not standard output where that is it. */
    Console console() {
        return console;
    }

    /** As it was given, for messages. */
    final String name() {
        return name;
    }

    /** Refuses to replace a file that is read. */
    void spare(DumpInput input) {
        // nothing that is read can be replaced
    }

    /** Begins what bytes are written to, without the flattened format. */
    abstract DumpTarget begin(long most) throws IOException;

    @Override
    public final DumpTarget open(long most) throws IOException {
        if (!flattened) {
            return begin(most);
        }
        // Records of a page or more, and a header.
        return new FlattenedTarget(begin(most + most / 128 + (1 << 20)));
    }

    /** Says what was written. */
    void tell(String line) {
        console.print(name + ": " + line);
    }

    @Override
    public void close() {
        // nothing is held
    }

    /** A file on a disk. */
    private static final class LocalFile extends DumpOutput {
        private final OutputFile file;

        private LocalFile(String name, OutputFile file, boolean flattened, Console console) {
            super(name, flattened, console);
            this.file = file;
        }

        @Override
        void spare(DumpInput input) {
            file.spare(input);
        }

        @Override
        DumpTarget begin(long most) throws IOException {
            return DumpExport.file(file.path());
        }
    }

    /** Standard output, on which nothing else is said. */
    private static final class Stream extends DumpOutput {
        private final Console console;

        private Stream(Console console) {
            super("standard output", true, console);
            this.console = console;
        }

        @Override
        DumpTarget begin(long most) {
            return new StreamTarget(name(), console.bytes());
        }

        @Override
        Console console() {
            return console.onStandardError();
        }

        @Override
        void tell(String line) {
            console.log(name() + ": " + line);
        }
    }

    /** An object of a store. */
    private static final class StoreObject extends DumpOutput {
        private final S3Location object;
        private final S3Store store;

        private StoreObject(
                S3Location object, boolean force, boolean flattened, StoreOptions options, Console console) {
            super(object.toString(), flattened, console);
            if (object.key().isEmpty() || object.key().endsWith("/")) {
                throw new CommandFailure(ExitCode.USAGE, object + ": names no object, expected s3://BUCKET/KEY");
            }
            this.object = object;
            store = options.open();
            try {
                if (!force && store.size(object).isPresent()) {
                    throw new CommandFailure(ExitCode.USAGE, object + ": exists; --force replaces it");
                }
            } catch (IOException e) {
                store.close();
                throw new CommandFailure(ExitCode.OUTPUT, Failures.oneLine(e.getMessage()), e);
            } catch (CommandFailure e) {
                store.close();
                throw e;
            }
        }

        @Override
        void spare(DumpInput input) {
            if (object.equals(input.object())) {
                throw new CommandFailure(
                        ExitCode.USAGE, object + ": is the vmcore to read, expected another name for the output");
            }
        }

        @Override
        DumpTarget begin(long most) throws IOException {
            return store.begin(object, most);
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
