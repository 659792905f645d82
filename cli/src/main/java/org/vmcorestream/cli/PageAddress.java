// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.OptionalLong;
import org.vmcorestream.rules.PfnRanges;

/**
 * A page as people name it: its page frame number in decimal, or an address in it with 0x in front. Addresses of the upper half
 * are kernel virtual ones, as on every 64-bit machine that this program reads; all others are physical.
 *
 * @param text as given
 * @param number page frame number or address
 * @param kind which of the two
 */
record PageAddress(String text, long number, Kind kind) {
    /** What a number stands for. */
    enum Kind {
        /** A page frame number. */
        PFN,
        /** A physical address. */
        PHYSICAL,
        /** A kernel virtual address, which has to be translated. */
        VIRTUAL
    }

    /** The page frame; empty of a virtual address. */
    OptionalLong pfn(int pageShift) {
        return switch (kind) {
            case PFN -> OptionalLong.of(number);
            case PHYSICAL -> OptionalLong.of(number >>> pageShift);
            case VIRTUAL -> OptionalLong.empty();
        };
    }

    /** From the command line. */
    static PageAddress of(String text) {
        try {
            if (text.startsWith("0x") || text.startsWith("0X")) {
                long address = Long.parseUnsignedLong(text.substring(2), 16);
                return new PageAddress(text, address, address < 0 ? Kind.VIRTUAL : Kind.PHYSICAL);
            }
            if (text.matches("[0-9]+")) {
                long pfn = Long.parseLong(text);
                if (pfn < PfnRanges.END_PFN) {
                    return new PageAddress(text, pfn, Kind.PFN);
                }
            }
        } catch (NumberFormatException e) {
            throw refusal(text);
        }
        throw refusal(text);
    }

    private static CommandFailure refusal(String text) {
        return new CommandFailure(
                ExitCode.USAGE,
                "page '" + text + "', expected a page frame number in decimal, or an address with 0x in front");
    }
}
