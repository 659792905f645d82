// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * How a vmcore is captured.
 *
 * @param client Kafka client settings, {@code bootstrap.servers} at least; what matters for order and safety is overridden
 * @param topics names of the topics
 * @param dumpId the dump, a UUID version 7
 * @param host host of the capture
 * @param tenant whose VM it was, may be empty
 * @param capture which pages travel on the data plane
 * @param ruleSets rule sets asked for; empty for those the processors are set up with
 * @param codec how page contents are compressed
 * @param stripeBytes memory of a stripe in bytes, a multiple of 1 GiB
 * @param threads compressing threads, at least 1
 */
public record CaptureSettings(
        Map<String, Object> client,
        Topics topics,
        String dumpId,
        String host,
        String tenant,
        RuleSet capture,
        List<String> ruleSets,
        PageCodec codec,
        long stripeBytes,
        int threads) {}
