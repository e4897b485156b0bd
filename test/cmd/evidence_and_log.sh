# The store as its users see it: claims, proofs, the whole log.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir m && echo data >m/weights
expect "init" 0 "$SW_BIN" init
expect "an empty log is sound" 0 "$SW_BIN" log verify
expect "and lists nothing" 0 "$SW_BIN" evidence list --json
json "as an empty list" length 0
cp .sealwright/log/checkpoint head0
expect "seal" 0 "$SW_BIN" seal --json m
root=$(jq -r .model_root "$tmp.out")
claim=$(jq -r .signature.claim "$tmp.out")
expect "admit" 0 "$SW_BIN" admit m

run "$SW_BIN" evidence list --json
exits "evidence list" 0
json "newest first" '[.[].leaf] | join(" ")' "2 1 0"
run "$SW_BIN" evidence list
like "people see what kind of claim it is" "$out" "  scan +sha256:"
unlike "in a word" "$out" "urn:"
run "$SW_BIN" evidence list --json --oldest-first --limit 2
json "or oldest first, limited" '[.[].leaf] | join(" ")' "0 1"
run "$SW_BIN" evidence list --json --type 'urn:sealwright:claim:*'
json "by type" '[.[].leaf] | join(" ")' 1
run "$SW_BIN" evidence list --json --since 2999-01-01
json "by time" length 0
expect "a bad time" 2 "$SW_BIN" evidence list --since yesterday
run "$SW_BIN" evidence query --json "$root"
exits "evidence query by digest" 0
json "finds all about it" length 3
run "$SW_BIN" evidence query --json m
json "and by the model itself" length 3
expect "nothing known is no evidence" 3 "$SW_BIN" evidence query "sha256:$(printf '0%.0s' {1..64})"
expect "neither digest nor model" 2 "$SW_BIN" evidence query nothing
run "$SW_BIN" evidence show --json "$claim"
exits "evidence show by digest" 0
json "who signed" '.signature | startswith("by default")' true
expect "evidence show by leaf" 0 "$SW_BIN" evidence show 1
like "for people" "$out" "signature  by default"
run "$SW_BIN" evidence show --raw 0
ok "--raw gives the signature file's bytes" cmp -s "$tmp.out" m/model.sig
expect "an unknown leaf" 4 "$SW_BIN" evidence show 99
expect "an unknown claim" 4 "$SW_BIN" evidence show "sha256:$(printf 'a%.0s' {1..64})"

