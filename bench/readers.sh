#!/bin/bash
# Reading samples: JSON lines of 287 bytes and documents of 3 KB, plain, packed and in other formats,
# beside SHA-256 of the same file and beside jq and Python, which people read such files with.
. "${SW_SOURCE:-.}/bench/lib.sh"
need jq python3 gzip zstd

program=$SW_BUILD/bench-records
python='
import json, sys
for line in open(sys.argv[1], "rb"):
    json.loads(line)["text"]'
to_csv='
import csv, json, sys
out = csv.writer(sys.stdout)
out.writerow(["id", "text", "label"])
for line in open(sys.argv[1]):
    j = json.loads(line)
    out.writerow([j["id"], j["text"], j["label"]])'
csv_python='
import csv, sys
csv.field_size_limit(1 << 30)
for row in csv.DictReader(open(sys.argv[1], newline="")):
    row["text"]'

"$SW_BUILD/bench-scan" make short 64000000 short.jsonl
"$SW_BUILD/bench-scan" make docs 256000000 docs.jsonl
megabytes() {
    calc "$(stat -c %s "$1") / 1e6"
}

lines=$(wc -l <short.jsonl)
measure "$program" jsonl short.jsonl :: "$program" sha256 short.jsonl :: python3 -c "$python" short.jsonl :: \
    jq -c . short.jsonl
rate=$(calc "$lines / ${cpu[0]}")
limit "readers: JSON lines of 287 bytes" "$rate" "records per CPU second" ">= 3000000"
compare "readers: JSON lines of 287 bytes, time" "$rate" records/s "${cpu[0]}" "${cpu[1]}" "SHA-256 of the file" "<= 2"
compare "readers: JSON lines of 287 bytes, time" "$rate" records/s "${cpu[0]}" "${cpu[2]}" "Python's json" "<= 0.2"
compare "readers: JSON lines of 287 bytes, time" "$rate" records/s "${cpu[0]}" "${cpu[3]}" "jq -c ." "<= 0.1"

measure "$program" jsonl docs.jsonl :: "$program" sha256 docs.jsonl :: python3 -c "$python" docs.jsonl :: cat docs.jsonl
rate=$(calc "$(megabytes docs.jsonl) / ${cpu[0]}")
limit "readers: documents of 3 KB" "$rate" MB/s ">= 1200"
compare "readers: documents of 3 KB, time" "$rate" MB/s "${cpu[0]}" "${cpu[1]}" "SHA-256 of the file" "<= 1.2"
compare "readers: documents of 3 KB, time" "$rate" MB/s "${cpu[0]}" "${cpu[2]}" "Python's json" "<= 0.2"
compare "readers: documents of 3 KB, time" "$rate" MB/s "${cpu[0]}" "${cpu[3]}" "cat" "<= 20"
limit "readers: memory for documents of 3 KB" "$(calc "${rss[0]} / 1000")" MB "<= 16"

gzip -1 -k docs.jsonl
zstd -q -3 docs.jsonl
mv docs.jsonl.gz docs_gz.jsonl
mv docs.jsonl.zst docs_zst.jsonl
measure "$program" jsonl docs_gz.jsonl :: gzip -dc docs_gz.jsonl :: "$program" jsonl docs_zst.jsonl :: zstd -dqc docs_zst.jsonl
rate=$(calc "$(megabytes docs.jsonl) / ${cpu[0]}")
compare "readers: documents in gzip, time" "$rate" MB/s "${cpu[0]}" "${cpu[1]}" "gzip -dc" "<= 1.5"
rate=$(calc "$(megabytes docs.jsonl) / ${cpu[2]}")
compare "readers: documents in zstd, time" "$rate" MB/s "${cpu[2]}" "${cpu[3]}" "zstd -dqc" "<= 2.5"

python3 -c "$to_csv" docs.jsonl >docs.csv
{
    echo '['
    sed '$!s/$/,/' docs.jsonl
    echo ']'
} >docs.json
measure "$program" csv docs.csv :: python3 -c "$csv_python" docs.csv :: "$program" json docs.json :: \
    "$program" lines docs.jsonl :: "$program" sha256 docs.jsonl
rate=$(calc "$(megabytes docs.csv) / ${cpu[0]}")
compare "readers: CSV, time" "$rate" MB/s "${cpu[0]}" "${cpu[1]}" "Python's csv" "<= 0.3"
rate=$(calc "$(megabytes docs.json) / ${cpu[2]}")
limit "readers: an array of documents" "$rate" MB/s ">= 450"
rate=$(calc "$(megabytes docs.jsonl) / ${cpu[3]}")
compare "readers: plain lines, time" "$rate" MB/s "${cpu[3]}" "${cpu[4]}" "SHA-256 of the file" "<= 0.5"
