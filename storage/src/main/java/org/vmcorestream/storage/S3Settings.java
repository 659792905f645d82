// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a store is spoken to. Credentials are not among these settings: they are looked for where all AWS programs look (environment,
 * profile, container, instance).
 *
 * @param endpoint address of the store; empty for AWS, or what {@code AWS_ENDPOINT_URL} says
 * @param region region; empty for what the environment says, and {@code us-east-1} where an endpoint is given
 * @param pathStyle whether the bucket is named in the path, which most stores but AWS want
 * @param encryption how the store is to encrypt
 * @param kmsKey id of the key for {@link Encryption#KMS}; empty for the store's own
 * @param checksums what the store checks bytes against
 * @param storageClass storage class as the store names it; empty for its default
 * @param partBytes least size of a part; more where a file would have too many
 * @param attempts how often a request is made at most, 1 or more
 * @param parallel parts of one file on the way at once, 1 or more
 */
public record S3Settings(
        Optional<URI> endpoint,
        Optional<String> region,
        boolean pathStyle,
        Encryption encryption,
        Optional<String> kmsKey,
        Checksums checksums,
        Optional<String> storageClass,
        int partBytes,
        int attempts,
        int parallel) {
    /** Server-side encryption. */
    public enum Encryption {
        /** What the bucket does by default. */
        DEFAULT,
        /** With keys of the store: SSE-S3. */
        AES256,
        /** With a key of the key management service: SSE-KMS. */
        KMS
    }

    /** CRC-32C that the store computes too, and refuses what differs. */
    public enum Checksums {
        /** None: for stores that do not know them. */
        NONE,
        /** Of each part, and of all of these. */
        COMPOSITE,
        /** Of each part and of the whole file: the number that topic dump-files has. */
        FULL
    }

    /** Least size of a part but the last: S3's rule. */
    public static final int MIN_PART = 5 << 20;

    private static final int DEFAULT_PART = 8 << 20;
    private static final int MAX_PART = 1 << 30;
    private static final int DEFAULT_ATTEMPTS = 10;
    private static final int MAX_ATTEMPTS = 100;
    private static final int DEFAULT_PARALLEL = 4;
    private static final int MAX_PARALLEL = 64;
    private static final Set<String> KEYS = Set.of(
            "endpoint",
            "region",
            "path-style",
            "encryption",
            "kms-key",
            "checksums",
            "storage-class",
            "part-bytes",
            "attempts",
            "parallel");

    /** AWS in the region of the environment, with everything at its default. */
    public static S3Settings defaults() {
        return of(new Properties());
    }

    /**
     * Settings by their names in a properties file: {@code endpoint}, {@code region}, {@code path-style} (true, false), {@code encryption}
     * (default, aes256, kms), {@code kms-key}, {@code checksums} (none, composite, full), {@code storage-class}, {@code part-bytes}, {@code
     * attempts}, {@code parallel}.
     *
     * @throws IllegalArgumentException in one line, when one is unknown or its value cannot be
     */
    public static S3Settings of(Properties properties) {
        Map<String, String> values = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(name -> values.put(name, properties.getProperty(name).strip()));
        for (String name : values.keySet()) {
            if (!KEYS.contains(name)) {
                throw new IllegalArgumentException(
                        "no setting '" + name + "', expected one of " + String.join(", ", new TreeSet<>(KEYS)));
            }
        }
        Optional<String> kmsKey = text(values, "kms-key");
        Encryption encryption = choice(values, "encryption", kmsKey.isPresent() ? Encryption.KMS : Encryption.DEFAULT);
        if (kmsKey.isPresent() && encryption != Encryption.KMS) {
            throw new IllegalArgumentException("kms-key with encryption "
                    + encryption.name().toLowerCase(Locale.ROOT) + ", expected encryption kms");
        }
        Optional<URI> endpoint = text(values, "endpoint").map(S3Settings::endpoint);
        return new S3Settings(
                endpoint,
                text(values, "region"),
                truth(values, "path-style", endpoint.isPresent()),
                encryption,
                kmsKey,
                choice(values, "checksums", Checksums.COMPOSITE),
                text(values, "storage-class"),
                number(values, "part-bytes", DEFAULT_PART, MIN_PART, MAX_PART),
                number(values, "attempts", DEFAULT_ATTEMPTS, 1, MAX_ATTEMPTS),
                number(values, "parallel", DEFAULT_PARALLEL, 1, MAX_PARALLEL));
    }

    private static Optional<String> text(Map<String, String> values, String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    private static URI endpoint(String value) {
        try {
            URI uri = URI.create(value);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw wrong("endpoint", value, "http://HOST:PORT or https://HOST");
        }
        throw wrong("endpoint", value, "http://HOST:PORT or https://HOST");
    }

    private static boolean truth(Map<String, String> values, String name, boolean otherwise) {
        String value = values.getOrDefault(name, String.valueOf(otherwise));
        if (!value.equals("true") && !value.equals("false")) {
            throw wrong(name, value, "true or false");
        }
        return value.equals("true");
    }

    private static int number(Map<String, String> values, String name, int otherwise, int least, int most) {
        String value = values.get(name);
        try {
            int number = value == null ? otherwise : Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, value, least + " to " + most);
        }
        throw wrong(name, value, least + " to " + most);
    }

    private static <E extends Enum<E>> E choice(Map<String, String> values, String name, E otherwise) {
        String value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        StringBuilder known = new StringBuilder();
        for (E choice : otherwise.getDeclaringClass().getEnumConstants()) {
            String text = choice.name().toLowerCase(Locale.ROOT);
            if (text.equals(value)) {
                return choice;
            }
            known.append(known.isEmpty() ? "" : ", ").append(text);
        }
        throw wrong(name, value, "one of " + known);
    }

    private static IllegalArgumentException wrong(String name, String value, String expected) {
        return new IllegalArgumentException(name + " '" + value + "', expected " + expected);
    }
}
