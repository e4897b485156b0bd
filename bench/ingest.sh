#!/bin/bash
# From JSON lines to a committed root: samples of 287 bytes and documents of 3 KB, with one digest and
# with both, beside SHA-256 of the same bytes and beside Python, which only parses them. Also what a
# sample takes on disk, and what reading it again costs. SW_BENCH_LARGE=1 ingests 100 million samples.
. "${SW_SOURCE:-.}/bench/lib.sh"
need python3

python='
import json, sys
for line in open(sys.argv[1], "rb"):
    json.loads(line)["text"]'

"$SW_BUILD/bench-scan" make short 287000000 short.jsonl
"$SW_BUILD/bench-scan" make docs 300000000 docs.jsonl
"$SW_BIN" init >/dev/null
"$SW_BIN" data source add web >/dev/null

ingest() {
    echo "$SW_BIN data ingest $1 --source web --as $2 --restart"
}
# What the set of a version takes, for each of its samples.
bytes_per_sample() {
    local manifest samples
    read -r manifest samples < <("$SW_BIN" data show --json "$1" |
        python3 -c 'import json, sys; j = json.load(sys.stdin); print(j["manifest"][7:], j["samples"])')
    calc "$(stat -c %s .sealwright/data/sets/"$manifest".data) / $samples"
}

lines=$(wc -l <short.jsonl)
# shellcheck disable=SC2046 # commands are words
measure $(ingest short.jsonl one) --one-digest :: $(ingest short.jsonl both) :: \
    "$SW_BUILD/bench-records" sha256 short.jsonl :: python3 -c "$python" short.jsonl
one=$(calc "$lines / ${cpu[0]}")
both=$(calc "$lines / ${cpu[1]}")
limit "ingest: samples of 287 bytes, one digest" "$one" "samples per CPU second" ">= 1000000"
compare "ingest: samples, one digest, time" "$one" samples/s "${cpu[0]}" "${cpu[2]}" "SHA-256 of the file" "<= 7"
compare "ingest: samples, one digest, time" "$one" samples/s "${cpu[0]}" "${cpu[3]}" "parsing in Python" "<= 0.5"
limit "ingest: samples of 287 bytes, both digests" "$both" "samples per CPU second" ">= 1000000"
compare "ingest: samples, both digests, time" "$both" samples/s "${cpu[1]}" "${cpu[2]}" "SHA-256 of the file" "<= 7"
limit "ingest: memory for a million samples" "${rss[1]}" kB "<= 524288"
limit "ingest: size with one digest" "$(bytes_per_sample one)" "bytes per sample" "<= 40"
limit "ingest: size with both and the sorted tree" "$(bytes_per_sample both)" "bytes per sample" "<= 80"

measure -n 3 "$SW_BIN" data verify both :: "$SW_BUILD/bench-records" sha256 short.jsonl
rate=$(calc "$lines / ${cpu[0]}")
compare "ingest: reading it again, time" "$rate" samples/s "${cpu[0]}" "${cpu[1]}" "SHA-256 of the file" "<= 10"

# shellcheck disable=SC2046
measure $(ingest docs.jsonl docs) :: "$SW_BUILD/bench-records" sha256 docs.jsonl :: python3 -c "$python" docs.jsonl
rate=$(calc "$(stat -c %s docs.jsonl) / 1000000 / ${cpu[0]}")
limit "ingest: documents of 3 KB, both digests" "$rate" "MB per CPU second" ">= 450"
compare "ingest: documents, time" "$rate" MB/s "${cpu[0]}" "${cpu[1]}" "SHA-256 of the file" "<= 4"
compare "ingest: documents, time" "$rate" MB/s "${cpu[0]}" "${cpu[2]}" "parsing in Python" "<= 0.5"

[ -n "${SW_BENCH_LARGE:-}" ] || exit 0
rm short.jsonl docs.jsonl
awk 'BEGIN { for (i = 0; i < 100000000; i++) printf "{\"id\":%d,\"text\":\"%d\"}\n", i, i * 7 }' >large.jsonl
# shellcheck disable=SC2046
measure -n 1 $(ingest large.jsonl large) :: "$SW_BUILD/bench-records" sha256 large.jsonl
limit "ingest: memory for 100 million samples" "${rss[0]}" kB "<= 524288"
compare "ingest: 100 million samples, time" "$(calc "100000000 / ${cpu[0]}")" samples/s "${cpu[0]}" "${cpu[1]}" \
    "SHA-256 of the file" "<= 100"
limit "ingest: size of 100 million, both digests" "$(bytes_per_sample large)" "bytes per sample" "<= 80"
