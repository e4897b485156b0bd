# seal and admit: the main job.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir m
echo '{"a": 1}' >m/config.json
tensors m/weights.dat 100000

expect "admit needs a store" 4 "$SW_BIN" admit m
expect "init" 0 "$SW_BIN" init
run "$SW_BIN" admit --json m
exits "an unsealed model is not admitted" 3
json "for want of evidence" .verdict no-evidence

expect "seal" 0 "$SW_BIN" seal --json m
json "it is sealed" .sealed true
json "it was scanned" '.scan.files | length' 2
json "the signature is a leaf behind the verdict of before" .signature.leaf 1
root=$(jq -r .model_root "$tmp.out")

run "$SW_BIN" admit --json m
exits "a sealed model is admitted" 0
json "verdict" .verdict pass
json "about its root" .subject "$root"
json "integrity comes first" '.rules[0].name' integrity
json "each rule has a verdict and a reason" '[.rules[] | (.verdict == "pass") and (.reason | length > 0)] | all' true
json "the verdict is a claim" '.claim | test("^sha256:[0-9a-f]{64}$")' true
leaf=$(jq -r .leaf "$tmp.out")
run "$SW_BIN" evidence show --json "$leaf"
exits "the verdict is in the log" 0
json "as a SLSA VSA" .predicate_type https://slsa.dev/verification_summary/v1
json "signed by us" .trusted true
json "it says PASSED" .statement.predicate.verificationResult PASSED
json "about the model" '.statement.subject[0].digest.sha256' "${root#sha256:}"

size=$("$SW_BIN" log checkpoint --json | jq .size)
run "$SW_BIN" admit --dry-run --json m
exits "a dry run decides the same" 0
json "and records nothing" .claim null
is "the log did not grow" "$("$SW_BIN" log checkpoint --json | jq .size)" "$size"
expect "a second admission does not scan again" 0 "$SW_BIN" admit m
is "only the verdict is added" "$("$SW_BIN" log checkpoint --json | jq .size)" "$((size + 1))"

# Tampering.
cp -r m good
restore() { rm -rf m && cp -r good m; }
printf '\1' | dd of=m/weights.dat bs=1 seek=5000 conv=notrunc status=none
run "$SW_BIN" admit --json m
exits "a flipped byte is refused" 1
json "by the integrity rule" '.rules[0].verdict' fail
like "the file is named" "$(jq -r '.rules[0].reason' "$tmp.out")" "weights.dat: changed"
isnt "the verdict is not about the sealed model" "$(jq -r .subject "$tmp.out")" "$root"
restore
expect "the sealed model is still admitted" 0 "$SW_BIN" admit m
echo x >m/added
expect "an added file is refused" 1 "$SW_BIN" admit m
like "and named" "$out" "added: added"
restore
expect "mallory has a key" 0 "$SW_BIN" key new mallory
expect "and signs well" 0 "$SW_BIN" sign --key mallory m
run "$SW_BIN" admit --json m
exits "an untrusted signer is refused" 1
like "the reason names the signature" "$(jq -r '.rules[0].reason' "$tmp.out")" "signature"
expect "even if the claim is in the log" 0 "$SW_BIN" log add m/model.sig
expect "it is refused" 1 "$SW_BIN" admit m
restore
rm m/config.json
expect "a missing file is refused" 1 "$SW_BIN" admit m
restore

# A signer may sign only what trust.yaml says.
expect "a scanner's key" 0 "$SW_BIN" key new scanner --trust --may-sign 'urn:sealwright:claim:scan:*'
expect "signs a model" 0 "$SW_BIN" sign --key scanner m
expect "which it may not" 1 "$SW_BIN" admit m
like "the reason says so" "$out" "scanner"
restore

# Malicious content is not sealed.
cp -r good evil
printf "cposix\nsystem\n(S'true'\ntR." >evil/tokenizer.pkl
run "$SW_BIN" seal --json evil
exits "a malicious pickle is not sealed" 1
json "not sealed" .sealed false
json "found by the scan" '.scan.verdict, .scan.reason' $'refused\nfound'
is "the old signature is untouched" "$(sha256sum <evil/model.sig)" "$(sha256sum <good/model.sig)"
expect "it can be forced" 0 "$SW_BIN" seal --despite-findings evil
run "$SW_BIN" admit --json evil
exits "but the gate still refuses it" 1
like "for the scan" "$(jq -r '[.rules[] | select(.verdict == "fail") | .name] | join(",")' "$tmp.out")" "scan"

evil=$(jq -r .subject "$tmp.out")

# A clone is scanned without git's database, as it is sealed without it.
cp -r good cloned && mkdir -p cloned/.git/objects && printf 'x\234\113\312\311\117\122' >cloned/.git/objects/a
expect "a clone can be scanned" 0 "$SW_BIN" scan cloned

# Ranges of files are signed, whole files are scanned.
cp -r evil sharded-evil
expect "sealing by shards finds it too" 1 "$SW_BIN" seal --method shards --shard-size 50000 sharded-evil
cp -r good sharded
expect "a good one is sealed" 0 "$SW_BIN" seal --method shards --shard-size 50000 --json sharded
json "and every file was scanned" '.scan.files | length' 2
expect "and admitted" 0 "$SW_BIN" admit sharded

