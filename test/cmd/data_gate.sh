#!/bin/bash
# What a model was trained on decides whether it is admitted.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }

jq -cn 'range(50) | {text: "post \(.)"}' >forum.jsonl
jq -cn 'range(30) | {text: "spam \(.)"}' >spam.jsonl
expect "a store is made" 0 sw init
for source in forum spam; do
    expect "source $source" 0 sw data source add "$source" --licence CC0-1.0 --from "$source.example" \
        --consent "https://$source.example/terms" --issuer "$source Ltd" --description "$source posts" \
        --geography DE --issued 2026-01-01 --method scraped
    expect "dataset $source" 0 sw data ingest "$source.jsonl" --source "$source" --as "$source"
done
mkdir good bad
echo 'printf "%s" "$2" >"$1/config.json"' >train.sh
expect "a model of one source" 0 sw data train --verify --dataset forum --code train.sh --out good -- sh train.sh good '{"a":1}'
expect "a model of both" 0 sw data train --dataset forum --dataset spam --code train.sh --out bad \
    -- sh train.sh bad '{"a":2}'
expect "and one that nobody tells of" 0 sh -c 'mkdir other && echo "{}" >other/config.json'
for model in good bad other; do
    expect "$model is sealed" 0 sw seal "$model"
done

# --- known ------------------------------------------------------------------------------------

expect "a model of known data is admitted" 0 sw admit good --json
json "its data is complete" '.data | [.status, .gaps, .tainted, .takedowns] | tostring' '["complete",0,0,0]'
claim=$(jq -r .data.claim "$tmp.out")
root=$(jq -r .subject "$tmp.out")
json "the claim is not the verdict" '.data.claim != .claim' true
expect "the claim is in the log" 0 sw evidence show "$claim" --json
json "it names the source" '.statement.predicate.sources | tostring' \
    '[{"consent":"https://forum.example/terms","licence":"CC0-1.0","name":"forum","origin":"forum.example","samples":50}]'
json "and that the data was read again" .statement.predicate.verified true
expect "a model that nobody tells of is admitted as before" 0 sw admit other --json
json "nothing is known of its data" .data null
expect "reach says who is admitted" 0 sw data reach source:forum --json
json "one is, one is not yet" '[.models[] | [.name, .admitted]] | tostring' '[["good",true],["bad",false]]'
expect "the other one is admitted too" 0 sw admit bad

# --- tainted ----------------------------------------------------------------------------------

expect "the second source is tainted" 0 sw data taint source:spam --reason 'planted trigger phrases' --severity critical --json
json "that reaches one model, which is admitted" '[.models[] | [.name, .samples, .admitted]] | tostring' '[["bad",30,true]]'
expect "a dry run refuses it" 1 sw admit --dry-run bad --json
json "by the rule, with the reason" '.rules[] | select(.name == "data-not-tainted") | [.verdict, (.reason | contains("planted trigger phrases"))] | tostring' \
    '["fail",true]'
json "nothing was recorded of it" .data.claim null
expect "in earnest it is refused" 1 sw admit bad --json
json "with the reason" '[.rules[] | select(.verdict == "fail") | .name] | tostring' '["data-not-tainted"]'
json "and the count" '.rules[] | select(.name == "data-not-tainted") | .reason | contains("source:spam is tainted and is in it with 30 samples: planted trigger phrases, says default")' true
json "and what to do" '.rules[] | select(.name == "data-not-tainted") | .satisfy' \
    'make the datasets anew without source:spam, and train on those; or, when it was a mistake, as default run: sealwright data taint source:spam --lift --reason WHY; or write a waiver'
expect "the first model is not" 0 sw admit good
expect "reach knows it" 0 sw data reach source:spam --json
json "it is not admitted any more" '[.models[].admitted] | tostring' '[false]'

# Whoever can only write files gets it through by no means.
cp -a .sealwright kept
leaf=$(sw evidence list --type urn:sealwright:claim:taint:v1 --json | jq -r '.[0].claim[7:]')
chmod -R u+w .sealwright
rm ".sealwright/blobs/sha256/${leaf:0:2}/$leaf"
expect "not without the taint's bytes" 1 sw admit bad
rm -rf .sealwright && cp -a kept .sealwright
leaf=$(sw evidence list --type urn:sealwright:claim:training:v1 --json | jq -r '.[] | select(.subjects[0].name == "bad") | .claim[7:]')
rm ".sealwright/blobs/sha256/${leaf:0:2}/$leaf"
run sw admit bad
isnt "not without the training's bytes" "$rc" 0
rm -rf .sealwright && cp -a kept .sealwright
rm -f .sealwright/index.db .sealwright/data/graph.cache
expect "not without the index" 1 sw admit bad
rm -rf .sealwright && cp -a kept .sealwright
rm -rf .sealwright/data
run sw admit bad
isnt "not without the files of the data" "$rc" 0
rm -rf .sealwright && cp -a kept .sealwright

expect "a policy that asks for nothing does not pass it either" 0 sh -c 'cat >lax.yaml <<YAML
version: 1
name: lax
rules:
  - name: signed
    claim: https://model_signing/signature/v1.0
YAML'
expect "it is refused" 1 sw admit --policy lax.yaml bad --json
json "by what is no rule of the policy" '.rules[-1] | [.name, .verdict] | tostring' '["data","fail"]'
expect "in a dry run too" 1 sw admit --dry-run --policy lax.yaml bad
expect "nor one that asks the claim for something else" 0 sh -c 'cat >>lax.yaml <<YAML
  - name: licensed
    claim: urn:sealwright:claim:data-provenance:v1
    where:
      - every: predicate.sources.*.licence
        exists: true
      - count: predicate.takedowns
        equals: 0
