// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A document in Markdown with places between {@code <!-- results: NAME -->} and {@code <!-- end -->}. */
final class Document {
    private static final String BEGIN = "<!-- results:";
    private static final String COMMENT_END = "-->";
    private static final String END = "<!-- end -->";

    private Document() {}

    /**
     * The document with all its places filled anew. What is outside of them stays as it is; a place whose results file does
     * not exist says so.
     *
     * @param name name of the document, for messages
     * @param text the document
     * @param results folder of the results files
     * @throws ReportException when a place has no end, or what it wants makes no sense
     */
    static String render(String name, String text, Path results) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : text.split("\n", -1)) {
            String mark = line.strip();
            if (mark.startsWith(BEGIN)) {
                if (inside) {
                    throw new ReportException(name + ": '" + mark + "', expected '" + END + "' before it");
                }
                if (!mark.endsWith(COMMENT_END)) {
                    throw new ReportException(
                            name + ": '" + mark + "', expected '" + COMMENT_END + "' in the same line");
                }
                lines.add(line);
                lines.add(table(name, mark, results));
                inside = true;
            } else if (mark.equals(END)) {
                if (!inside) {
                    throw new ReportException(name + ": '" + END + "', expected '" + BEGIN + "' before it");
                }
                lines.add(line);
                inside = false;
            } else if (!inside) {
                lines.add(line);
            }
        }
        if (inside) {
            throw new ReportException(name + ": ends within a place, expected '" + END + "'");
        }
        return String.join("\n", lines);
    }

    private static String table(String name, String mark, Path results) throws IOException {
        try {
            Place place = Place.parse(mark.substring(BEGIN.length(), mark.length() - COMMENT_END.length()));
            Path file = results.resolve(place.name() + ".tsv");
            return Files.exists(file)
                    ? MarkdownTable.of(Results.read(file), place)
                    : "Not measured yet: there is no `benchmarks/results/" + place.name() + ".tsv`.";
        } catch (ReportException e) {
            throw new ReportException(name + ": " + e.getMessage());
        }
    }
}
