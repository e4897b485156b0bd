#!/bin/bash
# The gate over what is known of third parties: bill of materials, known vulnerabilities, licence, registered
# services, vendors. The policy is the one that is shipped.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
command -v openssl >/dev/null || skip_all "openssl is not installed"

sw() { "$SW_BIN" "$@"; }
policy=$SW_SOURCE/examples/policies/third-parties.yaml
discovery=urn:sealwright:claim:discovery:v1
critical=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
day() { date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ; }

# feed FILE AGE DIGEST…: advisories on models of that age; one that names no file here comes first.
feed() {
    local file=$1 age=$2 digest
    shift 2
    jq -nc --arg t "$(day "$age")" --arg d "sha256:$(printf '%064d' 1)" \
        '{id: "ACME-0", modified: $t, affected: [{database_specific: {digests: [$d]},
          package: {ecosystem: "Hub", name: "org/other", purl: "pkg:huggingface/org/other"}}]}' >"$file"
    for digest; do
        jq -nc --arg t "$(day "$age")" --arg d "sha256:$digest" --arg c "$critical" \
            '{id: "ACME-1", modified: $t, aliases: ["CVE-2026-7"], summary: "Backdoored weights",
              severity: [{type: "CVSS_V3", score: $c}],
              affected: [{database_specific: {digests: [$d]},
                package: {ecosystem: "Hub", name: "org/model", purl: "pkg:huggingface/org/model"}}]}'
    done >>"$file"
}

# claim TYPE PREDICATE: signs a claim about the model and records it, as another tool would.
claim() {
    local payload
    payload=$(jq -nc --argjson s "$subject" --arg t "$1" --argjson p "$2" \
        '{_type: "https://in-toto.io/Statement/v1", subject: $s, predicateType: $t, predicate: $p}')
    printf 'DSSEv1 28 application/vnd.in-toto+json %d %s' ${#payload} "$payload" |
        openssl dgst -sha256 -sign .sealwright/keys/default.key | base64 -w0 >sig
    jq -c --arg p "$(printf '%s' "$payload" | base64 -w0)" --rawfile s sig \
        '.dsseEnvelope.payload = $p | .dsseEnvelope.signatures[0].sig = $s' template.json >claim.jsonl
    sw evidence import claim.jsonl >/dev/null
}

# seen UNREGISTERED VENDORS [UNREVIEWED]
seen() {
    claim "$discovery" "{\"time\":\"$(day now)\",\"unregistered\":$1,\"vendors\":$2,\"unreviewed\":${3:-[]}}"
}

# What the last admission says of each rule of the policy that did not pass.
not_passed() {
    json "$1" '[.rules[] | select(.verdict != "pass") | "\(.name) \(.verdict)"] | join(", ")' "$2"
}

admit() { run sw admit --json --policy "$policy" --dry-run "${1:-m}"; }

expect "init" 0 sw init
for model in m other; do
    mkdir $model
    tensors $model/model.safetensors 64
    echo '{"model_type": "x"}' >$model/config.json
    printf -- '---\nlicense: apache-2.0\n---\n# A model\n' >$model/README.md
    expect "$model is sealed" 0 sw seal $model
done
sw evidence export | head -1 >template.json
weights=$(sha256sum <m/model.safetensors | cut -d' ' -f1)
expect "the policy is good" 0 sw policy check "$policy"
like "nothing is odd about it" "$out" "^good"
expect "it reads well" 0 sw policy explain "$policy"
like "bill" "$out" "bill-of-materials: a claim of type https://cyclonedx.org/bom about the artifact"
like "age of the data" "$out" "lastUpdate is newer than 7d"

# --- nothing is known -----------------------------------------------------------------------------

admit
exits "without evidence there is none" 3
not_passed "all eight rules say so" "$(printf '%s no-evidence, ' bill-of-materials no-critical-advisory \
    advisories-current licence-allowed licence-terms licence-needs-review no-unregistered-service vendors-reviewed |
    sed 's/, $//')"

# --- all is known ---------------------------------------------------------------------------------

expect "the bill of another model" 0 sw bom make other --record --output other.cdx.json
admit
not_passed "is none of this one" "$(printf '%s no-evidence, ' bill-of-materials no-critical-advisory \
    advisories-current licence-allowed licence-terms licence-needs-review no-unregistered-service vendors-reviewed |
    sed 's/, $//')"