YAML'
expect "it is refused as well" 1 sw admit --policy lax.yaml bad --json
json "the rule itself passes" '.rules[] | select(.name == "licensed") | .verdict' pass
json "by what is no rule" '.rules[-1] | [.name, .verdict] | tostring' '["data","fail"]'
expect "but one that looks at taints decides on them" 0 sh -c 'cat >>lax.yaml <<YAML
  - name: no-high-taint
    claim: urn:sealwright:claim:data-provenance:v1
    where:
      - every: predicate.tainted.*.samples
        at-least: 0
        allow-empty: true
YAML'
expect "also to let them pass" 0 sw admit --policy lax.yaml bad

expect "the taint is lifted" 0 sw data taint source:spam --lift --reason 'was a false alarm' --json
json "none stands" '.standing | tostring' '[]'
expect "a dry run admits it" 0 sw admit --dry-run bad
expect "in earnest it is admitted again" 0 sw admit bad

size=$(sw log checkpoint --json | jq .size)
expect "what is not tainted is not lifted" 4 sw data taint source:spam --lift --reason 'again'
like "which is said" "$err" 'source:spam is not tainted: there is nothing to lift'
is "and nothing was recorded" "$(sw log checkpoint --json | jq .size)" "$size"

# A second signer's taint is theirs.
expect "a second key" 0 sw key new security --trust
expect "says so too" 0 sw data taint 'text:spam 7' --reason 'a slur' --key security
expect "the first one takes it back for himself" 0 sw data taint 'text:spam 7' --reason 'no' --lift --json
json "it stands" '[.standing[].signer] | tostring' '["security"]'
expect "it is refused" 1 sw admit bad
like "for one sample" "$out" 'is in it with 1 sample: a slur, says security'
like "which the other one can lift" "$out" 'as security run: sealwright data taint content:sha256:[0-9a-f]+ --lift'
expect "security takes it back" 0 sw data taint 'text:spam 7' --reason 'no' --lift --key security
expect "it is admitted" 0 sw admit bad

# --- taken down -------------------------------------------------------------------------------

expect "a reason is needed" 2 sw data takedown source:spam
one_line_error "and asked for in one line"
expect "the source is taken down" 0 sw data takedown source:spam --reason 'the licence was withdrawn' --json
json "the model is named" '[.models[].name] | tostring' '["bad"]'
expect "it is refused" 1 sw admit bad
like "with the reason" "$out" 'data-not-taken-down: .*the licence was withdrawn'
like "and what to do" "$out" 'make the datasets anew without source:spam, and train on those \(a takedown is not lifted\)'
expect "the other one is not" 0 sw admit good

# --- a policy that asks for more --------------------------------------------------------------

cat >strict.yaml <<'YAML'
version: 1
name: strict
rules:
  - name: data-known
    claim: urn:sealwright:claim:data-provenance:v1
    where:
      - field: predicate.status
        equals: complete
      - count: predicate.tainted
        equals: 0
      - every: predicate.sources.*.licence
        in: [CC0-1.0]
      - every: predicate.sources.*.consent
        exists: true
YAML
expect "known data passes it" 0 sw admit --policy strict.yaml good
expect "in a dry run too" 0 sw admit --dry-run --policy strict.yaml good
expect "unknown data is no evidence" 3 sw admit --policy strict.yaml other
expect "the licence changes" 0 sw data source add forum --update --licence CC-BY-NC-4.0 --reason 'was wrong'
expect "and is not one of the list" 1 sw admit --policy strict.yaml good
like "the reason says which" "$out" 'CC-BY-NC-4.0'
cat >weights.yaml <<'YAML'
version: 1
name: weights
rules:
  - name: weights
    claim: urn:sealwright:claim:data-provenance:v1
    where:
      - field: predicate.weights.agrees
        equals: true
YAML
expect "weights that nobody recorded are no evidence" 3 sw admit --policy weights.yaml good
is "the root is the trained one" "$root" "$(sw data reach source:forum --json | jq -r '.models[] | select(.name == "good") | .root')"

# --- salts ------------------------------------------------------------------------------------

expect "a salted dataset" 0 sw data ingest spam.jsonl --source spam --as salted --salted
expect "is asked for a text" 0 sw data reach 'text:spam 7' --json
json "and has it" '[.datasets[].name] | tostring' '["spam","salted"]'
expect "a takedown names its salt" 0 sw data takedown 'text:spam 7' --reason 'asked for' --json
json "by its dataset" '.salted | tostring' '["salted@1"]'
json "and its sample by its place" '[.claims[].selector | select(.kind == "sample").name] | tostring' '["salted@1#7"]'
expect "forgetting wants a yes" 2 sw data forget-salt salted
one_line_error "and says what is lost"
expect "it is forgotten" 0 sw data forget-salt salted --yes
expect "twice it cannot be" 4 sw data forget-salt salted --yes
expect "then nobody can tell" 3 sw data reach 'text:spam 7' --json
json "and that is said" '.gaps[0] | contains("the salt of salted@1 is forgotten")' true
expect "a plain dataset has none" 2 sw data forget-salt forum --yes
expect "the log is whole" 0 sw log verify
done_testing
