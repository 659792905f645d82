// SPDX-License-Identifier: Apache-2.0
/** The bytes of a dump file by position, and what the operating system knows of it. */
package org.vmcorestream.vmcore.file;
