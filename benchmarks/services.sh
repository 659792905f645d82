# Licensed under the Apache License, Version 2.0; see LICENSE.
#
# Sourced by the scripts of this folder: a broker, processors and sinks as a fleet has them, each a process of its own, everything
# that they write under one temporary folder. Both are gone when the script ends, however it ends, short of SIGKILL.
#
#   services_begin                     makes the folder, services_dir; under BENCH_TMP (TMPDIR, else /var/tmp). First of all
#   services_broker                    starts a broker; its address is services_address
#   services_topics [ARGS...]          makes the topics; ARGS for `topics create`
#   services_processors N [ARGS...]    starts N processors
#   services_sinks N [ARGS...]         starts N sinks that write to services_files
#   services_up [N [M]]                all four, with N processors and M sinks (1 and 1)
#   services_warm VMCORE N [ARGS...]   sends a dump N times and waits for each file; ARGS for `produce`
#   services_fresh LEVEL CODEC         one of each, warm at a level in a codec after services_warm_dumps dumps (3); anew where the logs
#                                      have grown above services_most_log_mib (1024)
#   services_standby                   starts a process that captures are handed to; its socket is services_standby_socket
#   services_demo                      unpacks the vmcore that ships with the project; its path is services_demo_vmcore
#   services_stop                      stops all, in order, and removes what the broker and the sinks wrote
#   bench_wait SECONDS CMD...          runs a command; a signal reaches the script meanwhile, and too long a run is ended (status 124)
#   services_clean COMMAND             has a command run when the script ends, before the folder is removed
#
# Every start waits until the process says that it is up, for services_patience seconds at most. Logs are NAME.log in services_dir.
# services_arguments is what programs of module benchmarks want to know of the services.
# The pids: services_broker_pid, services_processor_pids, services_sink_pids, services_standby_pid; services_stop leaves the standby
# alone. A sink may own no partition yet when it is up: warm
# the services before anything is measured. Needs build.sh; bench_build comes first.

services_patience=120
services_dir=""
services_address=""
services_broker_pid=""
services_processor_pids=()
services_sink_pids=()
services_standby_pid=""
services_at_end=()
services_foreground=""

