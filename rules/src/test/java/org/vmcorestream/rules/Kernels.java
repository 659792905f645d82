// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.OptionalInt;

/** Page vocabularies of three generations of kernels, with the numbers that Debian's builds of them export. */
final class Kernels {
    /** Linux 6.1: PG_slab is a flag, hugetlb a destructor number; no unaccepted memory. */
    static final PageFacts LINUX_6_1 = new PageFacts(
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
    static final PageFacts LINUX_7_2 = new PageFacts(
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

    private Kernels() {}
}
