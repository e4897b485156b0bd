#!/bin/bash
# The log: how fast entries become durable, against the same bytes written and synced by hand, and how
# fast a large log is built, against SHA-256 of as many blocks.
. "${SW_SOURCE:-.}/bench/lib.sh"

log=$SW_BUILD/bench-log

# --- durable ----------------------------------------------------------------------------------
# Wall time, since what is measured is waiting for the disk. 400 bytes is about what a claim's entry has.

count=100000
batch=256
for threads in 1 4; do
    measure -n 5 -p "rm -rf store plain; '$log' init store" \
        "$log" append store $count $batch $threads :: "$log" plain plain $count $batch
    rate=$(calc "$count / ${wall[0]}")
    name="durable entries, batches of $batch, $threads threads (wall)"
    compare "$name" "$rate" "entries/s" "${wall[0]}" "${wall[1]}" "write and fdatasync" "<= 2.5"
    limit "$name" "$rate" "entries/s" ">= 20000"
done

# Single entries share their syncs when several callers wait at once.
rm -rf store
"$log" init store
limit "wait of one in a hundred, 64 threads, single entries (wall)" \
    "$("$log" ack store 20000 1 64)" "ms" "<= 100"

# --- bulk -------------------------------------------------------------------------------------

count=2000000
measure -n 5 "$log" tree $count :: "$log" hash $count
name="bulk build, tree of $count leaves"
rate=$(calc "$count / ${cpu[0]}")
compare "$name" "$rate" "leaves/s" "${cpu[0]}" "${cpu[1]}" "SHA-256 of as many blocks" "<= 2"
limit "$name" "$rate" "leaves/s" ">= 1000000"

# With its tiles and entry bundles on disk a log of a million entries is some 8,000 files, and what those
# cost the file system is the larger part: a plain loop that writes and syncs as many files of the same
# sizes pays it, too. Nothing is deleted in between: for minutes after that some file systems look long for
# a free inode, which would be measured instead.
count=1000000
measure -n 5 -p "mkdir -p old; mv store files \$(mktemp -d old/XXXXXX) 2>/dev/null; '$log' init store" \
    "$log" build store $count :: "$log" files files $count
name="bulk build, whole log of $count entries on disk"
rate=$(calc "$count / ${cpu[0]}")
echo "# $name: ${cpu[0]} CPU seconds, ${wall[0]} wall; the plain loop: ${cpu[1]} CPU seconds, ${wall[1]} wall"
compare "$name" "$rate" "leaves/s" "${cpu[0]}" "${cpu[1]}" "a plain loop of as many files" "<= 3"
limit "$name" "$rate" "leaves/s" ">= 1000000"
compare "$name (wall)" "$(calc "$count / ${wall[0]}")" "leaves/s" "${wall[0]}" "${wall[1]}" \
    "a plain loop of as many files" "<= 3"
limit "memory for it" "${rss[0]}" "kB" "<= 100000"
