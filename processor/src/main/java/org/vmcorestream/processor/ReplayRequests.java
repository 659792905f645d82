// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecordBase;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;

/** What topic replays holds, as a worker reads it. Anybody who may write there can have written it. */
final class ReplayRequests {
    private static final Pattern ID = Pattern.compile("[0-9A-Za-z-]{1,64}");
    private static final int MAX_RULE_SET = 128;

    private ReplayRequests() {}

    /**
     * The request of a record; empty when it is none, but a tombstone or what became of one.
     *
     * @throws RefusedException when it cannot be read, or is so wrong that not even an outcome can be given to it
     */
    static Optional<ReplayRequest> read(byte[] value) throws RefusedException {
        if (value == null) {
            return Optional.empty();
        }
        SpecificRecordBase message;
        try {
            message = RecordCodec.decode(ByteBuffer.wrap(value));
        } catch (MalformedRecordException e) {
            throw new RefusedException(e.getMessage(), e);
        }
        if (message instanceof ReplayOutcome) {
            return Optional.empty();
        }
        if (!(message instanceof ReplayRequest request)) {
            throw new RefusedException(
                    "record is a " + message.getSchema().getName() + ", expected a ReplayRequest or ReplayOutcome");
        }
        checkId("replay id", request.getReplayId());
        checkId("dump id", request.getDumpId());
        if (request.getRuleSet().length() > MAX_RULE_SET) {
            throw new RefusedException("rule set name of "
                    + request.getRuleSet().length() + " characters, expected at most " + MAX_RULE_SET);
        }
        return Optional.of(request);
    }

    private static void checkId(String what, String id) throws RefusedException {
        if (!ID.matcher(id).matches()) {
            String shown = id.length() > 64 ? id.substring(0, 64) + "..." : id;
            throw new RefusedException(what + " '" + OneLine.of(shown) + "', expected a UUID of 36 characters");
        }
    }
}
