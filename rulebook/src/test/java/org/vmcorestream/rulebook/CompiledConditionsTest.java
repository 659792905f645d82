// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.Condition;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleContext;
import org.vmcorestream.rules.UndecidedException;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;

/** What conditions are compiled to, compared with what the CEL runtime says of the same expression as a whole. */
class CompiledConditionsTest {
    private static final DumpFacts DUMP =
            new DumpFacts("6.12.107+deb13-amd64", "x86_64", "shop", "host", "kernel BUG at mm/slub.c:1");
    private static final int EXPRESSIONS = 500;
    private static final int PAGES = 12;

    private int undecided;
    private int held;

    @Test
    void shouldAnswerAsTheCelRuntimeDoes() throws RuleTextException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RandomExpressions expressions = new RandomExpressions(random);
        ExpressionCompiler compiler = new ExpressionCompiler("random", PageVocabulary.TYPES);
        for (int i = 0; i < EXPRESSIONS; i++) {
            String text = expressions.bool(1 + random.nextInt(5));
            compare(compiler.condition(scalar(text)), Map.of(), text, random, seed);
        }
        assertThat(undecided).as("seed %d", seed).isBetween(EXPRESSIONS / 10, EXPRESSIONS * PAGES / 2);
        assertThat(held).as("seed %d", seed).isBetween(EXPRESSIONS, EXPRESSIONS * (PAGES - 1));
    }

    /** Two such numbers once made a rule that held for every page. */
    @Test
    void shouldNotHoldForNumbersThatTheBitsLeftByAMaskCannotBe() throws RuleTextException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ExpressionCompiler compiler = new ExpressionCompiler("masked", PageVocabulary.TYPES);
        for (String text : List.of(
                "math.bitAnd(page.mapping, 2) in [1, 2]",
                "math.bitAnd(page.mapping, 2) == 1 || math.bitAnd(page.mapping, 2) == 2",
                "math.bitAnd(page.mapping, 2) != 1 && math.bitAnd(page.mapping, 2) != 2",
                "math.bitAnd(page.flags, 5) in [1, 2, 3, 4, 6]")) {
            compare(compiler.condition(scalar(text)), Map.of(), text, random, seed);
        }
    }

    @Test
    void shouldAnswerAsTheCelRuntimeDoesWithDefinitionsWrittenOut() throws RuleTextException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RandomExpressions expressions = new RandomExpressions(random);
        for (int i = 0; i < 20; i++) {
            String truth = expressions.bool(2);
            String number = expressions.integer(2);
            ExpressionCompiler defining = new ExpressionCompiler("random", PageVocabulary.TYPES);
            defining.define("truth", scalar(truth));
            defining.define("number", scalar(number));
            defining.define("both", scalar("truth && number > 0"));
            String text = "(both || " + expressions.bool(2) + ") != [0, 1].exists(i, i == number || truth)"
                    + " || number == page.private && !truth";
            Expression shortText = defining.condition(scalar(text));
            String written = text.replace("both", "(truth && number > 0)")
                    .replace("truth", "(" + truth + ")")
                    .replace("number", "(" + number + ")");
            ExpressionCompiler plain = new ExpressionCompiler("random", PageVocabulary.TYPES);
            Expression writtenOut = plain.condition(scalar(written));
            for (PageFacts kernel : Kernels.ALL) {
                Condition one = new Binder(new RuleContext(kernel, DUMP), defining.definitions()).condition(shortText);
                Condition other = new Binder(new RuleContext(kernel, DUMP), Map.of()).condition(writtenOut);
                for (int page = 0; page < PAGES; page++) {
                    Descriptor descriptor = RandomDescriptors.one(random, kernel);
                    assertThat(answer(one, descriptor))
                            .as("seed %d: %s of %s, %s", seed, text, descriptor, written)
                            .isEqualTo(answer(other, descriptor));
                }
            }
            compare(writtenOut, Map.of(), written, random, seed);
        }
    }

    private void compare(
            Expression expression, Map<String, Expression> definitions, String text, Random random, long seed) {
        PageFacts kernel = Kernels.ALL.get(random.nextInt(Kernels.ALL.size()));
        Condition condition = new Binder(new RuleContext(kernel, DUMP), definitions).condition(expression);
        Program program = expression.program(expression.root());
        for (int page = 0; page < PAGES; page++) {
            Descriptor descriptor = RandomDescriptors.one(random, kernel);
            String answer = answer(condition, descriptor);
            assertThat(answer)
                    .as("seed %d: %s of %s", seed, text, descriptor)
                    .isEqualTo(answer(program, PageValues.of(kernel, DUMP, descriptor)));
            undecided += answer.equals("undecided") ? 1 : 0;
            held += answer.equals("true") ? 1 : 0;
        }
    }

    private static String answer(Condition condition, Descriptor page) {
        try {
            return String.valueOf(condition.holds(page.flags(), page.mapcount(), page.shape()));
        } catch (UndecidedException e) {
            return "undecided";
        }
    }

    private static String answer(Program program, Map<String, Object> values) {
        try {
            return String.valueOf(program.eval(values));
        } catch (CelEvaluationException e) {
            return "undecided";
        }
    }

    private static YamlScalar scalar(String text) {
        return new YamlScalar(text, Place.START, ScalarStyle.PLAIN, new YamlText(text));
    }
}
