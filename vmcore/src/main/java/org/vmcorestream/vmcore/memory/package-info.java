// SPDX-License-Identifier: Apache-2.0
/** The memory in a vmcore: which page frames there are, where they lie in the file, and what VMCOREINFO says of it. */
package org.vmcorestream.vmcore.memory;