# People cut digests short.
bare=${claim#sha256:}
run "$SW_BIN" evidence show --json "sha256:${bare:0:12}"
exits "evidence show by a claim's first digits" 0
json "finds that claim" .claim "$claim"
expect "also without its algorithm" 0 "$SW_BIN" evidence show "${bare:0:40}"
expect "seven are too few" 2 "$SW_BIN" evidence show "sha256:${bare:0:7}"
like "which is said" "$err" "at least 8 digits"
expect "digits of nothing" 4 "$SW_BIN" evidence show "sha256:${bare:0:8}$(tr 0-9a-f 1-9a-f0 <<<"${bare:8:8}")"
expect "a leaf that is not there" 4 "$SW_BIN" evidence show 99999999999
bare_root=${root#sha256:}
run "$SW_BIN" evidence query --json "sha256:${bare_root:0:8}"
exits "evidence query by a subject's first digits" 0
json "finds all about it" length 3
expect "a claim is no subject" 3 "$SW_BIN" evidence query "sha256:${bare:0:16}"
run "$SW_BIN" evidence export "${bare_root:0:10}"
is "evidence export takes them, too" "$(wc -l <"$tmp.out")" 3
mkdir "${bare_root:0:8}" && echo other >"${bare_root:0:8}/file"
expect "a model of that name comes first" 3 "$SW_BIN" evidence query "${bare_root:0:8}"
expect "and the digest behind its algorithm" 0 "$SW_BIN" evidence query "sha256:${bare_root:0:8}"
rm -r "${bare_root:0:8}"

# The index may be deleted: the answers stay.
"$SW_BIN" evidence list --json >before
rm .sealwright/index.db
expect "without the index" 0 "$SW_BIN" evidence list --json
ok "the same answers" cmp -s "$tmp.out" before
printf 'garbage' >.sealwright/index.db
expect "with a broken index" 0 "$SW_BIN" evidence list --json
ok "the same answers" cmp -s "$tmp.out" before
expect "a writer mends it" 0 "$SW_BIN" log add m/model.sig
like "and knows the claim" "$out" "was there already"
expect "it can be built anew" 0 "$SW_BIN" evidence reindex --json
json "with all claims" .claims 3

# claims.jsonl
expect "export" 0 "$SW_BIN" evidence export m
cp "$tmp.out" claims.jsonl
is "a line a claim" "$(wc -l <claims.jsonl)" 3
expect "another store" 0 "$SW_BIN" init --store two
run "$SW_BIN" evidence import --store two --json claims.jsonl
exits "import" 0
json "all new" .added 3
run "$SW_BIN" evidence import --store two --json claims.jsonl
json "then all known" .known 3
run "$SW_BIN" evidence export --store two
ok "and exported again they are the same" cmp -s "$tmp.out" claims.jsonl
(head -n 1 claims.jsonl; echo '{"not": "a bundle"}') >bad.jsonl
size=$("$SW_BIN" log checkpoint --store two --json | jq .size)
expect "one bad line refuses all" 1 "$SW_BIN" evidence import --store two bad.jsonl
like "the line is named" "$err" "line 2"
is "nothing was added" "$("$SW_BIN" log checkpoint --store two --json | jq .size)" "$size"
expect "a claim by a stranger is recorded" 0 "$SW_BIN" evidence show --store two 0
like "and not trusted" "$out" "no trusted signer has"

# Proofs
run "$SW_BIN" log checkpoint
like "a checkpoint is a signed note" "$out" $'^localhost/[0-9a-f]+\n3\n'
expect "log prove" 0 "$SW_BIN" log prove 0 --out p.tlog-proof
"$SW_BIN" log checkpoint --policy >log.policy
expect "the log's policy as JSON" 0 "$SW_BIN" log checkpoint --policy --json
json "is the same" .policy "$(cat log.policy)"
expect "a proof as JSON" 0 "$SW_BIN" log prove 0 --json
json "is the same, too" .proof "$(cat p.tlog-proof)"
json "and says where it is" '[.leaf, .size, .file] | map(tostring) | join(" ")' "0 3 null"
expect "also when it goes to a file" 0 "$SW_BIN" log prove 0 --json --out p2.tlog-proof
json "which it names" .file p2.tlog-proof
ok "and which holds it" cmp -s p.tlog-proof p2.tlog-proof
cd / && expect "log check needs no store" 0 "$SW_BIN" log check --policy "$tmp/log.policy" "$tmp/p.tlog-proof"
expect "without a policy it says what is needed" 2 "$SW_BIN" log check "$tmp/p.tlog-proof"
like "and where it comes from" "$err" "log checkpoint --policy"
cd "$tmp" || exit 1
expect "a proof by the claim's digest" 0 "$SW_BIN" log prove "$claim"
ok "is the same" cmp -s "$tmp.out" p.tlog-proof
expect "and by its first digits" 0 "$SW_BIN" log prove "sha256:${bare:0:8}"
ok "is the same" cmp -s "$tmp.out" p.tlog-proof
for line in 2 3 4; do
    awk -v n="$line" 'NR == n { c = substr($0, 8, 1); $0 = substr($0, 1, 7) (c == "A" ? "B" : "A") substr($0, 9) } { print }' p.tlog-proof >q.tlog-proof
    run "$SW_BIN" log check --policy log.policy q.tlog-proof
    exits "line $line altered is refused" 1
done
"$SW_BIN" log checkpoint --store two --policy >two.policy
expect "another log's policy does not do" 1 "$SW_BIN" log check --policy two.policy p.tlog-proof
expect "no such leaf" 4 "$SW_BIN" log prove 99
echo nonsense >n.tlog-proof
expect "not a proof" 1 "$SW_BIN" log check --policy log.policy n.tlog-proof

# The log only grows.
run "$SW_BIN" log checkpoint; cp "$tmp.out" head3
expect "seal another" 0 bash -c 'mkdir m2; echo x >m2/x; "$0" seal m2' "$SW_BIN"
expect "it grew from the earlier head" 0 "$SW_BIN" log verify --earlier head3
expect "and from the empty one" 0 "$SW_BIN" log verify --earlier head0
run "$SW_BIN" log checkpoint --store two; cp "$tmp.out" headtwo
run "$SW_BIN" log verify --earlier headtwo --json
exits "another log's head is refused" 1

# Any edit is found and named.
flip() {
    local old
    old=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    printf '%b' "\\x$(printf '%02x' $((old ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
cp -r .sealwright sound
entries=$(cd .sealwright && find log/tile/entries -name 5)
flip ".sealwright/$entries" 300
run "$SW_BIN" log verify --json
exits "an edited entry" 1
json "is named by file" ".problems[0].file" "$entries"
json "and leaf" ".problems[0].leaf" 0
json "and earlier partial bundles are not blamed" '[.problems[].file | select(startswith("log/tile/entries/"))] | length' 1
rm -r .sealwright && cp -r sound .sealwright
tile=$(cd .sealwright && find log/tile/0 -name 5)
flip ".sealwright/$tile" 40
run "$SW_BIN" log verify --json
exits "an edited tile" 1
json "is named" "[.problems[].file] | index(\"$tile\") != null" true
rm -r .sealwright && cp -r sound .sealwright
blob=$(cd .sealwright && find blobs -type f | sort | head -n 1)
flip ".sealwright/$blob" 10
run "$SW_BIN" log verify --json
exits "an edited claim" 1
json "is named" "[.problems[].file] | index(\"$blob\") != null" true
rm -r .sealwright && cp -r sound .sealwright
flip .sealwright/log/checkpoint 20
expect "an edited checkpoint" 1 "$SW_BIN" log verify
rm -r .sealwright && cp -r sound .sealwright
rm ".sealwright/$blob"
expect "a deleted claim" 1 "$SW_BIN" log verify
rm -r .sealwright && cp -r sound .sealwright
expect "the sound one is sound" 0 "$SW_BIN" log verify
done_testing
