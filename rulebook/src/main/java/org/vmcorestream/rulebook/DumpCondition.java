// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.Optional;
import java.util.function.Function;

/** A condition on dumps, asked with the CEL runtime: once a dump is seldom enough. Can be used by several threads at once. */
final class DumpCondition {
    private final Program program;

    DumpCondition(Expression expression) {
        program = expression.program(expression.root());
    }

    /** Whether it holds, by the values of its names; false where it has no answer. */
    boolean holds(Function<String, Object> values) {
        try {
            return Boolean.TRUE.equals(program.eval(name -> Optional.ofNullable(values.apply(name))));
        } catch (CelEvaluationException e) {
            return false;
        }
    }
}
