// SPDX-License-Identifier: Apache-2.0
/** The ELF container of a vmcore: headers, segments and notes. */
package org.vmcorestream.vmcore.elf;
