// SPDX-License-Identifier: Apache-2.0
/** Synthetic vmcores for tests. */
package org.vmcorestream.testkit;
