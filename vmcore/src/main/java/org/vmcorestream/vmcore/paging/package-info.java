// SPDX-License-Identifier: Apache-2.0
/** Kernel virtual addresses, by the page tables in the vmcore. */
package org.vmcorestream.vmcore.paging;
