// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schemas are the contract between versions of this program: what was released can be read for ever, both ways. */
class SchemaCompatibilityTest {
    static List<RecordKind> kinds() {
        return RecordKind.ALL;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldReadAndBeReadByEveryReleasedVersion(RecordKind kind) {
        for (int version = 1; version <= SchemaVersions.NEWEST; version++) {
            Schema released = SchemaVersions.released(version, kind.name());
            if (released != null) {
                assertCanRead("v" + version + " by the current schema", kind.schema(), released);
                assertCanRead("the current schema by v" + version, released, kind.schema());
            }
        }
    }

    private static void assertCanRead(String what, Schema reader, Schema writer) {
        SchemaCompatibility.SchemaPairCompatibility result =
                SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        assertThat(result.getType())
                .as(
                        "reading %s of %s: %s",
                        writer.getName(), what, result.getResult().getIncompatibilities())
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldHaveACommittedCopyOfEverySchemaAsItIs(RecordKind kind) {
        Schema newest = null;
        for (int version = 1; version <= SchemaVersions.NEWEST; version++) {
            Schema released = SchemaVersions.released(version, kind.name());
            newest = released == null ? newest : released;
        }
        assertThat(newest)
                .as("committed copy of %s; see README.md in the folder versions", kind.name())
                .isNotNull();
        assertThat(SchemaNormalization.toParsingForm(newest))
                .as("%s has changed since its last committed copy; see README.md in the folder versions", kind.name())
                .isEqualTo(SchemaNormalization.toParsingForm(kind.schema()));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldExplainEveryField(RecordKind kind) {
        List<String> silent = new ArrayList<>();
        explain(kind.schema(), new TreeSet<>(), silent);
        assertThat(silent).as("schemas and fields without doc").isEmpty();
    }

    private static void explain(Schema schema, TreeSet<String> seen, List<String> silent) {
        switch (schema.getType()) {
            case ARRAY -> explain(schema.getElementType(), seen, silent);
            case UNION -> schema.getTypes().forEach(type -> explain(type, seen, silent));
            case RECORD, ENUM -> {
                if (!seen.add(schema.getFullName())) {
                    return;
                }
                if (isBlank(schema.getDoc())) {
                    silent.add(schema.getName());
                }
                if (schema.getType() == Schema.Type.RECORD) {
                    for (Schema.Field field : schema.getFields()) {
                        if (isBlank(field.doc())) {
                            silent.add(schema.getName() + "." + field.name());
                        }
                        explain(field.schema(), seen, silent);
                    }
                }
            }
            default -> {}
        }
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }

    @Test
    void shouldKnowEverySchemaThatThereIs() {
        TreeSet<String> known = new TreeSet<>();
        RecordKind.ALL.forEach(kind -> names(kind.schema(), known));
        TreeSet<String> files = new TreeSet<>();
        for (File file : new File("src/main/avro").listFiles()) {
            files.add(file.getName().replace(".avsc", ""));
        }
        assertThat(known).containsAll(files);
    }

    private static void names(Schema schema, TreeSet<String> into) {
        switch (schema.getType()) {
            case ARRAY -> names(schema.getElementType(), into);
            case UNION -> schema.getTypes().forEach(type -> names(type, into));
            case ENUM -> into.add(schema.getName());
            case RECORD -> {
                into.add(schema.getName());
                schema.getFields().forEach(field -> names(field.schema(), into));
            }
            default -> {}
        }
    }
}
