// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Each module is a room with one door, and knows only the rooms below it. */
@AnalyzeClasses(packages = "org.vmcorestream", importOptions = DoNotIncludeTests.class)
class ModuleGraphTest {
    private static final String RULES = "org.vmcorestream.rules..";
    private static final String VMCORE = "org.vmcorestream.vmcore..";
    private static final String SCHEMAS = "org.vmcorestream.schemas..";
    private static final String PRODUCER = "org.vmcorestream.producer..";
    private static final String PROCESSOR = "org.vmcorestream.processor..";
    private static final String SINK = "org.vmcorestream.sink..";
    private static final String STORAGE = "org.vmcorestream.storage..";
    private static final String RULEBOOK = "org.vmcorestream.rulebook..";
    private static final String ARCHIVE = "org.vmcorestream.archive..";
    private static final String CONSOLE = "org.vmcorestream.console..";
    private static final String GATE = "org.vmcorestream.gate..";
    private static final String CLI = "org.vmcorestream.cli..";
    private static final String TESTKIT = "org.vmcorestream.testkit..";

    /** Package java.nio itself is memory only: a view of numbers, which is copied at once. */
    @ArchTest
    static final ArchRule rulesKnowOnlyThePlainJdk = classes()
            .that()
            .resideInAPackage(RULES)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(RULES, "java.lang..", "java.util..", "java.nio");

    @ArchTest
    static final ArchRule rulesKnowNoFiles = noClasses()
            .that()
            .resideInAPackage(RULES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio.channels..", "java.nio.file..", "java.net..");

    @ArchTest
    static final ArchRule vmcoreKnowsNoKafkaAndOnlyRules = noClasses()
            .that()
            .resideInAPackage(VMCORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    SCHEMAS,
                    RULEBOOK,
                    ARCHIVE,
                    CONSOLE,
                    GATE,
                    PRODUCER,
                    PROCESSOR,
                    SINK,
                    CLI,
                    TESTKIT,
                    "org.apache.kafka..",
                    "org.apache.avro..");

    @ArchTest
    static final ArchRule schemasKnowOnlyRules = noClasses()
            .that()
            .resideInAPackage(SCHEMAS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(VMCORE, RULEBOOK, ARCHIVE, CONSOLE, GATE, PRODUCER, PROCESSOR, SINK, CLI, TESTKIT);

    @ArchTest
    static final ArchRule producerKnowsNoOtherStage = noClasses()
            .that()
            .resideInAPackage(PRODUCER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PROCESSOR, SINK, RULEBOOK, ARCHIVE, CONSOLE, GATE, CLI, TESTKIT);

    @ArchTest
    static final ArchRule processorKnowsNoOtherStageAndNoDumpFiles = noClasses()
            .that()
            .resideInAPackage(PROCESSOR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PRODUCER, SINK, CONSOLE, GATE, CLI, TESTKIT, VMCORE);

    @ArchTest
    static final ArchRule sinkKnowsNoOtherStage = noClasses()
            .that()
            .resideInAPackage(SINK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PRODUCER, PROCESSOR, RULEBOOK, ARCHIVE, CONSOLE, GATE, CLI, TESTKIT);

    @ArchTest
    static final ArchRule rulebookKnowsOnlyRulesAndTheLibrariesOfText = classes()
            .that()
            .resideInAPackage(RULEBOOK)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    RULEBOOK,
                    RULES,
                    "java..",
                    "dev.cel..",
                    "com.google.common..",
                    "com.google.protobuf..",
                    "com.fasterxml.jackson..",
                    "org.yaml.snakeyaml..");

    @ArchTest
    static final ArchRule rulebookKnowsNoFiles = noClasses()
            .that()
            .resideInAPackage(RULEBOOK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.net..");

    @ArchTest
    static final ArchRule archiveKnowsNoStageAndNoDumpFiles = noClasses()
            .that()
            .resideInAPackage(ARCHIVE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(VMCORE, PRODUCER, PROCESSOR, SINK, CONSOLE, GATE, CLI, TESTKIT);

    @ArchTest
    static final ArchRule consoleKnowsOnlyRulesAndSchemas = noClasses()
            .that()
            .resideInAPackage(CONSOLE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(VMCORE, RULEBOOK, ARCHIVE, GATE, PRODUCER, PROCESSOR, SINK, CLI, TESTKIT);

    @ArchTest
    static final ArchRule gateKnowsOnlySchemas = noClasses()
            .that()
            .resideInAPackage(GATE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(RULES, VMCORE, RULEBOOK, ARCHIVE, CONSOLE, PRODUCER, PROCESSOR, SINK, CLI, TESTKIT);

    @ArchTest
    static final ArchRule storageKnowsOnlyDumpFiles = noClasses()
            .that()
            .resideInAPackage(STORAGE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    RULES,
                    SCHEMAS,
                    RULEBOOK,
                    ARCHIVE,
                    CONSOLE,
                    GATE,
                    PRODUCER,
                    PROCESSOR,
                    SINK,
                    CLI,
                    TESTKIT,
                    "org.apache.kafka..");

    @ArchTest
    static final ArchRule onlyTheCommandLineKnowsStorage = noClasses()
            .that()
            .resideOutsideOfPackages(STORAGE, CLI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(STORAGE);

    @ArchTest
    static final ArchRule onlyStorageKnowsTheSdkOfAStore = noClasses()
            .that()
            .resideOutsideOfPackage(STORAGE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon.awssdk..");

    @ArchTest
    static final ArchRule onlyTheRulebookKnowsCel = noClasses()
            .that()
            .resideOutsideOfPackage(RULEBOOK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.cel..");

    @ArchTest
    static final ArchRule nobodyKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CLI);

    @ArchTest
    static final ArchRule onlyTheEmbeddedBrokerKnowsTheServersInternals = noClasses()
            .that()
            .resideOutsideOfPackage("org.vmcorestream.cli.broker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..", "org.apache.kafka.raft..");

    @ArchTest
    static final ArchRule modulesHaveNoCycles =
            slices().matching("org.vmcorestream.(*)..").should().beFreeOfCycles();
}
