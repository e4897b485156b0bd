#!/bin/bash
# advisory watch: recorded inventories against new advisories.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }

# advisory ID DIGEST…: one on files
advisory() {
    local id=$1
    shift
    jq -nc --arg i "$id" --args '{id: $i, modified: "2026-02-01T00:00:00Z", aliases: ["CVE-\($i)"],
        severity: [{type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        affected: [{package: {ecosystem: "Hub", name: "x", purl: "pkg:huggingface/org/x"},
            database_specific: {digests: ["sha256:" + $ARGS.positional[]]}}]}' "$@"
}

events() { jq -s -r "$1" "$tmp.out"; }

expect "init" 0 sw init
advisory 2026-1 "$(printf '%064d' 1)" >one.json
expect "advisories" 0 sw advisory import one.json
expect "without an inventory there is no evidence" 3 sw advisory watch --once
like "it says what to do" "$err" "bom make --record"
for model in a b c; do
    mkdir $model
    tensors $model/w.safetensors 64
    expect "$model is sealed" 0 sw seal $model
    expect "with a bill" 0 sw bom make $model --record --output $model.cdx.json
done
expect "a is admitted" 0 sw admit a
weights=$(sha256sum <a/w.safetensors | cut -d' ' -f1)
others=$(sha256sum <b/w.safetensors | cut -d' ' -f1)

run sw advisory watch --once --json
exits "nothing is known" 0
is "one line says so" "$(events 'map(.event) | join(" ")')" checked
is "of all models" "$(events '.[0] | "\(.models) \(.affected) \(.new)"')" "3 0 0"
documented "its members are documented" "advisory watch"

# --- once -----------------------------------------------------------------------------------------

advisory 2026-2 "$weights" >two.json
expect "something about a" 0 sw advisory import two.json
run sw advisory watch --once --json
exits "it is new" 1
is "and told of a" "$(events 'map(select(.event == "affected").model.name) | join(" ")')" a
is "by name" "$(events '.[0].findings | map("\(.id) \(.severity) \(.component)") | join(", ")')" "CVE-2026-2 critical w.safetensors"
is "with where it is admitted" "$(events '.[0].deployments | map("\(.verdict) \(.signer)") | join(", ")')" "pass default"
is "with the database" "$(events '.[0].database.digest')" "$(sw advisory status --json | jq -r .digest)"
documented "all of that is documented" "advisory watch"
expect "without a record it is new again" 1 sw advisory watch --once
like "for people" "$out" "affected  a .*1 vulnerability new"
like "with the verdict" "$out" "verdict .*pass"
run sw advisory watch --once --record --json
exits "with one it is told" 1
claim=$(events '.[0].claim')
expect "which is in the log" 0 sw evidence show "$claim" --json
json "about a" '.statement.subject[0].name' a
json "citing the recorded bill" '.statement.predicate.sealwright_summary.bom.claim' \
    "$(sw evidence query --type https://cyclonedx.org/bom --json "$(jq -r '.statement.subject[0].digest.sha256 | "sha256:" + .' "$tmp.out")" | jq -r '.[0].claim')"
json "with what was found" '.statement.predicate.scanner.result[0].id' CVE-2026-2
run sw advisory watch --once --json
exits "then it is not new any more" 0
is "but still affects" "$(events '.[0] | "\(.models) \(.affected) \(.new)"')" "3 1 0"

# --- VEX ------------------------------------------------------------------------------------------

jq -nc --arg d "$weights" '{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", author: "me",
    timestamp: "2026-03-01T00:00:00Z", version: 1, statements: [{vulnerability: {name: "CVE-2026-2"},
    products: [{"@id": "urn:y", hashes: {"sha-256": $d}}], status: "not_affected",
    justification: "vulnerable_code_not_present"}]}' >vex.json
sleep 1
run sw advisory watch --once --record --json --vex vex.json
exits "closed by VEX" 0
is "it does not count" "$(events '.[-1].affected')" 0
sleep 1
run sw advisory watch --once --record --json
exits "without that file there is no new answer" 3
like "and it says why" "$err" "a: not recorded.*VEX"
is "nothing is told as new" "$(events '.[-1].new')" 0
jq '.timestamp = "2026-04-01T00:00:00Z" | .statements[0] |= (.status = "affected" | del(.justification))' vex.json >worse.json
run sw advisory watch --once --json --vex worse.json
exits "VEX that says now that it is affected is new" 1
is "and told" "$(events '.[0].findings | map(.id) | join(" ")')" CVE-2026-2

# --- going on -------------------------------------------------------------------------------------

# Waits until the watch has said so many lines, or is over.
until_lines() {
    while kill -0 "$watch" 2>/dev/null; do
        [ "$(wc -l <watch.out)" -lt "$1" ] || return 0
        sleep 0.05
    done
    return 1
}
"$SW_BIN" advisory watch --json --vex vex.json >watch.out 2>watch.err &
watch=$!
ok "it looks at once" until_lines 1
is "and finds nothing new" "$(jq -r .event <watch.out)" checked
advisory 2026-3 "$others" >three.json
expect "something about b is imported" 0 sw advisory import three.json
ok "it sees that by itself" until_lines 3
is "and tells of b" "$(jq -r 'select(.event == "affected") | "\(.model.name) \(.findings[0].id)"' <watch.out)" "b CVE-2026-3"
expect "the same again" 0 sw advisory import --replace two.json three.json
ok "is looked up again" until_lines 4
is "and not told twice" "$(jq -r .event <watch.out | tr '\n' ' ')" "checked affected checked checked "
kill -TERM "$watch"
wait "$watch"
is "it ends when it is asked to, with what it found" $? 1
is "without a word of trouble" "$(cat watch.err)" ""

# --- what goes wrong ------------------------------------------------------------------------------

expect "a VEX file that is not there" 4 sw advisory watch --once --vex absent
rm .sealwright/advisories.db
expect "a store without advisories" 3 sw advisory watch --once
like "says so" "$err" "advisory import"
expect "advisories again" 0 sw advisory import two.json
expect "a key of nobody trusted" 0 sw key new stranger
sed -i 's#keys/default.pub#keys/stranger.pub#' .sealwright/trust.yaml
expect "bills of nobody trusted do not count" 3 sw advisory watch --once
done_testing
