#!/bin/bash
# Walking pickles: a small one in the process, one in a command of its own, and large ones of plain data
# beside SHA-256 of the same bytes.
. "${SW_SOURCE:-.}/bench/lib.sh"

program=$SW_BUILD/bench-pickle

"$program" make small 30 small.pkl
measure "$program" scan small.pkl 2000 :: "$SW_BIN" scan small.pkl
limit "scan of a state dict of 30 tensors, in the process" "$(calc "${cpu[0]} / 2000 * 1000")" ms "<= 2"
limit "scan of it by the command" "$(calc "${wall[1]} * 1000")" ms "<= 10"

for kind in numbers:20000000 tuples:8000000 words:5000000; do
    name=${kind%:*}
    "$program" make "$name" "${kind#*:}" large.pkl
    megabytes=$(calc "$(stat -c %s large.pkl) / 1e6")
    measure -n 2 "$program" scan large.pkl 1 :: "$program" sha256 large.pkl 1 :: "$SW_BIN" scan large.pkl
    compare "scan of a pickle of $name, time" "$(calc "$megabytes / ${cpu[0]}")" MB/s \
        "${cpu[0]}" "${cpu[1]}" "SHA-256" "<= 20"
    limit "scan of $megabytes MB of $name, memory of the largest process" "$(calc "${rss[2]} / 1000")" MB "<= 512"
done