expect "a bill" 0 sw bom make m --record --output m.cdx.json
feed clean.jsonl -1day
expect "advisories" 0 sw advisory import clean.jsonl
expect "nothing is known against its files" 3 sw advisory match --record --json m.cdx.json
documented "the answer is documented" advisory
vulns=$(jq -r .claim "$tmp.out")
expect "the claim is in the log" 0 sw evidence show "$vulns" --json
json "about the model" '.statement.subject[0].digest.sha256' "$(jq -r '.metadata.component.properties[] | select(.name == "sealwright:model-root").value[7:]' m.cdx.json)"
json "with in-toto's predicate" '.statement.predicateType' https://in-toto.io/attestation/vulns/v0.2
json "citing the bill" .statement.predicate.sealwright_summary.bom.digest "sha256:$(sha256sum <m.cdx.json | cut -d' ' -f1)"
json "and the age of the data" '.statement.predicate | [.scanner.db.lastUpdate[:10], .sealwright_summary.database.ageDays] | tostring' \
    "[\"$(date -u -d -1day +%Y-%m-%d)\",1]"
json "without a finding" '.statement.predicate | [(.scanner.result | length), .sealwright_summary.open.total] | tostring' '[0,0]'
expect "its licence" 0 sw licence check --record --json m
documented "is documented" "licence check"
licence=$(jq -r '.models[0].claim' "$tmp.out")
expect "and in the log" 0 sw evidence show "$licence" --json
json "for conditions" '.statement.predicate | [.licences, .terms["non-commercial"], .thresholds.users, .conflicts] | tostring' \
    '[["Apache-2.0"],false,null,[]]'
json "about root and names" '[.statement.subject[].name] | join(" ")' "m manifest"
subject=$(jq -c .statement.subject "$tmp.out")
# signed by hand, so that each of the two can be wrong alone; the commands' own are below
ok "what discovery found" seen '[]' "[{\"name\":\"Example AI\",\"state\":\"approved\",\"reviewDue\":\"$(day +90days)\"}]"
admit
exits "with all of it the model is admitted" 0
not_passed "by every rule" ""
expect "in earnest, too" 0 sw admit --policy "$policy" m
admit other
exits "the other model is not" 3

# --- each rule fails alone ------------------------------------------------------------------------

fails() {
    admit
    exits "$1" "$2"
    not_passed "$1: that rule alone" "$3"
}

next_second # the newest word of a signer is told by seconds
feed bad.jsonl -1day "$weights"
expect "a critical advisory on its weights" 0 sw advisory import bad.jsonl
expect "is found" 1 sw advisory match --record --json m.cdx.json
expect "and told" 0 sw evidence show "$(jq -r .claim "$tmp.out")" --json
json "by name, severity and component" \
    '.statement.predicate.scanner.result[0] | [.id, .severity[0].score, .annotations[0].component, .annotations[0].open] | tostring' \
    '["CVE-2026-7","critical","model.safetensors",true]'
json "and counted" '.statement.predicate.sealwright_summary | [.open.critical, .unspoken.critical, .closed] | tostring' '[1,1,0]'
fails "a critical advisory" 1 "no-critical-advisory fail"
jq -nc --arg d "$weights" --arg t "$(day now)" '{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", author: "me",
    timestamp: $t, version: 1, statements: [{vulnerability: {name: "CVE-2026-7"},
    products: [{"@id": "urn:y", hashes: {"sha-256": $d}}], status: "not_affected",
    justification: "vulnerable_code_not_present"}]}' >vex.json
next_second
expect "with VEX that says it is not affected" 3 sw advisory match --record --json --vex vex.json m.cdx.json
expect "the claim" 0 sw evidence show "$(jq -r .claim "$tmp.out")" --json
json "cites it" '.statement.predicate.sealwright_summary | [.closed, .open.critical, .vex[0].file, .vex[0].digest] | tostring' \
    "[1,0,\"vex.json\",\"sha256:$(sha256sum <vex.json | cut -d' ' -f1)\"]"
fails "VEX closes it" 0 ""

jq -nc --arg t "$(day now)" '{id: "Y-1", modified: $t, affected: [{package: {ecosystem: "PyPI", name: "p"},
    ranges: [{type: "ECOSYSTEM", events: [{introduced: "0"}, {fixed: "2"}]}]}]}' >undecided.jsonl
echo 'pkg:pypi/p@latest' >undecided.txt
next_second
expect "an advisory" 0 sw advisory import undecided.jsonl
expect "that may concern a part" 3 sw advisory match --record --about m undecided.txt
fails "what is not decided" 1 "no-critical-advisory fail"

feed old.jsonl -30days
next_second
expect "old data" 0 sw advisory import --replace old.jsonl
expect "finds nothing" 3 sw advisory match --record m.cdx.json
fails "a database that is too old" 1 "advisories-current fail"
expect "new data" 0 sw advisory import --replace clean.jsonl
next_second
expect "is looked up again" 3 sw advisory match --record m.cdx.json
fails "then it is not" 0 ""