# What the scan does not read is no evidence, and only a policy that names it takes it without.
mkdir unread && cp good/weights.dat unread/
printf '\x1c\0\0\0ET12\0\0\0\0' >unread/model.pte
run "$SW_BIN" scan --json unread
exits "a format without a parser is no evidence" 3
json "and named" '.verdict, .reason, .found, .coverage.unread.executorch' $'refused\nnot-read\nclean\n1'
json "with its file" '.files[] | select(.unread != []) | .path + " " + .status + " " + .unread[0]' \
    "model.pte recognised executorch"
expect "it is sealed" 0 "$SW_BIN" seal unread
like "with a scan that says so" "$out" 'refused: not everything could be read;  1 of 2 files read .1 safetensors., 1 not read .1 executorch.'
run "$SW_BIN" admit --json unread
exits "and refused for want of evidence" 3
json "of the scan" '[.rules[] | select(.verdict == "no-evidence") | .name] | join(",")' scanned
run "$SW_BIN" admit --dry-run unread
like "with where to look" "$out" "what was found or not read: sealwright scan unread"
cat >takes.yaml <<'Y'
version: 1
name: takes-executorch-unread
rules:
  - name: scanned
    claim: urn:sealwright:claim:scan:v1
    fresh: 30d
    where:
      - field: predicate.found
        equals: clean
      - every: predicate.coverage.unreadFormats.*
        in: [executorch, rar]
        allow-empty: true
Y
expect "a policy that names the format admits it" 0 "$SW_BIN" admit --policy takes.yaml unread
expect "and what was read whole" 0 "$SW_BIN" admit --policy takes.yaml good
head -c 100 /dev/urandom | sed '1s/^/\x01/' >unread/other
expect "with other binary content it is sealed" 0 "$SW_BIN" seal unread
expect "and not admitted by that policy" 1 "$SW_BIN" admit --policy takes.yaml unread

# A scan that has no time is no evidence either.
printf 'words\n' >good/notes.txt
run "$SW_BIN" scan --json --time-limit 0s good
exits "without time nothing is parsed" 3
json "and each file says why" '[.files[].findings[].rule] | unique | join(",")' time-limit
json "the settings are a parser's work" '.files[] | select(.path == "config.json") | .status' failed
json "but other text is known" '.files[] | select(.path == "notes.txt") | .status' plain
rm good/notes.txt
expect "with time it is" 0 "$SW_BIN" scan --time-limit 1h good
expect "a span that is none" 2 "$SW_BIN" scan --time-limit soon good
like "is explained" "$err" "such as 10m"
cp -r good hurried
expect "a seal has a limit too" 0 "$SW_BIN" seal --time-limit 0s hurried
like "and says it" "$out" "time limit of the whole scan"
echo '{"other": 1}' >hurried/other.json
expect "another model is sealed in a hurry" 0 "$SW_BIN" seal --time-limit 0s hurried
expect "and scanned again with time" 0 "$SW_BIN" admit hurried

# Waivers.
sed -i '/^waivers:/d' .sealwright/policy.yaml
cat >>.sealwright/policy.yaml <<Y
waivers:
  - rule: scanned
    subject: $evil
    owner: jane@example.com
    reason: a test double
    expires: 2999-01-01
Y
run "$SW_BIN" admit --json evil
exits "a waiver lets it pass" 0
json "and says so" '[.rules[] | select(.waived) | .name] | join(",")' scanned
sed -i 's/2999-01-01/2001-01-01/' .sealwright/policy.yaml
expect "an expired one does not" 1 "$SW_BIN" admit evil

# The store's keys are not to be signed and shipped with a model.
mkdir around && cp good/config.json around/
expect "a store inside the model" 0 "$SW_BIN" init --store around/.sealwright
expect "is not sealed with it" 2 "$SW_BIN" seal --store around/.sealwright around
like "and the way out is named" "$err" "--ignore-paths"
expect "left out it does no harm" 0 "$SW_BIN" seal --store around/.sealwright --ignore-paths .sealwright around
expect "the store itself is no model" 2 "$SW_BIN" seal --store around/.sealwright around/.sealwright

# A key that may not sign models says so when it seals, not only at admission.
cp -r good by-scanner
expect "a seal by the wrong key" 0 "$SW_BIN" seal --key scanner by-scanner
like "is noted at once" "$out" "'admit' will refuse it here"

# One is one.
mkdir one && echo x >one/x
expect "a model of one file" 0 "$SW_BIN" seal one
like "has one file" "$out" "one: 1 file, 2 bytes -> "
expect "is admitted" 0 "$SW_BIN" admit one
like "as it was signed" "$out" "integrity: its one file is as default signed it"

# A model sealed elsewhere: its signature is recorded at admission.
expect "another store" 0 "$SW_BIN" init --store there
cp .sealwright/keys/default.pub there/keys/friend.pub
printf '  - name: friend\n    key: keys/friend.pub\n    may-sign: ["*"]\n' >>there/trust.yaml
run "$SW_BIN" admit --store there --json m
exits "trusts the signer and scans by itself" 0
run "$SW_BIN" evidence list --store there --json
json "signature, scan and verdict are recorded" length 3

expect "the log is sound after all that" 0 "$SW_BIN" log verify
expect "and doctor is content" 0 "$SW_BIN" doctor
done_testing
