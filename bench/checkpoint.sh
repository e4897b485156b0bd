#!/bin/bash
# Checkpoints: what watching a run costs, and what is not read again. A run that writes a checkpoint a
# minute is scaled down: its checkpoints come one behind the other, the watcher's processor time (user and
# system) is divided by their number, and stands against 60 seconds of one processor. The wait between
# them is measured apart, over 20 seconds without any.
. "${SW_SOURCE:-.}/bench/lib.sh"
need openssl jq

ticks=$(getconf CLK_TCK)
spent() { # PID: seconds of processor time
    awk -v ticks="$ticks" '{ print ($14 + $15) / ticks }' "/proc/$1/stat"
}

"$SW_BIN" init >/dev/null
mkdir parts out
for i in 1 2 3 4; do
    head -c 50000000 /dev/urandom >"parts/model-0000$i-of-00004.safetensors"
done
"$SW_BIN" checkpoint watch --run r --json out >lines.jsonl 2>words &
pid=$!
until grep -qs watching words; do sleep 0.05; done
start=$(spent "$pid")
sleep 20
idle=$(calc "($(spent "$pid") - $start) / 20")
start=$(spent "$pid")
count=20
for ((n = 1; n <= count; n++)); do
    mkdir "out/checkpoint-$n"
    cp parts/* "out/checkpoint-$n/"
    echo "{\"global_step\":$n}" >"out/checkpoint-$n/trainer_state.json"
    until [ "$(wc -l <lines.jsonl)" -ge "$n" ]; do sleep 0.05; done
    [ "$n" -lt 3 ] || rm -r "out/checkpoint-$((n - 2))" # as trainers do
done
each=$(calc "($(spent "$pid") - $start) / $count")
kill "$pid"
wait "$pid" 2>/dev/null || true
limit "checkpoint watch, 200 MB a minute" "$(calc "100 * ($each / 60 + $idle)")" "% of one processor" "<= 2"
limit "checkpoint watch, idle" "$(calc "100 * $idle")" "% of one processor" "<= 0.2"
echo "# $each CPU s for a checkpoint of 200 MB"
rm -r out parts

mkdir out large
for i in 1 2 3 4; do
    head -c 536870912 /dev/urandom >"large/weights-$i"
done
head -c 4096 /dev/urandom >large/config
sleep 1 # what was written in this very moment would be read again
"$SW_BIN" checkpoint sign --run big --step 1 large >/dev/null
"$SW_BIN" checkpoint verify big --dir . >/dev/null
"$SW_BIN" checkpoint verify big --dir . --cache >/dev/null
measure -p 'cp large/config kept; cat kept >large/config' \
    "$SW_BIN" checkpoint verify big --dir . --threads 1 :: \
    "$SW_BIN" checkpoint verify big --dir . --threads 1 --cache
compare "checkpoint verify, 2 GiB, one 4 KiB file changed" "${cpu[1]}" "CPU s" "${cpu[1]}" "${cpu[0]}" "the full one" "<= 0.02"

# A chain of many checkpoints, of which only the claims are read.
mkdir many
for ((n = 1; n <= 500; n++)); do
    echo "$n" >"many/model-$n.safetensors"
done
"$SW_BIN" checkpoint watch --run many --once --settle 1s many >/dev/null
measure "$SW_BIN" checkpoint verify many
limit "checkpoint verify, a chain of 500" "$(calc "${cpu[0]} * 1000")" "CPU ms" "<= 500"
