// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes over the socket. Numbers are big-endian, texts are a 32-bit count of bytes and so many bytes of UTF-8.
 *
 * <pre>
 * errand, from who asks:   int 0x564d4353 ("VMCS")   byte version, {@value #VERSION}   byte 1 for a terminal, else 0
 *                          text folder   int count   count texts: the words
 * answers, to who asked:   byte kind   int length   length bytes
 *                          'a' the errand is taken, 0 bytes     'o' standard output     'e' standard error
 *                          'x' the end, and the last answer: 4 bytes, the exit status
 * </pre>
 *
 * <p>Who asks sends nothing more; that it closes the connection means that the errand is to be broken off. A standby that does not
 * take an errand closes the connection without an answer. Reading and writing may happen at the same time.
 */
final class Wire {
    static final byte TAKEN = 'a';
    static final byte OUT = 'o';
    static final byte ERR = 'e';
    static final byte END = 'x';

    /** Most bytes of an answer. */
    static final int MAX_ANSWER = 64 << 10;

    private static final int MAGIC = 0x564d4353;
    private static final byte VERSION = 1;
    private static final int HEAD = Integer.BYTES + 2;
    private static final int ANSWER_HEAD = 1 + Integer.BYTES;

    /** Most bytes of one text, and of all texts of an errand. */
    private static final int MAX_TEXTS = 1 << 20;

    private final SocketChannel channel;

    Wire(SocketChannel channel) {
        this.channel = channel;
    }

    /** An answer. */
    record Answer(byte kind, byte[] bytes) {
        /** The exit status of an {@link #END}. */
        int status() {
            return ByteBuffer.wrap(bytes).getInt();
        }
    }

    void send(Errand errand) throws IOException {
        if (errand.words().size() > Errand.MAX_WORDS) {
            throw new IOException("command line of more than " + Errand.MAX_WORDS + " words");
        }
        List<byte[]> texts = new ArrayList<>();
        texts.add(errand.folder().getBytes(StandardCharsets.UTF_8));
        errand.words().forEach(word -> texts.add(word.getBytes(StandardCharsets.UTF_8)));
        int size = HEAD + Integer.BYTES;
        for (byte[] text : texts) {
            size += Integer.BYTES + text.length;
            if (size > MAX_TEXTS) {
                throw new IOException("command line of more than " + MAX_TEXTS + " bytes");
            }
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        all.putInt(MAGIC).put(VERSION).put((byte) (errand.terminal() ? 1 : 0));
        for (int i = 0; i < texts.size(); i++) {
            all.putInt(texts.get(i).length).put(texts.get(i));
            if (i == 0) {
                all.putInt(errand.words().size());
            }
        }
        writeFully(all.flip());
    }

    /**
     * Reads an errand.
     *
     * @throws IOException when it is none, of another version, or too long
     */
    Errand errand() throws IOException {
        ByteBuffer head = read(HEAD);
        int magic = head.getInt();
        byte version = head.get();
        if (magic != MAGIC || version != VERSION) {
            throw new IOException("errand begins with 0x" + Integer.toHexString(magic) + " version " + version
                    + ", expected 0x" + Integer.toHexString(MAGIC) + " version " + VERSION);
        }
        boolean terminal = head.get() == 1;
        int left = MAX_TEXTS;
        String folder = text(left);
        left -= folder.length();
        int count = read(Integer.BYTES).getInt();
        if (count < 1 || count > Errand.MAX_WORDS) {
            throw new IOException("errand of " + count + " words, expected 1 to " + Errand.MAX_WORDS);
        }
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String word = text(left);
            left -= word.length();
            words.add(word);
        }
        return new Errand(folder, terminal, words);
    }

    private String text(int most) throws IOException {
        int length = read(Integer.BYTES).getInt();
        if (length < 0 || length > most) {
            throw new IOException("text of " + length + " bytes, expected 0 to " + most);
        }
        return new String(read(length).array(), StandardCharsets.UTF_8);
    }

    void answer(Answer answer) throws IOException {
        writeFully(ByteBuffer.allocate(ANSWER_HEAD + answer.bytes().length)
                .put(answer.kind())
                .putInt(answer.bytes().length)
                .put(answer.bytes())
                .flip());
    }

    /**
     * Reads the next answer.
     *
     * @throws IOException when it is none, or the other side is gone
     */
    Answer answer() throws IOException {
        ByteBuffer head = read(ANSWER_HEAD);
        byte kind = head.get();
        int length = head.getInt();
        int most = kind == END ? Integer.BYTES : kind == TAKEN ? 0 : MAX_ANSWER;
        if (length < 0 || length > most || kind == END && length != most) {
            throw new IOException("answer '" + (char) kind + "' of " + length + " bytes, expected "
                    + (kind == END ? "" : "at most ") + most);
        }
        return new Answer(kind, read(length).array());
    }

    /** Waits until the other side has closed the connection; what it sends until then is dropped. */
    void awaitEnd() throws IOException {
        ByteBuffer unread = ByteBuffer.allocate(256);
        while (channel.read(unread) >= 0) {
            unread.clear();
        }
    }

    private ByteBuffer read(int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the connection ended");
            }
        }
        return buffer.flip();
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
