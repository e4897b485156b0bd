#!/bin/bash
# vendor: the review of a supplier is checked, weighed, signed, and told again while it holds.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# day DAYS: a date, from today on.
day() {
    date -u -d "$1 days" +%F
}

# vendor FILE [LINE…]: a record that can be signed as approved; with the lines behind it.
vendor() {
    local reviewed=${reviewed:-$(day -10)} due=${due:-$(day 200)} decision=${decision:-approved}
    {
        cat <<RECORD
version: 1
vendor: ${name:-example}
title: Example AI
owner: ml-platform
services:
  - name: Example API
    hosts: [API.Example.com., .eu.example.com]
    purls: ["pkg:pypi/example"]
    mcp-servers: [example]
use: {dependence: medium, depends: [support chat]}
data: {class: internal, trains-on: never, retention-days: 30, regions: [EU], sub-processors: [Cloud AG]}
review: {reviewed: $reviewed, due: $due, by: J. Doe, decision: $decision, conditions: [no personal data]}
RECORD
        printf '%s\n' "${@:2}"
    } >"$1"
}

# --- a record that is filled in ------------------------------------------------------------------

run "$SW_BIN" vendor new example --output new.yaml
exits "an empty record is written" 0
like "and it is told what comes next" "$out" "vendor check"
expect "it is not written over" 1 "$SW_BIN" vendor new example --output new.yaml
run "$SW_BIN" vendor new example
exits "without a file it is printed" 0
is "the same" "$out" "$(cat new.yaml)"
ok "it names controls" grep -q controlUserDataManagement new.yaml
run "$SW_BIN" vendor check --json new.yaml
exits "it is not complete" 3
json "it says so" .verdict incomplete
json "the worst risk stands until somebody answers" .score 100
json "every question is open" '[.findings[] | select(.kind == "unanswered")] | length' "$(grep -c '^    answer:' new.yaml)"
documented "what it prints is documented" "vendor"
run "$SW_BIN" vendor new --json example --output again.yaml
documented "so is what 'new' prints" "vendor"
while read -r bad; do
    run "$SW_BIN" vendor new "$bad"
    exits "no name of a vendor: $bad" 2
done <<'ROWS'
Example
a b
../x
ROWS

echo report >soc2.pdf
documents="documents: [{id: soc2, kind: soc2-type2, file: soc2.pdf, issued: $(day -100), expires: $(day 100)}]"
answers='answers: {training-use: {answer: never, note: a secret note}, assurance: {answer: audited, evidence: [soc2]}, agents: {answer: not-applicable, note: none}}'
vendor good.yaml "$documents" "$answers"
run "$SW_BIN" vendor check --json good.yaml
exits "what is not answered is not complete" 3
json "an answer without a document is told" '.findings[] | select(.kind == "unproven").about' training-use
json "nothing has run out" '[.findings[] | select(.verdict == "fail")] | length' 0

# --- the risk ------------------------------------------------------------------------------------

run "$SW_BIN" vendor score --json good.yaml
exits "the risk" 0
documented "its members are documented" "vendor"
json "its lines add up to the sum" '(.score.lines | map(.risk) | add) == .score.sum' true
json "and to the most" '(.score.lines | map(.of) | add) == .score.most' true
json "each line is a product" '[.score.lines[] | select(.risk != .weight * .points)] | length' 0
json "the weakness is what is said" '.score | .weakness == (1000 * .sum / .most | ceil)' true
json "so is the risk" '.score | .score == (.inherent * .weakness * 100 / 16000 | ceil)' true
json "the inherent risk is two by two" .score.inherent 4
json "a document proves its answer" '.score.lines[] | select(.question == "assurance") | "\(.points) \(.counted)"' '0 answered'
json "an answer without one is one worse" '.score.lines[] | select(.question == "training-use") | "\(.points) \(.counted)"' '1 unproven'
json "what does not apply has no weight" '.score.lines[] | select(.question == "agents") | "\(.weight) \(.counted)"' '0 not-applicable'
json "each line has its controls" '[.score.lines[] | select(.controls == [])] | length' 0
risk=$(jq .score.score "$tmp.out")
cp "$tmp.out" first.json
run "$SW_BIN" vendor score --json good.yaml
ok "the same again is the same" cmp -s first.json "$tmp.out"
run "$SW_BIN" vendor score --json --at "$(day 101)" good.yaml
json "a document that has run out proves nothing" '.score.lines[] | select(.question == "assurance") | "\(.points) \(.counted)"' '1 unproven'
run "$SW_BIN" vendor score good.yaml
like "every step is shown" "$out" "1000 x [0-9]+ / [0-9]+ = [0-9]+ of 1000"
like "to the last" "$out" "residual   4 x [0-9]+ x 100 / 16000 = $risk of 100"
expect "a risk may be allowed" 0 "$SW_BIN" vendor score --max "$risk" good.yaml
expect "or be too high" 1 "$SW_BIN" vendor score --max "$((risk - 1))" good.yaml
expect "no number is wrong usage" 2 "$SW_BIN" vendor score --max high good.yaml
expect "nor over 100" 2 "$SW_BIN" vendor score --max 101 good.yaml
expect "a time that is none is, too" 2 "$SW_BIN" vendor score --at soon good.yaml

