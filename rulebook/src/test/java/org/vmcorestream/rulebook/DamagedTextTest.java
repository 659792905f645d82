// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Texts with some characters changed are read or refused, never anything else. */
class DamagedTextTest {
    private static final String NOISE = "\t\n\r \"'#&*!|>%@`{}[],:?-~0x\\\u0000\u0085\u2028\ufeff\ud83d\udc27é";

    @Test
    void shouldNeverFailInAnyOtherWay() throws RuleTextException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String yaml = RuleSetText.builtIn("31-e").orElseThrow().replace("name: level-31-e", "name: mine")
                + "    pfns: [1, 5-6]\nsupplies:\n- {number: PG_slab, value: 3, when: kernel_at_least('6.1')}\n";
        RuleSetText.read("whole", yaml);
        int refused = 0;
        for (int i = 0; i < 900; i++) {
            String damaged = damaged(random, yaml);
            try {
                if (i < 60) {
                    RuleSetText.read("damaged", damaged);
                } else {
                    RuleSetText.rules("damaged", damaged);
                }
            } catch (RuleTextException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("seed %d: %s", seed, damaged)
                        .doesNotContain("\n")
                        .hasSizeLessThan(1000);
                long lines = damaged.split("\r\n|[\r\n\u0085\u2028\u2029]", -1).length;
                assertThat(e.line()).as("seed %d: %s", seed, damaged).isBetween(1, (int) lines + 1);
                assertThat(e.column()).as("seed %d: %s", seed, damaged).isBetween(1, damaged.length() + 1);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ": " + damaged, e);
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(200, 899);
    }

    private static String damaged(Random random, String yaml) {
        StringBuilder text = new StringBuilder(yaml);
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length());
            char noise = NOISE.charAt(random.nextInt(NOISE.length()));
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(at, noise);
                case 1 -> text.insert(at, noise);
                case 2 -> text.deleteCharAt(at);
                case 3 -> text.insert(at, text.substring(random.nextInt(at + 1), at));
                default -> text.delete(at, Math.min(text.length(), at + random.nextInt(60)));
            }
        }
        return text.toString();
    }
}
