// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import picocli.CommandLine;

/** Makes commands for picocli; each gets the console that it writes to. */
final class Commands implements CommandLine.IFactory {
    /** Names of all commands, in the order of the help. */
    private static final List<String> NAMES = List.of(
            "run",
            "demo",
            "inspect",
            "topics",
            "produce",
            "standby",
            "process",
            "sink",
            "admit",
            "assemble",
            "export",
            "dumps",
            "rules",
            "replay",
            "whatif",
            "explain",
            "console",
            "help");

    private final CommandLine.IFactory others = CommandLine.defaultFactory();
    private final Console console;

    private Commands(Console console) {
        this.console = console;
    }

    /**
     * The command line that arguments ask for. Where they begin with the name of a command it has no other, because making all
     * of them takes longer than some of them run.
     */
    static CommandLine line(Console console, String... args) {
        Commands commands = new Commands(console);
        CommandLine line = new CommandLine(new VmcoreStreamCommand(), commands);
        boolean one = args.length > 0 && NAMES.contains(args[0]) && !args[0].equals("help");
        for (String name : one ? List.of(args[0]) : NAMES) {
            line.addSubcommand(type(name));
        }
        return line;
    }

    private static Class<?> type(String name) {
        return switch (name) {
            case "run" -> RunCommand.class;
            case "demo" -> DemoCommand.class;
            case "inspect" -> InspectCommand.class;
            case "topics" -> TopicsCommand.class;
            case "produce" -> ProduceCommand.class;
            case "standby" -> StandbyCommand.class;
            case "process" -> ProcessCommand.class;
            case "sink" -> SinkCommand.class;
            case "admit" -> AdmitCommand.class;
            case "assemble" -> AssembleCommand.class;
            case "export" -> ExportCommand.class;
            case "dumps" -> DumpsCommand.class;
            case "rules" -> RulesCommand.class;
            case "replay" -> ReplayCommand.class;
            case "whatif" -> WhatIfCommand.class;
            case "explain" -> ExplainCommand.class;
            case "console" -> WatchCommand.class;
            case "help" -> CommandLine.HelpCommand.class;
            default -> throw new IllegalArgumentException("no command '" + name + "'");
        };
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (ConsoleCommand.class.isAssignableFrom(type)) {
            return type.getDeclaredConstructor(Console.class).newInstance(console);
        }
        return others.create(type);
    }
}