# --- signing -------------------------------------------------------------------------------------

run "$SW_BIN" vendor list
exits "no store, no list" 4
expect "a store" 0 "$SW_BIN" init
expect "nobody was reviewed" 3 "$SW_BIN" vendor list
expect "not this one either" 3 "$SW_BIN" vendor show example
like "it says why" "$err" "nobody trusted has signed a review of 'example'"
run "$SW_BIN" vendor sign --json good.yaml
exits "a review is signed" 0
documented "what it prints is documented" "vendor"
json "the document was hashed" '.documents[0] | "\(.digest) \(.seen)"' "sha256:$(sha256sum soc2.pdf | cut -d' ' -f1) true"
want=$(printf 'sealwright-name/v1\0vendor\0example' | sha256sum | cut -d' ' -f1)
json "the subject is the vendor's name" .subject "sha256:$want"
claim=$(jq -r .claim "$tmp.out")
run "$SW_BIN" evidence show --raw "$claim"
payload=$(jq -r .dsseEnvelope.payload "$tmp.out" | base64 -d)
unlike "no note is signed" "$payload" "secret note"
unlike "nor a file's name" "$payload" "soc2.pdf"
like "hosts are in their one form" "$payload" '"api.example.com",".eu.example.com"'

run "$SW_BIN" vendor list --json
exits "it is current" 0
json "and says so" '.vendors[0].state' current
json "with its risk" '.vendors[0].score' "$risk"
documented "the members of the list are documented" "vendor"
run "$SW_BIN" vendor show --json example
exits "so is the one" 0
json "with its decision" '.claims[0].predicate.review.decision' approved
documented "its members are documented" "vendor"
jq .claims[0].predicate "$tmp.out" >predicate.json
run "$SW_BIN" vendor show example
exits "for people, too" 0
like "with its services" "$out" "api.example.com, .eu.example.com"
run "$SW_BIN" vendor show --json --at "$(day 101)" example
exits "in time its document runs out" 1
json "which is told" .state 'documents expired'
run "$SW_BIN" vendor show --json --at "$(day 185)" example
json "which is worse than a review that is due" .state 'documents expired'
run "$SW_BIN" vendor list --at "$(day 201)"
exits "then the review is overdue" 1
like "which is told, too" "$out" "overdue"
run "$SW_BIN" vendor show --at "$(day -1)" example
exits "and before it was signed, nobody had said anything" 3

# --- whose a service is --------------------------------------------------------------------------

run "$SW_BIN" vendor find --json https://API.example.com./v1
exits "a host of it is its" 0
json "by its host" '"\(.vendor) \(.as) \(.by) \(.state)"' 'example Example API host current'
documented "what it prints is documented" "vendor"
expect "so is one below a rule" 0 "$SW_BIN" vendor find a.b.eu.example.com
expect "and a package" 0 "$SW_BIN" vendor find pkg:pypi/example@1.0
expect "and an MCP server" 0 "$SW_BIN" vendor find --mcp-server example
expect "and a name" 0 "$SW_BIN" vendor find 'example api'
expect "not when its review is over" 1 "$SW_BIN" vendor find --at "$(day 300)" api.example.com
while IFS='|' read -r label service; do
    run "$SW_BIN" vendor find "$service"
    exits "not its: $label" 3
    like "which is told: $label" "$out" "not known"
