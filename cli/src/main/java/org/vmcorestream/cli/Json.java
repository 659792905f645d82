// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** One JSON object on a line, its fields in the order in which they were put. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, Object> fields = new LinkedHashMap<>();

    /** Adds a field: text, a number, a boolean, or a map or list of those. */
    Json put(String name, Object value) {
        fields.put(name, value instanceof Json object ? object.fields : value);
        return this;
    }

    /** The fields, for a list of objects. */
    Map<String, Object> fields() {
        return fields;
    }

    /** The object on one line. */
    String line() {
        try {
            return MAPPER.writeValueAsString(fields);
        } catch (IOException e) {
            throw new IllegalStateException("fields that JSON cannot hold: " + fields.keySet(), e);
        }
    }
}
