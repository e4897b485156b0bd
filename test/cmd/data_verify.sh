# data verify: reads the data again and names what is not as recorded; checks what the store keeps of it.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
expect "a source" 0 "$SW_BIN" data source add web --licence CC0-1.0 --from example.org --consent https://example.org/terms
ingest() {
    local name=$1
    shift
    expect "$name is ingested" 0 "$SW_BIN" data ingest "$@" --source web --as "$name"
}
# problems NAME WANT ARGS…: what `data verify` says of each problem, one a line.
problems() {
    run "$SW_BIN" data verify --json "${@:3}"
    is "$1" "$(jq -r '.problems[] | "\(.kind) \(.sample) \(.where)"' "$tmp.out")" "$2"
}
counts() {
    is "$1" "$(jq -r '.counts | to_entries | map(select(.value > 0) | "\(.key)=\(.value)") | join(" ")' "$tmp.out")" "$2"
}

seq 100 119 >lines.txt
ingest lines lines.txt
expect "nothing changed" 0 "$SW_BIN" data verify lines
like "people see" "$out" "as recorded  lines@1: 20 samples, 20 records read again"
sed 's/^105$/other/' -i lines.txt
problems "a change has its number and place" "changed 5 lines.txt, byte 20" lines
exits "it fails" 1
json "with a verdict" '"\(.verdict) \(.compared) \(.read) \(.samples)"' "fail true 20 20"
run "$SW_BIN" data verify lines
exits "people see it" 1
like "too" "$out" "changed .*changed +sample 5 +lines.txt, byte 20"
seq 100 119 | grep -vx '105' >lines.txt
problems "a sample that is gone" "missing 5 lines.txt, byte 20" lines
seq 100 119 | sed '5a new' >lines.txt
problems "one that is new" "added null lines.txt, byte 20" lines
documented "as it is documented" "data verify"
seq 100 119 | sed '5a new\nnewer' >lines.txt
problems "and the one behind it" $'added null lines.txt, byte 20\nadded null lines.txt, 1 record behind byte 20' lines
{
    seq 101 119
    echo 100
} >lines.txt
problems "one that went to the end" "moved 0 lines.txt, byte 76" lines
{
    echo first
    seq 100 119
} >lines.txt
problems "a line at the top moves nothing" "added null lines.txt, byte 0" lines
tac lines.txt >back.txt
mv back.txt lines.txt
run "$SW_BIN" data verify --json lines
counts "backwards all but one moved" "added=1 moved=19"
: >lines.txt
run "$SW_BIN" data verify --json lines
counts "an empty file has nothing of it" "missing=20"
seq 500 519 >lines.txt
run "$SW_BIN" data verify --json lines
counts "another file is another" "changed=20"

# In a big file, and where lines come often.
many=$(sized 200000 80000) # more than one group of rows
seq 1 "$many" >big.txt
ingest big big.txt
{
    echo first
    cat big.txt
} >longer.txt
problems "a line at the top of a big file" "added null longer.txt, byte 0" big --at longer.txt
shuf --random-source=big.txt big.txt >shuffled.txt
run "$SW_BIN" data verify --json big --at shuffled.txt
exits "a shuffled file" 1
counts "is told as moved" "moved=$(jq .counts.moved "$tmp.out")"
json "most of it" ".counts.moved > $((many * 3 / 4))" true
json "of which the first are named" '.problems | length' 1000
{
    yes yes | head -n $((many * 3 / 10))
    yes no | head -n $((many * 3 / 10))
} >answers.txt
ingest answers answers.txt
shuf --random-source=big.txt answers.txt >shuffled.txt
run "$SW_BIN" data verify --json answers --at shuffled.txt
counts "lines that come often are told as well" "moved=$(jq .counts.moved "$tmp.out")"
awk -v half=$((many * 3 / 10)) \
    'BEGIN { for (i = 0; i < 2 * half; i++) printf "{\"id\":%d,\"text\":\"%s\"}\n", i, i < half ? "yes" : "no" }' >answers.jsonl
ingest labels answers.jsonl
shuf --random-source=big.txt answers.jsonl >shuffled.jsonl
run "$SW_BIN" data verify --json labels --at shuffled.jsonl
counts "so are records that share their text" "moved=$(jq .counts.moved "$tmp.out")"

# Directories, other formats, and what stands beside.
mkdir files
for i in a b c d; do
    echo "file $i" >files/$i.txt
done
ingest files files --format dir
cp -r files moved
expect "it may stand elsewhere" 0 "$SW_BIN" data verify files --at moved
mv moved/b.txt moved/bb.txt
problems "a file of another name" "moved 1 bb.txt, byte 0" files --at moved
mv moved/bb.txt moved/z.txt
problems "also at another place" "moved 1 z.txt, byte 0" files --at moved
mv moved/z.txt moved/b.txt
echo aaa >moved/aa.txt
echo aab >moved/ab.txt
problems "files that are new, each by its name" $'added null aa.txt, byte 0\nadded null ab.txt, byte 0' files --at moved
rm moved/aa.txt moved/ab.txt
echo more >>moved/c.txt
problems "a file that changed" "changed 2 c.txt, byte 0" files --at moved
rm moved/c.txt
problems "one that is gone" "missing 2 c.txt, byte 0" files --at moved
cp files/c.txt moved/
echo new >moved/aa.txt
problems "one that is new" "added null aa.txt, byte 0" files --at moved
mkdir -p labels/ham labels/spam
for i in 1 2 3; do
    echo "ham $i" >labels/ham/$i.txt
    echo "spam $i" >labels/spam/$i.txt
