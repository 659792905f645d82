#!/bin/bash
# crash-check.sh DUMP VMLINUX - opens a dump (kdump file or ELF vmcore) with crash, without a terminal, and runs sys, bt, log, kmem -i
# and ps. VMLINUX: the kernel with debug symbols of exactly the build that crashed (Debian: linux-image-VERSION-dbg).
# Exit 0: crash opened it, all of them answered as they should, and crash complained of nothing.
set -uo pipefail
[ $# = 2 ] || { sed -n '2,4p' "$0"; exit 1; }
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
printf '%s\n' sys bt 'log | tail -8' 'kmem -i' ps quit > "$t/commands"
timeout 300 "${CRASH:-crash}" -s -i "$t/commands" "$2" "$1" > "$t/out" 2>&1 < /dev/null; rc=$?
cat "$t/out"
bad=0; no() { echo "crash-check: FAILED: $*" >&2; bad=1; }
[ $rc = 0 ] || no "crash ended with $rc"
for want in '^ *RELEASE: ' '^ *PANIC: ' '^PID: [0-9]+ ' '^ *#0 \[' 'end Kernel panic' '^ *TOTAL MEM +[0-9]+' '^ *FREE +[0-9]+' '^ *SLAB +[0-9]+' '^[ >]+1 +0 '; do
    grep -qE -- "$want" "$t/out" || no "no '$want' in the output"
done
complaints='^(crash|bt|log|kmem|ps|sys): |(seek|read) error|cannot (determine|read|access)|page excluded|not a supported|initialization failed|invalid structure|corrupt|pipe operation failed'
if grep -E "$complaints" "$t/out" >&2; then no "crash complained (the lines above)"; fi
[ $bad = 0 ] && echo "crash-check: OK $1"
exit $bad
