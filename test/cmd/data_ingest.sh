# data ingest, list and show: every format, what is set aside, names and versions, salts.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
printf '{"id":"a","text":"one","label":"x"}\n' >one.jsonl
expect "a source must be known" 4 "$SW_BIN" data ingest one.jsonl --source web --as d
one_line_error "in one line"
like "and it is named" "$err" "web"
expect "one source" 0 "$SW_BIN" data source add web --licence CC0-1.0 --from example.org --consent https://example.org/terms
expect "another" 0 "$SW_BIN" data source add mail --issuer Me

# Every format, end to end: what is read, and that it is read alike again.
many=$'{"id":"a","text":"one","label":"x","lang":"en"}\n{"id":"b","text":"two","label":"y","lang":"de"}\n'
printf '%s' "$many" >plain.jsonl
gzip -k plain.jsonl
zstd -q plain.jsonl
printf '[{"id":1,"text":"one"},{"id":2,"text":"tw\\u006f"}]' >array.json
printf 'id,text\n1,one\n2,"tw""o"\n' >rows.csv
printf 'id\ttext\n1\tone\n2\ttwo\n' >rows.tsv
printf 'one\ntwo\n' >lines.txt
mkdir -p mails/ham mails/spam dolma/documents dolma/attributes shards
printf 'From: a\n\none' >mails/ham/1.eml
printf 'From: b\n\ntwo' >mails/spam/1.eml
printf '%s' "$many" | gzip >dolma/documents/0.jsonl.gz
printf '{"id":"a","attributes":{"q":[[0,3,0.5]]}}\n{"id":"b","attributes":{"q":[[0,3,0.25]]}}\n' | gzip >dolma/attributes/0.jsonl.gz
printf '{"text":"one"}\n' >shards/1.jsonl
printf '{"text":"two"}\n' >shards/2.jsonl
each() {
    local name=$1 format=$2
    shift 2
    run "$SW_BIN" data ingest --json --source web --as "$name" "$@"
    exits "$name is ingested" 0
    json "as $format" '"\(.name)@\(.version) \(.samples) \(.format) \(.bad) \(.gaps | length)"' "$name@1 2 $format 0 0"
    run "$SW_BIN" data verify --json "$name"
    exits "and is as recorded" 0
    json "all of it" '"\(.verdict) \(.compared) \(.read)"' "pass true 2"
}
each plain jsonl plain.jsonl
each gzip jsonl plain.jsonl.gz
each zstd jsonl plain.jsonl.zst
each array json array.json
each csv csv rows.csv
each tsv tsv rows.tsv
printf 'id;text\n1;one, two\n2;three\n' >semicolons.csv
expect "a CSV of semicolons is not one column" 1 "$SW_BIN" data ingest semicolons.csv --source web --as one-column
like "and it is said what to say" "$err" "the row of names has ';' and no ',': say --delimiter ';'"
each semicolons csv semicolons.csv --delimiter ';'
expect "a step reads its output so too" 0 "$SW_BIN" data run --in semicolons --out copied=copied.csv --delimiter ';' \
    -- cp semicolons.csv copied.csv
expect "another format has no delimiter" 2 "$SW_BIN" data ingest lines.txt --source web --as x --delimiter ';'
each lines lines lines.txt
each files dir mails --label-field directory
each dolma dolma dolma/documents --attributes "$tmp/dolma/attributes" --weight-field attributes.q
each shards jsonl shards
each told lines plain.jsonl --format lines
each short jsonl plain.jsonl --one-digest
head_of() {
    "$SW_BIN" data show --json "$1" | jq -r ".$2"
}
is "packing changes nothing" "$(head_of gzip ordered_head)" "$(head_of plain ordered_head)"
is "nor does another packing" "$(head_of zstd ordered_head)" "$(head_of plain ordered_head)"
is "the same texts are the same contents in every format" "$(head_of array sorted_head)" "$(head_of tsv sorted_head)"
is "in plain lines too" "$(head_of lines sorted_head)" "$(head_of tsv sorted_head)"
isnt "another text is not" "$(head_of csv sorted_head)" "$(head_of tsv sorted_head)"
isnt "the place of a sample counts in the order" "$(head_of shards ordered_head)" "$(head_of plain ordered_head)"