done <<'ROWS'
the domain above|example.com
the one that a rule is for|eu.example.com
a domain that ends so|aeu.example.com
a domain that begins so|api.example.com.evil.org
user information|https://api.example.com@evil.org/
a backslash|https://evil.org\@api.example.com/
an address in a query|evil.org/?to=https://api.example.com/
an address behind what is no scheme|mailto:x@evil.org?://api.example.com
another letter|аpi.example.com
a package of another registry|pkg:npm/example
a package from elsewhere|pkg:pypi/example?repository_url=evil.org
ROWS
run "$SW_BIN" vendor find --json elsewhere
json "nobody is null" .vendor null

# A later word takes the place of the first.
decision=refused vendor refused.yaml
expect "a refusal is signed, with nothing answered" 0 "$SW_BIN" vendor sign refused.yaml
run "$SW_BIN" vendor list --json
exits "it counts from then on" 1
json "alone" '.vendors | map(.state) | join(" ")' refused
expect "and can be taken back" 0 "$SW_BIN" vendor sign good.yaml
expect "by the same signer" 0 "$SW_BIN" vendor show example
expect "a second signer" 0 "$SW_BIN" key new security --trust
expect "refuses it" 0 "$SW_BIN" vendor sign --key security refused.yaml
run "$SW_BIN" vendor show --json example
exits "then it is refused, whoever spoke last" 1
json "both are heard" '.claims | length' 2
expect "also when the first one signs again" 0 "$SW_BIN" vendor sign good.yaml
expect "it stays refused" 1 "$SW_BIN" vendor show example

expect "somebody whom nobody trusts" 0 "$SW_BIN" key new mallory
name=other vendor other.yaml
run "$SW_BIN" vendor sign --key mallory other.yaml
exits "may sign" 0
like "and is told that nobody believes it" "$out" "will not be believed"
run "$SW_BIN" vendor show other
exits "and is not heard" 3
like "but counted" "$err" "1 claims? of nobody trusted"

# --- what is not signed --------------------------------------------------------------------------

# refused NAME REGEX: the record bad.yaml is not signed.
refused() {
    run "$SW_BIN" vendor sign bad.yaml
    exits "not signed: $1" 1
    like "with the reason: $1" "$err" "$2"
    one_line_error "in one line: $1"
}
reviewed=$(day 3) vendor bad.yaml
refused "a review in the future" "made in the future"
due=$(day -1) vendor bad.yaml
refused "one that is overdue already" "review it anew"
due=$(day 3000) vendor bad.yaml
refused "one that is never due again" "three years"
reviewed=$(day 5) due=$(day 4) vendor bad.yaml
refused "one that was due before it was made" "due before it was made"
vendor bad.yaml "documents: [{id: a, kind: soc3, file: soc2.pdf, issued: $(day -9), expires: $(day -19)}]"
refused "a document that expires before it is issued" "before it was issued"
vendor bad.yaml "documents: [{id: a, kind: soc3, file: soc2.pdf, expires: $(day -1)}]"
refused "an approval on a document that has run out" "ask for a new one"
name=third
decision=approved-with-conditions vendor conditions.yaml "documents: [{id: a, kind: soc3, file: soc2.pdf, expires: $(day -1)}]"
expect "one with conditions may stand on it" 0 "$SW_BIN" vendor sign conditions.yaml
expect "and is told to have documents that have run out" 1 "$SW_BIN" vendor show third
unset name
vendor bad.yaml 'answers: {training-use: always}'
refused "what contradicts itself" "says something else"
vendor bad.yaml 'documents: [{id: a, kind: terms, file: soc2.pdf, digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]'
refused "a document that is another one" "is not the document"
vendor bad.yaml 'documents: [{id: a, kind: terms, title: "sk-abcdefghijklmnopqrstuvwxyz0123", file: soc2.pdf}]'
refused "what looks like a key" "looks like a key"
cp new.yaml bad.yaml
refused "a review that nobody made" "undecided"

