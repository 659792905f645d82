// SPDX-License-Identifier: Apache-2.0
/** Benchmarks from end to end: whole commands on whole vmcores, and that their files are right. */
package org.vmcorestream.benchmarks.endtoend;
