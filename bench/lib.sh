# shellcheck shell=bash disable=SC2034 # cpu, wall and rss are for the benchmarks that read this file
# For the benchmarks: bench/X.sh begins with
#
#     . "${SW_SOURCE:-.}/bench/lib.sh"
#
# and prints one line per figure. It runs in $scratch, an empty directory that is removed at the end.
#
#     measure [-n RUNS] [-p PREPARE] CMD… [:: CMD…]…
#         runs the commands in turn, RUNS (5) times each; then ${cpu[i]} and ${wall[i]} are the least
#         seconds and ${rss[i]} the least resident set in kB of command i. PREPARE is a shell line that
#         runs before each run and is not counted.
#     compare NAME VALUE UNIT MINE PEER PEER_NAME GOAL
#         prints "NAME: VALUE UNIT, ratio MINE/PEER against PEER_NAME (goal GOAL): met|MISSED".
#         GOAL is "<= R" or ">= R" and bounds the ratio.
#     limit NAME VALUE UNIT GOAL
#         the same for a figure that stands against a fixed number: GOAL is "<= NUMBER" or ">= NUMBER",
#         and the ratio is VALUE/NUMBER.
#     calc EXPRESSION             prints the value of an awk expression
#     need CMD…                   ends with "skipped" when a command is not installed
#
# A goal that is missed is printed, not a failure; a command that fails ends the benchmark.

set -euo pipefail
export LC_ALL=C TZ=UTC
SW_SOURCE=${SW_SOURCE:-$PWD}
SW_BUILD=${SW_BUILD:-$SW_SOURCE/build/release}
SW_BIN=${SW_BIN:-$SW_BUILD/sealwright}
SW_BENCH_CPU=${SW_BENCH_CPU:-$SW_BUILD/bench-cpu}

for bench_program in "$SW_BIN" "$SW_BENCH_CPU"; do
    [ -x "$bench_program" ] || {
        echo "bench: $bench_program is not there; run 'make bench'" >&2
        exit 2
    }
done

bench_name=$(basename "$0" .sh)
mkdir -p "$SW_BUILD/bench"
scratch=$(mktemp -d "$SW_BUILD/bench/$bench_name.XXXXXX")
bench_clean() {
    cd /
    chmod -R u+rwX "$scratch" 2>/dev/null || true
    rm -rf "$scratch"
}
trap bench_clean EXIT
trap 'exit 130' INT TERM HUP
export HOME=$scratch/home
mkdir "$HOME"
cd "$scratch"

cpu=()
wall=()
rss=()

measure() {
    local line
    line=$("$SW_BENCH_CPU" "$@")
    cpu=()
    wall=()
    rss=()
    local c w r
    while read -r c w r; do
        cpu+=("$c")
        wall+=("$w")
        rss+=("$r")
    done <<<"$line"
}

calc() {
    awk "BEGIN { printf \"%.10g\n\", $1 }"
}

# NAME VALUE UNIT RATIO PEER_NAME OP BOUND
bench_line() {
    awk -v name="$1" -v value="$2" -v unit="$3" -v ratio="$4" -v peer="$5" -v op="$6" -v bound="$7" '
        BEGIN {
            if (op != "<=" && op != ">=") {
                print "bench: a goal is \"<= R\" or \">= R\"" >"/dev/stderr"
                exit 2
            }
            met = op == "<=" ? ratio <= bound + 0 : ratio >= bound + 0
            printf "%s: %.6g %s, ratio %.3f against %s (goal %s %s): %s\n",
                name, value, unit, ratio, peer, op, bound, met ? "met" : "MISSED"
        }'
}

compare() {
    local op bound
    read -r op bound <<<"$7"
    bench_line "$1" "$2" "$3" "$(calc "$4 / $5")" "$6" "$op" "$bound"
}

limit() {
    local op bound
    read -r op bound <<<"$4"
    bench_line "$1" "$2" "$3" "$(calc "$2 / $bound")" "the limit of $bound $3" "$op" 1
}

need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || {
            echo "# $bench_name skipped: $program is not installed"
            exit 0
        }
    done
}
