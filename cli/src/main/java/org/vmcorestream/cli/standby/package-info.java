// SPDX-License-Identifier: Apache-2.0
/**
 * A command done by a process that is already up: the words of a command line go to it through a Unix domain socket, and what the
 * command writes comes back. Knows nothing of commands.
 */
package org.vmcorestream.cli.standby;
