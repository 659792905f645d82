// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecordBase;

/** Records to bytes and back, in Avro's single-object encoding. Can be used by several threads at once. */
public final class RecordCodec {
    private RecordCodec() {}

    /** Encodes any of this project's records. */
    public static byte[] encode(SpecificRecordBase message) {
        throw new UnsupportedOperationException();
    }

    /**
     * Decodes a record by the schema fingerprint it begins with. Byte fields are slices of {@code bytes} where that is
     * possible without a copy.
     *
     * @throws MalformedRecordException when the bytes are no record of a known schema; never allocates more than a small
     *     multiple of their length
     */
    public static SpecificRecordBase decode(ByteBuffer bytes) throws MalformedRecordException {
        throw new UnsupportedOperationException();
    }

    /** Decodes a record that must be of one type. */
    public static <T extends SpecificRecordBase> T decode(ByteBuffer bytes, Class<T> type)
            throws MalformedRecordException {
        SpecificRecordBase message = decode(bytes);
        if (!type.isInstance(message)) {
            throw new MalformedRecordException(
                    "record is a " + message.getSchema().getName() + ", expected a " + type.getSimpleName());
        }
        return type.cast(message);
    }
}
