// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log lines on the console. Usually one line a warning, and Kafka's libraries are silent: they warn of what a command itself says
 * better. With {@code --verbose} everything from INFO on, with time, thread and stack trace. A process that does several commands
 * at once has a console for each: a thread logs to that of its command. Found by logback through {@code META-INF/services}.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final List<String> LIBRARIES = List.of("org.apache.kafka", "kafka", "state.change.logger");

    /** Of this thread and those that it starts from now on. */
    private static final InheritableThreadLocal<Console> CONSOLE = new InheritableThreadLocal<>();

    private static final Console OF_PROCESS = Console.ofProcess();

    private static boolean everVerbose;

    /** Sends log lines of this thread, and of those that it starts, to a console from now on. */
    static void on(Console to) {
        CONSOLE.set(to);
        levels((LoggerContext) LoggerFactory.getILoggerFactory(), to.verbose());
    }

    /** Lets through what any console wants to have; which of it a console gets is decided line by line. */
    private static synchronized void levels(LoggerContext context, boolean verbose) {
        everVerbose |= verbose;
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(everVerbose ? Level.INFO : Level.WARN);
        for (String library : LIBRARIES) {
            context.getLogger(library).setLevel(everVerbose ? Level.INFO : Level.OFF);
        }
    }

    private static boolean ofLibrary(String logger) {
        for (String library : LIBRARIES) {
            if (logger.startsWith(library)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ConsoleAppender appender = new ConsoleAppender();
        appender.setContext(context);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        levels(context, false);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static final class ConsoleAppender extends AppenderBase<ILoggingEvent> {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

        @Override
        protected void append(ILoggingEvent event) {
            Console own = CONSOLE.get();
            Console to = own == null ? OF_PROCESS : own;
            if (!to.verbose()) {
                if (!event.getLevel().isGreaterOrEqual(Level.WARN) || ofLibrary(event.getLoggerName())) {
                    return;
                }
                to.complain(event.getLevel().toString().toLowerCase(Locale.ROOT) + ": "
                        + event.getFormattedMessage().lines().findFirst().orElse(""));
                return;
            }
            StringBuilder line = new StringBuilder(TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
            line.append(' ')
                    .append(event.getLevel())
                    .append(" [")
                    .append(event.getThreadName())
                    .append("] ");
            line.append(event.getLoggerName()).append(": ").append(event.getFormattedMessage());
            if (event.getThrowableProxy() != null) {
                line.append('\n').append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
            to.log(line.toString().stripTrailing());
        }
    }
}
