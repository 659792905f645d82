// SPDX-License-Identifier: Apache-2.0
/** The kernel in a vmcore: which one it is and how its addresses are translated. */
package org.vmcorestream.vmcore.os;
