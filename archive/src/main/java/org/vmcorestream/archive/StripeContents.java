// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

/**
 * What Kafka still holds of the page contents of a stripe.
 *
 * @param expiredBefore contents of page frames before this one are gone; the stripe's first page frame where all are there, the
 *     one behind its last where none is
 * @param lostBatches PageBatch records that are gone; -1 where all of them are, so that their number is not known
 * @param sentWhole whether all of it was ever sent
 */
record StripeContents(long expiredBefore, long lostBatches, boolean sentWhole) {}
