// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Objects;

/**
 * What the rules may ask of a dump as a whole. All of it comes from the crashed host or from whoever set up the capture, so
 * none of it is more than a hint.
 *
 * @param kernelRelease utsname.release of the crashed kernel, for example {@code 6.12.107+deb13-amd64}
 * @param machine utsname.machine, for example {@code x86_64}
 * @param tenant whose VM it was; empty when nobody said
 * @param host host of the capture
 * @param crashReason the panic or BUG line of the kernel log; empty when none was found
 */
public record DumpFacts(String kernelRelease, String machine, String tenant, String host, String crashReason) {
    /** A dump of which nothing is known. */
    public static final DumpFacts NONE = new DumpFacts("", "", "", "", "");

    /** Nothing may be null. */
    public DumpFacts {
        Objects.requireNonNull(kernelRelease, "kernelRelease");
        Objects.requireNonNull(machine, "machine");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(crashReason, "crashReason");
    }
}
