#!/bin/bash
# "data import": what another tool's document says is recorded as declared, a file that lies here is
# verified, and nothing more.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

abc=$(printf abc | sha256sum | cut -d' ' -f1)
xyz=$(printf xyz | sha256sum | cut -d' ' -f1)

# A Croissant document about the dataset $1, with the members $2 (JSON) put in or replaced.
croissant() {
    jq -n --arg name "$1" --arg abc "$abc" --arg xyz "$xyz" --argjson more "${2:-{\}}" '{
        "@context": {
            "@vocab": "https://schema.org/", "sc": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",
            "conformsTo": "dct:conformsTo", "recordSet": "cr:recordSet", "field": "cr:field",
            "containedIn": "cr:containedIn"
        },
        "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": $name,
        "description": "letters", "url": "https://example.com/letters", "license": "CC-BY-4.0",
        "datePublished": "2026-01-01", "version": "2", "creator": {"@type": "sc:Person", "name": "Ada"},
        "distribution": [
            {"@type": "cr:FileObject", "@id": "abc.txt", "contentUrl": "abc.txt",
             "encodingFormat": "text/plain", "contentSize": "3 B", "sha256": $abc},
            {"@type": "cr:FileObject", "@id": "far.txt", "contentUrl": "https://example.com/xyz.txt",
             "encodingFormat": "text/plain", "sha256": $xyz},
            {"@type": "cr:FileObject", "@id": "issue.txt", "contentUrl": "issue.txt",
             "encodingFormat": "text/plain", "sha256": "https://example.com/issues/80"}
        ]
    } + $more'
}

mkdir docs downloads
printf abc >docs/abc.txt
printf xyz >downloads/xyz.txt
croissant letters >docs/croissant.json

# --- without a store ---------------------------------------------------------------------------

expect "a document is checked without a store" 0 "$SW_BIN" data import docs/croissant.json --check
like "the file that lies here is verified" "$out" "verified +abc.txt"
like "one that lies elsewhere is declared" "$out" "declared +far.txt +elsewhere"
like "one with an address as digest is declared" "$out" "declared +issue.txt +bad-digest"
like "and the address is told" "$out" "problem +bad-digest +issue.txt.*is an address"
expect "to record, a store is needed" 4 "$SW_BIN" data import docs/croissant.json
one_line_error "in one line"

expect "with --files those with an address are found by their last name" 0 \
    "$SW_BIN" data import docs/croissant.json --check --files downloads --json
json "the far file is verified" '.datasets[0].files[] | select(.id == "far.txt") | .proof' verified
json "the near one is not there" '.datasets[0].files[] | select(.id == "abc.txt") | [.proof, .why] | tojson' \
    '["declared","not-here"]'
json "nothing was recorded" '[.recorded, .claim, .leaf] | tojson' '[false,null,null]'

expect "problems refuse under --strict" 1 "$SW_BIN" data import docs/croissant.json --check --strict
like "and that is said" "$out" "the document has problems"

# --- recording ---------------------------------------------------------------------------------

expect "a store is made" 0 "$SW_BIN" init --origin example.com/import
expect "the document is recorded" 0 "$SW_BIN" data import docs/croissant.json --json
cp "$tmp.out" imported.json
json "as a new declared dataset and source" '[.new_datasets, .new_sources[]] | tojson' '[1,"letters"]'
json "by its name and version" '.datasets[0] | [.name, .version, .attached] | tojson' '["letters","2",false]'
manifest=$(jq -r '.datasets[0].manifest' imported.json)
expect "its claims are about its manifest" 0 "$SW_BIN" evidence query "$manifest" --json
json "a dataset and a declaration" 'map(.predicate_type) | sort | join(" ")' \
    "urn:sealwright:claim:dataset:v1 urn:sealwright:claim:declaration:v1"
expect "the source is there" 0 "$SW_BIN" data source show letters --json
json "with the document's licence" .record.use.license CC-BY-4.0
json "and consent is a gap" '.gaps | index("no consent") != null' true

# The predicate of the newest claim of a type.
predicate() {
    "$SW_BIN" evidence show "$1" --raw | jq -r .dsseEnvelope.payload | base64 -d | jq .predicate
}
predicate "$(jq -r .claim imported.json)" >declaration.json
schema=$SW_SOURCE/doc/claims/declaration.schema.json
cat >validate.py <<'PY'
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
with open(sys.argv[2], encoding="utf-8") as f:
    jsonschema.Draft202012Validator(schema).validate(json.load(f))
PY
if python3 -c 'import jsonschema' 2>/dev/null; then
    expect "the declaration follows its schema" 0 python3 validate.py "$schema" declaration.json
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' \
        "$SW_SOURCE/doc/claims/declaration.md" >example.json
    expect "the example in the page follows it" 0 python3 validate.py "$schema" example.json
    for bad in '.datasets[0].files[0] |= del(.digest)' '.datasets[0].files[1].proof = "trusted"' \
        'del(.document)' '.problems[0].kind = "?"' '.owner = 1'; do
        jq "$bad" declaration.json >bad.json
        run python3 validate.py "$schema" bad.json
        isnt "the schema refuses $bad" "$rc" 0
    done
else
    skip 7 "python3-jsonschema is not installed"
fi

expect "the same document again is no new dataset" 0 "$SW_BIN" data import docs/croissant.json --json
json "nothing is new" '[.new_datasets, (.new_sources | length)] | tojson' '[0,0]'

