// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/** Fills any record with random values, by its schema. */
final class RandomRecords {
    private RandomRecords() {}

    static SpecificRecordBase next(RecordKind kind, Random random) {
        SpecificRecordBase message = kind.make().get();
        fill(message, random);
        return message;
    }

    private static void fill(SpecificRecordBase message, Random random) {
        for (Schema.Field field : message.getSchema().getFields()) {
            message.put(field.pos(), value(field.schema(), random));
        }
    }

    private static Object value(Schema schema, Random random) {
        return switch (schema.getType()) {
            case STRING -> text(random);
            case BYTES -> bytes(random);
            case INT -> random.nextInt() >>> random.nextInt(Integer.SIZE);
            case LONG -> random.nextLong() >> random.nextInt(Long.SIZE);
            case DOUBLE -> random.nextGaussian();
            case BOOLEAN -> random.nextBoolean();
            case ENUM -> symbol(schema, random);
            case UNION ->
                random.nextInt(3) == 0 ? null : value(schema.getTypes().get(1), random);
            case ARRAY -> items(schema.getElementType(), random);
            case RECORD -> record(schema, random);
            default -> throw new AssertionError("no records have " + schema.getType());
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            text.appendCodePoint(random.nextInt(8) == 0 ? 0x1f300 + random.nextInt(256) : 'a' + random.nextInt(26));
        }
        return text.toString();
    }

    private static ByteBuffer bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        int skip = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        ByteBuffer buffer = random.nextBoolean()
                ? ByteBuffer.wrap(bytes)
                : ByteBuffer.allocateDirect(bytes.length).put(bytes);
        return buffer.position(skip);
    }

    private static List<Object> items(Schema item, Random random) {
        List<Object> items = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            items.add(value(item, random));
        }
        return items;
    }

    private static Object symbol(Schema schema, Random random) {
        try {
            Object[] symbols = Class.forName(schema.getFullName()).getEnumConstants();
            return symbols[random.nextInt(symbols.length)];
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Object record(Schema schema, Random random) {
        try {
            SpecificRecordBase message = (SpecificRecordBase)
                    Class.forName(schema.getFullName()).getDeclaredConstructor().newInstance();
            fill(message, random);
            return message;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
