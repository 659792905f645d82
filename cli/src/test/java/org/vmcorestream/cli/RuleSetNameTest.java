// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class RuleSetNameTest {
    @ParameterizedTest
    @CsvSource({
        "31, level-31",
        "0, level-0",
        "level-17, level-17",
        "17-e, level-17-e",
        "level-31-e, level-31-e",
        "capture, capture"
    })
    void shouldKnowBuiltInNames(String text, String name) {
        RuleSetName asked = new RuleSetNameConverter().convert(text);
        assertThat(asked.builtIn().orElseThrow().name()).isEqualTo(name);
        assertThat(asked.isFile()).isFalse();
        assertThat(asked.isPublished()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mine", "mine@3", "a", "no-user-pages@999999999", "x-1"})
    void shouldTakeOtherNamesForPublishedOnes(String text) {
        assertThat(new RuleSetNameConverter().convert(text).isPublished()).isTrue();
        assertThat(new RuleSetOrFileConverter().convert(text).isPublished()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mine.yaml", "./mine", "/etc/rules/mine", "Mine", "mine@0", "mine@x", "mine@1234567890"})
    void shouldTakeWhatCannotBeANameForAFile(String text) {
        assertThat(new RuleSetOrFileConverter().convert(text).isFile()).isTrue();
        assertThatThrownBy(() -> new RuleSetNameConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "' is no name of a rule set");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "32", "level-32", "level-", "level-x", "032", "99-e", "level-31-f"})
    void shouldRefuseNamesThatLookLikeLevelsAndAreNone(String text) {
        for (var converter :
                new picocli.CommandLine.ITypeConverter<?>[] {new RuleSetNameConverter(), new RuleSetOrFileConverter()
                }) {
            assertThatThrownBy(() -> converter.convert(text))
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessageStartingWith("no rule set '" + text + "', expected level-0 to level-31");
        }
    }
}
