// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An expression that was parsed and type-checked, before it is known which dump it is asked about. Can be used by several
 * threads at once.
 */
final class Expression {
    private final CelAbstractSyntaxTree tree;
    private final Set<Long> ofPage = new HashSet<>();
    private final Map<Long, Program> programs = new ConcurrentHashMap<>();
    private final Map<String, Expression> definitions;
    private long size;
    private int depth;

    /**
     * @param tree as the checker left it
     * @param definitions those that it may use
     */
    Expression(CelAbstractSyntaxTree tree, Map<String, Expression> definitions) {
        this.tree = tree;
        this.definitions = definitions;
        look(tree.getExpr(), 1);
    }

    /** The whole of it. */
    CelExpr root() {
        return tree.getExpr();
    }

    /** Type of the whole. */
    CelType type() {
        return tree.getResultType();
    }

    /** Type of a part. */
    CelType type(CelExpr part) {
        return tree.getTypeOrThrow(part.id());
    }

    /** Operations it comes to once its definitions are written out. */
    long size() {
        return size;
    }

    /** Levels of nesting it comes to once its definitions are written out. */
    int depth() {
        return depth;
    }

    /** Whether a part may differ from page to page. */
    boolean isOfPage(CelExpr part) {
        return ofPage.contains(part.id());
    }

    /** The name of a variable that a part stands for; empty when it is something else. */
    Optional<String> variable(CelExpr part) {
        CelExpr.ExprKind.Kind kind = part.exprKind().getKind();
        if (kind != CelExpr.ExprKind.Kind.IDENT && kind != CelExpr.ExprKind.Kind.SELECT) {
            return Optional.empty();
        }
        return tree.getReference(part.id())
                .filter(reference -> reference.value().isEmpty())
                .map(CelReference::name);
    }

    /** The one overload that a call was resolved to; empty when it depends on the values. */
    String overload(CelExpr call) {
        return tree.getReference(call.id())
                .filter(reference -> reference.overloadIds().size() == 1)
                .map(reference -> reference.overloadIds().get(0))
                .orElse("");
    }

    /** The CEL program of a part. */
    Program program(CelExpr part) {
        return programs.computeIfAbsent(part.id(), id -> {
            try {
                return CelLanguage.RUNTIME.createProgram(CelAbstractSyntaxTree.newCheckedAst(
                        part, tree.getSource(), tree.getReferenceMap(), tree.getTypeMap()));
            } catch (CelEvaluationException e) {
                throw new IllegalStateException("no program for a checked expression: " + e.getMessage(), e);
            }
        });
    }

    /** Notes which parts depend on the page, and how large all of it is. */
    private boolean look(CelExpr part, int level) {
        size++;
        depth = Math.max(depth, level);
        boolean dependent = false;
        Optional<String> variable = variable(part);
        if (variable.isPresent()) {
            Expression definition = definitions.get(variable.get());
            if (definition != null) {
                size += definition.size;
                depth = Math.max(depth, level + definition.depth);
                dependent = definition.isOfPage(definition.root());
            } else {
                dependent = PageVocabulary.isOfPage(variable.get());
            }
        } else {
            for (CelExpr child : Children.of(part)) {
                dependent |= look(child, level + 1);
            }
        }
        if (dependent) {
            ofPage.add(part.id());
        }
        return dependent;
    }
}
