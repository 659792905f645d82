// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.kdump.KdumpDump;
import org.vmcorestream.vmcore.kdump.StoredDump;
import org.vmcorestream.vmcore.spool.DumpFormat;
import org.vmcorestream.vmcore.spool.DumpSource;
import org.vmcorestream.vmcore.spool.Spooler;

/** Opens vmcores by what their first bytes say. */
final class VmcoreOpener {
    /** VMCOREINFO is a page or two. */
    private static final int MAX_VMCOREINFO = 1 << 20;

    private final OpenSettings settings;

    VmcoreOpener(OpenSettings settings) {
        this.settings = settings;
    }

    /** Opens files by their names. */
    Vmcore open(List<Path> files) throws IOException {
        if (files.indexOf(OpenSettings.STANDARD_INPUT) != files.lastIndexOf(OpenSettings.STANDARD_INPUT)) {
            throw new VmcoreException("standard input is named twice, expected each file of a split dump once");
        }
        return openSources(files.stream().map(this::source).toList());
    }

    private DumpSource source(Path file) {
        return file.equals(OpenSettings.STANDARD_INPUT)
                ? DumpSource.stream(Path.of("standard input"), settings.standardInput())
                : DumpSource.file(file);
    }

    /** Opens files from wherever they come. */
    Vmcore openSources(List<DumpSource> sources) throws IOException {
        if (sources.isEmpty() || sources.size() > StoredDump.MAX_FILES) {
            throw new IllegalArgumentException(sources.size() + " files, expected 1 to " + StoredDump.MAX_FILES);
        }
        Optional<byte[]> vmcoreInfo = vmcoreInfo();
        List<DumpFile> opened = DumpSource.openAll(sources, new Spooler(settings.spool(), settings.listener()));
        try {
            return OpenedVmcore.of(dump(opened, vmcoreInfo));
        } catch (IOException | RuntimeException | Error e) {
            for (DumpFile file : opened) {
                file.close();
            }
            throw e;
        }
    }

    private DumpContainer dump(List<DumpFile> files, Optional<byte[]> vmcoreInfo) throws IOException {
        DumpFile first = files.get(0);
        if (files.size() == 1 && DumpFormat.of(first) != DumpFormat.KDUMP) {
            return new ElfDump(first, vmcoreInfo);
        }
        for (DumpFile file : files) {
            if (DumpFormat.of(file) != DumpFormat.KDUMP) {
                throw new UnsupportedVmcoreException(
                        file.path() + ": is no kdump file, expected one file, or all files of a split kdump");
            }
        }
        return KdumpDump.of(StoredDump.of(files), vmcoreInfo, settings.recompress());
    }

    private Optional<byte[]> vmcoreInfo() throws IOException {
        if (settings.vmcoreInfo().isEmpty()) {
            return Optional.empty();
        }
        Path path = settings.vmcoreInfo().get();
        try (DumpFile file = DumpFile.open(path, DumpFile.ReadObserver.NONE)) {
            if (file.size() == 0 || file.size() > MAX_VMCOREINFO) {
                throw new VmcoreException(path + ": has " + file.size()
                        + " bytes, expected the text of VMCOREINFO in 1 to " + MAX_VMCOREINFO);
            }
            ByteBuffer text = ByteBuffer.allocate((int) file.size());
            file.read(0, text);
            return Optional.of(text.array());
        }
    }
}
