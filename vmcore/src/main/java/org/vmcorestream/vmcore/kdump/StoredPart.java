// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

/**
 * One file of a dump, and the page frames whose pages it has.
 *
 * @param file the file
 * @param layout where its parts lie
 * @param startPfn first page frame
 * @param endPfn page frame behind the last one
 * @param firstRank bits of the second bitmap below {@code startPfn}: the first descriptor of the file is that of the page behind
 *     them
 * @param described descriptors that are in the file: all, but for an incomplete one that ends early
 * @param incomplete whether the file says that pages are missing
 */
record StoredPart(
        BoundedInput file,
        KdumpLayout layout,
        long startPfn,
        long endPfn,
        long firstRank,
        long described,
        boolean incomplete) {}
