#!/bin/bash
# The lineage of one step over 100 million samples: what it costs on disk, how fast one sample's edge and
# fate are found, and what writing and checking cost beside writing the same pairs as plain numbers.
. "${SW_SOURCE:-.}/bench/lib.sh"

lineage=$SW_BUILD/bench-lineage
rows=${SW_BENCH_ROWS:-100000000}

size_of() {
    calc "$(stat -c %s "$1") / $rows"
}

for style in identity filter shuffle; do
    runs=2
    [ "$style" != shuffle ] || runs=1
    measure -n $runs "$lineage" write "$style" "$rows" "$style" :: "$lineage" pairs "$rows" plain
    rate=$(calc "$rows / ${cpu[0]}")
    compare "write, $style" "$rate" "rows/s" "${cpu[0]}" "${cpu[1]}" "the pairs as plain numbers" "<= 100"
    limit "memory for it, $style" "${rss[0]}" "kB" "<= 524288"
    compare "size, $style" "$(size_of "$style")" "bytes/row" "$(size_of "$style")" "$(size_of plain)" \
        "the pairs as plain numbers" "<= 0.5"
    rm plain
    "$lineage" ask "$style" 200 >/dev/null
    limit "one edge or fate, $style" "$("$lineage" ask "$style" 1000)" "ms" "<= 1"
    measure -n 2 "$lineage" push "$style"
    limit "all rows forwards and backwards, $style" "${cpu[0]}" "s" "<= 8"
    measure -n 1 "$lineage" verify "$style"
    limit "verify, $style" "$(calc "$rows / ${cpu[0]}")" "rows/s" ">= 5000000"
    rm "$style"
done
