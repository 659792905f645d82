# Licensed under the Apache License, Version 2.0; see LICENSE.
"""What was measured: the rows of results files, and what a dump and a GiB of guest memory cost by them."""
import os

MIB = 1 << 20
STAGES = ("produce", "broker", "processor", "sink")
TOPICS = ("page-data", "page-metadata", "verdicts", "dumps")


class Missing(Exception):
    """A result that is needed is not there; one line."""


class Results:
    """A file of benchmarks/results: its head and its rows by column name."""

    def __init__(self, folder, name):
        self.name = name
        self.head = {}
        self.rows = []
        path = os.path.join(folder, name + ".tsv")
        try:
            with open(path, encoding="utf-8") as lines:
                text = lines.read().splitlines()
        except OSError:
            raise Missing(f"benchmarks/results/{name}.tsv is not there: run benchmarks/{name} first") from None
        columns = None
        for line in text:
            if line.startswith("# "):
                key, _, value = line[2:].partition(": ")
                self.head.setdefault(key, value)
            elif columns is None:
                columns = line.split("\t")
            else:
                values = line.split("\t")
                if len(values) != len(columns):
                    raise Missing(f"benchmarks/results/{name}.tsv: a row of {len(values)} values, expected {len(columns)}")
                self.rows.append(dict(zip(columns, values)))
        if not self.rows:
            raise Missing(f"benchmarks/results/{name}.tsv has no rows")


class Line:
    """A cost that begins with one part a dump and grows with the guest's memory: a + b * GiB, neither below 0."""

    def __init__(self, points):
        points = sorted(points)
        (x0, y0), (x1, y1) = points[0], points[-1]
        slope = (y1 - y0) / (x1 - x0) if x1 > x0 else y0 / x0
        self.slope = max(0.0, slope)
        self.start = max(0.0, y0 - self.slope * x0)

    def at(self, gib):
        return self.start + self.slope * gib


class Figures:
    """What a dump costs under one level and codec, from the smallest and the largest guest that were measured."""

    def __init__(self, stages, level, codec):
        rows = [r for r in stages.rows if r["level"] == str(level) and r["codec"] == codec]
        if not rows:
            raise Missing(f"benchmarks/results/stages.tsv has no row of level {level} in {codec}")
        self.rows = rows
        self.level = level
        self.codec = codec
        self.kept_share = max(float(r["kept MiB"]) / float(r["memory MiB"]) for r in rows)
        self.cpu = {stage: self.line(f"{stage} CPU s/dump") for stage in STAGES}
        self.bytes = {topic: self.line(f"{topic} bytes/dump") for topic in TOPICS}
        self.file = self.line("file bytes")
        self.kept = self.line("kept MiB", MIB)
        self.seconds = self.line("median delay", 1, self.delay)
        self.memory = {s: max(float(r[f"{s} MiB"]) for r in rows) for s in ("broker", "processor", "sink")}

    @staticmethod
    def delay(row):
        """Seconds from a dump's begin to its file, one at a time."""
        return float(row["wall s"]) / float(row["dumps"])

    def line(self, column, factor=1, read=None):
        read = read or (lambda row: float(row[column]) * factor)
        return Line([(float(r["memory MiB"]) / 1024, read(r)) for r in self.rows])
