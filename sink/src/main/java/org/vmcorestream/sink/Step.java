// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/** What came of a small step of an assembly. */
enum Step {
    /** Something was done, and more can be done at once. */
    PROGRESS,
    /** There is nothing to do until something new comes. */
    IDLE,
    /** There is nothing left to do. */
    DONE
}
