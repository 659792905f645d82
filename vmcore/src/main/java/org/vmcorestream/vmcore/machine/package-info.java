// SPDX-License-Identifier: Apache-2.0
/**
 * What differs from machine to machine: page sizes, how the kernel's addresses are translated, how large memory sections are. One
 * file a machine; {@link org.vmcorestream.vmcore.machine.Machine} is all that the rest knows of them.
 */
package org.vmcorestream.vmcore.machine;