next_second
ok "an unregistered service" seen '[{"kind":"service","name":"api.example","purl":""}]' '[]'
fails "an unregistered service" 1 "no-unregistered-service fail"
next_second
ok "a vendor whose review is overdue" seen '[]' "[{\"name\":\"Example AI\",\"state\":\"approved\",\"reviewDue\":\"$(day -1day)\"}]"
fails "a review that is overdue" 1 "vendors-reviewed fail"
next_second
ok "one that has no date" seen '[]' '[{"name":"Example AI","state":"unknown","reviewDue":null}]'
fails "a vendor that was never reviewed" 3 "vendors-reviewed no-evidence"
next_second
ok "a service that no review covers" seen '[]' '[]' '["Example AI"]'
fails "a service that was never reviewed" 1 "vendors-reviewed fail"
next_second
ok "all is well again" seen '[]' '[]'
fails "no vendors at all" 0 ""

next_second
ok "a vendor that was refused" seen '[]' "[{\"name\":\"Example AI\",\"state\":\"refused\",\"reviewDue\":\"$(day +90days)\"}]"
fails "a vendor that was refused" 1 "vendors-reviewed fail"
next_second
ok "a service that no review covers" seen '[]' '[]' '["Example AI"]'
fails "a service that was never reviewed" 1 "vendors-reviewed fail"
next_second
ok "all is well again" seen '[]' '[]'

# Licences decide by their text, which is part of the model: each is another one.
licensed() {
    cp -r m "$1"
    printf -- '---\nlicense: %s\n---\n# A model\n' "$2" >"$1/README.md"
    rm -f "$1/model.sig"
    {
        sw seal "$1"
        sw bom make "$1" --record --output "$1.cdx.json"
        sw advisory match --record "$1.cdx.json"
        sw licence check --record "$1"
        subject=$(sw evidence list --type urn:sealwright:claim:licence:v1 --json |
            jq -c '.[0].subjects | map({name, digest: {sha256: .digest[7:]}})')
        seen '[]' '[]'
    } >/dev/null 2>&1
    admit "$1"
}
licensed research cc-by-nc-4.0
exits "a licence that is not on the list" 1
not_passed "by its name and by its terms" "licence-allowed fail, licence-terms fail"
licensed reviewed cc-by-4.0
exits "one that needs a review" 1
not_passed "asks for a waiver" "licence-needs-review fail"
licensed unknown other
exits "one that nobody knows" 3
not_passed "is no evidence" "licence-allowed no-evidence, licence-terms no-evidence, licence-needs-review no-evidence"

# --- by commands alone ----------------------------------------------------------------------------

review() {
    printf '%s\n' 'version: 1' 'vendor: example' 'services: [{name: Example API, purls: ["pkg:pypi/openai"]}]' \
        "review: {reviewed: $(date -u +%F), due: $(date -u -d +90days +%F), by: J. Doe, decision: $1}" >example.yaml
    sw vendor sign example.yaml >/dev/null
}
cp -r m tool
rm tool/model.sig
echo 'openai==1.40.0' >tool/requirements.txt
{
    sw seal tool
    sw bom make tool --record --output tool.cdx.json
    sw advisory match --record tool.cdx.json
    sw licence check --record tool
} >/dev/null 2>&1
expect "discovery finds what no review and no bill has" 1 sw discover --registered --record tool
admit tool
not_passed "the gate says so" "no-unregistered-service fail"
ok "its supplier is reviewed" review approved
next_second
expect "then it is registered" 0 sw discover --registered --record tool
like "by whose review" "$out" "supplier example: current, by default"
claim=$(sw evidence list --type "$discovery" --json | jq -r '.[0].claim')
expect "and the claim tells it" 0 sw evidence show "$claim" --json
json "with the end of the day of the next one" '.statement.predicate.vendors | map([.name, .state, .reviewDue, .signer]) | tostring' \
    "[[\"example\",\"current\",\"$(date -u -d +90days +%F)T23:59:59Z\",\"default\"]]"
expect "the model is admitted" 0 sw admit --policy "$policy" tool
next_second
ok "the supplier is refused" review refused
expect "discovery tells that, and what is its is registered no longer" 1 sw discover --registered --record tool
like "in its words" "$out" "supplier example: refused, by default"
admit tool
exits "the model is not" 1
not_passed "for that, by both rules" "no-unregistered-service fail, vendors-reviewed fail"

# --- what is refused ------------------------------------------------------------------------------

expect "a bill of another model is not recorded as of this one" 1 sw advisory match --record --about m other.cdx.json
like "it says so" "$err" "about another model"
echo 'pkg:pypi/x@1' >list.txt
expect "nor a list of nothing" 2 sw advisory match --record list.txt
like "which says what to do" "$err" "--about"
expect "with a model it is" 3 sw advisory match --record --about m list.txt
expect "--about alone is none" 2 sw advisory match --about m list.txt
done_testing
