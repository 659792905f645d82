// SPDX-License-Identifier: Apache-2.0
/** What the topics hold of dumps and rule sets, found and read again. */
package org.vmcorestream.archive;
