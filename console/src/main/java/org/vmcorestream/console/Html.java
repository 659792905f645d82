// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

/** HTML being written. Text goes through {@link #text}, which lets nothing of it become markup. Belongs to one thread. */
final class Html {
    private final StringBuilder out = new StringBuilder(16 << 10);

    /** Appends markup as it stands; never with anything from elsewhere in it. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Appends text, for between tags and for attributes in double quotes. */
    Html text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return this;
    }

    /** Appends a table cell. */
    Html cell(String text) {
        return raw("<td>").text(text).raw("</td>");
    }

    /** Appends a table cell with a number or a time in it. */
    Html number(String text) {
        return raw("<td class=\"n\">").text(text).raw("</td>");
    }

    /** Appends a table cell with a name that people or kernels gave, of any length. */
    Html name(String text) {
        return raw("<td class=\"t\">").text(text).raw("</td>");
    }

    /** Appends a row of column heads. */
    Html heads(String... heads) {
        raw("<tr>");
        for (String head : heads) {
            raw("<th>").text(head).raw("</th>");
        }
        return raw("</tr>\n");
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
