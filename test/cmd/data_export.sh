#!/bin/bash
# "data export": what the store holds goes out whole, marked and the same every time, and what comes
# back is declared with the same digests.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"

make_history
export_all

# --- what is written ---------------------------------------------------------------------------

for format in croissant openlineage prov cyclonedx; do
    expect "$format comes to standard output" 0 "$SW_BIN" data export clean@1 --format $format
    ok "$format is the same every time" cmp -s "$tmp.out" "clean.$format"
done
expect "by its name alone" 0 "$SW_BIN" data export clean --format prov
ok "the newest version is meant" cmp -s "$tmp.out" clean.prov
manifest=$(jq -r '.identifier[] | select(.propertyID == "urn:sealwright:manifest") | .["sc:value"]' clean.croissant)
expect "by its manifest" 0 "$SW_BIN" data export "$manifest" --format prov
ok "that dataset is meant" cmp -s "$tmp.out" clean.prov
expect "a model on disk" 0 "$SW_BIN" data export ./toy --format cyclonedx
ok "is found by its root" cmp -s "$tmp.out" toy.cyclonedx
expect "the index may be gone" 0 rm -f .sealwright/index.db .sealwright/data/graph.cache
expect "it goes out all the same" 0 "$SW_BIN" data export clean@1 --format prov
ok "with the same bytes" cmp -s "$tmp.out" clean.prov

expect "--out with --json tells about it" 0 \
    "$SW_BIN" data export toy --format cyclonedx --out m.json --json
json "what it is and how much" '[.about, .sources, .datasets, .steps, .models] | tojson' \
    '["model toy",1,2,2,1]'
json "by its root" .digest \
    "sha256:$(jq -r '.metadata.component.hashes[0].content' toy.cyclonedx)"

# --- files -------------------------------------------------------------------------------------

is "files are named with the digests that sha256sum finds" \
    "$(jq -r '.distribution[] | select(.sha256) | .sha256 + "  " + .contentUrl' raw.croissant.json)" \
    "$(sha256sum raw/a.jsonl raw/more/b.jsonl)"
is "fields are taken from all of them" \
    "$(jq -r '.recordSet[0].field[0].source | [.fileSet["@id"], .extract.column] | join(" ")' raw.croissant.json)" \
    "all-files text"
mv raw moved
expect "files that are gone are named and declared" 0 "$SW_BIN" data export raw@1 --format croissant
json "without a digest" '[.distribution[] | [.["sealwright:proof"], .sha256] ] | unique | tojson' \
    '[["declared",null]]'
expect "--at says where they are" 0 "$SW_BIN" data export raw@1 --format croissant --at moved
json "and they are verified there" '.distribution[0] | [.contentUrl, .["sealwright:proof"]] | join(" ")' \
    "moved/a.jsonl verified"
sed -i '1s/post/Post/' moved/a.jsonl
expect "files that changed are not exported" 1 \
    "$SW_BIN" data export raw@1 --format croissant --at moved --out changed.json
one_line_error "in one line"
like "that says how many samples differ" "$err" "in 'moved' 1 sample is no longer"
not_ok "and nothing is written" test -e changed.json
expect "--no-files leaves them out" 0 \
    "$SW_BIN" data export raw@1 --format croissant --at moved --no-files
json "all of them" '.distribution | length' 0
expect "other formats do not read them" 0 "$SW_BIN" data export raw@1 --format cyclonedx --at moved

# --- coming back -------------------------------------------------------------------------------

expect "our own document is attached to what it is about" 0 \
    "$SW_BIN" data import clean.croissant --json
json "and verified" '[.datasets[0].attached, .datasets[0].files[0].proof, .problem_count] | tojson' \
    '[true,"verified",0]'
json "by its manifest" '.datasets[0].manifest' "$manifest"
expect "our own events, too" 0 "$SW_BIN" data import toy.openlineage --json
json "nothing is declared anew, and the model is no dataset" \
    '[(.datasets | map(select(.attached)) | length), .new_datasets, .problem_count] | tojson' '[2,0,0]'

mkdir elsewhere
expect "another store is made" 0 "$SW_BIN" init --store elsewhere/store --origin example.com/other
expect "the document is imported there" 0 \
    "$SW_BIN" data import clean.croissant --store elsewhere/store --json
json "as declared, with the same digest" \
    '.datasets[0] | [.attached, .name, .version, .manifest] | join(" ")' "false clean 1 $manifest"
expect "and goes out from there" 0 \
    "$SW_BIN" data export clean@1 --format croissant --store elsewhere/store
json "marked as declared" '.["sealwright:status"]' declared
json "with the same digest" \
    '.identifier[] | select(.propertyID == "urn:sealwright:manifest") | .["sc:value"]' "$manifest"
json "and what is not known is said" '.["sealwright:gaps"] | map(test("no sample was seen")) | any' true
expect "as CycloneDX" 0 "$SW_BIN" data export clean@1 --format cyclonedx --store elsewhere/store
json "it is declared, too" \
    '.metadata.component.properties[] | select(.name == "sealwright:status") | .value' declared

# --- what does not go out ----------------------------------------------------------------------

expect "a model is no Croissant" 2 "$SW_BIN" data export toy --format croissant
one_line_error "in one line"
expect "a format must be named" 2 "$SW_BIN" data export clean@1
one_line_error "in one line"
expect "one that is known" 2 "$SW_BIN" data export clean@1 --format turtle
one_line_error "in one line"
expect "an unknown name" 4 "$SW_BIN" data export nobody --format prov
one_line_error "in one line"
expect "a model that nobody trained here" 4 "$SW_BIN" data export moved --format prov
one_line_error "in one line"
expect "a place that cannot be written" 4 \
    "$SW_BIN" data export clean@1 --format prov --out nowhere/x.json
one_line_error "in one line"

# Claims of somebody whom nobody trusts do not go out.
cp .sealwright/trust.yaml kept.yaml
printf 'version: 1\nsigners: []\n' >.sealwright/trust.yaml
expect "without trust nothing is known" 4 "$SW_BIN" data export clean@1 --format prov
cp kept.yaml .sealwright/trust.yaml
expect "with it all is" 0 "$SW_BIN" data export clean@1 --format prov
done_testing
