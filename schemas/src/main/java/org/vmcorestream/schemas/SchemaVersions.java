// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * The schemas this program can read: its own, and every version that was ever released. The released ones lie in {@code
 * versions/vN/NAME.avsc} beside this class, one folder for each release that changed a schema; see the README there.
 */
final class SchemaVersions {
    /** Number of the newest folder. */
    static final int NEWEST = 5;

    private static final Map<Long, Version> CURRENT = new HashMap<>();

    static {
        for (RecordKind kind : RecordKind.ALL) {
            CURRENT.put(kind.fingerprint(), new Version(kind, kind.schema()));
        }
    }

    private SchemaVersions() {}

    /**
     * A schema that records can have been written with.
     *
     * @param kind what they are read as
     * @param schema the writer's schema
     */
    record Version(RecordKind kind, Schema schema) {}

    /** Loaded when the first record comes that was not written by this version. */
    private static final class Released {
        private static final Map<Long, Version> ALL = load();

        private static Map<Long, Version> load() {
            Map<Long, Version> released = new HashMap<>();
            for (int version = 1; version <= NEWEST; version++) {
                for (RecordKind kind : RecordKind.ALL) {
                    Schema schema = released(version, kind.name());
                    if (schema != null) {
                        released.put(SchemaNormalization.parsingFingerprint64(schema), new Version(kind, schema));
                    }
                }
            }
            return released;
        }
    }

    /** The schema with a fingerprint, null when there is none. */
    static Version byFingerprint(long fingerprint) {
        Version current = CURRENT.get(fingerprint);
        return current != null ? current : Released.ALL.get(fingerprint);
    }

    /** A schema as version {@code version} released it, null when that version did not change it. */
    static Schema released(int version, String name) {
        String file = "versions/v" + version + "/" + name + ".avsc";
        try (InputStream in = SchemaVersions.class.getResourceAsStream(file)) {
            return in == null ? null : new Schema.Parser().parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
