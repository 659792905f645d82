// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.parser.CelUnparserFactory;
import dev.cel.validator.CelValidatorFactory;
import dev.cel.validator.validators.DurationLiteralValidator;
import dev.cel.validator.validators.RegexLiteralValidator;
import dev.cel.validator.validators.TimestampLiteralValidator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parses and type-checks the expressions of one text, and says where a mistake stands in it. Belongs to one thread. */
final class ExpressionCompiler {
    /** Most operations of all rules of a rule set, with their definitions written out. */
    static final long MAX_SIZE = 100_000;

    private final String source;
    private final Map<String, CelType> names;
    private final Map<String, Expression> definitions = new LinkedHashMap<>();
    private CelCompiler compiler;
    private long size;

    /**
     * @param source name of the text in messages
     * @param names what the expressions may use
     */
    ExpressionCompiler(String source, Map<String, CelType> names) {
        this.source = source;
        this.names = new HashMap<>(names);
    }

    /** The definitions compiled so far, by name. */
    Map<String, Expression> definitions() {
        return Map.copyOf(definitions);
    }

    /** Compiles an expression that later ones may use by its name. */
    void define(String name, YamlScalar text) throws RuleTextException {
        Expression expression = compile(text);
        definitions.put(name, expression);
        names.put(name, expression.type());
        compiler = null;
    }

    /** Compiles an expression that is true or false. */
    Expression condition(YamlScalar text) throws RuleTextException {
        Expression expression = compile(text);
        if (!expression.type().equals(SimpleType.BOOL)) {
            throw problem(
                    text.placeOf(1, 0), "this is of type " + expression.type().name() + ", expected bool");
        }
        size += expression.size();
        if (size > MAX_SIZE) {
            throw problem(
                    text.place(),
                    "with this the expressions come to " + size + " operations, their definitions written out, expected"
                            + " at most " + MAX_SIZE);
        }
        return expression;
    }

    /** The text that all expressions have that differ in nothing but white space, comments and parentheses without effect. */
    String normalised(YamlScalar text) throws RuleTextException {
        try {
            CelValidationResult result = compiler().parse(text.text());
            if (result.hasError()) {
                throw mistake(text, result.getErrors().get(0));
            }
            return YamlReader.oneLine(CelUnparserFactory.newUnparser().unparse(result.getAst()));
        } catch (CelValidationException e) {
            throw mistake(text, e.getErrors().get(0));
        } catch (StackOverflowError e) {
            throw tooDeep(text);
        }
    }

    private CelCompiler compiler() {
        if (compiler == null) {
            compiler = CelLanguage.compiler(names);
        }
        return compiler;
    }

    private Expression compile(YamlScalar text) throws RuleTextException {
        try {
            CelValidationResult result = compiler().compile(text.text());
            if (result.hasError()) {
                throw mistake(text, result.getErrors().get(0));
            }
            CelValidationResult literals = CelValidatorFactory.standardCelValidatorBuilder(
                            compiler(), CelLanguage.RUNTIME)
                    .addAstValidators(
                            RegexLiteralValidator.INSTANCE,
                            TimestampLiteralValidator.INSTANCE,
                            DurationLiteralValidator.INSTANCE)
                    .build()
                    .validate(result.getAst());
            if (literals.hasError()) {
                throw mistake(text, literals.getErrors().get(0));
            }
            return measured(text, new Expression(result.getAst(), definitions));
        } catch (CelValidationException e) {
            throw mistake(text, e.getErrors().get(0));
        } catch (StackOverflowError e) {
            throw tooDeep(text);
        }
    }

    private Expression measured(YamlScalar text, Expression expression) throws RuleTextException {
        if (expression.depth() > CelLanguage.MAX_DEPTH) {
            throw tooDeep(text);
        }
        if (expression.size() > MAX_SIZE) {
            throw problem(
                    text.place(),
                    "the expression comes to " + expression.size()
                            + " operations, its definitions written out, expected" + " at most " + MAX_SIZE);
        }
        return expression;
    }

    private RuleTextException tooDeep(YamlScalar text) {
        return problem(text.place(), "the expression nests deeper than " + CelLanguage.MAX_DEPTH + " levels");
    }

    private RuleTextException mistake(YamlScalar text, CelIssue issue) {
        int line = issue.getSourceLocation().getLine();
        int column = Math.max(0, issue.getSourceLocation().getColumn());
        Place place = line < 1 ? text.place() : text.placeOf(line, column);
        String message = YamlReader.oneLine(issue.getMessage()).replace(" (in container '')", "");
        if (line >= 1 && message.startsWith("undeclared reference to ")) {
            message = UnknownName.explained(message, text.wordAt(line, column), names.keySet());
        }
        return problem(place, message.length() <= 700 ? message : message.substring(0, 700) + "…");
    }

    private RuleTextException problem(Place place, String problem) {
        return new RuleTextException(source, place.line(), place.column(), problem);
    }
}
