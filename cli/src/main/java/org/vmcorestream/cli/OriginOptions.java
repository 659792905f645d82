// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.Vmcore;
import picocli.CommandLine.Option;

/** Where a vmcore that no producer sent comes from: what its rules may ask and the file does not say. */
final class OriginOptions {
    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Whose VM it was, for conditions that ask (default: nobody said).")
    private String tenant;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Host of the VM, for conditions that ask (default: nobody said).")
    private String host;

    /** What rules may ask of the dump. */
    DumpFacts facts(Vmcore vmcore) {
        return facts(vmcore, tenant, host);
    }

    /** What rules may ask of a vmcore of which nothing more is known. */
    static DumpFacts facts(Vmcore vmcore, String tenant, String host) {
        KernelIdentity kernel = vmcore.kernel();
        return new DumpFacts(
                kernel.release(),
                kernel.machine(),
                tenant,
                host,
                vmcore.kernelLog().crash().line());
    }
}
