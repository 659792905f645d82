// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What an errand writes, on its way to who asked: any thread puts something in, one thread sends it. The two are apart because an
 * interrupt closes a channel under the thread that writes to it, and threads of a command are interrupted when it ends. At most
 * {@value #MOST} answers wait; a thread that would put in more waits too, until nobody listens any more.
 */
final class Answers {
    private static final int MOST = 256;
    private static final long LOOK_MILLIS = 50;

    private final BlockingQueue<Wire.Answer> waiting = new ArrayBlockingQueue<>(MOST);
    private volatile boolean unheard;

    /** A stream whose bytes become answers of a kind. */
    PrintStream stream(byte kind) {
        return new PrintStream(new Writer(kind), false, StandardCharsets.UTF_8);
    }

    void taken() {
        put(new Wire.Answer(Wire.TAKEN, new byte[0]));
    }

    /** The last answer. */
    void end(int status) {
        put(new Wire.Answer(
                Wire.END, ByteBuffer.allocate(Integer.BYTES).putInt(status).array()));
    }

    /** Sends answers until the last is sent. Whatever comes in after a failure is dropped. */
    void sendTo(Wire wire) throws IOException, InterruptedException {
        try {
            Wire.Answer answer;
            do {
                answer = waiting.take();
                wire.answer(answer);
            } while (answer.kind() != Wire.END);
        } finally {
            unheard = true;
            waiting.clear();
        }
    }

    private void put(Wire.Answer answer) {
        boolean interrupted = false;
        boolean done = false;
        while (!done && !unheard) {
            try {
                done = waiting.offer(answer, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Writer extends OutputStream {
        private final byte kind;

        Writer(byte kind) {
            this.kind = kind;
        }

        @Override
        public void write(int b) {
            put(new Wire.Answer(kind, new byte[] {(byte) b}));
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            for (int at = from; at < from + length; at += Wire.MAX_ANSWER) {
                int end = Math.min(at + Wire.MAX_ANSWER, from + length);
                put(new Wire.Answer(kind, Arrays.copyOfRange(bytes, at, end)));
            }
        }
    }
}
