// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

/** What a cluster says when it is asked for the topics of the application. */
sealed interface TopicAnswer {
    /**
     * All topics are there.
     *
     * @param incarnation which ones
     */
    record There(Incarnation incarnation) implements TopicAnswer {}

    /**
     * It answers, but topics are not as they have to be.
     *
     * @param what in one line
     */
    record Lacking(String what) implements TopicAnswer {}

    /**
     * It refuses to say, which tells nothing of the topics.
     *
     * @param why in one line
     */
    record Refused(String why) implements TopicAnswer {}

    /**
     * It does not answer.
     *
     * @param why in one line
     */
    record Silent(String why) implements TopicAnswer {}
}