done
ingest labelled labels --format dir --label-field directory
mv labels/spam labels/junk
problems "a directory that is a label" $'moved 3 junk/1.txt, byte 0\nmoved 4 junk/2.txt, byte 0\nmoved 5 junk/3.txt, byte 0' labelled
mv labels/junk labels/spam
mv labels/ham/2.txt labels/spam/9.txt
problems "a file with another label" "moved 1 spam/9.txt, byte 0" labelled
printf '{"id":1,"text":"a","score":1}\n{"id":2,"text":"b","score":2}\n' >w.jsonl
ingest weighed w.jsonl --weight-field score
sed -i 's/"score":2/"score":3/' w.jsonl
problems "a weight is part of a record" "changed 1 w.jsonl, byte 30" weighed
mkdir docs attributes
printf '{"id":"a","text":"1"}\n{"id":"b","text":"2"}\n' >docs/0.jsonl
printf '{"id":"a","attributes":{"q":1}}\n{"id":"b","attributes":{"q":2}}\n' >attributes/0.jsonl
ingest dolma docs --attributes "$tmp/attributes" --weight-field attributes.q
sed -i 's/"q":2/"q":4/' attributes/0.jsonl
problems "and is seen where it stands beside" "changed 1 0.jsonl, byte 22" dolma
printf 'id;text\n' >t.csv
printf 'id,text\n1,"a\nb"\n2,c\n' >t.csv
ingest table t.csv
sed -i 's/^2,c$/2,"c"/' t.csv
problems "another way to write the same text is another record" "changed 1 t.csv, byte 16" table
printf '{"id":1,"text":"a"}\n{"id":2,"text":"b"}\n' >b.jsonl
ingest broken b.jsonl
sed -i '2s/}$//' b.jsonl
problems "a record that is broken now is missing" "missing 1 b.jsonl, byte 20
added null records that are no samples: 1, and 0 when it was recorded" broken
json "and counted as bad" .bad 1
gzip -c big.txt >big.txt.gz
expect "packed it is the same" 0 "$SW_BIN" data verify big --at big.txt.gz
head -c 100000 big.txt.gz >cut.gz
run "$SW_BIN" data verify --json big --at cut.gz
exits "cut off it is not" 1
json "but less" ".counts.missing == $many - .read" true

# Salts.
seq 1 9 >s.txt
ingest salted s.txt --salted
expect "with its salt a set is compared" 0 "$SW_BIN" data verify salted
rm .sealwright/data/salts/*
run "$SW_BIN" data verify --json salted
exits "without it there is no evidence" 3
json "and it says so" '"\(.verdict) \(.compared) \(.not_compared_because)"' \
    "no-evidence false its salt was forgotten: no digest can be made again"
run "$SW_BIN" data verify salted
like "people are told" "$out" "no evidence .*its salt was forgotten"
expect "what the store keeps is whole all the same" 0 "$SW_BIN" data verify --store-only salted

# As a tired user.
expect "no dataset" 2 "$SW_BIN" data verify
expect "one that is not there" 4 "$SW_BIN" data verify nope
rm w.jsonl
expect "data that is not there" 4 "$SW_BIN" data verify weighed
one_line_error "is one line"
expect "but the store can be checked" 0 "$SW_BIN" data verify --store-only weighed
expect "a place that is not there" 4 "$SW_BIN" data verify lines --at nope
expect "nothing of it there" 1 "$SW_BIN" data verify files --at docs

# What the store keeps: any byte that is another is found.
seq 100 119 >lines.txt
ingest small lines.txt --one-digest
set=.sealwright/data/sets/$("$SW_BIN" data show --json small | jq -r .manifest | cut -d: -f2).data
cp "$set" kept
size=$(stat -c %s kept)
missed=
for ((at = 0; at < size; at += 1 + size / 23)); do
    python3 -c 'import sys
path, at = sys.argv[1], int(sys.argv[2])
data = bytearray(open("kept", "rb").read())
data[at] ^= 1 << at % 8
open(path, "wb").write(data)' "$set" "$at"
    "$SW_BIN" data verify --store-only --json small >flip.json 2>/dev/null
    if [ $? -ne 1 ] || [ "$(jq '.counts.broken > 0' flip.json)" != true ]; then
        missed+=" $at"
    fi
done
is "every byte that is flipped is found" "$missed" ""
run "$SW_BIN" data verify small
exits "a set that is not what was signed" 1
like "says nothing about the data" "$out" "broken"
like "and that it does not" "$out" "what the store keeps of it is broken"
for cut in 0 1 $((size / 2)) $((size - 1)); do
    head -c "$cut" kept >"$set"
    expect "cut to $cut bytes it is found" 1 "$SW_BIN" data verify --store-only small
done
{
    cat kept
    echo x
} >"$set"
expect "so is a byte more" 1 "$SW_BIN" data verify --store-only small
cp .sealwright/data/sets/"$("$SW_BIN" data show --json big | jq -r .manifest | cut -d: -f2)".data "$set"
expect "so is another set in its place" 1 "$SW_BIN" data verify --store-only small
rm "$set"
expect "a set that is gone is not there" 4 "$SW_BIN" data verify --store-only small
cp kept "$set"
expect "and is as recorded when it is back" 0 "$SW_BIN" data verify small
blob=$(find .sealwright/blobs -type f | sort | head -n 1)
chmod u+w "$blob"
printf X | dd of="$blob" bs=1 seek=40 conv=notrunc status=none
expect "so is a claim that was changed" 1 "$SW_BIN" data verify --store-only small
done_testing
