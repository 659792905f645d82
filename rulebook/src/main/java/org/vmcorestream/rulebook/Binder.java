// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.vmcorestream.rules.Condition;
import org.vmcorestream.rules.RuleContext;
import org.vmcorestream.rules.UndecidedException;

/**
 * Turns expressions into {@link Answer answers} for one dump. What depends on the dump alone is computed here, once. Logic and
 * whole numbers about pages become tests of bits and closures; the rest is left to the CEL runtime, page by page.
 */
final class Binder {
    private final RuleContext context;
    private final Map<String, Expression> definitions;
    private final Map<String, Answer> defined = new ConcurrentHashMap<>();

    /** What the CEL runtime has asked for so far, ready to be answered for any page. */
    private final Map<String, Answer> asked = new ConcurrentHashMap<>();

    private final Map<Expression, Condition> conditions = new IdentityHashMap<>();

    Binder(RuleContext context, Map<String, Expression> definitions) {
        this.context = context;
        this.definitions = definitions;
    }

    /** The condition of an expression of type bool; several threads may ask pages with it. */
    synchronized Condition condition(Expression expression) {
        return conditions.computeIfAbsent(expression, each -> Decision.of(Logic.of(answer(each))));
    }

    private Answer answer(Expression expression) {
        return answer(expression, expression.root());
    }

    private Answer answer(Expression in, CelExpr part) {
        if (part.exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT) {
            return constant(part.constant());
        }
        Optional<String> variable = in.variable(part);
        if (variable.isPresent()) {
            Answer known = named(variable.get());
            if (known != null) {
                return known;
            }
        }
        if (!in.isOfPage(part)) {
            return evaluatedOnce(in, part);
        }
        if (part.exprKind().getKind() == CelExpr.ExprKind.Kind.CALL) {
            Answer compiled = call(in, part);
            if (compiled != null) {
                return compiled;
            }
        }
        return evaluatedByPage(in, part);
    }

    private static Answer constant(CelConstant constant) {
        return switch (constant.getKind()) {
            case BOOLEAN_VALUE -> Logic.fixed(constant.booleanValue());
            case INT64_VALUE -> Quantity.constant(false, constant.int64Value());
            case UINT64_VALUE -> Quantity.constant(true, constant.uint64Value().longValue());
            case STRING_VALUE -> new Answer.Value(constant.stringValue());
            case DOUBLE_VALUE -> new Answer.Value(constant.doubleValue());
            case BYTES_VALUE -> new Answer.Value(constant.bytesValue());
            default -> new Answer.Value(constant.nullValue());
        };
    }

    /** What a name stands for, null when it is not one of the vocabulary or the definitions. */
    private Answer named(String name) {
        Expression definition = definitions.get(name);
        if (definition == null) {
            return PageVocabulary.answer(name, context);
        }
        Answer answer = defined.get(name);
        if (answer == null) {
            answer = answer(definition);
            defined.put(name, answer);
        }
        return answer;
    }

    /** A call that is compiled here; null when it is not. */
    private Answer call(Expression in, CelExpr part) {
        List<CelExpr> arguments = part.call().args();
        switch (part.call().function()) {
            case "_&&_":
                return Logic.and(logic(in, arguments.get(0)), logic(in, arguments.get(1)));
            case "_||_":
                return Logic.or(logic(in, arguments.get(0)), logic(in, arguments.get(1)));
            case "!_":
                return Logic.not(logic(in, arguments.get(0)));
            case "_?_:_":
                return choice(in, part);
            case "_==_":
                return equality(in, arguments);
            case "_!=_":
                Logic equal = equality(in, arguments);
                return equal == null ? null : Logic.not(equal);
            case "@in":
                return oneOf(in, arguments);
            default:
                return number(in, in.overload(part), arguments);
        }
    }

    private Logic logic(Expression in, CelExpr part) {
        return Logic.of(answer(in, part));
    }

    private Answer choice(Expression in, CelExpr part) {
        List<CelExpr> arguments = part.call().args();
        Logic condition = logic(in, arguments.get(0));
        if (condition instanceof Logic.Fixed known) {
            return answer(in, arguments.get(known.value() ? 1 : 2));
        }
        CelType type = in.type(part);
        if (!in.type(arguments.get(1)).equals(type)
                || !in.type(arguments.get(2)).equals(type)) {
            return null;
        }
        if (type.equals(SimpleType.BOOL)) {
            return Logic.choice(condition, logic(in, arguments.get(1)), logic(in, arguments.get(2)));
        }
        if (type.equals(SimpleType.INT) || type.equals(SimpleType.UINT)) {
            boolean unsigned = type.equals(SimpleType.UINT);
            return Quantity.choice(
                    condition,
                    Quantity.of(answer(in, arguments.get(1)), unsigned),
                    Quantity.of(answer(in, arguments.get(2)), unsigned));
        }
        return null;
    }

