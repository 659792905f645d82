// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.DumpState;

/** The page at {@code /}: one document without scripts and without anything from elsewhere. */
final class StatusPage {
    /** Rows of each table at most. */
    static final int ROWS = 100;

    private static final String STYLE = """
            :root{color-scheme:light dark;--line:#d9dde3;--dim:#667085;--soft:#f5f6f8;--bad:#b42318;--text:#1d2433;--back:#fff}
            @media(prefers-color-scheme:dark){:root{--line:#343b48;--dim:#98a2b3;--soft:#1f2530;--bad:#f97066;--text:#e6e9ef;\
            --back:#151a22}}
            body{font:14px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);margin:0 auto;max-width:1200px;\
            padding:24px}
            h1{font-size:20px;margin:0}h2{font-size:15px;margin:32px 0 8px}p{margin:4px 0;color:var(--dim)}
            .tiles{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0}
            .tile{background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:10px 16px;min-width:110px}
            .tile b{display:block;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}.tile.bad b{color:var(--bad)}
            .tile span{color:var(--dim);font-size:12px}
            .wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
            th{text-align:left;font-weight:600;font-size:12px;color:var(--dim);padding:4px 12px 4px 0;white-space:nowrap}
            td{border-top:1px solid var(--line);padding:6px 12px 6px 0;vertical-align:top;overflow-wrap:anywhere}
            td.n{font-variant-numeric:tabular-nums;white-space:nowrap}td.t{min-width:90px;max-width:220px}td.k{color:var(--bad);white-space:nowrap}
            code{font:12px ui-monospace,monospace;white-space:nowrap}
            svg{display:block;margin-top:4px;border-radius:3px}.key svg{display:inline-block;margin:0 4px 0 0;vertical-align:-1px}
            .key span{margin-right:14px;white-space:nowrap;font-size:12px}
            .kept{fill:#c3c9d4}.c0{fill:#2e90fa}.c1{fill:#7cd4fd}.c2{fill:#12b76a}.c3{fill:#a6f4c5}.c4{fill:#f79009}
            .c5{fill:#f04438}.c6{fill:#7a5af8}.c7{fill:#dd2590}.c8{fill:#8a6d3b}
            """;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long LAST_SHOWN_TIME = 253_402_300_799_999L;

    /** What a browser may do with the page: show it, and nothing else. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + digest(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private StatusPage() {}

    /** The page of what there is to see. */
    static String of(ConsoleView view) {
        Html html = new Html();
        html.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .raw(
                        "<meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"10\">")
                .raw("<title>vmcore-stream</title><style>" + STYLE + "</style></head><body>\n")
                .raw("<h1>vmcore-stream</h1><p>")
                .text(time(view.now()) + " UTC" + (view.live() ? "" : ", still reading what happened before"))
                .raw("</p>\n");
        tiles(html, view);
        alarms(html, view);
        inFlight(html, view);
        releases(html, view);
        return html.raw("<p>Metrics: <code>/metrics</code></p>\n</body></html>\n")
                .toString();
    }

    private static void tiles(Html html, ConsoleView view) {
        html.raw("<div class=\"tiles\">");
        tile(html, view.alarmsOfDay(), "alarms in 24 hours", view.alarmsOfDay() > 0);
        for (DumpState state : view.states().keySet()) {
            String name = state == DumpState.CAPTURED
                    ? "captured, no file yet"
                    : state.toString().toLowerCase(Locale.ROOT);
            int count = view.states().get(state);
            tile(html, count, name, state == DumpState.FAILED && count > 0);
        }
        tile(html, view.decided(), "verdicts", false);
        view.lags().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(lag -> tile(html, lag.getValue(), "records behind: " + lag.getKey(), false));
        html.raw("</div>\n");
    }

    private static void tile(Html html, long number, String name, boolean bad) {
        html.raw(bad ? "<div class=\"tile bad\"><b>" : "<div class=\"tile\"><b>")
                .text(String.format(Locale.ROOT, "%,d", number))
                .raw("</b><span>")
                .text(name)
                .raw("</span></div>");
    }

