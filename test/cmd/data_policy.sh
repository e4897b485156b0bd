#!/bin/bash
# What the policy of "init" asks of a model whose training is recorded: no gaps, and no draws beside what
# was declared. A model that nobody tells of is asked for neither.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }

# The rules that keep a model out, of the last run.
refused_by() {
    json "$1" '[.rules[] | select(.verdict != "pass") | "\(.name) \(.verdict)"] | join(", ")' "$2"
}

source_add() {
    sw data source add "$1" --from "$1.example" --consent "https://$1.example/terms" --issuer "$1 Ltd" \
        --description "$1 posts" --geography DE --issued 2026-01-01 --method scraped "${@:2}"
}

# A model of the dataset $2, named $1; more arguments go to "data train".
train() {
    mkdir "$1"
    sw data train --dataset "$2" --out "$1" "${@:3}" -- sh -c "echo '{\"model\":\"$1\"}' >'$1/config.json'"
}

jq -cn 'range(100) | {text: "post \(.)"}' >forum.jsonl
jq -cn 'range(300) | {text: "mail \(.)"}' >mail.jsonl
echo 'cat forum.jsonl mail.jsonl >both.jsonl' >join.sh
expect "a store is made" 0 sw init
expect "a source with a licence" 0 source_add forum --licence CC0-1.0
expect "and one without" 0 source_add mail
for name in forum mail; do
    expect "$name is ingested" 0 sw data ingest "$name.jsonl" --source "$name" --as "$name"
done
expect "both are one set" 0 sw data run --in forum --in mail --out both=both.jsonl --code join.sh -- sh join.sh

# --- gaps -------------------------------------------------------------------------------------

expect "a model of known data" 0 train known forum --code join.sh
expect "is sealed" 0 sw seal known
expect "and admitted" 0 sw admit known --json
json "its data is complete" .data.status complete
mkdir other && echo '{}' >other/config.json
expect "a model that nobody tells of" 0 sw seal other
expect "is admitted" 0 sw admit other --json
json "nothing is known of its data" .data null

expect "a model of data without a licence" 0 train unlicensed both --code join.sh
expect "is sealed, too" 0 sw seal unlicensed
expect "a dry run refuses it" 1 sw admit --dry-run unlicensed
expect "it is refused" 1 sw admit unlicensed --json
refused_by "for its gaps alone" "data-complete fail"
json "the reason names them" '.rules[] | select(.name == "data-complete") | .reason | contains("not known: source mail has no licence")' true
json "the advice says how to close them, or to waive" '.rules[] | select(.name == "data-complete") | .satisfy
    | contains("data source add NAME --update") and contains("a waiver for the rule data-complete")' true
root=$(jq -r .subject "$tmp.out")

cp .sealwright/policy.yaml kept.yaml
cat >>.sealwright/policy.yaml <<YAML
  - rule: data-complete
    subject: $root
    owner: jane@example.com
    reason: the licence is being asked for, ticket 12
    expires: 2999-01-01
YAML
expect "the policy is right with a waiver behind it" 0 sw policy check
expect "which admits it" 0 sw admit unlicensed --json
json "and shows" '.rules[] | select(.name == "data-complete") | [.verdict, .waived] | tojson' '["pass",true]'
json "with who answers for it" '.rules[] | select(.name == "data-complete") | .reason | contains("jane@example.com")' true
cp kept.yaml .sealwright/policy.yaml
expect "without it the model stays out" 1 sw admit unlicensed
expect "the licence is found" 0 sw data source add mail --update --licence CC-BY-4.0 --reason 'ticket 12'
expect "then it is admitted" 0 sw admit unlicensed

expect "a training that names no code" 0 train codeless forum
expect "is sealed" 0 sw seal codeless
expect "and refused" 1 sw admit codeless
like "with what is missing" "$out" "data-complete: .*no code was named that the command ran"
expect "one that is made from a model of somebody else" 0 train tuned forum --code join.sh --base other
expect "is sealed" 0 sw seal tuned
expect "and refused" 1 sw admit tuned
like "since nobody tells of that" "$out" "data-complete: .*nobody trusted says how 'other' was trained"

# --- weights ----------------------------------------------------------------------------------

expect "weights" 0 sw data mix base --set forum=0.3 --set mail=0.7 --reason start
awk 'BEGIN { for (i = 0; i < 1000; i++) print i < 300 ? i % 100 : 100 + i % 300 }' >fair.txt
awk 'BEGIN { for (i = 0; i < 1000; i++) print i < 400 ? i % 100 : 100 + i % 300 }' >skewed.txt
for run in fair skewed; do
    expect "what $run drew is recorded" 0 sw data consume "$run" --dataset both --mix base --order "$run.txt" --seed 7
    expect "a model of it" 0 train "$run" both --run "$run" --mix base --seed 7 --code join.sh
    expect "is sealed" 0 sw seal "$run"
done
expect "a model that drew what was declared is admitted" 0 sw admit fair
expect "one that did not is refused" 1 sw admit skewed --json
refused_by "for that alone" "weights-as-declared fail"
json "in words" '.rules[] | select(.name == "weights-as-declared") | .reason | contains("off the declared weights beyond chance")' true
json "with advice" '.rules[] | select(.name == "weights-as-declared") | .satisfy
    | contains("data mix") and contains("a waiver for the rule weights-as-declared")' true
expect "a model whose draws nobody recorded" 0 train unseen both --run unseen --mix base --seed 8 --code join.sh
expect "is sealed" 0 sw seal unseen
expect "and not asked for them" 0 sw admit unseen

# --- the words --------------------------------------------------------------------------------

expect "the policy explains itself" 0 sw policy explain
like "with the gaps" "$out" 'data-complete: no claim of type urn:sealwright:claim:data-provenance:v1'
like "and the weights" "$out" 'weights-as-declared: no claim'
done_testing
