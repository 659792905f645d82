// SPDX-License-Identifier: Apache-2.0
/** The loops that every page goes through, each measured by itself on one core. */
package org.vmcorestream.benchmarks.kernels;
