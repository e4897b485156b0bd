#!/bin/bash
# What "data verify" must not pass: data that is not what was recorded.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }

expect "a store is made" 0 sw init
expect "a source" 0 sw data source add web --licence MIT

# --- what is no sample ------------------------------------------------------------------------

mkdir lines
printf '{"id":"1","text":"a"}\n{"id":"2","text":"b"}\nnot JSON\n' >lines/d.jsonl
expect "a set with a record that is none" 0 sw data ingest lines --source web --as lines
expect "is as recorded" 0 sw data verify lines
cp -r lines kept
printf '{"id":"3","text":"planted\xff"}\n' >>lines/d.jsonl
expect "another one is noticed" 1 sw data verify lines --json
json "as added" '.problems[0] | [.kind, .sample, .where] | tojson' \
    '["added",null,"records that are no samples: 2, and 1 when it was recorded"]'
ln -s /etc/hostname kept/link.jsonl
expect "so is a link" 1 sw data verify lines --at kept
rm kept/link.jsonl
sed -i 3d kept/d.jsonl
expect "and one that is gone" 1 sw data verify lines --at kept --json
json "as missing" '.problems[0].kind' missing

# --- weights ----------------------------------------------------------------------------------

mkdir docs attributes
printf '{"id":"1","text":"a"}\n{"id":"2","text":"b"}\n' >docs/d.jsonl
printf '{"id":"%d","attributes":{"q":[[0,1,0.5]]}}\n' 1 2 >attributes/d.jsonl
expect "weights beside the documents" 0 sw data ingest docs --source web --as weighed --format dolma \
    --attributes attributes --weight-field attributes.q
expect "are as recorded" 0 sw data verify weighed
sed -i '2s/0\.5/9/' attributes/d.jsonl
expect "another weight is noticed" 1 sw data verify weighed --json
json "as a change" '.problems[0] | [.kind, .sample] | tojson' '["changed",1]'
done_testing
