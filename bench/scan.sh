#!/bin/bash
# Checking JSON lines and finding their members, beside the tree that reads the same lines and beside
# SHA-256 of them, which has to be computed anyway.
. "${SW_SOURCE:-.}/bench/lib.sh"

program=$SW_BUILD/bench-scan
rounds=40

for kind in short docs world; do
    "$program" make "$kind" 16000000 "$kind.jsonl"
    megabytes=$(calc "$(stat -c %s "$kind.jsonl") * $rounds / 1e6")
    lines=$(calc "$(wc -l <"$kind.jsonl") * $rounds")
    measure "$program" scan "$kind.jsonl" "$rounds" :: "$program" tree "$kind.jsonl" "$rounds" :: \
        "$program" sha256 "$kind.jsonl" "$rounds"
    rate=$(calc "$megabytes / ${cpu[0]}")
    if [ "$kind" = short ]; then
        size=$(calc "$megabytes * 1e6 / $lines")
        limit "scan of lines of $size bytes" "$(calc "${cpu[0]} / $lines * 1e6")" us "<= 0.25"
    else
        limit "scan of 3 KB lines, $kind" "$rate" MB/s ">= 1200"
    fi
    compare "scan, $kind, time" "$rate" MB/s "${cpu[0]}" "${cpu[1]}" "the tree" "<= 1"
    compare "scan, $kind, time" "$rate" MB/s "${cpu[0]}" "${cpu[2]}" "SHA-256" "<= 1.5"
done
