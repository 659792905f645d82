// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmcorestream.rulebook.RuleSetText;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.RuleSet;

/**
 * A file that holds a rule set.
 *
 * @param file where it is
 * @param text what it holds
 */
record RuleSetFile(Path file, String text) {
    /** Largest file; a record of topic rule-sets takes no more. */
    static final int MAX_BYTES = 1 << 20;

    /** Reads a file; one that cannot be read ends the command with {@link ExitCode#USAGE}. */
    static RuleSetFile read(Path file) {
        if (Files.isDirectory(file)) {
            throw new CommandFailure(ExitCode.USAGE, file + ": is a folder, expected a rule set");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, file + ": " + Failures.reason(e) + ", expected a rule set", e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    file + ": more than " + MAX_BYTES + " bytes, expected a rule set of at most as many");
        }
        try {
            return new RuleSetFile(
                    file,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new CommandFailure(ExitCode.USAGE, file + ": is not UTF-8 text, expected a rule set", e);
        }
    }

    /** The rule set in it. */
    RuleSet ruleSet() throws RuleTextException {
        return RuleSetText.read(file.toString(), text);
    }
}
