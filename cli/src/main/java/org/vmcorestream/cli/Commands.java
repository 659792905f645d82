// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine;

/** Makes commands for picocli; each gets the console that it writes to. */
final class Commands implements CommandLine.IFactory {
    private final CommandLine.IFactory others = CommandLine.defaultFactory();
    private final Console console;

    Commands(Console console) {
        this.console = console;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (ConsoleCommand.class.isAssignableFrom(type)) {
            return type.getDeclaredConstructor(Console.class).newInstance(console);
        }
        return others.create(type);
    }
}
