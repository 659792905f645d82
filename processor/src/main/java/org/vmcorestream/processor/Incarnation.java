// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

/**
 * Which topics these are: a topic that was deleted and made again has the same name and another id, and offsets and state of the one before
 * say nothing of it.
 *
 * @param decided ids of page-metadata and verdicts. When they change, nothing that was decided counts any more
 * @param asked ids of the topics that are only looked things up in (rule-sets, dumps, replays). When they change, clients that remember
 *     offsets have to be made anew
 */
record Incarnation(String decided, String asked) {}
