// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PageClassesTest {
    @Test
    void shouldPutTwoDescriptorsIntoOneClassExactlyWhenTheSightCannotTellThemApart() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int made = 0;
        for (int i = 0; i < 200; i++) {
            Sight sight = sight(random);
            PageClasses classes = PageClasses.of(sight).orElse(null);
            if (classes == null) {
                continue;
            }
            made++;
            Map<List<Integer>, Integer> classOf = new HashMap<>();
            Set<Integer> taken = new TreeSet<>();
            for (int page = 0; page < 2000; page++) {
                int flags = random.nextInt();
                int shape = random.nextInt() & Descriptor.SHAPE_MASK;
                int mapcount = mapcount(random, sight);
                int found = classes.of(flags, mapcount, shape);
                assertThat(found).isBetween(0, classes.count() - 1);
                boolean matters = sight.mapcounts().contains(mapcount);
                assertThat(classes.hasValue(mapcount)).isEqualTo(matters);
                List<Integer> seen =
                        List.of(flags & sight.flags(), shape & sight.shape(), matters ? 1 : 0, matters ? mapcount : 0);
                Integer known = classOf.putIfAbsent(seen, found);
                assertThat(known == null ? taken.add(found) : known == found)
                        .as("seed " + seed + ", " + sight)
                        .isTrue();
            }
        }
        assertThat(made).as("seed " + seed).isGreaterThan(20);
    }

    private static Sight sight(Random random) {
        Sight sight = Sight.NOTHING;
        for (int bit = random.nextInt(9); bit > 0; bit--) {
            sight = sight.and(Sight.ofFlags(1 << random.nextInt(random.nextBoolean() ? 32 : 20)));
        }
        for (int bit = random.nextInt(4); bit > 0; bit--) {
            sight = sight.and(Sight.ofShape(1 << 16 + random.nextInt(9) & Descriptor.SHAPE_MASK));
        }
        for (int value = random.nextInt(6); value > 0; value--) {
            sight = sight.and(Sight.ofMapcount(random.nextBoolean() ? random.nextInt() : random.nextInt(3) - 1));
        }
        return sight;
    }

    private static int mapcount(Random random, Sight sight) {
        return sight.mapcounts().isEmpty() || random.nextInt(3) == 0
                ? random.nextInt(5) - 2
                : List.copyOf(sight.mapcounts())
                        .get(random.nextInt(sight.mapcounts().size()));
    }

    @Test
    void shouldFindClassesForEveryDumpLevelOfEveryKernel() {
        for (PageFacts facts : List.of(Kernels.LINUX_6_1, Kernels.LINUX_7_2)) {
            for (int level = 0; level <= BuiltInRuleSets.MAX_LEVEL; level++) {
                RuleContext context = new RuleContext(facts, DumpFacts.NONE);
                Sight sight = Sight.NOTHING;
                for (Rule rule : BuiltInRuleSets.level(level).rules()) {
                    sight = sight.and(rule.condition().bind(context).sight());
                }
                assertThat(PageClasses.of(sight)).as("level " + level).isPresent();
            }
        }
    }

    @Test
    void shouldMakeNoClassesOfTooMuch() {
        assertThat(PageClasses.of(Sight.EVERYTHING)).isEmpty();
        assertThat(PageClasses.of(Sight.ofFlags(0x7fff))).isEmpty();
        assertThat(PageClasses.of(Sight.ofShape(0xffff))).isEmpty();
        assertThat(PageClasses.of(
                        Sight.ofFlags(0x80000001).and(Sight.ofFlags(1 << 13)).and(Sight.ofShape(1 << 24))))
                .isEmpty();
        assertThat(PageClasses.of(Sight.NOTHING)).isPresent();
    }
}
