// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * An object of a store, or what the keys of several begin with.
 *
 * @param bucket name of the bucket
 * @param key key of the object as it is, not escaped in any way; empty for the whole bucket
 */
public record S3Location(String bucket, String key) {
    private static final String SCHEME = "s3://";

    /** Names that S3 allows today; its older rules allowed capitals and underscores. */
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]");

    /** Longest key, in bytes of UTF-8. */
    static final int MAX_KEY = 1024;

    /**
     * Takes a URI apart: {@code s3://BUCKET/KEY}. All behind the bucket is the key, to the letter: {@code %20} is three letters.
     *
     * @throws IllegalArgumentException in one line, when it is no such URI
     */
    public static S3Location of(String uri) {
        if (!isS3(uri)) {
            throw new IllegalArgumentException("'" + line(uri) + "', expected s3://BUCKET/KEY");
        }
        String rest = uri.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        String key = slash < 0 ? "" : rest.substring(slash + 1);
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("'" + line(uri) + "' has bucket '" + line(bucket)
                    + "', expected 3 to 255 letters, digits, dots, hyphens or underscores");
        }
        return new S3Location(bucket, key).checked();
    }

    /** Whether a text begins like the URI of an object. */
    public static boolean isS3(String uri) {
        return uri.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** The object of a name below this one, as a file lies in a folder. */
    public S3Location resolve(String name) {
        String folder = key.isEmpty() || key.endsWith("/") ? key : key + "/";
        return new S3Location(bucket, folder + name).checked();
    }

    private S3Location checked() {
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_KEY) {
            throw new IllegalArgumentException(
                    "'" + line(toString()) + "' has a key of " + bytes + " bytes, expected at most " + MAX_KEY);
        }
        if (key.chars().anyMatch(letter -> letter < ' ' || letter == 0x7f)) {
            throw new IllegalArgumentException("'" + line(toString()) + "' has control characters in its key");
        }
        return this;
    }

    private static String line(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() > 300 ? clean.substring(0, 300) + "…" : clean;
    }

    /** The URI. */
    @Override
    public String toString() {
        return SCHEME + bucket + "/" + key;
    }
}
