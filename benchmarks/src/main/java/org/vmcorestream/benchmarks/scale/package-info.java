// SPDX-License-Identifier: Apache-2.0
/** Draws what {@code benchmarks/scale} measured. */
package org.vmcorestream.benchmarks.scale;
