// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vmcorestream.rules.DumpFacts;

/** The names that stand for facts of a dump: few in rules, more where dumps are picked. */
final class DumpVocabulary {
    /** What rules may ask of a dump. */
    static final Map<String, CelType> FACTS = Map.of(
            "dump.kernel_release", SimpleType.STRING,
            "dump.kernel_series", SimpleType.STRING,
            "dump.machine", SimpleType.STRING,
            "dump.tenant", SimpleType.STRING,
            "dump.host", SimpleType.STRING,
            "dump.crash_reason", SimpleType.STRING);

    /** What may be asked where dumps are picked. */
    static final Map<String, CelType> DESCRIPTION = description();

    private DumpVocabulary() {}

    private static Map<String, CelType> description() {
        Map<String, CelType> types = new LinkedHashMap<>(FACTS);
        for (String text : new String[] {"id", "state", "nodename", "source", "build_id", "capture_rule_set"}) {
            types.put("dump." + text, SimpleType.STRING);
        }
        types.put("dump.call_trace", ListType.create(SimpleType.STRING));
        types.put("dump.rule_sets", ListType.create(SimpleType.STRING));
        types.put("dump.opened_at", SimpleType.TIMESTAMP);
        types.put("dump.crash_time", SimpleType.TIMESTAMP);
        types.put("dump.cpus", SimpleType.INT);
        types.put("dump.memory_bytes", SimpleType.INT);
        return Map.copyOf(types);
    }

    /** The value of a name of {@link #FACTS}, null when it is none. */
    static Object fact(String name, DumpFacts facts) {
        return switch (name) {
            case "dump.kernel_release" -> facts.kernelRelease();
            case "dump.kernel_series" -> KernelVersion.series(facts.kernelRelease());
            case "dump.machine" -> facts.machine();
            case "dump.tenant" -> facts.tenant();
            case "dump.host" -> facts.host();
            case "dump.crash_reason" -> facts.crashReason();
            default -> null;
        };
    }

    /** The value of a name of {@link #DESCRIPTION}, null when it is none. */
    static Object described(String name, DumpDescription dump) {
        return switch (name) {
            case "dump.id" -> dump.id();
            case "dump.state" -> dump.state();
            case "dump.nodename" -> dump.nodename();
            case "dump.source" -> dump.source();
            case "dump.build_id" -> dump.buildId();
            case "dump.capture_rule_set" -> dump.captureRuleSet();
            case "dump.call_trace" -> dump.callTrace();
            case "dump.rule_sets" -> dump.ruleSets();
            case "dump.opened_at" -> dump.openedAt();
            case "dump.crash_time" -> dump.crashTime();
            case "dump.cpus" -> (long) dump.cpus();
            case "dump.memory_bytes" -> dump.memoryBytes();
            default -> fact(name, dump.facts());
        };
    }
}
