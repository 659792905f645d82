// SPDX-License-Identifier: Apache-2.0
/** Struct pages: where they are, how they are laid out, and the descriptors that are made of them. */
package org.vmcorestream.vmcore.page;
