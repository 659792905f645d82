#!/usr/bin/env python3
"""Makes a rule set that keeps the anonymous memory of one process and drops that of all others.

    crash> vm -p PID > vm.txt                                     (a crash that knows the kernel; 9.0 for Linux 6.1 and later)
    vmcore-stream rules show level-31 > level-31.yaml
    lab/process-rules.py level-31.yaml vm.txt > one-process.yaml
    vmcore-stream rules test one-process.yaml VMCORE

A descriptor does not say whose a page is, and must not: a pointer means nothing off the host. Which page frames a process has
is asked of crash once, and a keep rule is limited to them. The rule still asks whether a page is anonymous, so that program
text in the page cache goes as before.
"""
import re
import sys

HUGE = 512  # a process maps a huge page by page frames, the rule has to look at its head
MOST_RANGES = 1 << 20


def page_frames(vm):
    """Page frames of all physical addresses in what `vm -p` printed, with the heads of huge pages they may lie in."""
    frames = set()
    for line in vm:
        row = re.fullmatch(r"\s*([0-9a-f]{4,16})\s+([0-9a-f]{4,13})\s*", line)
        if row and int(row[1], 16) % 4096 == 0 and int(row[2], 16) % 4096 == 0:
            frame = int(row[2], 16) >> 12
            frames.update((frame, frame - frame % HUGE))
    return frames


def ranges(frames):
    """Ascending [first, last] of consecutive page frames."""
    found = []
    for frame in sorted(frames):
        if found and found[-1][1] == frame - 1:
            found[-1][1] = frame
        else:
            found.append([frame, frame])
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        base = file.read()
    with open(sys.argv[2], encoding="utf-8", errors="replace") as file:
        vm = file.readlines()
    process = next((re.search(r'^PID: (\d+) .*COMMAND: "(.*)"', line) for line in vm if line.startswith("PID: ")), None)
    kept = ranges(page_frames(vm))
    if process is None or not kept:
        sys.exit(f"{sys.argv[2]}: no process with page frames in it, expected what crash prints for 'vm -p PID'")
    if len(kept) > MOST_RANGES:
        sys.exit(f"{sys.argv[2]}: {len(kept)} ranges of page frames, expected at most {MOST_RANGES}")
    before = re.search(r"^  - exclude: user\n", base, re.MULTILINE)
    if before is None or re.search(r"^  anon:", base, re.MULTILINE) is None:
        sys.exit(f"{sys.argv[1]}: no rule 'exclude: user' or no definition 'anon', expected what 'rules show level-31' prints")
    name = f"process-{process[1]}"
    base = re.sub(r"\A(#.*\n)*", "", base)
    base = re.sub(r"^name: .*$", f"name: {name}", base, count=1, flags=re.MULTILINE)
    command = re.sub(r"[^A-Za-z0-9_./-]", "?", process[2])
    base = re.sub(r"^description: (.*)$", rf"description: \1, but the anonymous memory of {command} ({process[1]}) stays", base,
                  count=1, flags=re.MULTILINE)
    frames = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in kept)
    rule = f'  - keep: process\n    when: "anon"\n    pfns: [{frames}]\n'
    at = re.search(r"^  - exclude: user\n", base, re.MULTILINE).start()
    sys.stdout.write(base[:at] + rule + base[at:])


main()
