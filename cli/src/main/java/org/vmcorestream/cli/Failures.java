// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.cli.broker.BrokerException;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.vmcore.VmcoreException;

/** From what was thrown to one line and an exit code. */
final class Failures {
    private Failures() {}

    /** Says what went wrong, with a stack trace only where the console is verbose. */
    static ExitCode report(Console console, Throwable failure) {
        CommandFailure explained = explain(failure);
        console.complain(explained.getMessage());
        if (console.verbose()) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            console.log(trace.toString().stripTrailing());
        }
        return explained.exitCode();
    }

    /** What a failure means to the user. */
    static CommandFailure explain(Throwable thrown) {
        Throwable failure = thrown;
        while ((failure instanceof ExecutionException
                        || failure instanceof CompletionException
                        || failure instanceof UncheckedIOException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        if (failure instanceof CommandFailure known) {
            return known;
        }
        if (failure instanceof InterruptedException || failure instanceof InterruptException) {
            return new CommandFailure(ExitCode.INTERRUPTED, "interrupted", failure);
        }
        if (failure instanceof RuleTextException) {
            return of(ExitCode.USAGE, "", failure);
        }
        if (failure instanceof VmcoreException) {
            return of(ExitCode.BAD_VMCORE, "", failure);
        }
        ConfigException settings = wrongSettings(failure);
        if (settings != null) {
            return new CommandFailure(ExitCode.USAGE, "client settings: " + oneLine(settings.getMessage()), failure);
        }
        if (failure instanceof BrokerException || failure instanceof ArchiveException) {
            return of(ExitCode.KAFKA, "", failure);
        }
        if (failure instanceof KafkaException) {
            return of(ExitCode.KAFKA, "Kafka: ", failure);
        }
        if (failure instanceof FileSystemException file) {
            return new CommandFailure(ExitCode.OUTPUT, file.getFile() + ": " + reason(file), file);
        }
        return of(ExitCode.INTERNAL, "internal error, use --verbose for more: ", failure);
    }

    /** What Kafka says of settings that are wrong, wherever it is in the chain of causes; null when it says nothing. */
    private static ConfigException wrongSettings(Throwable failure) {
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 16; cause = cause.getCause(), depth++) {
            if (cause instanceof ConfigException settings) {
                return settings;
            }
        }
        return null;
    }

    /** Why a file cannot be used, without its name, which exceptions of the file system repeat. */
    static String reason(Exception failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        String message = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : oneLine(message);
    }

    /** The first line of a message. */
    static String oneLine(String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    private static CommandFailure of(ExitCode code, String prefix, Throwable failure) {
        String message = oneLine(failure.getMessage());
        String text = message.isEmpty() ? failure.getClass().getSimpleName() : message;
        boolean named =
                code == ExitCode.INTERNAL || failure.getClass().getName().startsWith("org.apache.kafka");
        String name = named && !message.isEmpty() ? failure.getClass().getSimpleName() + ": " : "";
        return new CommandFailure(code, prefix + name + text, failure);
    }
}
