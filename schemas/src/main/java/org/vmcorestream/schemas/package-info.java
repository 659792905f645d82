// SPDX-License-Identifier: Apache-2.0
/**
 * What travels through Kafka. Records are Avro in single-object encoding (two bytes of mark, eight bytes of schema
 * fingerprint, then the record), so that one topic can hold several kinds and no registry is needed; their schemas are the
 * contract and live in {@code src/main/avro}.
 */
package org.vmcorestream.schemas;
