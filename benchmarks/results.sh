# Licensed under the Apache License, Version 2.0; see LICENSE.
#
# Sourced by the scripts of this folder: writes benchmarks/results/NAME.tsv, which benchmarks/report renders into the docs.
#
#   results_begin NAME COLUMN...    a new file; COLUMN is what stands above the column. Takes the place of the old one at results_end
#   results_row VALUE...            a row, a value for each column
#   results_note TEXT               a line that stands below the table
#   results_rows FILE               rows that a program wrote, instead of COLUMN... and results_row: tab-separated, columns first
#   results_end [LIST...]           the file gets its name, and the table is printed: all of it, or one with the columns of each
#                                   LIST, as of cut: 1-3,7
#
# results_command says how the script was called, for the file: set it before results_begin, without a path of this machine; else
# it is the name of the script. A results file:
#
#   # command: ...      how to make it again
#   # machine: ...      CPU, cores, memory, disk, kernel, JDK
#   # date: ...         day, UTC
#   # commit: ...       what was measured
#   # note: ...         none or more
#   COLUMN<TAB>COLUMN...
#   VALUE<TAB>VALUE...
#
# Needs build.sh.

results_command=""
results_name=""

results_begin() {
    results_name=$1
    shift
    results_columns=$#
    results_new=$(mktemp)
    {
        printf '# command: %s\n' "${results_command:-benchmarks/${0##*/}}"
        printf '# machine: %s\n' "$(results_machine)"
        printf '# date: %s\n' "$(date -u +%Y-%m-%d)"
        printf '# commit: %s\n' "$(results_commit)"
    } > "$results_new"
    results_rows=$(mktemp)
    [ $# -eq 0 ] || results_row "$@"
}

results_rows() {
    cat "$1" >> "$results_rows"
}

results_row() {
    [ $# -eq "$results_columns" ] || bench_fail "$results_name: a row of $# values, expected $results_columns"
    local row
    printf -v row '%s\t' "${@//[$'\t\n']/ }"
    printf '%s\n' "${row%$'\t'}" >> "$results_rows"
}

results_note() {
    printf '# note: %s\n' "$1" >> "$results_new"
}

results_end() {
    local folder=$bench_home/benchmarks/results
    mkdir -p "$folder"
    cat "$results_rows" >> "$results_new"
    chmod 644 "$results_new"
    mv -f "$results_new" "$folder/$results_name.tsv"
    local columns
    for columns in "${@:-1-}"; do
        cut -f "$columns" "$results_rows" | results_print
        printf '\n'
    done
    rm -f "$results_rows"
    printf '%s: benchmarks/results/%s.tsv\n' "${0##*/}" "$results_name" >&2
}

# Aligns tab-separated columns.
results_print() {
    awk -F '\t' '
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } fields = NF }
        END { for (r = 1; r <= NR; r++) { line = ""
                for (i = 1; i <= fields; i++)
                    line = line sprintf(cell[r, i] ~ /^[-+0-9.]+$/ || (r == 1 && i > 1) ? "%*s" : "%-*s", width[i], cell[r, i]) "  "
                sub(/ +$/, "", line); print line } }'
}

results_machine() {
    local java=java
    [ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
    printf '%s, %s cores, %s GiB, Linux %s, JDK %s\n' \
        "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" \
        "$(nproc)" \
        "$(awk '/^MemTotal:/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)" \
        "$(uname -r)" \
        "$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.runtime\.version = //p')"
}

results_commit() {
    local commit
    commit=$(git -C "$bench_home" rev-parse --short=12 HEAD 2> /dev/null) || { echo unknown && return; }
    if [ -n "$(git -C "$bench_home" status --porcelain -- ':!benchmarks/results' ':!docs' 2> /dev/null)" ]; then
        commit="$commit and changes not committed"
    fi
    printf '%s\n' "$commit"
}
