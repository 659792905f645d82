// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import org.vmcorestream.schemas.records.Admission;

/** Told what a gate does. Called from the gate's thread; must return at once. */
public interface GateListener {
    /** This gate is the one at work now, and knows of so many dumps. */
    default void active(int granted, int waiting, long inFlight) {}

    /** This gate is not at work any more: another one is or will be, or the cluster is gone. */
    default void standby() {}

    /** Something was said to a capture. */
    default void said(Admission admission) {}
}
