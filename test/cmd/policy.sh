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
done_testing
