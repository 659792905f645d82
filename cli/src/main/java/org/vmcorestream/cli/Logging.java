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
 * Log lines on the console. Usually one line a warning, and Kafka's libraries speak only of errors: they warn of what a command
 * itself says better. With {@code --verbose} everything from INFO on, with time, thread and stack trace. Found by logback through
 * {@code META-INF/services}.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final List<String> LIBRARIES = List.of("org.apache.kafka", "kafka", "state.change.logger");

    private static volatile Console console = Console.ofProcess();

    /** Sends log lines to a console from now on. */
    static void on(Console to) {
        console = to;
        levels((LoggerContext) LoggerFactory.getILoggerFactory(), to.verbose());
    }

    private static void levels(LoggerContext context, boolean verbose) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(verbose ? Level.INFO : Level.WARN);
        for (String library : LIBRARIES) {
            context.getLogger(library).setLevel(verbose ? Level.INFO : Level.OFF);
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ConsoleAppender appender = new ConsoleAppender();
        appender.setContext(context);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        levels(context, console.verbose());
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static final class ConsoleAppender extends AppenderBase<ILoggingEvent> {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

        @Override
        protected void append(ILoggingEvent event) {
            Console to = console;
            if (!to.verbose()) {
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
