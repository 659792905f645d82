// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Makes the SDK's client. */
final class S3Clients {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private S3Clients() {}

    /**
     * A client by the settings. It adds no checksums of its own and signs bodies in one piece, which every store understands: ours are in
     * the requests.
     */
    static S3Client of(S3Settings settings) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
                .forcePathStyle(settings.pathStyle())
                .overrideConfiguration(override -> override.retryStrategy(StandardRetryStrategy.builder()
                        .maxAttempts(settings.attempts())
                        .build()));
        settings.endpoint().ifPresent(builder::endpointOverride);
        if (settings.region().isPresent()) {
            builder.region(Region.of(settings.region().get()));
        } else if (settings.endpoint().isPresent()) {
            builder.region(Region.US_EAST_1);
        }
        return builder.build();
    }
}
