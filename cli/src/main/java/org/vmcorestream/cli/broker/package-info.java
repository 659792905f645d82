// SPDX-License-Identifier: Apache-2.0
/** A Kafka broker inside this process, so that one command can turn a vmcore into a kdump file without a cluster. */
package org.vmcorestream.cli.broker;
