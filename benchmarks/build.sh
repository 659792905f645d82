# Licensed under the Apache License, Version 2.0; see LICENSE.
#
# Sourced by the scripts of this folder: what they run is built first, once, and again where a source is newer.
#
#   bench_build           builds ./vmcore-stream and the classes of module benchmarks
#   bench_command CLASS   sets the array bench_command to what runs a class of org.vmcorestream.benchmarks; VMCORE_STREAM_HEAP is
#                         its heap (512m), BENCH_JAVA_OPTS more options
#   bench_java CLASS ...  runs it in place of the shell
#   bench_numbers TEXT... complains of what is no whole number
#   bench_codecs TEXT...  complains of what is no codec of kdump files
#   bench_fail MESSAGE    one line on standard error, exit status 2
#   bench_help            prints the comment at the head of the script, without licence, and ends it
#
# Sets bench_home, the folder of the project.

bench_home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
bench_classpath=$bench_home/benchmarks/target/benchmark.classpath

bench_fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 2
}

bench_help() {
    sed -n '4,${/^#/!q;s/^# \{0,1\}//;p;}' "$0"
    exit 0
}

bench_stale() {
    [ -e "$bench_classpath" ] || return 0
    [ -n "$(find "$bench_home"/pom.xml "$bench_home"/*/pom.xml "$bench_home"/*/src/main -newer "$bench_classpath" -print -quit)" ]
}

bench_build() {
    "$bench_home/vmcore-stream" --version > /dev/null || exit 1
    if bench_stale; then
        printf '%s: building the benchmarks...\n' "${0##*/}" >&2
        # Up to the tests, because some of them are what others depend on.
        local mark log
        mark=$(mktemp) log=$(mktemp)
        if ! (cd "$bench_home" && mvn -q -B -Dstyle.color=never -DskipTests -pl benchmarks -am test-compile \
            org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
            -Dmdep.outputFile=target/benchmark.classpath > "$log" 2>&1); then
            cat "$log" >&2
            rm -f "$mark" "$log"
            bench_fail "the build failed, see above"
        fi
        # A source that changes while Maven works is newer than the mark.
        touch -r "$mark" "$bench_classpath"
        rm -f "$mark" "$log"
    fi
}

bench_command() {
    local java=java
    [ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
    # shellcheck disable=SC2086
    bench_command=("$java" "-Xmx${VMCORE_STREAM_HEAP:-512m}" -XX:+UseParallelGC ${BENCH_JAVA_OPTS:-}
        -cp "$bench_home/benchmarks/target/classes:$(< "$bench_classpath")" "org.vmcorestream.benchmarks.$1")
}

bench_java() {
    bench_command "$1"
    shift
    exec "${bench_command[@]}" "$@"
}

bench_numbers() {
    local number
    for number in "$@"; do
        [[ $number =~ ^[0-9]{1,9}$ ]] || bench_fail "$number, expected a whole number"
    done
}

bench_codecs() {
    local codec
    for codec in "$@"; do
        [[ $codec =~ ^(zlib|lzo|snappy|zstd)$ ]] || bench_fail "codec $codec, expected zlib, lzo, snappy or zstd"
    done
}
