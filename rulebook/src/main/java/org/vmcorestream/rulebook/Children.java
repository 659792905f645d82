// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.List;

/** The parts directly below a part of an expression. */
final class Children {
    private Children() {}

    static List<CelExpr> of(CelExpr part) {
        List<CelExpr> children = new ArrayList<>();
        switch (part.exprKind().getKind()) {
            case SELECT -> children.add(part.select().operand());
            case CALL -> {
                part.call().target().ifPresent(children::add);
                children.addAll(part.call().args());
            }
            case LIST -> children.addAll(part.list().elements());
            case STRUCT -> part.struct().entries().forEach(entry -> children.add(entry.value()));
            case MAP ->
                part.map().entries().forEach(entry -> {
                    children.add(entry.key());
                    children.add(entry.value());
                });
            case COMPREHENSION -> {
                CelExpr.CelComprehension loop = part.comprehension();
                children.add(loop.iterRange());
                children.add(loop.accuInit());
                children.add(loop.loopCondition());
                children.add(loop.loopStep());
                children.add(loop.result());
            }
            default -> {}
        }
        return children;
    }
}
