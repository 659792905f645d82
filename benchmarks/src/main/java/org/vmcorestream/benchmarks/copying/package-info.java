// SPDX-License-Identifier: Apache-2.0
/** What the stages of copying pages cost, each alone and all of them together. */
package org.vmcorestream.benchmarks.copying;
