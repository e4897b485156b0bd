#!/bin/bash
# discover --record: which suppliers stand behind what is in use, how their reviews stand, and what the gate makes
# of that. Reviews are signed by "vendor sign", discoveries by "discover --record"; the policy is the one that is shipped.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

day() { date -u -d "$1 days" +%F; }

# reviewed NAME HOST DECISION DUE: a supplier's review, signed.
reviewed() {
    cat >"$1.yaml" <<RECORD
version: 1
vendor: $1
title: A supplier
owner: ml-platform
services:
  - name: Its API
    hosts: [$2]
use: {dependence: low, depends: [support chat]}
data: {class: internal, trains-on: never, retention-days: 30, regions: [EU], sub-processors: [Cloud AG]}
review: {reviewed: $(day -20), due: $4, by: J. Doe, decision: $3, conditions: [no personal data]}
answers: {training-use: {answer: never, note: it is in the contract}}
RECORD
    "$SW_BIN" vendor sign "$1.yaml" >"$tmp.signed" 2>&1 || note "$(cat "$tmp.signed")"
}

vendors() {
    "$SW_BIN" discover --record --json app >"$tmp.record"
    "$SW_BIN" evidence show "$(jq -r .claim "$tmp.record")" --raw | jq -r .dsseEnvelope.payload | base64 -d |
        jq .predicate >predicate.json
    jq -r '(.vendors[] | "\(.name): \(.state), \(.reviewDue[0:10])"), (.unreviewed[] | "\(.): nobody")' predicate.json
}

policy=$SW_SOURCE/examples/policies/third-parties.yaml
gate() {
    "$SW_BIN" admit --json --policy "$policy" --dry-run app >"$tmp.gate"
    jq -r '.rules[] | select(.name == "vendors-reviewed").verdict' "$tmp.gate"
}

mkdir -p app/tests
cat >app/main.py <<'PY'
import openai
from anthropic import Anthropic
URL = "https://api.openai.com/v1/chat/completions"
PY
echo 'U = "https://api.mistral.ai/v1"' >app/tests/test_it.py
expect "a store" 0 "$SW_BIN" init
expect "an application, sealed" 0 "$SW_BIN" seal app
is "without a discovery nothing is known" "$(gate)" no-evidence
is "a service that nobody reviewed is told, and none of tests" "$(vendors)" "OpenAI: nobody"
is "which fails" "$(gate)" fail

next_second
due=$(day 100)
reviewed first .openai.com approved "$due"
is "its supplier's review is found by the host" "$(vendors)" "first: current, $due"
is "to the end of the day" "$(jq -r '.vendors[].reviewDue' predicate.json)" "${due}T23:59:59Z"
is "so the gate lets it pass" "$(gate)" pass
run "$SW_BIN" discover --registered --json app
json "and it is registered" '.entities[] | select(.name == "OpenAI").registered.by' vendor
schema=$SW_SOURCE/doc/claims/discovery.schema.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    ok "the claim is as its schema says" python3 -c '
import json, sys, jsonschema
jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open("predicate.json")))' "$schema"
else
    skip 1 "no jsonschema"
fi

next_second
reviewed first .openai.com refused "$due"
is "a supplier that was refused is told" "$(vendors)" "first: refused, $due"
is "which fails" "$(gate)" fail
run "$SW_BIN" discover --registered --json app
json "and registers nothing" '.entities[] | select(.name == "OpenAI").registered' null

next_second
reviewed first .openai.com approved-with-conditions "$due"
is "it may be approved with conditions" "$(vendors)" "first: current, $due"
is "which passes" "$(gate)" pass

next_second
reviewed first .openai.com.example.org approved "$due"
is "a host that only looks like it is not covered" "$(vendors)" "OpenAI: nobody"
is "which fails again" "$(gate)" fail
done_testing