# What is no sample.
{
    printf '{"id":"a","text":"one"}\n'
    printf '{"id":"b","text":"two"\n\n'
    printf '[1]\n'
    printf '{"id":"c","text":"\xff"}\n'
    printf '{"id":"a","text":"three"}\n'
    printf '{"id":"d","text":"%0100d"}\n' 0
    printf '{"id":"e","text":"e","w":-1}\n'
    printf '{"id":"f","body":"f","w":2}\n'
} >bad.jsonl
run "$SW_BIN" data ingest --json bad.jsonl --source web --as bad --text-field text --weight-field w --record-max 64
exits "bad records are set aside" 0
json "and counted" '"\(.samples) \(.bad) \(.repeated_ids)"' "2 6 1"
documented "as the documentation says" "data ingest, data join"
json "by their reasons" '[.quarantined[] | "\(.reason)=\(.count)"] | join(" ")' \
    "invalid-json=1 invalid-utf8=1 invalid-weight=1 missing-text=1 not-an-object=1 too-long=1"
like "the first is told" "$(jq -r .first_fault "$tmp.out")" '^bad.jsonl, line 2, byte 24: invalid-json, '
json "an id that comes twice is a gap" '.gaps[0]' "1 sample has an id that stood before"
run "$SW_BIN" data show --json bad
documented "it is documented" "data list, data show"
json "the version says how many" '[.quarantined[] | .count] | add' 6
json "plain digests have no salt" .salt null
run "$SW_BIN" data show --quarantine bad
exits "they are listed" 0
documented "as it is documented" "data list, data show"
is "each in a line" "$(wc -l <"$tmp.out")" 7
is "with its place and reason" "$(jq -r 'select(.kept | not) | "\(.line) \(.offset) \(.length) \(.reason)"' "$tmp.out" | head -n 2 | tr '\n' ,)" \
    "2 24 22 invalid-json,4 48 3 not-an-object,"
is "and the sample that was kept all the same" "$(jq -r 'select(.kept) | "\(.line) \(.reason)"' "$tmp.out")" "6 repeated-id"
run "$SW_BIN" data ingest bad.jsonl --source web --as bad
like "people are told, too" "$out" "set aside +3 records: 1 invalid-json, 1 invalid-utf8, 1 not-an-object"
expect "without faults there is nothing to list" 0 "$SW_BIN" data show --quarantine plain
is "not even a line" "$out" ""

expect "--strict refuses" 1 "$SW_BIN" data ingest bad.jsonl --source web --as strict --strict
one_line_error "in one line"
like "at the first record" "$err" "bad.jsonl, line 2, byte 24: invalid-json"
printf '{"id":"a","text":"1"}\n{"id":"a","text":"2"}\n' >twice.jsonl
expect "an id that comes twice, too" 1 "$SW_BIN" data ingest twice.jsonl --source web --as strict --strict
like "with its place" "$err" "line 2, byte 22: repeated-id"
expect "and records nothing" 4 "$SW_BIN" data show strict
head -c 40 plain.jsonl.gz >cut.jsonl.gz
run "$SW_BIN" data ingest --json cut.jsonl.gz --source web --as cut
exits "a file that is cut within its first record has no sample" 1
like "and is told why" "$err" "truncated"
{
    printf '%s' "$many" | gzip
    head -c 40 plain.jsonl.gz
} >half.jsonl.gz
run "$SW_BIN" data ingest --json half.jsonl.gz --source web --as half
exits "what came before the cut is read" 0
json "and the rest is counted" '"\(.samples) \(.quarantined[0].reason)"' "2 truncated"
printf 'a,b\n1\n2,3\n4,5,6\n"7\n' >ragged.csv
run "$SW_BIN" data ingest --json ragged.csv --source web --as ragged
json "ragged rows are set aside" '[.quarantined[] | "\(.reason)=\(.count)"] | join(" ")' "ragged-row=2 unclosed-quote=1"
head -c 3000 /dev/zero | tr '\0' x >long.txt
truncate -s 2G long.txt
printf '\nshort\n' >>long.txt
run "$SW_BIN" data ingest --json long.txt --source web --as long
exits "a line of 2 GB is passed over" 0
json "and the one behind it is read" '"\(.samples) \(.quarantined[0].reason)"' "1 too-long"
rm long.txt
mkdir odd
printf x >odd/a
ln -s a odd/link
mkfifo odd/pipe
printf y >"odd/b
c"
run "$SW_BIN" data ingest --json odd --source web --as odd
exits "a directory with other things" 0
json "names each" '"\(.samples) \([.quarantined[] | "\(.reason)=\(.count)"] | join(" "))"' \
    "1 bad-name=1 special-file=1 symlink=1"

