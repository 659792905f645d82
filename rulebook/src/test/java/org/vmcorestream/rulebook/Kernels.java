// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.List;
import java.util.OptionalInt;
import org.vmcorestream.rules.PageFacts;

/** Page vocabularies of some generations of kernels, and of one that exports next to nothing. */
final class Kernels {
    /** Linux 6.1: PG_slab is a flag; no unaccepted memory. */
    static final PageFacts OLD = new PageFacts(
            12,
            11,
            OptionalInt.of(4),
            OptionalInt.of(13),
            OptionalInt.of(10),
            OptionalInt.of(19),
            OptionalInt.of(9),
            OptionalInt.of(23),
            1 << 16,
            OptionalInt.of(-129),
            OptionalInt.of(-257),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());

    /** Linux 7.2: slab and hugetlb are page types, unaccepted memory is exported. */
    static final PageFacts NEW = new PageFacts(
            12,
            11,
            OptionalInt.of(5),
            OptionalInt.of(14),
            OptionalInt.of(10),
            OptionalInt.of(17),
            OptionalInt.empty(),
            OptionalInt.of(21),
            1 << 6,
            OptionalInt.of(-268435456),
            OptionalInt.of(-251658240),
            OptionalInt.of(-184549376),
            OptionalInt.of(-201326592),
            OptionalInt.of(-150994944));

    /** A kernel without swap, memory failure handling and most of the rest; bit 31 is in use. */
    static final PageFacts BARE = new PageFacts(
            16,
            14,
            OptionalInt.of(31),
            OptionalInt.of(0),
            OptionalInt.of(7),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            0,
            OptionalInt.of(-129),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());

    static final List<PageFacts> ALL = List.of(OLD, NEW, BARE);

    private Kernels() {}
}
