// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CrashReasonFinderTest {
    private static CrashReason find(String log) {
        return CrashReasonFinder.find(log.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldTakeTheFaultBeforeAFatalException() {
        CrashReason reason = find("""
                [  100.000001] [   T1234] BUG: kernel NULL pointer dereference, address: 0000000000000010
                [  100.000002] [   T1234] #PF: supervisor write access in kernel mode
                [  100.000003] [   T1234] #PF: error_code(0x0002) - not-present page
                [  100.000004] [   T1234] PGD 0 P4D 0
                [  100.000005] [   T1234] Oops: 0002 [#1] PREEMPT SMP NOPTI
                [  100.000006] [   T1234] CPU: 1 PID: 1234 Comm: modprobe Tainted: G           OE      6.1.0 #1
                [  100.000007] [   T1234] Hardware name: QEMU Standard PC
                [  100.000008] [   T1234] RIP: 0010:bad_init+0x12/0x1000 [bad]
                [  100.000009] [   T1234] Code: 00 00 00
                [  100.000010] [   T1234] RSP: 0018:ffffb0e0c0a1fc10 EFLAGS: 00010246
                [  100.000011] [   T1234] Call Trace:
                [  100.000012] [   T1234]  <TASK>
                [  100.000013] [   T1234]  ? __die_body.cold+0x1a/0x1f
                [  100.000014] [   T1234]  ? page_fault_oops+0xd2/0x2b0
                [  100.000015] [   T1234]  do_one_initcall+0x56/0x220
                [  100.000016] [   T1234]  do_init_module+0x4a/0x1f0
                [  100.000017] [   T1234]  entry_SYSCALL_64_after_hwframe+0x69/0xd3
                [  100.000018] [   T1234] RIP: 0033:0x7f1c6d72a5d9
                [  100.000019] [   T1234]  </TASK>
                [  100.000020] [   T1234] ---[ end trace 0000000000000000 ]---
                [  100.000021] [   T1234] RIP: 0010:bad_init+0x12/0x1000 [bad]
                [  100.100000] [   T1234] Kernel panic - not syncing: Fatal exception
                [  100.100001] [   T1234] ---[ end Kernel panic - not syncing: Fatal exception ]---
                """);

        assertThat(reason.line()).isEqualTo("BUG: kernel NULL pointer dereference, address: 0000000000000010");
        assertThat(reason.secondsSinceBoot()).isEqualTo(100.000001);
        assertThat(reason.callTrace())
                .containsExactly("bad_init", "do_one_initcall", "do_init_module", "entry_SYSCALL_64_after_hwframe");
    }

    @Test
    void shouldTakeTheFaultOfAKernelThatBootedItsDumpKernelAtOnce() {
        CrashReason reason = find("""
                [   50.5] Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP
                [   50.6] RIP: 0010:list_walk+0x5/0x10
                [   50.7] Call Trace:
                [   50.8]  caller+0x1/0x2
                """);

        assertThat(reason.line()).startsWith("Oops: general protection fault, probably");
        assertThat(reason.callTrace()).containsExactly("list_walk", "caller");
    }

    @Test
    void shouldNotBlameAnOldFaultForAnUnrelatedPanic() {
        CrashReason reason = find("""
                [   10.0] BUG: kernel NULL pointer dereference, address: 0000000000000010
                [   10.1] Oops: 0002 [#1] SMP
                [   10.2] Call Trace:
                [   10.3]  old_function+0x1/0x2
                [   10.4] ---[ end trace 0000000000000000 ]---
                [ 9000.0] sysrq: Trigger a crash
                [ 9000.1] Kernel panic - not syncing: sysrq triggered crash
                [ 9000.2] Call Trace:
                [ 9000.3]  panic+0x1/0x2
                """);

        assertThat(reason.line()).isEqualTo("Kernel panic - not syncing: sysrq triggered crash");
        assertThat(reason.callTrace()).containsExactly("panic");
    }

    @Test
    void shouldNotBlameAnOldFaultWhenInitExits() {
        String fault = """
                [   10.0] BUG: unable to handle page fault for address: ffffffffdeadbeef
                [   10.1] Call Trace:
                [   10.2]  old_function+0x1/0x2
                """;

        assertThat(find(fault + "[ 9000.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n")
                        .line())
                .isEqualTo("Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100");
        assertThat(find(fault + "[   10.5] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n")
                        .line())
                .isEqualTo("BUG: unable to handle page fault for address: ffffffffdeadbeef");
    }

    @Test
    void shouldTakeTheSoftLockupAndNotTheWarningBeforeIt() {
        CrashReason reason = find("""
                [   10.0] WARNING: CPU: 0 PID: 7 at kernel/foo.c:12 foo+0x1/0x2
                [   10.1] Call Trace:
                [   10.2]  foo+0x1/0x2
                [   10.3] ---[ end trace 0000000000000000 ]---
                [  500.0] watchdog: BUG: soft lockup - CPU#2 stuck for 26s! [insmod:888]
                [  500.1] RIP: 0010:spin+0x3/0x10 [lockup]
                [  500.2] Call Trace:
                [  500.3]  <TASK>
                [  500.4]  init_module+0x1/0x2 [lockup]
                [  500.5] Kernel panic - not syncing: softlockup: hung tasks
                [  500.6] Call Trace:
                [  500.7]  <IRQ>
                [  500.8]  panic+0x1/0x2
                """);

        assertThat(reason.line()).isEqualTo("watchdog: BUG: soft lockup - CPU#2 stuck for 26s! [insmod:888]");
        assertThat(reason.callTrace()).containsExactly("spin", "init_module");
    }

    @Test
    void shouldTakeTheWarningThatWasMadeFatal() {
        assertThat(find("""
                [   10.0] WARNING: CPU: 0 PID: 7 at kernel/foo.c:12 foo+0x1/0x2
                [   10.1] Call Trace:
                [   10.2]  foo+0x1/0x2
                [   10.3] Kernel panic - not syncing: kernel: panic_on_warn set ...
                """).line()).startsWith("WARNING: CPU: 0 PID: 7 at kernel/foo.c:12");
    }

    @Test
    void shouldNotTakeAWarningForAFatalException() {
        assertThat(find("""
                [   10.0] kernel BUG at mm/slub.c:448!
                [   10.1] invalid opcode: 0000 [#1] SMP
                [   10.2] Call Trace:
                [   10.3]  foo+0x1/0x2
                [   10.4] WARNING: CPU: 0 PID: 7 at kernel/exit.c:12 do_exit+0x1/0x2
                [   10.5] Kernel panic - not syncing: Fatal exception in interrupt
                """).line()).isEqualTo("kernel BUG at mm/slub.c:448!");
    }

    @Test
    void shouldTakeTheHungTask() {
        assertThat(find("""
                [  362.0] INFO: task kworker/0:1:10 blocked for more than 120 seconds.
                [  362.1]       Not tainted 6.1.0
                [  362.2] Call Trace:
                [  362.3]  __schedule+0x1/0x2
                [  362.4] Kernel panic - not syncing: hung_task: blocked tasks
                """).line()).isEqualTo("INFO: task kworker/0:1:10 blocked for more than 120 seconds.");
    }

    @Test
    void shouldReadTheLogsOfOldKernels() {
        CrashReason reason = find("""
                [ 1234.567890] SysRq : Trigger a crash
                [ 1234.567891] BUG: unable to handle kernel NULL pointer dereference at           (null)
                [ 1234.567892] IP: [<ffffffff813b2c6e>] sysrq_handle_crash+0x16/0x20
                [ 1234.567893] PGD 0
                [ 1234.567894] Oops: 0002 [#1] SMP
                [ 1234.567895] RIP: 0010:[<ffffffff813b2c6e>]  [<ffffffff813b2c6e>] sysrq_handle_crash+0x16/0x20
                [ 1234.567896] Call Trace:
                [ 1234.567897]  [<ffffffff813b3427>] __handle_sysrq+0x107/0x170
                [ 1234.567898]  [<ffffffff813b3427>] ? maybe+0x107/0x170
                [ 1234.567899]  [<ffffffff813b389f>] write_sysrq_trigger+0x2f/0x40
                [ 1234.567900] Code: eb 9b 45 01 f4
                """);

        assertThat(reason.line()).startsWith("BUG: unable to handle kernel NULL pointer dereference at");
        assertThat(reason.callTrace()).containsExactly("sysrq_handle_crash", "__handle_sysrq", "write_sysrq_trigger");
    }

    @Test
    void shouldReadTheLogsOfArm64() {
        CrashReason reason = find("""
                [  100.0] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000
                [  100.1] Internal error: Oops: 0000000096000044 [#1] SMP
                [  100.2] pc : broken+0x10/0x20 [mod]
                [  100.3] lr : outer+0x20/0x30
                [  100.4] Call trace:
                [  100.5]  broken+0x10/0x20 [mod]
                [  100.6]  outer+0x20/0x30
                [  100.7] Code: 00000000
                [  100.8] ---[ end trace 0000000000000000 ]---
                [  100.9] Kernel panic - not syncing: Oops: Fatal exception
                """);

        assertThat(reason.line()).startsWith("Unable to handle kernel NULL pointer");
        assertThat(reason.callTrace()).containsExactly("broken", "broken", "outer");
    }

    @Test
    void shouldReadTheLogsOfRiscv64() {
        CrashReason reason = find("""
                [  100.0] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000
                [  100.1] Oops [#1]
                [  100.2] epc : broken+0x10/0x20 [mod]
                [  100.3]  ra : outer+0x20/0x30
                [  100.4] Call Trace:
                [  100.5] [<ffffffff80482e74>] inner+0x20/0x30
                [  100.6] [<ffffffff804834f0>] __riscv_sys_write+0x20/0x30
                [  100.8] ---[ end trace 0000000000000000 ]---
                [  100.9] Kernel panic - not syncing: Fatal exception
                """);

        assertThat(reason.line()).startsWith("Unable to handle kernel NULL pointer");
        assertThat(reason.callTrace()).containsExactly("broken", "inner", "__riscv_sys_write");
    }

    @Test
    void shouldReadPlainTextWithLogLevels() {
        CrashReason reason = find("<0>[   12.5] Kernel panic - not syncing: VFS: Unable to mount root fs\n");

        assertThat(reason.line()).isEqualTo("Kernel panic - not syncing: VFS: Unable to mount root fs");
        assertThat(reason.secondsSinceBoot()).isEqualTo(12.5);
    }

    @Test
    void shouldTakeTheEndLineWhereThePanicLineIsGone() {
        CrashReason reason = find("[   12.5] ---[ end Kernel panic - not syncing: sysrq triggered crash ]---\n");

        assertThat(reason.line()).isEqualTo("Kernel panic - not syncing: sysrq triggered crash");
        assertThat(reason.callTrace()).isEmpty();
    }

    @Test
    void shouldFindTimeAndReasonInsideARecordOfSeveralLines() {
        CrashReason reason = find("""
                [    7.250000] [      T1] first line
                                          Kernel panic - not syncing: second line
                """);

        assertThat(reason.line()).isEqualTo("Kernel panic - not syncing: second line");
        assertThat(reason.secondsSinceBoot()).isEqualTo(7.25);
    }

    @Test
    void shouldKnowNothingOfALogWithoutCrash() {
        assertThat(find("")).isEqualTo(CrashReason.UNKNOWN);
        assertThat(find("""
                [    0.0] Linux version 6.12
                [    1.0] WARNING: CPU: 0 PID: 7 at kernel/foo.c:12 foo+0x1/0x2
                [    2.0] BUG: sleeping function called from invalid context at mm/slab.h:123
                """)).isEqualTo(CrashReason.UNKNOWN);
    }

    @Test
    void shouldKeepNoMoreThanSixteenFunctions() {
        StringBuilder log = new StringBuilder("[ 1.0] Kernel panic - not syncing: deep\n[ 1.0] Call Trace:\n");
        for (int i = 0; i < 40; i++) {
            log.append("[ 1.0]  function").append(i).append("+0x1/0x2\n");
        }

        assertThat(find(log.toString()).callTrace())
                .hasSize(16)
                .startsWith("function0")
                .endsWith("function15");
    }

    @Test
    void shouldShortenALineThatIsTooLong() {
        assertThat(find("[ 1.0] Kernel panic - not syncing: " + "x".repeat(100_000))
                        .line())
                .hasSize(512);
    }

    @Test
    void shouldNotTakeTimeForLinesMadeToHurtAPattern() {
        StringBuilder log = new StringBuilder("[ 1.0] Kernel panic - not syncing: x\n[ 1.0] Call Trace:\n");
        log.append("[ 1.0]  ").append("[<0>] ".repeat(50_000)).append('\n');
        log.append("[ 1.0]  ").append("a".repeat(1_000_000)).append('\n');
        log.append("[ 1.0]  RIP: 0010:").append("[<0> ".repeat(50_000)).append('\n');

        assertThat(find(log.toString()).callTrace()).isEmpty();
    }
}
