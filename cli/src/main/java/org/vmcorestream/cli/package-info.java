// SPDX-License-Identifier: Apache-2.0
/** The one command. Every subcommand is a class of its own, loaded only when it is asked for. */
package org.vmcorestream.cli;
