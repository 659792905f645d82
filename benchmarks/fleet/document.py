# Licensed under the Apache License, Version 2.0; see LICENSE.
"""The pieces of text and the tables of docs/sizing.md."""


def number(x):
    """With two or three digits that matter, and a separator in thousands."""
    if x == 0:
        return "0"
    if abs(x) >= 100:
        return f"{x:,.0f}"
    if abs(x) >= 10:
        return f"{x:.0f}" if x == int(x) else f"{x:.1f}"
    if abs(x) >= 0.1:
        return f"{x:.2f}".rstrip("0").rstrip(".")
    return f"{x:.2g}"


def size(b):
    for unit, step in (("B", 1), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("PB", 1e15)):
        if b < 1000 * step or unit == "PB":
            return f"{number(b / step)} {unit}"
    return ""


def time(seconds):
    if seconds < 1:
        return f"{number(seconds * 1000)} ms"
    if seconds < 120:
        return f"{number(seconds)} s"
    if seconds < 7200:
        return f"{number(seconds / 60)} min"
    if seconds < 172_800:
        return f"{number(seconds / 3600)} h"
    return f"{number(seconds / 86_400)} days"


def table(head, rows):
    """In Markdown; all but the first column to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def power(n):
    exponent = len(str(n)) - 1
    return f"10^{exponent}" if n == 10**exponent else f"{n:,}"
