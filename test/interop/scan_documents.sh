#!/bin/bash
# Are the scan's documents what their standards ask for? SARIF 2.1.0 by Microsoft's validator and the schema
# that it ships, CycloneDX 1.6 by the schema of its project.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/npm.sh"

mkdir model
printf "cposix\nsystem\n(S'true'\ntR." >model/evil.pkl
printf '\x80\x02}q\x00.\0\0x' >model/odd.pkl
printf '\x01\x02\x03\x04' >"model/other, \"said\" é.bin"
printf 'A model.\n' >model/README.md
mkdir empty
printf '\x80\x02}q\x00.' >clean.pkl
(cd model && zip -q ../packed.zip evil.pkl README.md) && mv packed.zip model/

for name in model clean.pkl empty; do
    run "$SW_BIN" scan --format sarif "$name"
    cp "$tmp.out" "$name.sarif"
    run "$SW_BIN" scan --format cyclonedx "$name"
    cp "$tmp.out" "$name.cyclonedx"
done
is "each finding is a result" "$(jq '.runs[0].results | length' model.sarif)" \
    "$("$SW_BIN" scan --json model | jq '[.files[].findings[]] | length')"
is "of its rule" "$(jq -r '.runs[0] as $run | [$run.results[] | $run.tool.driver.rules[.ruleIndex].id == .ruleId] | all' model.sarif)" true
is "what is critical is an error" \
    "$(jq -r '[.runs[0].results[] | select(.properties.severity == "critical") | .level] | unique[]' model.sarif)" error
is "at its byte" "$(jq -r '.runs[0].results[] | select(.locations[0].physicalLocation.artifactLocation.uri == "evil.pkl")
    | .locations[0].physicalLocation.region.byteOffset' model.sarif)" 0
is "in its member" "$(jq -r '.runs[0].results[] | select(.locations[0].logicalLocations)
    | .locations[0].logicalLocations[0].fullyQualifiedName' model.sarif)" evil.pkl
is "with an address that can be taken apart" \
    "$(jq -r '.runs[0].artifacts[] | select(.properties.status == "unknown") | .location.uri' model.sarif)" \
    "other%2C%20%22said%22%20%C3%A9.bin"
is "a scan that read not everything did not succeed" "$(jq .runs[0].invocations[0].executionSuccessful model.sarif)" false
is "a clean one did" "$(jq .runs[0].invocations[0].executionSuccessful clean.pkl.sarif)" true
is "the mark of a finding stays" "$(jq -c '[.runs[0].results[].partialFingerprints]' model.sarif)" \
    "$("$SW_BIN" scan --format sarif model | jq -c '[.runs[0].results[].partialFingerprints]')"
is "each finding is a vulnerability" "$(jq '.vulnerabilities | length' model.cyclonedx)" \
    "$(jq '.runs[0].results | length' model.sarif)"
is "that affects a file that is there" "$(jq -r '[.components[]."bom-ref"] as $refs
    | [.vulnerabilities[].affects[].ref | IN($refs[])] | all' model.cyclonedx)" true
is "and names advisories" "$(jq -r '[.vulnerabilities[] | select(.id == "pickle-import") | .references[].id] | unique | index("CVE-2025-32434") != null' model.cyclonedx)" true
run "$SW_BIN" scan --format xml model
exits "another format is a mistake" 2
like "which is said" "$err" "sarif or cyclonedx, not 'xml'"

npm_client exchange
for name in model clean.pkl empty; do
    expect "CycloneDX's validator runs on $name" 0 node "$client/cyclonedx.js" "$name.cyclonedx"
    json "and takes it" ".[\"$name.cyclonedx\"]" null
done
jq '.vulnerabilities[0].ratings[0].severity = "terrible"' model.cyclonedx >bad.cyclonedx
expect "it runs on a bad one" 0 node "$client/cyclonedx.js" bad.cyclonedx
json "and refuses it" '.["bad.cyclonedx"] == null' false

npm_client sarif
tool=$client/node_modules/@microsoft/sarif-multitool-linux
cat >validate.py <<'PY'
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
with open(sys.argv[2], encoding="utf-8") as f:
    jsonschema.validators.validator_for(schema)(schema).validate(json.load(f))
PY
for name in model clean.pkl empty; do
    expect "the schema of SARIF takes $name" 0 python3 validate.py "$tool/sarif-2.1.0.json" "$name.sarif"
done
jq '.runs[0].results[0].level = "fatal"' model.sarif >bad.sarif
run python3 validate.py "$tool/sarif-2.1.0.json" bad.sarif
isnt "and refuses a level that there is not" "$rc" 0

chmod +x "$tool/Sarif.Multitool"
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 HOME=$PWD
validate() {
    "$tool/Sarif.Multitool" validate "$1" >"$1.words" 2>&1
}
for name in model clean.pkl empty; do
    ok "the validator runs on $name" validate "$name.sarif"
    is "and finds no error in it" "$(grep -cE ': error ' "$name.sarif.words")" 0
    like "to its end" "$(cat "$name.sarif.words")" "Analysis completed successfully"
done
jq '.runs[0].results[0].ruleIndex = 100000' model.sarif >bad.sarif
validate bad.sarif
isnt "it finds an error in a bad one" "$(grep -cE ': error ' bad.sarif.words)" 0
done_testing
