#!/bin/bash
# Who finds is not who approves: the gate over discoveries and approvals by different keys.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }
mkdir app
echo 'import openai' >app/main.py
cp "$SW_SOURCE/examples/policies/discovery-approval.yaml" policy.yaml

expect "init" 0 sw init
for who in ci security stranger; do
    expect "a key of $who" 0 sw key new $who
done
cat >>.sealwright/trust.yaml <<'Y'
  - name: ci
    key: keys/ci.pub
    may-sign: ["urn:sealwright:claim:discovery:v1"]
  - name: security
    key: keys/security.pub
    may-sign: ["urn:sealwright:claim:discovery:v1"]
Y
expect "the policy is good" 0 sw policy check policy.yaml

# admit, and what each rule of the policy says that did not pass
admit() {
    run sw admit --json --policy policy.yaml --dry-run app
    exits "$1" "$2"
    json "$1: by rule" '[.rules[] | select(.verdict != "pass") | "\(.name) \(.verdict)"] | join(", ")' "$3"
}

expect "the app is signed" 0 sw seal app
admit "without a discovery there is no evidence" 3 "found-by-the-build no-evidence, approved-by-a-person no-evidence"
expect "the build records what it found" 1 sw discover --registered --record --key ci app
admit "which nobody has registered" 1 "found-by-the-build fail, approved-by-a-person no-evidence"

# --- a build that approves what it found itself ---------------------------------------------------

next_second # the newest word of a signer is told by seconds
expect "the build approves its own findings" 0 sw discover --registered --record --approve --key ci app
admit "its approval is none" 1 "found-by-the-build fail, approved-by-a-person no-evidence"
next_second
expect "and finds them registered, by itself" 0 sw discover --registered --record --key ci --json app
json "as the claim says" '[.entities[].registered | select(. != null).signer] | unique | join(" ")' ci
admit "that is no way round it" 3 "approved-by-a-person no-evidence"

# --- others ---------------------------------------------------------------------------------------

next_second
run sw discover --registered --record --approve --key stranger app
admit "the approval of a key that nobody trusts is none" 3 "approved-by-a-person no-evidence"
next_second
expect "a person looks, and approves nothing yet" 0 sw discover --registered --record --key security app
admit "a discovery of hers is no approval" 1 "approved-by-a-person fail"
next_second
expect "she approves" 0 sw discover --registered --record --approve --key security app
admit "then it is admitted" 0 ""
echo 'import anthropic' >app/more.py
rm -f app/model.sig
expect "other files" 0 sw seal app
expect "are found by the build" 1 sw discover --registered --record --key ci app
admit "and not approved by what was said of the ones before" 1 "found-by-the-build fail, approved-by-a-person no-evidence"
done_testing