# The store is no data, though it stands in the directory.
mkdir home
printf 'a\n' >home/a.txt
expect "a store among the data" 0 "$SW_BIN" init --store home/.sealwright
expect "with a source" 0 "$SW_BIN" data source add web --store home/.sealwright
run "$SW_BIN" data ingest --json home --source web --as d --store home/.sealwright
json "is not read" '"\(.samples) \(.bad)"' "1 0"
expect "one of another name" 0 "$SW_BIN" init --store home/store
expect "with a source" 0 "$SW_BIN" data source add web --store home/store
expect "would be read, and is refused" 2 "$SW_BIN" data ingest home --source web --as d --store home/store
like "with what to do" "$err" "the store stands in"

# Names and versions.
is "the first version is 1" "$(head_of plain version)" 1
run "$SW_BIN" data ingest --json lines.txt --source mail --as plain
json "the next is the next number" .version 2
json "a source's gaps are the dataset's" '[.gaps[] | select(startswith("source mail has no"))] | length' 3
run "$SW_BIN" data ingest --json lines.txt --source web --as plain@v1.1
json "or what it is called" .version v1.1
is "the newest is meant by the name" "$(head_of plain version)" v1.1
is "each can be named" "$(head_of plain@1 format)" jsonl
is "also by its manifest" "$(head_of "$(head_of plain@2 manifest)" version)" 2
run "$SW_BIN" data ingest --json lines.txt --source web --as plain@v1.1
exits "the same again is no other" 0
sets=$(ls .sealwright/data/sets)
printf 'three\n' >three.txt
expect "other samples of that version are refused" 1 "$SW_BIN" data ingest three.txt --source web --as plain@2
one_line_error "in one line"
like "that says what to do" "$err" "choose another version"
is "and nothing is left of them" "$(ls .sealwright/data/sets)" "$sets"
run "$SW_BIN" data list --json
exits "the list" 0
documented "is documented" "data list, data show"
json "has each version" '[.[] | select(.name == "plain") | .version] | join(" ")' "1 2 v1.1 v1.1"
json "says what is known" '.[0] | "\(.name) \(.samples) \(.format) \(.declared) \(.location)"' "plain 2 jsonl false $tmp/plain.jsonl"
run "$SW_BIN" data list
like "people see the gaps" "$out" "bad@1 .*gaps"
run "$SW_BIN" data show --json plain@1
json "its source has what is known of it" '.sources[0] | "\(.name) \(.samples) \(.licence) \(.origin)"' "web 2 CC0-1.0 example.org"
json "it is signed" .signer default
run "$SW_BIN" data show plain@2
like "people see the gaps" "$out" "gap .*source mail has no licence"

