#!/bin/bash
# Claims about third parties as the commands record them, and the examples in the documentation, against the
# schemas.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

claims=$SW_SOURCE/doc/claims
python3 -c 'import jsonschema' 2>/dev/null || skip_all "python3-jsonschema is not installed"

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

fits() {
    expect "$1" 0 python3 validate.py "$claims/$2.schema.json" "$3"
}

# The predicate of the last claim of a type.
predicate() {
    "$SW_BIN" evidence show --json "$("$SW_BIN" evidence list --type "$1" --limit 1 --json | jq -r '.[0].claim')" |
        jq .statement.predicate
}
vulns=https://in-toto.io/attestation/vulns/v0.2
licence=urn:sealwright:claim:licence:v1

for kind in vulns licence; do
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$claims/$kind.md" >"$kind.json"
    fits "the example of $kind" "$kind" "$kind.json"
done

expect "init" 0 "$SW_BIN" init
mkdir m base
tensors m/w.safetensors 64
tensors base/w.safetensors 64
printf -- '---\nlicense: llama3.1\nbase_model: org/base\n---\n' >m/README.md
printf -- '---\nlicense: apache-2.0\n---\n' >base/README.md
jq -nc --arg d "sha256:$(sha256sum <m/w.safetensors | cut -d' ' -f1)" '{id: "MAL-1", modified: "2026-02-01T00:00:00Z",
    affected: [{package: {ecosystem: "Hub", name: "x", purl: "pkg:huggingface/org/x"}, database_specific: {digests: [$d]}},
        {package: {ecosystem: "PyPI", name: "a"}, ranges: [{type: "ECOSYSTEM", events: [{introduced: "0"}, {fixed: "2"}]}]}]}' >feed.json
expect "advisories" 0 "$SW_BIN" advisory import feed.json
expect "a bill" 0 "$SW_BIN" bom make m --record --output m.cdx.json
expect "a match of the bill" 1 "$SW_BIN" advisory match --record m.cdx.json
predicate $vulns >made.json
fits "of a bill" vulns made.json
is "what is malicious is counted" "$(jq '.sealwright_summary.open.malicious' made.json)" 1
is "and unrated" "$(jq '.sealwright_summary.open.unrated' made.json)" 1
printf 'pkg:pypi/a@1\npkg:gem/b@1\npkg:gem/c@1\npkg:pypi/d\nnonsense\n' >list.txt
next_second
expect "a match of a list" 1 "$SW_BIN" advisory match --record --about m list.txt
predicate $vulns >made.json
fits "of a list" vulns made.json
is "what is not covered is told by ecosystem" "$(jq -c '.sealwright_summary.notCovered' made.json)" \
    '[{"components":2,"ecosystem":"RubyGems"}]'
is "with all states" "$(jq -c '.sealwright_summary.states | [.affected, .notCovered, .noVersion, .notIdentified]' made.json)" '[1,2,1,1]'
is "and a fix" "$(jq -c '.scanner.result[0].annotations[0].fixed' made.json)" '["2"]'
next_second
expect "a match of the directory" 1 "$SW_BIN" advisory match --record m
predicate $vulns >made.json
fits "of a directory" vulns made.json
is "without a bill" "$(jq '.sealwright_summary.bom' made.json)" null
next_second
expect "a watch" 0 "$SW_BIN" advisory watch --once --record
predicate $vulns >made.json
fits "of a watch" vulns made.json

run "$SW_BIN" licence check --record --parent base:finetune --users 1000000000 --deny GPL-3.0-only m
exits "a licence with limits" 1
predicate $licence >made.json
fits "of a conflict" licence made.json
is "the strictest counts" "$(jq -c '[.thresholds.users, .terms["users-limit"], .conflicts[0].kind]' made.json)" '[700000000,true,"users"]'
is "with its ancestor by name" "$(jq -r '.ancestors[0] | "\(.name) \(.relation) \(.concluded)"' made.json)" "org/base finetune Apache-2.0"
is "and what was asked" "$(jq -c '.asked | [.users, .deny[0]]' made.json)" '[1000000000,"GPL-3.0-only"]'
next_second
expect "one with an ancestor that nobody knows" 3 "$SW_BIN" licence check --record m
predicate $licence >made.json
fits "of what is unknown" licence made.json
is "a condition on all licences is not decided" "$(jq -c '[.licences[-1], .terms["non-commercial"]]' made.json)" '[null,null]'
is "no path of this machine is in it" "$(grep -c "$PWD" made.json)" 0

# The schemas must be able to say no.
while read -r kind filter; do
    jq "$filter" "$kind.json" >bad.json
    run python3 validate.py "$claims/$kind.schema.json" bad.json
    isnt "refused: $kind $filter" "$rc" 0
done <<'ROWS'
vulns del(.scanner.db)
vulns .sealwright_summary.open.critical=-1
vulns .scanner.result[0].severity=[]
vulns .scanner.result[0].annotations[0].reachable="perhaps"
vulns .sealwright_summary.bom={"format":"x"}
vulns .extra=1
licence .verdict="fine"
licence .licences=[]
licence del(.terms["non-commercial"])
licence .conflicts=[{"kind":"odd","from":"a","licence":"b","what":"c"}]
licence .time="2026-01-01"
ROWS
done_testing
