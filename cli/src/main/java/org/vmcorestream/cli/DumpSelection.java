// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.vmcorestream.archive.DumpCatalog;
import org.vmcorestream.archive.StoredDump;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.rulebook.DumpFilter;
import org.vmcorestream.rulebook.RuleTextException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which dumps a command is about: some by their ids, or those of a time that a condition holds for. */
final class DumpSelection {
    @Option(
            names = "--dump",
            arity = "1..*",
            paramLabel = "ID",
            description = "Dumps by their ids, see 'vmcore-stream dumps list'.")
    private List<String> ids = List.of();

    @Option(
            names = "--where",
            paramLabel = "CEL",
            description = {
                "Dumps that a condition holds for, for example 'dump.tenant == \"acme\"' or",
                "'dump.kernel_release.startsWith(\"6.12\")'."
            })
    private String where;

    @Mixin
    private TimeOptions time;

    /** Whether the user chose any. */
    boolean given() {
        return !ids.isEmpty() || where != null || time.given();
    }

    /** Checks what the user chose, before a cluster is asked. */
    Chosen check() throws RuleTextException {
        if (!ids.isEmpty() && (where != null || time.given())) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--dump stands beside --where or a range of time, expected one or the other");
        }
        ids.forEach(DumpSelection::checkId);
        return new Chosen(
                ids.stream().distinct().toList(),
                where == null ? null : DumpFilter.of("--where", where),
                time.range(Instant.now()));
    }

    /** Refuses what is no dump id. */
    static void checkId(String id) {
        if (!DumpId.isValid(id)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "dump id '" + id + "', expected a UUID version 7 in lower case, see 'dumps list'");
        }
    }

    /** A dump by its id; none ends the command. */
    static StoredDump find(DumpCatalog catalog, String id) {
        return catalog.find(id)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE, "no dump " + id + " in the cluster, see 'vmcore-stream dumps list'"));
    }

    /**
     * What was chosen.
     *
     * @param ids ids of dumps; empty where they are chosen otherwise
     * @param filter condition on dumps; null for none
     * @param range when they were opened
     */
    record Chosen(List<String> ids, DumpFilter filter, TimeOptions.Range range) {
        /** No dump that was chosen was opened before. */
        Instant since() {
            return ids.stream()
                    .map(id -> Instant.ofEpochMilli(DumpId.millis(id)))
                    .min(Instant::compareTo)
                    .orElse(range.from());
        }

        /** Hands over each dump, oldest first, or those asked for in the order of their ids. Records that cannot be read are complained about. */
        void each(DumpCatalog catalog, Console console, Consumer<StoredDump> each) {
            for (String id : ids) {
                each.accept(find(catalog, id));
            }
            if (ids.isEmpty()) {
                catalog.scan(
                        range.from(),
                        range.to(),
                        dump -> {
                            if (filter == null || filter.test(dump.description())) {
                                each.accept(dump);
                            }
                        },
                        unreadable -> console.complain(Printable.line(unreadable)));
            }
        }
    }
}
