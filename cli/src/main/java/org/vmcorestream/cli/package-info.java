// SPDX-License-Identifier: Apache-2.0
/** The one command, and the embedded broker. */
package org.vmcorestream.cli;
