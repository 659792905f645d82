// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import org.vmcorestream.schemas.records.StripeState;

/** The place of one assembly among those that have begun a file. Belongs to one thread at a time. */
final class FilePlace {
    private final FilePlaces places;
    private final boolean replay;
    private boolean taken;

    FilePlace(FilePlaces places, boolean replay) {
        this.places = places;
        this.replay = replay;
    }

    /**
     * Takes a place, or none when it cannot be had now.
     *
     * @param latest newest record of the dump
     */
    boolean take(DumpPlan latest) {
        taken = waitsForItsTurn(latest) ? places.takeEarly() : places.take(replay);
        return taken;
    }

    /**
     * Whether the place is to be given back, so that a dump that comes first can go on.
     *
     * @param stuck whether nothing can be done with the place for now
     */
    boolean givesWay(DumpPlan latest, boolean stuck) {
        return taken && places.isShort() && (stuck || !replay && waitsForItsTurn(latest));
    }

    /** Whether none of the dump's pages were announced yet: its capture may wait for its turn for hours. */
    private boolean waitsForItsTurn(DumpPlan latest) {
        if (replay || latest.ended()) {
            return false;
        }
        for (int stripe = 0; stripe < latest.stripes(); stripe++) {
            StripeState state = latest.stripe(stripe);
            boolean early = latest.early(state.getPart())
                    .filter(pages -> pages.getDataOffset() >= 0)
                    .isPresent();
            if (early || state.getDataOffset() >= 0) {
                return false;
            }
        }
        return true;
    }

    void giveBack() {
        if (taken) {
            places.giveBack(replay);
            taken = false;
        }
    }
}