services_begin() {
    services_dir=$(mktemp -d "${BENCH_TMP:-${TMPDIR:-/var/tmp}}/vmcore-stream-bench.XXXXXXXX") || exit 1
    services_files=$services_dir/files
    trap services_end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

services_clean() {
    services_at_end+=("$1")
}

services_end() {
    local command
    trap '' INT TERM HUP
    [ -z "$services_foreground" ] || services_kill "$services_foreground"
    for command in ${services_at_end[@]+"${services_at_end[@]}"}; do
        "$command" || true
    done
    services_stop
    services_kill $(jobs -p)
    rm -rf "$services_dir"
}

# Starts a process out of reach of the terminal's Ctrl-C, so that it is stopped in order: NAME CMD...; its pid is services_started.
services_start() {
    local name=$1
    shift
    setsid "$@" > "$services_dir/$name.out" 2> "$services_dir/$name.log" < /dev/null &
    services_started=$!
}

# Waits for a condition: NAME PID WHAT CMD...
services_await() {
    local name=$1 pid=$2 what=$3 end=$((SECONDS + services_patience))
    shift 3
    until "$@"; do
        kill -0 "$pid" 2> /dev/null || bench_fail "$name ended: $(tail -n 1 "$services_dir/$name.log")"
        [ $SECONDS -lt $end ] || bench_fail "$name: no $what within $services_patience s"
        services_pause 0.05
    done
}

# Sleeps without a process of its own.
services_pause() {
    [ -n "${services_never:-}" ] || exec {services_never}<> <(:)
    read -rt "$1" -u "$services_never" || true
}

services_broker() {
    local java=java
    [ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
    rm -f "$services_dir/address"
    # A fleet's broker was compiled long ago. One of a benchmark is minutes old, and its JIT compiler would take more CPU time than its
    # work does; what the first tier makes of it at once costs about as much as the last tier's code costs in the end.
    services_start broker "$java" -Xmx"${VMCORE_STREAM_HEAP:-512m}" -XX:+UseParallelGC -XX:TieredStopAtLevel=1 \
        -cp "$bench_home/benchmarks/target/classes:$bench_home/cli/target/dist/lib/*" \
        org.vmcorestream.benchmarks.services.BrokerAlone "$services_dir/broker" "$services_dir/address"
    services_broker_pid=$services_started
    services_await broker "$services_broker_pid" address test -s "$services_dir/address"
    services_address=$(< "$services_dir/address")
}

services_topics() {
    "$bench_home/vmcore-stream" topics create --bootstrap-server "$services_address" "$@" > "$services_dir/topics.log" 2>&1 \
        || bench_fail "topics: $(tail -n 1 "$services_dir/topics.log")"
}

services_processors() {
    services_start_processors "$@"
    services_await_processors
}

services_start_processors() {
    local n=$1 i
    shift
    for ((i = ${#services_processor_pids[@]}; n > 0; n--, i++)); do
        services_start "processor-$i" "$bench_home/vmcore-stream" process --bootstrap-server "$services_address" \
            --state-dir "$services_dir/state-$i" "$@"
        services_processor_pids+=("$services_started")
    done
}

services_await_processors() {
    local i
    for i in "${!services_processor_pids[@]}"; do
        services_await "processor-$i" "${services_processor_pids[i]}" readiness grep -qs '^Deciding for' "$services_dir/processor-$i.log"
    done
}

services_sinks() {
    services_start_sinks "$@"
    services_await_sinks
}

services_start_sinks() {
    local n=$1 i
    shift
    for ((i = ${#services_sink_pids[@]}; n > 0; n--, i++)); do
        services_start "sink-$i" "$bench_home/vmcore-stream" sink --bootstrap-server "$services_address" \
            --dir "$services_files" --name "sink-$i" "$@"
        services_sink_pids+=("$services_started")
    done
}

services_await_sinks() {
    local i
    for i in "${!services_sink_pids[@]}"; do
        services_await "sink-$i" "${services_sink_pids[i]}" readiness grep -qs '^Writing dumps of' "$services_dir/sink-$i.log"
    done
}

services_up() {
    services_broker
    services_topics
    services_start_processors "${1:-1}"
    services_start_sinks "${2:-1}"
    services_await_processors
    services_await_sinks
}

services_warm() {
    local vmcore=$1 n=$2 id
    shift 2
    for (( ; n > 0; n--)); do
        id=$("$bench_home/vmcore-stream" produce "$vmcore" --bootstrap-server "$services_address" "$@" 2> "$services_dir/warm.log") \
            || bench_fail "produce: $(tail -n 1 "$services_dir/warm.log")"
        services_await sink-0 "${services_sink_pids[0]}" "file of dump $id" services_finished "$id"
    done
}

services_fresh() {
    if [ -n "$services_broker_pid" ] && [ "$(du -sk "$services_dir/broker" | cut -f 1)" -gt $((${services_most_log_mib:-1024} << 10)) ]; then
        services_stop
    fi
    [ -n "$services_broker_pid" ] || services_up
    services_demo
    services_warm "$services_demo_vmcore" "${services_warm_dumps:-3}" ${services_standby_pid:+--standby "$services_standby_socket"} --codec "$2" --capture "level-$1" --rule-set "level-$1"
    rm -rf "${services_files:?}"/*
    services_arguments=(--address "$services_address" --files "$services_files" --log "$services_dir/broker"
        --service "broker=$services_broker_pid" --service "processor=${services_processor_pids[0]}"
        --service "sink=${services_sink_pids[0]}")
}

services_standby() {
    services_standby_socket=$services_dir/standby
    services_start standby "$bench_home/vmcore-stream" standby --socket "$services_standby_socket"
    services_standby_pid=$services_started
    services_await standby "$services_standby_pid" readiness grep -q '^Standing by' "$services_dir/standby.log"
}

services_demo() {
    services_demo_vmcore=$services_dir/demo.elf
    [ -e "$services_demo_vmcore" ] || (bench_java services.DemoVmcore "$bench_home"/demo/*.elf.zst "$services_demo_vmcore") \
        || bench_fail "the vmcore in demo/ cannot be unpacked"
}

# Whether a sink said that a file of a dump is finished.
services_finished() {
    grep -q "^$1 " "$services_dir"/sink-*.out
}

services_stop() {
    services_kill ${services_sink_pids[@]+"${services_sink_pids[@]}"} \
        ${services_processor_pids[@]+"${services_processor_pids[@]}"}
    services_kill $services_broker_pid
    services_sink_pids=() services_processor_pids=() services_broker_pid=""
    rm -rf "$services_dir/broker" "$services_dir"/state-* "$services_files"
}

# Ends processes that this shell started, by SIGKILL where SIGTERM does not within 15 seconds.
services_kill() {
    local pid end=$((SECONDS + 15))
    [ $# -eq 0 ] || kill -TERM "$@" 2> /dev/null || true
    for pid in "$@"; do
        while kill -0 "$pid" 2> /dev/null && [ $SECONDS -lt $end ]; do
            services_pause 0.05
        done
        kill -KILL "$pid" 2> /dev/null || true
        wait "$pid" 2> /dev/null || true
    done
}

bench_wait() {
    local limit=$1 status=0
    shift
    timeout -k 5 "$limit" "$@" <&0 &
    services_foreground=$!
    wait "$services_foreground" || status=$?
    services_foreground=""
    return $status
}
