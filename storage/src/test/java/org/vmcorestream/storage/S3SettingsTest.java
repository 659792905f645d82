// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.URI;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings, locations and the sizes of parts. */
class S3SettingsTest {
    private static S3Settings of(String... pairs) {
        Properties properties = new Properties();
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return S3Settings.of(properties);
    }

    @Test
    void shouldHaveDefaultsForAws() {
        S3Settings settings = S3Settings.defaults();
        assertThat(settings.endpoint()).isEmpty();
        assertThat(settings.pathStyle()).isFalse();
        assertThat(settings.encryption()).isEqualTo(S3Settings.Encryption.DEFAULT);
        assertThat(settings.checksums()).isEqualTo(S3Settings.Checksums.COMPOSITE);
        assertThat(settings.partBytes()).isEqualTo(8 << 20);
    }

    @Test
    void shouldNameTheBucketInThePathOfAStoreOfOnesOwn() {
        S3Settings settings = of("endpoint", "http://store:9000");
        assertThat(settings.endpoint()).contains(URI.create("http://store:9000"));
        assertThat(settings.pathStyle()).isTrue();
        assertThat(of("endpoint", "http://store:9000", "path-style", "false").pathStyle())
                .isFalse();
    }

    @Test
    void shouldEncryptWithTheKeyThatIsNamed() {
        S3Settings settings = of("kms-key", " 1234 ");
        assertThat(settings.encryption()).isEqualTo(S3Settings.Encryption.KMS);
        assertThat(settings.kmsKey()).contains("1234");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of("kms-key", "1234", "encryption", "aes256"))
                .withMessage("kms-key with encryption aes256, expected encryption kms");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "part-bytes|5242879|part-bytes '5242879', expected 5242880 to 1073741824",
                "attempts|none|attempts 'none', expected 1 to 100",
                "parallel|0|parallel '0', expected 1 to 64",
                "checksums|md5|checksums 'md5', expected one of none, composite, full",
                "encryption|yes|encryption 'yes', expected one of default, aes256, kms",
                "path-style|yes|path-style 'yes', expected true or false",
                "endpoint|store:9000|endpoint 'store:9000', expected http://HOST:PORT or https://HOST",
                "endpoint|http://a b|endpoint 'http://a b', expected http://HOST:PORT or https://HOST"
            })
    void shouldRefuseValuesThatCannotBe(String name, String value, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> of(name, value)).withMessage(message);
    }

    @Test
    void shouldRefuseASettingThatItDoesNotKnow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of("regoin", "eu-central-1"))
                .withMessageStartingWith("no setting 'regoin', expected one of attempts, checksums, ");
    }

    @Test
    void shouldTakeLocationsApart() {
        assertThat(S3Location.of("s3://bucket/a/b%20c")).isEqualTo(new S3Location("bucket", "a/b%20c"));
        assertThat(S3Location.of("S3://bucket")).isEqualTo(new S3Location("bucket", ""));
        assertThat(S3Location.of("s3://bucket").resolve("vmcore")).hasToString("s3://bucket/vmcore");
        assertThat(S3Location.of("s3://bucket/a").resolve("b/vmcore")).hasToString("s3://bucket/a/b/vmcore");
        assertThat(S3Location.of("s3://bucket/a/").resolve("vmcore")).hasToString("s3://bucket/a/vmcore");
        assertThat(S3Location.isS3("s3:/a")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3:///key", "s3://", "s3://a/key", "file:///a", "s3://b ucket/key", "s3://bucket/a\nb"})
    void shouldRefuseWhatIsNoLocation(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> S3Location.of(uri))
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    @Test
    void shouldRefuseAKeyThatIsTooLong() {
        S3Location folder = S3Location.of("s3://bucket/" + "ä".repeat(512));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> folder.resolve("x"))
                .withMessageContaining("has a key of 1026 bytes, expected at most 1024");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 8388608",
        "83886080000, 8388608",
        "83886080001, 9437184",
        "1099511627776, 110100480",
        "10737418240000, 1073741824"
    })
    void shouldMakePartsThatAreFewEnough(long most, int partBytes) throws IOException {
        PartPlan plan = PartPlan.of("x", most, 8 << 20);
        assertThat(plan.partBytes()).isEqualTo(partBytes);
        assertThat(plan.parts(most)).isLessThanOrEqualTo(PartPlan.MAX_PARTS);
    }

    @Test
    void shouldRefuseAFileThatNoPartIsLargeEnoughFor() {
        assertThatIOException()
                .isThrownBy(() -> PartPlan.of("x", (PartPlan.MAX_PARTS * (1L << 30)) + 1, 8 << 20))
                .withMessage("x: can have 10737418240001 bytes, expected at most 10737418240000");
    }
}
