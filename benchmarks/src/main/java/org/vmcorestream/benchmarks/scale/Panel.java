// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** One drawing of lines over two axes, each linear from 0 on or logarithmic; several side by side make an SVG. */
final class Panel {
    private static final int WIDTH = 520;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 80;
    private static final int BOTTOM = 50;

    private final String title;
    private final String xName;
    private final String yName;
    private final boolean logX;
    private final boolean logY;
    private final List<Line> lines = new ArrayList<>();

    /** A measured point. */
    record Point(double x, double y) {}

    /** Two lines of one name that are not joined; the points of the second are hollow, and it is dashed. */
    private record Line(String name, String color, List<Point> points, List<Point> hollow) {}

    Panel(String title, String xName, String yName, boolean logX, boolean logY) {
        this.title = title;
        this.xName = xName;
        this.yName = yName;
        this.logX = logX;
        this.logY = logY;
    }

    /** Adds a line; one without points is left out. */
    void line(String name, String color, List<Point> points) {
        line(name, color, points, List.of());
    }

    /** Adds a line in two pieces that nothing joins, because the points of the second are of another kind. */
    void line(String name, String color, List<Point> points, List<Point> hollow) {
        if (!points.isEmpty() || !hollow.isEmpty()) {
            lines.add(new Line(name, color, points, hollow));
        }
    }

    /** Panels side by side. */
    static String svg(List<Panel> panels) {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %1$d %2$d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"%1$d\" height=\"%2$d\""
                        + " fill=\"white\"/>%n",
                WIDTH * panels.size(),
                HEIGHT));
        for (int i = 0; i < panels.size(); i++) {
            svg.append("<g transform=\"translate(").append(i * WIDTH).append(",0)\">\n");
            panels.get(i).draw(svg);
            svg.append("</g>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(StringBuilder svg) {
        text(svg, WIDTH / 2.0, 22, "middle", "font-weight=\"bold\"", title);
        if (lines.isEmpty()) {
            text(svg, WIDTH / 2.0, HEIGHT / 2.0, "middle", "", "not measured");
            return;
        }
        TreeSet<Double> xs = new TreeSet<>();
        double least = Double.MAX_VALUE;
        double most = 0;
        for (Line line : lines) {
            for (List<Point> points : List.of(line.points(), line.hollow())) {
                for (Point point : points) {
                    xs.add(point.x());
                    least = Math.min(least, point.y());
                    most = Math.max(most, point.y());
                }
            }
        }
        Axis x = logX ? Axis.log(xs.first(), xs.last()) : Axis.linear(xs.last());
        Axis y = logY ? Axis.log(least, most) : Axis.linear(most);
        frame(svg, x, y, xs);
        for (int i = 0; i < lines.size(); i++) {
            line(svg, lines.get(i), x, y, i);
        }
    }

    private void frame(StringBuilder svg, Axis x, Axis y, TreeSet<Double> xs) {
        for (double tick : y.ticks()) {
            double at = down(y, tick);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                    LEFT,
                    at,
                    WIDTH - RIGHT,
                    at));
            text(svg, LEFT - 8, at + 4, "end", "", Axis.label(tick));
        }
        for (double tick : xs) {
            text(svg, across(x, tick), HEIGHT - BOTTOM + 18, "middle", "", Axis.label(tick));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%d %d V%d H%d\" fill=\"none\" stroke=\"black\"/>%n",
                LEFT,
                TOP,
                HEIGHT - BOTTOM,
                WIDTH - RIGHT));
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "", xName);
        double middle = (TOP + HEIGHT - BOTTOM) / 2.0;
        text(svg, 16, middle, "middle", "transform=\"rotate(-90 16 " + middle + ")\"", yName);
    }

    private void line(StringBuilder svg, Line line, Axis x, Axis y, int number) {
        piece(svg, line.points(), line.color(), "fill=\"" + line.color() + "\"", "", x, y);
        piece(svg, line.hollow(), line.color(), "fill=\"white\"", " stroke-dasharray=\"6 4\"", x, y);
        int at = 46 + 18 * (number / 2);
        int from = LEFT + number % 2 * (WIDTH - LEFT - RIGHT) / 2;
        svg.append(String.format(
                "<path d=\"M%d %d h24\" stroke=\"%s\" stroke-width=\"2\"/>%n", from, at - 4, line.color()));
        text(svg, from + 30, at, "start", "", line.name());
    }

    private static void piece(
            StringBuilder svg, List<Point> points, String color, String fill, String dashes, Axis x, Axis y) {
        if (points.isEmpty()) {
            return;
        }
        StringBuilder path = new StringBuilder();
        StringBuilder circles = new StringBuilder();
        for (Point point : points) {
            double across = across(x, point.x());
            double down = down(y, point.y());
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f ", path.isEmpty() ? "M" : "L", across, down));
            circles.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" %s stroke=\"%s\"/>%n",
                    across,
                    down,
                    fill,
                    color));
        }
        svg.append(String.format(
                "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
                path.toString().strip(), color, dashes));
        svg.append(circles);
    }

    private static double across(Axis axis, double value) {
        return LEFT + 20 + axis.place(value) * (WIDTH - LEFT - RIGHT - 40);
    }

    private static double down(Axis axis, double value) {
        return HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM - 10);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String more, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n",
                x,
                y,
                anchor,
                more,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
