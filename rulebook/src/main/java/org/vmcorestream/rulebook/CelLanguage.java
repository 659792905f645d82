// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction.Overload.Arithmetic;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Map;
import java.util.Optional;

/**
 * CEL as conditions are written in it: the standard language with the extension for mathematics and {@code
 * kernel_at_least("6.16")}, without what makes values grow (adding strings, bytes or lists, and the macros map and filter), so
 * that no condition can eat up memory.
 *
 * <p>Nothing here is touched as long as only built-in rule sets are used: loading CEL takes a while.
 */
final class CelLanguage {
    /** Deepest nesting of an expression, its definitions included. */
    static final int MAX_DEPTH = 250;

    private static final int MAX_ITERATIONS = 10_000;
    private static final String AT_LEAST = "kernel_at_least";
    private static final String AT_LEAST_FUNCTION = "@kernel_at_least";
    private static final String AT_LEAST_OVERLOAD = "kernel_at_least_string_string";

    static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(RuleSetDocumentReader.MAX_EXPRESSION)
            .maxParseRecursionDepth(MAX_DEPTH)
            .comprehensionMaxIterations(MAX_ITERATIONS)
            .maxRegexProgramSize(10_000)
            .enableHeterogeneousNumericComparisons(true)
            .populateMacroCalls(true)
            .build();

    private static final CelStandardDeclarations DECLARATIONS = CelStandardDeclarations.newBuilder()
            .filterFunctions((function, overload) -> overload != Arithmetic.ADD_STRING
                    && overload != Arithmetic.ADD_BYTES
                    && overload != Arithmetic.ADD_LIST)
            .build();

    /** Evaluates what was checked by any of the compilers. */
    static final CelRuntime RUNTIME = CelRuntimeFactory.legacyCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .addLibraries(CelExtensions.math(OPTIONS))
            .addFunctionBindings(CelFunctionBinding.fromOverloads(
                    AT_LEAST_FUNCTION,
                    CelFunctionBinding.from(AT_LEAST_OVERLOAD, String.class, String.class, KernelVersion::isAtLeast)))
            .build();

    private CelLanguage() {}

    /** A compiler of expressions that may use the names given. */
    static CelCompiler compiler(Map<String, CelType> names) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(DECLARATIONS)
                .setStandardMacros(
                        CelStandardMacro.HAS,
                        CelStandardMacro.ALL,
                        CelStandardMacro.EXISTS,
                        CelStandardMacro.EXISTS_ONE)
                .addMacros(CelMacro.newGlobalMacro(AT_LEAST, 1, (factory, target, arguments) -> {
                    CelExpr version = arguments.get(0);
                    if (version.exprKind().getKind() != CelExpr.ExprKind.Kind.CONSTANT
                            || version.constant().getKind() != CelConstant.Kind.STRING_VALUE
                            || !KernelVersion.ASKED
                                    .matcher(version.constant().stringValue())
                                    .matches()) {
                        return Optional.of(factory.reportError(
                                AT_LEAST + "() of something else, expected a version in quotes such as '6.16'"));
                    }
                    return Optional.of(factory.newGlobalCall(
                            AT_LEAST_FUNCTION,
                            factory.newSelect(factory.newIdentifier("dump"), "kernel_release", false),
                            version));
                }))
                .addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(
                        AT_LEAST_FUNCTION,
                        CelOverloadDecl.newGlobalOverload(
                                AT_LEAST_OVERLOAD, SimpleType.BOOL, SimpleType.STRING, SimpleType.STRING)))
                .addLibraries(CelExtensions.math(OPTIONS));
        names.forEach(builder::addVar);
        return builder.build();
    }
}
