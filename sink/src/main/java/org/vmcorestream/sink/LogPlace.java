// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/**
 * Where a record lies in a topic.
 *
 * @param partition partition of the topic
 * @param offset its offset there
 */
record LogPlace(int partition, long offset) {}