# Salts.
run "$SW_BIN" data ingest --json lines.txt --source web --as keyed --salted
exits "a salted set" 0
isnt "has other digests" "$(head_of keyed sorted_head)" "$(head_of lines sorted_head)"
salt=$(head_of keyed salt)
like "names its salt" "$salt" '^[0-9a-f]{32}$'
is "which only the owner can read" "$(stat -c %a ".sealwright/data/salts/$salt")" 600
run "$SW_BIN" data ingest --json lines.txt --source web --as keyed --salt "$salt"
json "with the same salt it is the same" .manifest "$(head_of keyed@1 manifest)"
run "$SW_BIN" data ingest --json lines.txt --source web --as other --salted
isnt "with another it is not" "$(jq -r .manifest "$tmp.out")" "$(head_of keyed@1 manifest)"
expect "an unknown salt" 4 "$SW_BIN" data ingest lines.txt --source web --as x --salt 00000000000000000000000000000000
expect "one that leads elsewhere" 1 "$SW_BIN" data ingest lines.txt --source web --as x --salt ../../keys/default.key
salts=$(ls .sealwright/data/salts)
expect "a salted set that fails" 1 "$SW_BIN" data ingest bad.jsonl --source web --as x --salted --strict
is "leaves no salt behind" "$(ls .sealwright/data/salts)" "$salts"

# As a tired user gives them. Nobody waits for the whole input to hear of it.
expect "no source" 2 "$SW_BIN" data ingest lines.txt --as x
like "is asked for" "$err" "--source NAME"
expect "no dataset" 2 "$SW_BIN" data ingest lines.txt --source web
expect "no path" 2 "$SW_BIN" data ingest --source web --as x
expect "a path that is not there" 4 "$SW_BIN" data ingest nope --source web --as x
expect "an empty directory" 1 "$SW_BIN" data ingest "$(mktemp -d -p .)" --source web --as x
: >empty.txt
expect "an empty file" 1 "$SW_BIN" data ingest empty.txt --source web --as x
like "has no sample" "$err" "has no sample"
expect "a format that is none" 2 "$SW_BIN" data ingest lines.txt --source web --as x --format xml
like "is told which there are" "$err" "jsonl, json, csv"
expect "a field of a format without" 2 "$SW_BIN" data ingest lines.txt --source web --as x --text-field body
head -c 100 /dev/urandom >noise.bin
expect "what no reader knows" 1 "$SW_BIN" data ingest noise.bin --source web --as x
for name in 'a b' '../x' 'x@' '@1' 'x@a/b' ''; do
    expect "'$name' is no name" 2 "$SW_BIN" data ingest nope.jsonl --source web --as "$name"
done
expect "nor is this a source" 2 "$SW_BIN" data ingest lines.txt --source 'a b' --as x
expect "two salts" 2 "$SW_BIN" data ingest lines.txt --source web --as x --salted --salt "$salt"
expect "a part of nothing" 2 "$SW_BIN" data ingest lines.txt --source web --part 3/2 --out p
expect "no part" 2 "$SW_BIN" data ingest lines.txt --source web --part 0/2 --out p
expect "a part without a file" 2 "$SW_BIN" data ingest lines.txt --source web --part 1/2
expect "a file without a part" 2 "$SW_BIN" data ingest lines.txt --source web --as x --out p
expect "a version of nothing" 4 "$SW_BIN" data show nope
expect "another of something" 4 "$SW_BIN" data show plain@9
one_line_error "in one line"
expect "nothing of this was recorded" 4 "$SW_BIN" data show x
is "and nothing is left" "$(find .sealwright/data/sets -name '*.partial*')" ""

# A store that cannot be written.
chmod -R a-w .sealwright
if touch .sealwright/x 2>/dev/null; then
    rm -f .sealwright/x
    skip 3 "this user may write everywhere"
else
    expect "a store that is read only is told before anything is read" 4 "$SW_BIN" data ingest plain.jsonl --source web --as ro
    one_line_error "in one line"
    expect "a part needs only to read it" 0 "$SW_BIN" data ingest plain.jsonl --source web --part 1/1 --out part.data
fi
chmod -R u+w .sealwright
expect "the log holds" 0 "$SW_BIN" log verify
done_testing
