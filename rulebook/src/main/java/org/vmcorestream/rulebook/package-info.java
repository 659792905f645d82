// SPDX-License-Identifier: Apache-2.0
/** Rule sets as text, and conditions in CEL. */
package org.vmcorestream.rulebook;
