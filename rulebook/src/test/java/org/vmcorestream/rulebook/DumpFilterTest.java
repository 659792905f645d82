// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.DumpFacts;

class DumpFilterTest {
    private static final DumpDescription DUMP = new DumpDescription(
            "0199-id",
            "CAPTURED",
            new DumpFacts("6.12.107+deb13-amd64", "x86_64", "eu-shop", "host-7", "kernel BUG at mm/slub.c:4123!"),
            "db-1",
            "vm-7.elf",
            "abcd",
            Instant.parse("2026-11-20T10:00:00Z"),
            Instant.parse("2026-11-20T09:59:30.5Z"),
            List.of("ext4_put_super", "deactivate_super"),
            4,
            8L << 30,
            "capture",
            List.of("level-31", "mine@3"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dump.id == '0199-id' && dump.state == 'CAPTURED'",
                "dump.host == 'host-7' && dump.tenant.startsWith('eu-')",
                "dump.kernel_release.contains('deb13') && dump.kernel_series == '6.12'",
                "kernel_at_least('6.12.107') && !kernel_at_least('6.13')",
                "dump.machine == 'x86_64' && dump.nodename == 'db-1' && dump.source.endsWith('.elf')",
                "dump.build_id == 'abcd' && dump.crash_reason.matches('BUG at mm/sl[au]b')",
                "dump.call_trace.exists(f, f.startsWith('ext4_')) && 'mine@3' in dump.rule_sets",
                "dump.call_trace[0] == 'ext4_put_super' && size(dump.rule_sets) == 2",
                "dump.opened_at > timestamp('2026-11-20T00:00:00Z') && dump.crash_time < dump.opened_at",
                "dump.opened_at - dump.crash_time < duration('1m')",
                "dump.cpus == 4 && dump.memory_bytes >= 8 * 1024 * 1024 * 1024 && dump.capture_rule_set == 'capture'",
                "1 / 0 == 1 || true"
            })
    void shouldMatchWhatIsAskedFor(String cel) throws RuleTextException {
        assertThat(DumpFilter.of("--where", cel).test(DUMP)).isTrue();
        assertThat(DumpFilter.of("--where", "!(" + cel + ")").test(DUMP)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dump.call_trace[7] == 'x'",
                "!(dump.call_trace[7] == 'x')",
                "1 / (dump.cpus - 4) == 1",
                "dump.memory_bytes * 9000000000 > 0"
            })
    void shouldNotMatchADumpWithoutAnAnswer(String cel) throws RuleTextException {
        assertThat(DumpFilter.of("--where", cel).test(DUMP)).isFalse();
    }

    @Test
    void shouldSayWhereTheMistakeIs() {
        assertProblem(
                "dump.hots == 'a'", "--where:1:1: unknown name 'dump.hots', expected one of dump.build_id, dump.");
        assertProblem("dump.host", "--where:1:1: this is of type string, expected bool");
        assertProblem("", "--where:1:1: condition of 0 characters, expected 1 to 65536");
        assertProblem("dump.host.matches('(')", "--where:1:19: Regex validation failed");
        assertProblem("dump.opened_at > timestamp('soon')", "--where:1:28: timestamp validation failed");
        assertProblem("page.tail", "--where:1:1: undeclared reference to 'page'");
        assertProblem(
                "dump.cpus == 'a'", "--where:1:11: found no matching overload for '_==_' applied to '(int, string)'");
        assertProblem("true &&\n  dump.cpus == 'a'", "--where:2:13: found no matching overload");
    }

    @Test
    void shouldNotRunForeverOnNestedLoops() throws RuleTextException {
        String list = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]";
        String cel = "true";
        for (int i = 0; i < 8; i++) {
            cel = list + ".all(x" + i + ", " + cel + ")";
        }
        assertThat(DumpFilter.of("--where", cel).test(DUMP)).isFalse();
    }

    private static void assertProblem(String cel, String problem) {
        assertThatThrownBy(() -> DumpFilter.of("--where", cel))
                .isInstanceOf(RuleTextException.class)
                .hasMessageStartingWith(problem);
    }
}
