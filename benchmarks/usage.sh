# Licensed under the Apache License, Version 2.0; see LICENSE.
#
# Sourced by the scripts of this folder: what processes use, from /proc and the shell's own times. Linux only.
#
#   usage_cpu PID...        CPU time that running processes have used so far, threads that ended included, in ms, added up; of
#                           this shell's clock ticks, 10 ms. Not of their children
#   usage_peak PID          most memory that a running process has had resident, in KiB (VmHWM)
#   usage_peak_reset PID... begins to look for the most anew
#   usage_of CMD...         runs a command and sets usage_wall and usage_cpu_total (ms; its children included), usage_peak_total
#                           (KiB; looked at every 20 ms) and usage_status. Its output is the command's
#   usage_now               sets usage_time, microseconds since 1970
#   usage_median NUMBER...  prints the median of whole numbers, the lower one of two
#
# Needs services.sh for the pause.

usage_ticks=$(getconf CLK_TCK)

usage_cpu() {
    local pid line field ticks=0
    for pid in "$@"; do
        line=$(< "/proc/$pid/stat") || continue
        # The command's name, in brackets, may hold anything.
        read -ra field <<< "${line##*) }"
        ticks=$((ticks + field[11] + field[12]))
    done
    printf '%d\n' $((ticks * 1000 / usage_ticks))
}

usage_peak() {
    local peak
    usage_peak_into peak "$1"
    printf '%d\n' "$peak"
}

# Sets a variable to it, without a process of its own: VARIABLE PID.
usage_peak_into() {
    local name value rest
    while read -r name value rest; do
        if [ "$name" = VmHWM: ]; then
            printf -v "$1" '%d' "$value"
            return
        fi
    done 2> /dev/null < "/proc/$2/status"
    printf -v "$1" 0
}

usage_peak_reset() {
    local pid
    for pid in "$@"; do
        echo 5 > "/proc/$pid/clear_refs"
    done
}

usage_now() {
    local now=$EPOCHREALTIME
    usage_time=${now/[.,]/}
}

usage_of() {
    local began before watcher
    usage_status=0
    before=$(mktemp)
    times > "$before"
    usage_now
    began=$usage_time
    "$@" <&0 &
    services_foreground=$!
    usage_watch "$services_foreground" > "$before.peak" &
    watcher=$!
    wait "$services_foreground" || usage_status=$?
    usage_now
    times > "$before.after"
    services_foreground=""
    usage_wall=$(((usage_time - began) / 1000))
    usage_cpu_total=$(($(usage_children "$before.after") - $(usage_children "$before")))
    wait "$watcher" || true
    usage_peak_total=$(tail -n 1 "$before.peak")
    rm -f "$before" "$before.peak" "$before.after"
}

# Prints the most memory of a process each time that it grew. Waits for the end of the process a little longer than others do,
# so that its own CPU time is not among theirs.
usage_watch() {
    local most=0 now
    printf '0\n'
    while kill -0 "$1" 2> /dev/null; do
        usage_peak_into now "$1"
        [ "$now" -le "$most" ] || { most=$now && printf '%d\n' "$most"; }
        services_pause 0.02
    done
    services_pause 0.1
}

# CPU time in ms of a shell's children, from what `times` printed: user and system, of the shell and, second line, of them.
usage_children() {
    local user system part total=0
    { read -r _ && read -r user system; } < "$1"
    for part in $user $system; do
        part=${part%s}
        part=${part/[.,]/}
        total=$((total + ${part%m*} * 60000 + 10#${part#*m}))
    done
    printf '%d\n' "$total"
}

usage_median() {
    printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}
