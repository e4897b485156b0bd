#!/bin/bash
# Scan predicates as the scanner writes them, and the example in the documentation, against the schema.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

schema=$SW_SOURCE/doc/claims/scan.schema.json
python3 -c 'import jsonschema' 2>/dev/null || skip_all "python3-jsonschema is not installed"
[ -x "$SW_BUILD/unit-scan-scan" ] || skip_all "the unit tests are not built"

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
ok "the predicates are made" env SW_SCAN_OUT="$PWD/made" "$SW_BUILD/unit-scan-scan"
for name in clean refused no-evidence notes recognised empty link many time-limit; do
    expect "$name follows the schema" 0 python3 validate.py "$schema" "made/$name.json"
done

awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$SW_SOURCE/doc/claims/scan.md" >example.json
expect "the example in the page follows the schema" 0 python3 validate.py "$schema" example.json

# The schema must be able to say no.
while read -r name filter; do
    jq "$filter" made/refused.json >bad.json
    run python3 validate.py "$schema" bad.json
    isnt "refused: $name" "$rc" 0
done <<'ROWS'
a-fourth-verdict .verdict="safe"
no-verdict-at-all del(.verdict)
no-coverage del(.coverage)
no-bytes del(.coverage.bytes)
no-weights del(.weights)
a-rule-without-advice del(.ruleDetails["pickle-import"].advice)
an-atlas-id-that-is-none .ruleDetails["pickle-import"].atlas=["T1"]
an-unread-format-twice .coverage.unreadFormats=["onnx","onnx"]
no-rules del(.rules)
a-short-digest .rules="sha256:ab"
an-unknown-field .extra=1
a-summary-without-failed del(.summary.failed)
a-format-counted-zero .formats.pickle=0
an-unknown-severity .findings[0].severity="fatal"
a-finding-without-path del(.findings[0].path)
a-negative-offset .findings[0].offset=-1
a-message-of-two-lines .findings[0].message="a\nb"
ROWS
done_testing
