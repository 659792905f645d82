#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""crash_reads.py [--incomplete] NAMELIST VMCORE.elf LOG FILE... - opens each FILE with crash and demands, letter for letter, what crash shows of the unfiltered
vmcore: the commands of COMMANDS. The files of a split dump are one argument, with commas between. NAMELIST is a vmlinux, or what namelist.py
makes of the vmcore; LOG is the kernel log as text, which must be what crash's own log is. CRASH names the program (default: crash). With --incomplete FILE may miss memory that crash cannot begin without: it is
opened with --minimal then, must be called incomplete, and have the whole kernel log.
Exit status: 0 all the same, 1 something differs or crash does not answer."""
import concurrent.futures
import difflib
import os
import re
import subprocess
import sys
import tempfile

COMMANDS = ["sys", "bt", "ps", "kmem -i", "kmem -n", "kmem -s", "mod", "mount", "files", "net", "swap", "irq", "task -R comm", "dis sysrq_handle_crash"]
# What must be in it, so that two empty answers are not the same.
WANTED = [r"^ *RELEASE: \d", r"^ *PANIC: .*sysrq", r"^ *#\d+ \[\w+\] sysrq_handle_crash at ", r"^>? +1 +0 +\d .* init$", r"^ *SLAB +\d+ ", r"^ *FREE +\d+ "]
# Addresses of crash's own, and what it calls the files.
OWN = re.compile(r"^ *DUMPFILES?: .*(\n {10,}.*\[PARTIAL DUMP\])*\n|^ *KERNEL: .*\n|.*error trace: .*\n|^please wait.*\n", re.M)
CALLER = re.compile(r"^(\[ *[\d.]+\] )\[ *[TC]\d+\] ")  # which this log has and crash does not show
FIRST = "[    0.000000] Linux version"
MAX_SHOWN = 20
AT_ONCE = 2
PATIENCE = 240  # seconds


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def kernel_log(text):
    """From the first line of the kernel log on."""
    return text[text.rindex(FIRST):] if FIRST in text else ""


def ask(namelist, files, commands, *options):
    """What crash answers, and whether it ended well."""
    with tempfile.NamedTemporaryFile("w", suffix=".crash") as script:
        script.write("\n".join(commands + ["quit"]) + "\n")
        script.flush()
        run = subprocess.run(
            [os.environ.get("CRASH", "crash"), "--no_scroll", *options, "-s", "-i", script.name, namelist, *files],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, text=True, errors="replace",
        )
    return OWN.sub("", run.stdout), run.returncode


def main():
    incomplete = sys.argv[1] == "--incomplete"
    namelist, vmcore, log, *dumps = sys.argv[1 + incomplete:]
    bad = 0

    def no(text):
        nonlocal bad
        bad += 1
        print(f"crash: FAILED: {text}", file=sys.stderr)

    options, commands, wanted = [], COMMANDS + ["log"], WANTED
    if incomplete:
        options, commands, wanted = ["--minimal"], ["log"], []
    expected, status = ask(namelist, [vmcore], commands, *options)
    if status:
        no(f"{vmcore}: crash ended with {status}: {expected[-500:]}")
    for want in wanted:
        if not re.search(want, expected, re.M):
            no(f"{vmcore}: no '{want}' in what crash shows")
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = [CALLER.sub(r"\1", line).strip() for line in file if line.strip()]
    if len(lines) < 100 or lines_of(kernel_log(expected)) != lines:
        no(f"{vmcore}: crash's log is not {log}")
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda argument: ask(namelist, argument.split(","), commands, *options), dumps))
    for argument, (found, status) in zip(dumps, answers):
        if incomplete:
            if "This dumpfile is incomplete" not in found:
                no(f"{argument}: crash does not call it incomplete")
            expected, found = kernel_log(expected), kernel_log(found)
        if status or found != expected:
            no(f"{argument}: crash ended with {status} and shows something else")
            for line in list(difflib.unified_diff(expected.splitlines(), found.splitlines(), vmcore, argument, "", "", 0, ""))[:MAX_SHOWN]:
                print(line, file=sys.stderr)
        else:
            print(f"crash: {argument}: {len(found.splitlines())} lines as of {vmcore}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
