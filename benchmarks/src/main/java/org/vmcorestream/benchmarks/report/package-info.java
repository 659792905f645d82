// SPDX-License-Identifier: Apache-2.0
/** Tables of the documents, made of the files in {@code benchmarks/results}. Needs nothing but the JDK. */
package org.vmcorestream.benchmarks.report;