leaves=$("$SW_BIN" evidence list --json | jq length)
printf abd >docs/abc.txt
expect "a file that is another one refuses the document" 1 "$SW_BIN" data import docs/croissant.json
like "and is named" "$out" "contradicted +abc.txt"
printf abc >docs/abc.txt
croissant letters '{"keywords": ["new"]}' >docs/other.json
expect "another document about the same version is refused" 1 "$SW_BIN" data import docs/other.json
one_line_error "in one line"
like "that says what to do" "$err" "choose another name with --as"
is "and nothing was recorded" "$("$SW_BIN" evidence list --json | jq length)" "$leaves"
expect "under another version it is recorded" 0 "$SW_BIN" data import docs/other.json --as letters@3

expect "it comes from standard input, too" 0 bash -c "'$SW_BIN' data import - --as piped <docs/croissant.json"
like "where no file lies beside it" "$out" "declared +abc.txt"

# --- what is refused ---------------------------------------------------------------------------

bad() {
    printf '%s' "$2" >bad.json
    expect "$1 is refused" "$3" "$SW_BIN" data import bad.json "${@:5}"
    one_line_error "$1: in one line"
    like "$1: with the reason" "$err" "$4"
}
bad "an empty file" '' 1 "looks like no Croissant"
bad "text" 'hello mlcommons.org/croissant' 1 "byte 0"
bad "a context that stands elsewhere" \
    '{"@context":"http://mlcommons.org/croissant/1.1","@type":"sc:Dataset","name":"x"}' 3 "does not say"
bad "only a remote context" \
    '{"@context":"https://schema.org/","@type":"Dataset","x":"mlcommons.org/croissant"}' 1 "is not fetched"
bad "a circular context" \
    '{"@context":{"a":"b:1","b":"a:1"},"a":1}' 1 "by itself" --format croissant
bad "a property that is said twice" \
    '{"@context":{"@vocab":"http://schema.org/","sc":"http://schema.org/"},"name":1,"sc:name":2}' 1 \
    "said twice" --format croissant
bad "a version that is not read" \
    '{"@type":"http://schema.org/Dataset","http://purl.org/dc/terms/conformsTo":"http://mlcommons.org/croissant/2.0"}' \
    3 "Croissant 2.0; 1.0 and 1.1 are read"
bad "deep nesting" "$(printf '[%.0s' {1..100})" 1 "deep|levels" --format croissant
bad "an unknown format" '{}' 2 "no format 'turtle'" --format turtle
bad "a list in an event's place" '[[]]' 1 "event 1 is of type array" --format openlineage
expect "a file that is not there" 4 "$SW_BIN" data import none.json
one_line_error "in one line"
expect "a directory" 4 "$SW_BIN" data import docs
croissant letters >big.json
truncate -s 70M big.json
expect "a file over the limit is refused" 1 "$SW_BIN" data import big.json

# --- tainted ----------------------------------------------------------------------------------

# A document need not say how many samples there are: then it may be any number, and not none.
jq -n '{"@context": {"@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo"}, "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "uncounted", "description": "d",
    "license": "https://creativecommons.org/licenses/by/4.0/", "url": "https://example.com/u",
    "version": "1.0"}' >uncounted.json
expect "a document without counts is recorded" 0 "$SW_BIN" data import uncounted.json
expect "a model is trained on it" 0 "$SW_BIN" data train --dataset uncounted --out u.bin -- sh -c 'echo u >u.bin'
for selector in dataset:uncounted source:uncounted; do
    expect "$selector reaches" 3 "$SW_BIN" data reach "$selector" --json
    json "the set and the model" '[.datasets[0].name, .models[0].name] | tojson' '["uncounted","u.bin"]'
    like "and that nobody counted" "$out" 'nobody said how many samples uncounted@1.0 has'
done

# --- OpenLineage -------------------------------------------------------------------------------

event() {
    jq -nc --arg type "$1" --arg time "$2" --argjson more "$3" '{
        eventType: $type, eventTime: $time, producer: "https://example.com/p",
        schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        run: {runId: "01932d1c-0000-7000-8000-00000000000a"}, job: {namespace: "prod", name: "clean"}
    } + $more'
}
{
    event START 2026-01-01T00:00:00Z '{"inputs": [{"namespace": "s3://b", "name": "raw"}]}'
    event COMPLETE 2026-01-01T00:01:00Z '{"outputs": [{"namespace": "s3://b", "name": "clean"}]}'
} >events.jsonl
expect "events are recorded" 0 "$SW_BIN" data import events.jsonl --json
json "two datasets and one step, declared" \
    '[.format, .conforms, .new_datasets, .steps, (.new_sources | length)] | tojson' \
    '["openlineage","2-0-2",2,1,0]'
json "in their own names" '.datasets | map(.name | test("^(raw|clean)-[0-9a-f]{8}$")) | all' true
claim=$(jq -r .claim "$tmp.out")
is "the step leads from one to the other" "$(predicate "$claim" | jq -r '
    .datasets as $d | .steps[0] | [.inputs[0] == $d[0].manifest, .outputs[0] == $d[1].manifest, .outcome] | tojson')" \
    '[true,true,"complete"]'
jq -s . events.jsonl >events.json
expect "an array of them says the same" 0 "$SW_BIN" data import events.json --json
json "and names nothing new" .new_datasets 0
expect "--as is for one dataset" 2 "$SW_BIN" data import events.jsonl --as x
expect "the log holds" 0 "$SW_BIN" log verify
done_testing
