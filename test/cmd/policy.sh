# policy check, explain, test; and --policy of admit.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
expect "the shipped policy is good" 0 "$SW_BIN" policy check
expect "and can be explained" 0 "$SW_BIN" policy explain
like "in words" "$out" "signed"
expect "as JSON too" 0 "$SW_BIN" policy check --json
json "with its digest" '.digest | startswith("sha256:")' true

cat >strict.yaml <<'Y'
version: 1
name: strict
rules:
  - name: signed-by-release
    claim: https://model_signing/signature/v1.0
    by: [release]
Y
expect "a signer that nobody knows" 1 "$SW_BIN" policy check strict.yaml
like "is a warning" "$out" "release"
mkdir m && echo x >m/x
expect "seal" 0 "$SW_BIN" seal m
run "$SW_BIN" admit --json --policy strict.yaml m
exits "the right signature by the wrong signer is no evidence" 3
like "the reason counts" "$(jq -r '.rules[1].reason' "$tmp.out")" "signer"
like "and says what would satisfy" "$(jq -r '.rules[1].satisfy' "$tmp.out")" "release"
expect "--explain shows it" 3 "$SW_BIN" admit --explain --policy strict.yaml m
like "for people" "$out" "to satisfy it"

while IFS='|' read -r name text want; do
    printf '%b' "$text" >bad.yaml
    run "$SW_BIN" policy check bad.yaml
    exits "$name is refused" 1
    like "with its line" "$err" "$want"
done <<'T'
an unknown key|version: 1\nname: x\nrules: []\nrulez: []\n|line 4.*rulez
another version|version: 2\nname: x\nrules: []\n|line 1.*version
a tab|version: 1\n\tname: x\n|line 2
a CEL expression|version: 1\nname: x\nrules:\n  - name: a\n    claim: b\n    cel: "1 == 1"\n|CEL
T
printf 'version: 1\nname: x\nrules: []\n' >empty.yaml
expect "an empty policy admits nothing" 3 "$SW_BIN" admit --policy empty.yaml m

# Claims of types that no command here makes, about the same artifact, with lists in them.
cat >lists.yaml <<'Y'
version: 1
name: lists
rules:
  - name: data
    claim: urn:sealwright:claim:training:v1
    where:
      - {field: predicate.status, equals: complete}
      - {every: predicate.sources.*.licence, in: [Apache-2.0, MIT]}
      - {count: predicate.gaps, equals: 0}
      - {every: predicate.exceptions.*.approved, equals: true, allow-empty: true}
Y
expect "a policy about lists" 0 "$SW_BIN" policy check lists.yaml
expect "can be explained" 0 "$SW_BIN" policy explain lists.yaml
like "in words" "$out" 'every predicate.sources.\*.licence is one of "Apache-2.0" or "MIT" and the count of predicate.gaps is 0'
like "with what may be empty" "$out" "exceptions.\*.approved is true \(there may be none\)"
{
    echo 'version: 1'
    echo 'cases:'
    while IFS='|' read -r name verdict predicate; do
        printf '  - {name: %s, expect: {verdict: %s}, claims: [{signer: a, statement: ' "$name" "$verdict"
        printf '{predicateType: "urn:sealwright:claim:training:v1", predicate: {%s}}}]}\n' "$predicate"
    done <<'T'
all is well|pass|status: complete, sources: [{licence: MIT}, {licence: Apache-2.0}], gaps: [], exceptions: []
an unknown licence|fail|status: complete, sources: [{licence: MIT}, {licence: GPL-3.0}], gaps: [], exceptions: []
a source without one|no-evidence|status: complete, sources: [{licence: MIT}, {}], gaps: [], exceptions: []
no sources|no-evidence|status: complete, sources: [], gaps: [], exceptions: []
a gap|fail|status: complete, sources: [{licence: MIT}], gaps: [x], exceptions: []
gaps are not told|no-evidence|status: complete, sources: [{licence: MIT}], exceptions: []
exceptions are not told|no-evidence|status: complete, sources: [{licence: MIT}], gaps: []
not complete|fail|status: partial, sources: [{licence: MIT}], gaps: [], exceptions: []
T
} >cases.yaml
expect "a test file that is malformed is no failed case" 2 "$SW_BIN" policy test --policy lists.yaml lists.yaml
like "its line is named" "$err" "'lists.yaml': line 2: .*no key 'name'"
expect "every case is decided as it says" 0 "$SW_BIN" policy test --policy lists.yaml --json cases.yaml
json "all of them" length 8
done_testing
