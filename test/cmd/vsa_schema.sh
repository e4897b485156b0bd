#!/bin/bash
# Verdicts as the gate writes them, and the example in the documentation, against the schema.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

schema=$SW_SOURCE/doc/claims/vsa.schema.json
python3 -c 'import jsonschema' 2>/dev/null || skip_all "python3-jsonschema is not installed"
[ -x "$SW_BUILD/unit-policy-vsa" ] || skip_all "the unit tests are not built"

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

mkdir made
ok "the predicates are made" env SW_VSA_OUT="$PWD/made" "$SW_BUILD/unit-policy-vsa"
for name in pass fail no-evidence no-rules inputs; do
    expect "$name follows the schema" 0 python3 validate.py "$schema" "made/$name.json"
done

awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$SW_SOURCE/doc/claims/vsa.md" >example.json
expect "the example in the page follows the schema" 0 python3 validate.py "$schema" example.json

# The schema must be able to say no.
while read -r name filter; do
    jq "$filter" made/no-evidence.json >bad.json
    run python3 validate.py "$schema" bad.json
    isnt "refused: $name" "$rc" 0
done <<'ROWS'
a-third-result .verificationResult="MAYBE"
no-evidence-as-passed .verificationResult="PASSED"
a-level-of-SLSA .verifiedLevels=["SLSA_BUILD_LEVEL_3"]
without-the-policy del(.policy)
an-unknown-field .extra=1
a-short-digest .policy.digest.sha256="ab"
a-rule-without-reason .sealwright_rules[0].reason=""
a-local-time .timeVerified="2026-01-01T00:00:00+01:00"
ROWS
done_testing
