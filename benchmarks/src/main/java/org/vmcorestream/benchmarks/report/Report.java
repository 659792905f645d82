// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Puts the tables of {@code benchmarks/results} into the documents of {@code docs}. */
public final class Report {
    private static final String CHECK = "--check";

    private Report() {}

    /**
     * Takes the folder of the project and, to change nothing and end with 1 where a document is not as the results make it,
     * {@code --check}.
     */
    public static void main(String[] arguments) {
        boolean check = arguments.length == 2 && arguments[1].equals(CHECK);
        if (arguments.length != 1 && !check) {
            System.err.println("report: expected the folder of the project and nothing or " + CHECK);
            System.exit(2);
        }
        try {
            Path project = Path.of(arguments[0]);
            List<Path> stale = stale(project);
            for (Path document : stale) {
                if (check) {
                    System.err.println("report: docs/" + document.getFileName()
                            + " is not what benchmarks/results makes of it, expected a run of benchmarks/report");
                } else {
                    write(document, rendered(project, document));
                    System.out.println("docs/" + document.getFileName());
                }
            }
            System.exit(check && !stale.isEmpty() ? 1 : 0);
        } catch (IOException e) {
            System.err.println("report: " + e.getMessage());
            System.exit(2);
        }
    }

    /**
     * The documents in {@code docs} that are not what the results make of them, in the order of their names.
     *
     * @throws ReportException when a results file or a marked place makes no sense
     */
    static List<Path> stale(Path project) throws IOException {
        List<Path> documents;
        try (Stream<Path> files = Files.list(project.resolve("docs"))) {
            documents = files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
        List<Path> stale = new ArrayList<>();
        for (Path document : documents) {
            if (!rendered(project, document).equals(Files.readString(document))) {
                stale.add(document);
            }
        }
        return stale;
    }

    private static String rendered(Path project, Path document) throws IOException {
        return Document.render(
                "docs/" + document.getFileName(), Files.readString(document), project.resolve("benchmarks/results"));
    }

    private static void write(Path document, String text) throws IOException {
        Path partial = document.resolveSibling(document.getFileName() + ".partial");
        Files.writeString(partial, text);
        Files.move(partial, document, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
