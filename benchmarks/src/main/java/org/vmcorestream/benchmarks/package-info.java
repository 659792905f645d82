// SPDX-License-Identifier: Apache-2.0
/** How fast it is. */
package org.vmcorestream.benchmarks;