    private Logic equality(Expression in, List<CelExpr> arguments) {
        CelType left = in.type(arguments.get(0));
        if (!left.equals(in.type(arguments.get(1)))) {
            return null;
        }
        if (left.equals(SimpleType.BOOL)) {
            Logic one = logic(in, arguments.get(0));
            Logic other = logic(in, arguments.get(1));
            return Logic.choice(one, other, Logic.not(other));
        }
        if (left.equals(SimpleType.INT) || left.equals(SimpleType.UINT)) {
            return compared(in, Comparison.EQUAL, arguments, left.equals(SimpleType.UINT));
        }
        return null;
    }

    private Logic compared(Expression in, Comparison comparison, List<CelExpr> arguments, boolean unsigned) {
        return comparison.of(
                Quantity.of(answer(in, arguments.get(0)), unsigned),
                Quantity.of(answer(in, arguments.get(1)), unsigned));
    }

    /** {@code number in [numbers]} where the list is the same for all pages. */
    private Logic oneOf(Expression in, List<CelExpr> arguments) {
        CelType type = in.type(arguments.get(0));
        boolean unsigned = type.equals(SimpleType.UINT);
        if (!unsigned && !type.equals(SimpleType.INT) || in.isOfPage(arguments.get(1))) {
            return null;
        }
        Answer list = answer(in, arguments.get(1));
        if (list instanceof Answer.Failure) {
            return Logic.of(list);
        }
        if (!(list instanceof Answer.Value known) || !(known.value() instanceof List<?> elements)) {
            return null;
        }
        long[] values = new long[elements.size()];
        for (int i = 0; i < values.length; i++) {
            if (!unsigned && elements.get(i) instanceof Long value) {
                values[i] = value;
            } else if (unsigned && elements.get(i) instanceof UnsignedLong value) {
                values[i] = value.longValue();
            } else {
                return null;
            }
        }
        return Comparison.oneOf(Quantity.of(answer(in, arguments.get(0)), unsigned), values);
    }

    private Answer number(Expression in, String overload, List<CelExpr> arguments) {
        Comparison comparison = Comparison.ofOverload(overload);
        if (comparison != null) {
            return compared(in, comparison, arguments, overload.endsWith("_uint64"));
        }
        if (Arithmetic.isBinary(overload)) {
            return Arithmetic.binary(
                    overload,
                    Quantity.of(answer(in, arguments.get(0)), Arithmetic.isUnsigned(overload, 0)),
                    Quantity.of(answer(in, arguments.get(1)), Arithmetic.isUnsigned(overload, 1)));
        }
        if (Arithmetic.isUnary(overload)) {
            return Arithmetic.unary(
                    overload, Quantity.of(answer(in, arguments.get(0)), Arithmetic.isUnsigned(overload, 0)));
        }
        return null;
    }

    private Answer evaluatedOnce(Expression in, CelExpr part) {
        try {
            Object value = in.program(part).eval(name -> value(name, 0, 0, 0));
            return value instanceof Boolean truth ? Logic.fixed(truth) : new Answer.Value(value);
        } catch (CelEvaluationException e) {
            return new Answer.Failure(YamlReader.shown(String.valueOf(e.getMessage())));
        }
    }

    private Answer evaluatedByPage(Expression in, CelExpr part) {
        Program program = in.program(part);
        Answer.Evaluated evaluated = (f, m, s) -> {
            try {
                return program.eval(name -> value(name, f, m, s));
            } catch (CelEvaluationException e) {
                throw new UndecidedException(YamlReader.shown(String.valueOf(e.getMessage())));
            }
        };
        return evaluated;
    }

    private Optional<Object> value(String name, int flags, int mapcount, int shape) {
        Answer answer = asked.get(name);
        if (answer == null) {
            answer = named(name);
            if (answer == null) {
                return Optional.empty();
            }
            if (answer instanceof Logic logic) {
                answer = new Logic.Asked(Decision.of(logic), logic.canFail());
            }
            asked.put(name, answer);
        }
        return Optional.of(answer.of(flags, mapcount, shape));
    }
}