# --- documents that lead elsewhere ---------------------------------------------------------------

mkdir -p docs/sub out
echo other >out/other.pdf
echo whole >docs/sub/a.pdf
ln -s ../out/other.pdf docs/link.pdf
ln -s ../out docs/dir
mkfifo docs/pipe
name=documented vendor docs.yaml 'documents: [{id: a, kind: terms, file: sub/a.pdf}]'
run "$SW_BIN" vendor sign --json --documents docs docs.yaml
exits "documents may be below a directory" 0
json "by their digest" '.documents[0].digest' "sha256:$(sha256sum docs/sub/a.pdf | cut -d' ' -f1)"
while IFS='|' read -r label file rc; do
    vendor bad.yaml "documents: [{id: a, kind: terms, file: '$file'}]"
    run "$SW_BIN" vendor sign --documents docs bad.yaml
    exits "not taken: $label" "$rc"
    one_line_error "in one line: $label"
    run "$SW_BIN" vendor check --documents docs bad.yaml
    exits "nor by a check: $label" "$rc"
done <<'ROWS'
a link|link.pdf|1
a directory that is a link|dir/other.pdf|1
a pipe|pipe|1
a directory|sub|1
a path upwards|../out/other.pdf|1
an absolute path|/etc/passwd|1
one that is not there|none.pdf|4
ROWS
if [ "$(id -u)" -ne 0 ]; then
    chmod 000 docs/sub/a.pdf
    expect "what cannot be read could not be done" 4 "$SW_BIN" vendor check --documents docs docs.yaml
    chmod 644 docs/sub/a.pdf
else
    skip 1 "root can read everything"
fi
expect "nor a directory that is not there" 4 "$SW_BIN" vendor sign --documents nowhere docs.yaml

# --- hostile records -----------------------------------------------------------------------------

# bad NAME RC REGEX
bad() {
    run "$SW_BIN" vendor check bad.yaml
    exits "refused: $1" "$2"
    one_line_error "in one line: $1"
    like "with the reason: $1" "$err" "$3"
}
{
    echo 'a: &a [x,x,x,x,x,x,x,x]'
    for c in b c d e f g; do
        echo "$c: &$c [$(printf "*$(printf '%b' "\\x$(printf '%x' $(($(printf '%d' "'$c") - 1)))"),%.0s" {1..8})]"
    done
} >bad.yaml
bad "a bomb of aliases" 1 "anchors"
printf 'version: 1\nvendor: x\ntitle: %s%s\n' "$(printf '[%.0s' {1..2000})" "$(printf ']%.0s' {1..2000})" >bad.yaml
bad "a deep one" 1 "deep"
printf 'version: 1\nvendor: x\ndata: {regions: [%s]}\n' "$(seq -s, 1 60000)" >bad.yaml
bad "a wide one" 1 "values"
printf 'version: 1\nvendor: x\n' >bad.yaml
truncate -s 1G bad.yaml
bad "a huge one" 1 "over"
printf 'version: 1\nvendor: \xff\xfe\n' >bad.yaml
bad "bytes that are no text" 1 "line"
printf 'version: 1\nvendor: x\nvendor: y\n' >bad.yaml
bad "a name twice" 1 "line 3"
: >bad.yaml
bad "an empty file" 1 "record"
printf 'version: 1\nvendor: x\ntitle: "\\e[31mred"\n' >bad.yaml
bad "a text that would colour the terminal" 1 "control"
rm bad.yaml && mkfifo bad.yaml
bad "a pipe" 4 "regular|file"
rm bad.yaml && mkdir bad.yaml
bad "a directory" 4 "."
rmdir bad.yaml
bad "nothing" 4 "No such file"
vendor bad.yaml
sed -i 's/\[API.Example.com., .eu.example.com\]/[api.openai.com@evil.org]/' bad.yaml
bad "a host that hides another" 1 "no host"

run "$SW_BIN" log verify
exits "the log is whole" 0

# --- a claim that a trusted signer made by other means --------------------------------------------

# sign FILTER: lie.jsonl, the bundle of the claim with another statement, signed with the default key.
sign() {
    local type
    run "$SW_BIN" evidence show --raw "$claim"
    type=$(jq -r .dsseEnvelope.payloadType "$tmp.out")
    jq -r .dsseEnvelope.payload "$tmp.out" | base64 -d | jq -jc "$1" >payload
    printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(stat -c %s payload)" | cat - payload >signed
    openssl dgst -sha256 -sign .sealwright/keys/default.key -out signature signed
    jq -c --arg p "$(base64 -w0 payload)" --arg s "$(base64 -w0 signature)" \
        '.dsseEnvelope.payload = $p | .dsseEnvelope.signatures[0].sig = $s' "$tmp.out" >lie.jsonl
}
while IFS='|' read -r label filter reason; do
    rm -rf lied && cp -r .sealwright lied
    sign "$filter"
    expect "it can be imported: $label" 0 "$SW_BIN" evidence import --store lied lie.jsonl
    run "$SW_BIN" vendor list --store lied
    exits "it is not passed over: $label" 1
    like "with the reason: $label" "$err" "$reason"
    expect "and finds nobody's services: $label" 1 "$SW_BIN" vendor find --store lied api.example.com
done <<'ROWS'
a risk that does not add up|.predicate.score.score = 0|does not add up
an answer that weighs nothing|.predicate.answers[0].weight = 0|does not add up
a host that covers everything|.predicate.services[0].hosts = [".com"]|hosts is none
a review that never was|.predicate.review.reviewed = "2026-02-31"|review cannot be
another vendor's subject|.predicate.name = "other"|subject
no decision|del(.predicate.review.decision)|decision
ROWS
rm -rf lied && cp -r .sealwright lied
subject=$(printf 'sealwright-name/v1\0vendor\0fourth' | sha256sum | cut -d' ' -f1)
sign ".predicate.name = \"fourth\" | .predicate.review.note = \"x\" | .subject[0].digest.sha256 = \"$subject\""
expect "one with a member that is not known here" 0 "$SW_BIN" evidence import --store lied lie.jsonl
run "$SW_BIN" vendor show --store lied --json fourth
exits "is read" 0
json "as what is known of it" .state current

# --- the schema ----------------------------------------------------------------------------------

cat >validate.py <<'PY'
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
with open(sys.argv[2], encoding="utf-8") as f:
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(json.load(f)))
for error in errors[:3]:
    print(error.message[:300])
