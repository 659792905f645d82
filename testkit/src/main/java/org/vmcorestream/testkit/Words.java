// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One line of a description, cut into words; knows its number for messages. */
final class Words {
    private final int line;
    private final List<String> words;
    private int next;

    private Words(int line, List<String> words) {
        this.line = line;
        this.words = words;
    }

    /** Cuts a line at white space; a quoted string is one word, kept with its opening quote; # begins a comment. */
    static Words of(int line, String text) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '#') {
                break;
            } else if (c == '"') {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                at = quoted(line, text, at + 1, bytes);
                words.add('"' + bytes.toString(StandardCharsets.ISO_8859_1));
            } else {
                int end = at;
                while (end < text.length() && !Character.isWhitespace(text.charAt(end)) && text.charAt(end) != '#') {
                    end++;
                }
                words.add(text.substring(at, end));
                at = end;
            }
        }
        return new Words(line, words);
    }

    private static int quoted(int line, String text, int from, ByteArrayOutputStream into) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return at;
            }
            if (c != '\\' || at == text.length()) {
                into.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            char escaped = text.charAt(at++);
            switch (escaped) {
                case 'n' -> into.write('\n');
                case 't' -> into.write('\t');
                case '\\', '"' -> into.write(escaped);
                case 'x' -> {
                    if (at + 2 > text.length()) {
                        throw new DescriptionException(line, "\\x needs two hex digits");
                    }
                    into.write((int) parse(line, "0x" + text.substring(at, at + 2)));
                    at += 2;
                }
                default -> throw new DescriptionException(line, "unknown escape \\" + escaped);
            }
        }
        throw new DescriptionException(line, "a string is not closed");
    }

    int line() {
        return line;
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    boolean hasMore() {
        return next < words.size();
    }

    String word(String what) {
        if (!hasMore()) {
            throw new DescriptionException(line, what + " is missing");
        }
        return words.get(next++);
    }

    String string(String what) {
        String word = word(what);
        if (word.charAt(0) != '"') {
            throw new DescriptionException(line, what + " has to be in quotes, found '" + word + "'");
        }
        return word.substring(1);
    }

    long number(String what) {
        return parse(line, word(what));
    }

    <E extends Enum<E>> E choice(Class<E> type, String prefix, String what) {
        String word = word(what);
        String name = (prefix + word).toUpperCase(Locale.ROOT).replace('-', '_');
        for (E value : type.getEnumConstants()) {
            if (value.name().equals(name)) {
                return value;
            }
        }
        List<String> known = new ArrayList<>();
        for (E value : type.getEnumConstants()) {
            known.add(value.name()
                    .substring(prefix.length())
                    .toLowerCase(Locale.ROOT)
                    .replace('_', '-'));
        }
        throw new DescriptionException(line, what + " '" + word + "' is not one of " + String.join(" ", known));
    }

    /** {@code A-B} in bytes, with K, M and G. */
    ByteRange bytes(String what) {
        String word = word(what);
        int dash = word.indexOf('-');
        if (dash <= 0) {
            throw new DescriptionException(line, what + " '" + word + "' is not like 0-64M");
        }
        return range(what, word, parse(line, word.substring(0, dash)), parse(line, word.substring(dash + 1)));
    }

    /** {@code A..B} or a single number, which is a range of one. */
    ByteRange pfns(String what) {
        String word = word(what);
        int dots = word.indexOf("..");
        if (dots < 0) {
            long pfn = parse(line, word);
            return range(what, word, pfn, pfn + 1);
        }
        return range(what, word, parse(line, word.substring(0, dots)), parse(line, word.substring(dots + 2)));
    }

    private ByteRange range(String what, String word, long start, long end) {
        if (start < 0 || end <= start) {
            throw new DescriptionException(line, what + " '" + word + "' is empty or runs backwards");
        }
        return new ByteRange(start, end);
    }

    void end() {
        if (hasMore()) {
            throw new DescriptionException(line, "unexpected '" + words.get(next) + "'");
        }
    }

    /** Decimal or 0x hex, perhaps negative, perhaps with K, M or G behind. */
    static long parse(int line, String word) {
        String digits = word;
        int shift = 0;
        if (!digits.startsWith("0x") && !digits.isEmpty()) {
            shift = switch (digits.charAt(digits.length() - 1)) {
                case 'K' -> 10;
                case 'M' -> 20;
                case 'G' -> 30;
                default -> 0;
            };
        }
        if (shift > 0) {
            digits = digits.substring(0, digits.length() - 1);
        }
        try {
            return (digits.startsWith("0x") ? Long.parseUnsignedLong(digits.substring(2), 16) : Long.parseLong(digits))
                    << shift;
        } catch (NumberFormatException e) {
            throw new DescriptionException(line, "'" + word + "' is not a number");
        }
    }
}
