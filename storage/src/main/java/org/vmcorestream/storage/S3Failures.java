// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.IOException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What went wrong with a store, in one line. */
final class S3Failures {
    private static final int MAX_DEPTH = 16;

    private S3Failures() {}

    /** An exception that names the object and what failed. */
    static IOException of(S3Location object, String what, SdkException e) {
        return new IOException(object + ": " + what + ": " + reason(e), e);
    }

    /** The store's code and words, or the deepest cause where it did not answer. */
    static String reason(SdkException e) {
        if (e instanceof AwsServiceException service) {
            AwsErrorDetails details = service.awsErrorDetails();
            String code = details == null || details.errorCode() == null ? "" : details.errorCode();
            String words = details == null || details.errorMessage() == null ? "" : details.errorMessage();
            String said = code.isEmpty() || words.isEmpty() ? code + words : code + ", " + words;
            return line("the store answers " + service.statusCode() + (said.isEmpty() ? "" : " " + said));
        }
        Throwable deepest = e;
        for (int depth = 0; deepest.getCause() != null && depth < MAX_DEPTH; depth++) {
            deepest = deepest.getCause();
        }
        String words = deepest.getMessage();
        return line(words == null ? deepest.getClass().getSimpleName() : words);
    }

    private static String line(String text) {
        String clean = text.strip().replaceAll("\\s+", " ");
        return clean.length() > 300 ? clean.substring(0, 300) + "…" : clean;
    }
}
