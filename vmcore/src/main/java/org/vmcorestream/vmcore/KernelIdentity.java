// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

/**
 * Which kernel crashed: its utsname (from {@code init_uts_ns} in memory, the release from VMCOREINFO where memory does not
 * say), build id and CPUs.
 *
 * @param sysname utsname.sysname, "Linux"
 * @param nodename utsname.nodename
 * @param release utsname.release
 * @param version utsname.version
 * @param machine utsname.machine, for example "x86_64"
 * @param domainname utsname.domainname
 * @param buildId build id in lower-case hex, empty when VMCOREINFO has none
 * @param cpus number of NT_PRSTATUS notes, at least 1
 * @param physBase NUMBER(phys_base), 0 where there is none
 */
public record KernelIdentity(
        String sysname,
        String nodename,
        String release,
        String version,
        String machine,
        String domainname,
        String buildId,
        int cpus,
        long physBase) {}
