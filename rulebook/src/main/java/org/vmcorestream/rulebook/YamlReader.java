// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.HashSet;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads one YAML document event by event, so that nothing is built that nobody asked for: no anchors, aliases or tags, no
 * unbounded nesting, no key twice.
 */
final class YamlReader {
    /** Longest text, in chars: lists of page frames may be long. */
    static final int MAX_CHARS = 8 << 20;

    private final String source;
    private final YamlText yaml;
    private final Parser parser;

    /** Reads one entry of a mapping; its value is the next thing to be read. */
    @FunctionalInterface
    interface EntryReader {
        void read(YamlScalar key) throws RuleTextException;
    }

    /** Reads one item of a sequence, which is the next thing to be read. */
    @FunctionalInterface
    interface ItemReader {
        void read(Place place) throws RuleTextException;
    }

    /** @throws RuleTextException when the text is too long to be looked at */
    YamlReader(String source, String text) throws RuleTextException {
        this.source = source;
        if (text.length() > MAX_CHARS) {
            throw problem(Place.START, text.length() + " characters, expected at most " + MAX_CHARS);
        }
        String plain = text.startsWith("\ufeff") ? text.substring(1) : text;
        yaml = new YamlText(plain);
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARS + 1);
        parser = new ParserImpl(new StreamReader(plain), options);
    }

    /** A mistake at a place of this text. */
    RuleTextException problem(Place place, String problem) {
        return new RuleTextException(source, place.line(), place.column(), problem);
    }

    /** Reads the one document, which is a mapping. */
    void document(String what, EntryReader entries) throws RuleTextException {
        next();
        if (peek().is(Event.ID.StreamEnd)) {
            throw problem(Place.START, "empty, expected " + what);
        }
        next();
        mapping(what, entries);
        next();
        Event end = next();
        if (!end.is(Event.ID.StreamEnd)) {
            throw problem(place(end), "a second document, expected one");
        }
    }

    /** Reads a mapping, entry by entry. */
    void mapping(String what, EntryReader entries) throws RuleTextException {
        Event start = next();
        if (!start.is(Event.ID.MappingStart)) {
            throw problem(place(start), kind(start) + ", expected " + what);
        }
        Set<String> keys = new HashSet<>();
        while (!peek().is(Event.ID.MappingEnd)) {
            YamlScalar key = scalar("a key");
            if (!keys.add(key.text())) {
                throw problem(key.place(), "key '" + shown(key.text()) + "' a second time");
            }
            entries.read(key);
        }
        next();
    }

    /** Reads a sequence, item by item; returns where it began. */
    Place sequence(String what, ItemReader items) throws RuleTextException {
        Event start = next();
        if (!start.is(Event.ID.SequenceStart)) {
            throw problem(place(start), kind(start) + ", expected " + what);
        }
        while (!peek().is(Event.ID.SequenceEnd)) {
            items.read(place(peek()));
        }
        next();
        return place(start);
    }

    /** Reads a scalar. */
    YamlScalar scalar(String what) throws RuleTextException {
        Event event = next();
        if (event instanceof ScalarEvent scalar) {
            return new YamlScalar(scalar.getValue(), place(event), scalar.getScalarStyle(), yaml);
        }
        throw problem(place(event), kind(event) + ", expected " + what);
    }

    private Event peek() throws RuleTextException {
        try {
            return parser.peekEvent();
        } catch (YAMLException e) {
            throw broken(e);
        }
    }

    private Event next() throws RuleTextException {
        Event event;
        try {
            event = parser.getEvent();
        } catch (YAMLException e) {
            throw broken(e);
        }
        if (event.is(Event.ID.Alias)) {
            throw problem(place(event), "an alias, expected the value itself");
        }
        if (event instanceof NodeEvent node && node.getAnchor() != null) {
            throw problem(place(event), "an anchor, expected none");
        }
        String tag = event instanceof ScalarEvent scalar
                ? scalar.getTag()
                : event instanceof CollectionStartEvent collection ? collection.getTag() : null;
        if (tag != null) {
            throw problem(place(event), "the tag " + shown(tag) + ", expected none");
        }
        return event;
    }

    private RuleTextException broken(YAMLException e) {
        if (e instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
            return problem(place(marked.getProblemMark()), "no YAML: " + oneLine(marked.getProblem()));
        }
        if (e instanceof ReaderException reader) {
            Place place = yaml.place(yaml.offset(0, reader.getPosition()));
            return problem(place, String.format("character U+%04X, which YAML does not allow", reader.getCodePoint()));
        }
        return problem(Place.START, "no YAML: " + oneLine(String.valueOf(e.getMessage())));
    }

    private static Place place(Event event) {
        return place(event.getStartMark());
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static String kind(Event event) {
        if (event instanceof ScalarEvent scalar) {
            return scalar.getValue().isEmpty() ? "nothing" : "'" + shown(scalar.getValue()) + "'";
        }
        return event.is(Event.ID.SequenceStart) ? "a list" : event.is(Event.ID.MappingStart) ? "a mapping" : "an end";
    }

    /** A value from the text as it may stand in a message: one line, not long. */
    static String shown(String value) {
        String line = oneLine(value);
        return line.length() <= 80 ? line : line.substring(0, line.offsetByCodePoints(0, 40)) + "…";
    }

    /** The same on one line, without control characters. */
    static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ").strip();
    }
}
