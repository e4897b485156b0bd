#!/bin/bash
# Matching by likeness: texts went through a step and are found again. What counts is the text of both
# sides; the peer is SHA-256 over the same bytes.
. "${SW_SOURCE:-.}/bench/lib.sh"

near=$SW_BUILD/bench-near

# STEP COUNT WORDS NAME: the least of three runs.
figure() {
    local match sha bytes best_match="" best_sha="" rate
    for _ in 1 2 3; do
        read -r match sha bytes < <("$near" near "$1" "$2" "$3")
        best_match=$(awk -v a="${best_match:-$match}" -v b="$match" 'BEGIN { print a < b ? a : b }')
        best_sha=$(awk -v a="${best_sha:-$sha}" -v b="$sha" 'BEGIN { print a < b ? a : b }')
    done
    rate=$(calc "$bytes / $best_match / 1000000")
    compare "$4" "$rate" "MB/s" "$best_match" "$best_sha" "SHA-256 of the same bytes" "<= 100"
    limit "$4" "$rate" "MB/s" ">= 20"
}

figure keep 50000 350 "texts of 2 kB, unchanged"
figure edit 50000 350 "texts of 2 kB, edited"
figure edit 400000 30 "texts of 200 B, edited"
figure split 50000 350 "texts of 2 kB, split in four"
figure pack 50000 350 "texts of 2 kB, four packed into one"
