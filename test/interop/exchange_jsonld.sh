#!/bin/bash
# Does an independent JSON-LD reader (rdflib) find in our Croissant documents what the specification's
# IRIs mean, and in the export of a dataset what its files are?
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"

python=$(python_with rdflib)
[ -n "$python" ] || skip_all "python3-rdflib is not installed"
reader=("$python" "$SW_SOURCE/test/interop/exchange/jsonld.py")

make_history
export_all

expect "rdflib reads clean@1" 0 "${reader[@]}" clean.croissant
json "it is a schema.org dataset by its manifest" .dataset \
    "urn:sealwright:dataset:$("$SW_BIN" data export clean@1 --format prov --out x --json | jq -r .digest)"
json "it conforms to Croissant 1.1" '.conforms | join(",")' http://mlcommons.org/croissant/1.1
json "its licence is an SPDX address" '.license | join(",")' https://spdx.org/licenses/CC-BY-4.0
json "its file has the digest that sha256sum finds" '.files | tojson' \
    "[[\"clean.jsonl\",\"$(sha256sum clean.jsonl | cut -d' ' -f1)\"]]"
json "a step made it" '.activities | tojson' '[["drop-short"]]'
json "the step used what it was derived from, and that comes with a source" \
    '(.derived - .used | tojson)' '["urn:sealwright:source:forum"]'
json "its signer is named" '.attributed | tojson' '[["default"]]'
json "its field is text" '.types | join(",")' https://schema.org/Text
json "it has no gap" '.status | join(",")' complete

expect "rdflib reads raw@1, of two files" 0 "${reader[@]}" raw.croissant.json
json "both have the digests that sha256sum finds" '.files | map(.[1]) | sort | join(",")' \
    "$(sha256sum raw/a.jsonl raw/more/b.jsonl | cut -d' ' -f1 | sort | paste -sd,)"
json "their addresses lead from the document to them" '.files | map(.[0]) | join(",")' \
    "raw/a.jsonl,raw/more/b.jsonl"
done_testing