    private static void alarms(Html html, ConsoleView view) {
        html.raw("<h2>Alarms</h2>\n");
        if (view.alarms().isEmpty()) {
            html.raw("<p>None.</p>\n");
            return;
        }
        html.raw("<div class=\"wide\"><table>").heads("verdict of", "alarm", "tenant", "host", "what");
        for (Alarm alarm : view.alarms()) {
            html.raw("<tr>")
                    .number(time(alarm.getRaisedAt()))
                    .raw("<td class=\"k\">")
                    .text(ConsoleMetrics.label(alarm.getKind()))
                    .raw("</td>")
                    .name(alarm.getTenant())
                    .name(alarm.getHost())
                    .cell(alarm.getText())
                    .raw("</tr>\n");
        }
        html.raw("</table></div>\n");
    }

    private static void inFlight(Html html, ConsoleView view) {
        html.raw("<h2>Dumps on their way</h2>\n");
        if (view.inFlight().isEmpty()) {
            html.raw("<p>None.</p>\n");
            return;
        }
        html.raw("<div class=\"wide\"><table>")
                .heads("dump", "state", "opened", "last news", "sent", "kernel", "tenant", "host");
        for (DumpLives.InFlight dump : view.inFlight()) {
            html.raw("<tr><td><code>")
                    .text(dump.dumpId())
                    .raw("</code></td>")
                    .cell(dump.state().toString().toLowerCase(Locale.ROOT))
                    .number(ago(view.now() - dump.openedAt()))
                    .number(ago(view.now() - dump.newsAt()))
                    .number(MemorySize.of(dump.bytes()))
                    .name(dump.kernelRelease())
                    .name(dump.tenant())
                    .name(dump.host())
                    .raw("</tr>\n");
        }
        html.raw("</table></div>\n");
        int all = view.states().values().stream().mapToInt(Integer::intValue).sum();
        if (all > view.inFlight().size()) {
            html.raw("<p>")
                    .text("and " + (all - view.inFlight().size()) + " more")
                    .raw("</p>\n");
        }
    }

    private static void releases(Html html, ConsoleView view) {
        html.raw("<h2>Left out, by kernel release</h2>\n");
        if (view.releases().isEmpty()) {
            html.raw("<p>Nothing was decided yet.</p>\n");
            return;
        }
        legend(html);
        html.raw("<div class=\"wide\"><table>")
                .heads("kernel release", "rule set", "dumps", "newest", "left out", "on average, by reason");
        for (ShareHistory.OfRelease release : view.releases()) {
            double all = release.shares().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();
            html.raw("<tr>")
                    .name(release.release())
                    .cell(release.ruleSet())
                    .number(String.valueOf(release.dumps()))
                    .number(time(release.newest()))
                    .number(ShareBar.percent(all))
                    .raw("<td>");
            ShareBar.write(html, release.shares());
            html.raw("</td></tr>\n");
        }
        html.raw("</table></div>\n");
    }

    private static void legend(Html html) {
        html.raw("<p class=\"key\">");
        for (String reason : ShareBar.COLORED) {
            key(html, ShareBar.colorOf(reason), reason);
        }
        key(html, ShareBar.colorOf(""), "rules of your own");
        key(html, "kept", "kept");
        html.raw("</p>\n");
    }

    private static void key(Html html, String color, String name) {
        html.raw("<span><svg width=\"10\" height=\"10\"><rect class=\"" + color
                        + "\" width=\"10\" height=\"10\"/></svg>")
                .text(name)
                .raw("</span>");
    }

    private static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(Math.max(0, Math.min(LAST_SHOWN_TIME, millis))));
    }

    private static String ago(long millis) {
        long seconds = Math.max(0, millis / 1000);
        if (seconds < 60) {
            return seconds + " s ago";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min ago";
        }
        return seconds < 86_400 ? seconds / 3600 + " h ago" : seconds / 86_400 + " d ago";
    }

    private static String digest(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
