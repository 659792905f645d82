// SPDX-License-Identifier: Apache-2.0
/**
 * Rule sets as text, and conditions in CEL.
 *
 * <p>A rule set is a YAML document of this form; {@code docs/rule-sets.md} is the reference, with all names that conditions may
 * use:
 *
 * <pre>
 *  name: keep-postgres            1 to 64 of a-z, 0-9 and -; not a built-in one
 *  description: text              optional
 *  counts-zero: true              optional, default false
 *  drops-unused-vmemmap: false    optional, default false
 *  supplies:                      optional: numbers for kernels that do not export them
 *    - number: PAGE_UNACCEPTED_MAPCOUNT_VALUE
 *      value: 0xf7000000
 *      when: CEL on the dump      optional
 *  define:                        optional: names for expressions, for use below
 *    slab: "CEL"
 *  rules:
 *    - keep: tail                 or exclude: REASON
 *      when: CEL, of type bool
 *      reach: page                page, compound, buddy or max-order-block; default page
 *      pfns: [4096, 0x2000-0x3fff]   optional: page frames the rule looks at
 * </pre>
 *
 * <p>How a condition comes to a verdict: {@code YamlReader} reads events and knows the place of every character; {@code
 * RuleSetDocumentReader} makes a document of them, whose expressions are still text; {@code ExpressionCompiler} has CEL parse
 * and type-check each; {@code Binder} computes what depends on the dump alone and turns the rest into {@code Logic} and {@code
 * Quantity}; {@code Decision} makes a chain of bit tests of it. What has no such form is left to the CEL interpreter.
 */
package org.vmcorestream.rulebook;
