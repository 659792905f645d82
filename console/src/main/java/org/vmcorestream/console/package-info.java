// SPDX-License-Identifier: Apache-2.0
/** Exclusion ratios watched. */
package org.vmcorestream.console;
