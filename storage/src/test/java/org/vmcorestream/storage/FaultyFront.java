// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a server, takes one request after the other on each connection, and lets some of them fail. */
final class FaultyFront implements AutoCloseable {
    /** What becomes of a request. */
    enum Fate {
        /** It is answered by the server. */
        PASS,
        /** The server never sees it; the answer is 503. */
        BUSY,
        /** The server never sees it; the answer is 403. */
        DENIED,
        /** The server never sees it, and the connection ends. */
        LOST,
        /** The server answers, but the connection ends before that arrives. */
        ANSWER_LOST
    }

    /** Decides by the first line of a request. */
    @FunctionalInterface
    interface Judge {
        Fate fate(String line);
    }

    private static final String DENIED = "<Error><Code>AccessDenied</Code><Message>Not\nyou</Message></Error>";

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final int port;
    private final Judge judge;

    FaultyFront(int port, Judge judge) throws IOException {
        this.port = port;
        this.judge = judge;
        Thread thread = new Thread(this::accept, "faulty-front");
        thread.setDaemon(true);
        thread.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** Heads of all requests, in lower case. */
    List<String> heads() {
        return heads;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread thread = new Thread(() -> serve(client), "faulty-front-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            String head = head(in);
            if (head.isEmpty()) {
                return;
            }
            heads.add(head.toLowerCase(Locale.ROOT));
            if (value(head, "expect") != null) {
                out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            String length = value(head, "content-length");
            byte[] body = in.readNBytes(length == null ? 0 : Integer.parseInt(length));
            String line = head.substring(0, head.indexOf("\r\n"));
            switch (judge.fate(line)) {
                case PASS -> out.write(ask(head, body));
                case BUSY -> answer(out, "503 Slow Down", "");
                case DENIED -> answer(out, "403 Forbidden", DENIED);
                case ANSWER_LOST -> ask(head, body);
                default -> {
                    // nothing is answered
                }
            }
        } catch (IOException e) {
            // the client sees a connection that ended
        }
    }

    private static void answer(OutputStream out, String status, String body) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** What the server answers, which then ends the connection. */
    private byte[] ask(String head, byte[] body) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            StringBuilder request = new StringBuilder();
            for (String line : head.split("\r\n")) {
                String lower = line.toLowerCase(Locale.ROOT);
                if (!lower.startsWith("connection:") && !lower.startsWith("expect:")) {
                    request.append(line).append("\r\n");
                }
            }
            request.append("Connection: close\r\n\r\n");
            OutputStream out = server.getOutputStream();
            out.write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
            return server.getInputStream().readAllBytes();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        byte[] end = {'\r', '\n', '\r', '\n'};
        while (matched < end.length) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
            matched = next == end[matched] ? matched + 1 : next == end[0] ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static String value(String head, String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