sys.exit(1 if errors else 0)
PY
claims=$SW_SOURCE/doc/claims
if python3 -c 'import jsonschema' 2>/dev/null; then
    ok "a predicate follows its schema" python3 validate.py "$claims/vendor.schema.json" predicate.json
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$claims/vendor.md" >example.json
    ok "so does the example" python3 validate.py "$claims/vendor.schema.json" example.json
    ok "whose lines add up" jq -e '(.answers | map(.weight * .points) | add) == .score.sum and
        (.answers | map(.weight * 4) | add) == .score.most and
        (1000 * .score.sum / .score.most | ceil) == .score.weakness and
        (.score.inherent * .score.weakness / 160 | ceil) == .score.score' example.json
    while IFS='|' read -r label filter; do
        jq "$filter" predicate.json >changed.json
        not_ok "not with $label" python3 validate.py "$claims/vendor.schema.json" changed.json
    done <<'ROWS'
no name|del(.name)
a capital in it|.name = "Example"
another decision|.review.decision = "maybe"
a date that is none|.review.due = "soon"
a risk over 100|.score.score = 101
points over 4|.answers[0].points = 5
a member that is none|.text = "x"
a document without a digest|del(.documents[0].digest)
ROWS
else
    skip 11 "python3-jsonschema is not installed"
fi

# --- a tired user --------------------------------------------------------------------------------

while IFS='|' read -r label words; do
    # shellcheck disable=SC2086 # words
    run "$SW_BIN" vendor $words
    exits "wrong usage: $label" 2
    one_line_error "and one line says so: $label"
done <<'ROWS'
no file|check
two files|check good.yaml good.yaml
no name|new
no name to show|show
a name that is none|show a/b
an option that is none|sign good.yaml --force
a command that is none|remove example
ROWS
for command in new check score sign list show find; do
    expect "help of vendor $command" 0 "$SW_BIN" vendor "$command" --help
done

done_testing
