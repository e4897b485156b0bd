# What an attacker tries who can write to models, to claims that travel and to the store's files, but has
# neither a signer's key nor the log's.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir m
echo hello >m/a.txt
tensors m/w.dat 3000
expect "a store" 0 "$SW_BIN" init
expect "a sealed model" 0 "$SW_BIN" seal m

# --- names that write to the terminal ---
cp -r m names
echo x >"names/$(printf 'x\npass  m: all is well')"
expect "a name with a newline" 1 "$SW_BIN" verify names
is "writes no line of its own" "$(grep -c '^pass' <<<"$out")" 0
like "and is shown escaped" "$out" 'x\\x0apass'
printf '\033[2J\npass\n' | cat - .sealwright/keys/default.pub >hello
cp hello .sealwright/keys/hello.pub
expect "a public key with text around it" 0 "$SW_BIN" key show hello
is "is shown without it" "$out" "$(cat .sealwright/keys/default.pub)"
rm .sealwright/keys/hello.pub

# --- the log's key signs the log and nothing else ---
expect "the log's key signs no model" 2 "$SW_BIN" sign --key log m
expect "nor seals one" 2 "$SW_BIN" seal --key log m
expect "nor signs a verdict" 2 "$SW_BIN" admit --key log m

# --- a model by shards is scanned as well ---
mkdir shards
tensors shards/w.dat 5000
expect "seal by shards" 0 "$SW_BIN" seal --json --method shards --shard-size 1000 shards
json "scans whole files" '.scan.files | map(.size) | join(",")' "$(stat -c %s shards/w.dat)"
printf "cposix\nsystem\n(S'true'\ntR." >shards/w.dat
expect "a malicious file is found by shards, too" 1 "$SW_BIN" seal --method shards --shard-size 4 shards
expect "what was only signed by shards" 0 "$SW_BIN" sign --key default --method shards --shard-size 4 shards
run "$SW_BIN" admit --json shards
exits "is scanned at admission and refused" 1
json "for the scan" '[.rules[] | select(.verdict == "fail") | .name] | join(",")' scanned

# --- a directory in the signature's place ---
cp -r m hidden
mv hidden/model.sig hidden.sig
mkdir hidden/model.sig
echo 'import os' >hidden/model.sig/lib.py
run "$SW_BIN" verify hidden
exits "what lies in it is not hidden" 1
like "but named" "$out" 'model.sig/lib.py'
expect "nor admitted" 1 "$SW_BIN" admit hidden
expect "nor sealed around" 2 "$SW_BIN" seal hidden
one_line_error "with one line"

# --- a clean scan of the same bytes under other names ---
# The root is over digests alone. Pieces of a pickle that are harmless one by one have the root of the
# whole, cut into shards in the same order.
mkdir pieces whole
printf "cposix\nsystem\n(S'true'\ntR." >whole/w.dat
size=$(stat -c %s whole/w.dat)
n=0
for start in $(seq 0 4 $((size - 1)) | sed 's/$/ /' | while read -r s; do echo "w.dat:$s:$((s + 4 < size ? s + 4 : size)) $s"; done |
    LC_ALL=C sort | cut -d' ' -f2); do
    dd if=whole/w.dat bs=1 skip="$start" count=4 status=none >"pieces/$(printf %02d $n)"
    n=$((n + 1))
done
run "$SW_BIN" seal --json pieces
exits "the pieces are sealed" 0
pieces=$(jq -r .model_root "$tmp.out")
run "$SW_BIN" sign --json --key default --method shards --shard-size 4 whole
exits "the whole is signed" 0
json "it has the same root" .model_root "$pieces"
run "$SW_BIN" admit --json whole
exits "it is not admitted by the scan of the pieces" 1
json "but scanned itself" '[.rules[] | select(.verdict == "fail") | .name] | join(",")' scanned
expect "the pieces are still admitted" 0 "$SW_BIN" admit pieces

# --- an old claim, brought again ---
"$SW_BIN" evidence export "$pieces" >claims.jsonl
before=$("$SW_BIN" evidence query --json "$pieces" --type 'urn:sealwright:claim:scan:*' | jq length)
sed 's/^{/{ /' claims.jsonl >again.jsonl
expect "is taken in" 0 "$SW_BIN" evidence import again.jsonl
isnt "as a claim of its own" "$("$SW_BIN" evidence query --json "$pieces" --type 'urn:sealwright:claim:scan:*' | jq length)" "$before"
expect "but changes no decision" 1 "$SW_BIN" admit whole

# --- what admit itself finds cannot be passed over ---
mkdir found
printf "cposix\nsystem\n(S'true'\ntR." >found/w.dat
expect "a malicious model is signed unseen" 0 "$SW_BIN" sign --key default found
run "$SW_BIN" admit --json --dry-run found
exits "a dry run does not pass it" 1
json "since it scanned it" '[.rules[] | select(.verdict == "fail") | .name] | join(",")' scan
expect "a key that may not sign scans" 0 "$SW_BIN" key new gate --trust --may-sign 'https://slsa.dev/*'
cp -r .sealwright/policy.yaml policy.kept
sed -i '/name: scanned/,/equals: clean/d' .sealwright/policy.yaml
run "$SW_BIN" admit --json --key gate found
exits "does not let it pass, even without a rule about scans" 1
json "for what was just found" '[.rules[] | select(.verdict == "fail") | .name] | join(",")' scan
cp policy.kept .sealwright/policy.yaml

# --- the journal takes no record of others ---
journal=.sealwright/journal
size=$(stat -c %s "$journal")
expect "the model is sealed again" 0 "$SW_BIN" seal m
tail -c +$((size + 1)) "$journal" >records
size=$(stat -c %s "$journal")
cp "$journal" journal.kept
refused() {
    expect "$1: no writer takes it" "$2" "$SW_BIN" seal m
    one_line_error "in one line"
    like "that names the journal" "$err" "$3"
    expect "$1: no decision rests on it" "$2" "$SW_BIN" admit --dry-run m
    run "$SW_BIN" log verify --json
    exits "$1: 'log verify' reports it" 1
    json "at its place" '.problems[0] | [.file, .offset] | join(" ")' "journal $4"
    cp journal.kept "$journal"
}
cat records >>"$journal"
refused "records once more" 1 "byte $size of the journal was not written there.*truncate -s $size" "$size"
expect "another store" 0 "$SW_BIN" init --store theirs
cp theirs/journal "$journal"
refused "another store's journal" 1 "byte 16 of the journal is not signed by the log's key" 16
printf 'SWJOURNL\0\0\0\1\0\0\0\0' | cat - <(tail -c +17 journal.kept) >"$journal"
refused "a journal of version 1" 3 "version 1, whose records are not signed" 0
printf 'SWJOURNL\0\0\0\1\0\0\0\0' >"$journal"
expect "its claims can be exported" 0 "$SW_BIN" evidence export m
cp "$tmp.out" exported.jsonl
cp journal.kept "$journal"
expect "and taken to a new store" 0 "$SW_BIN" evidence import --store theirs exported.jsonl
expect "the sound journal is sound" 0 "$SW_BIN" log verify

# --- links in a store must not have it write outside of itself ---
expect "a victim" 0 "$SW_BIN" init --store victim
cp -r m victims
expect "with a log" 0 "$SW_BIN" seal --store victim victims
cp -r victim victim.kept
for part in log/tile blobs/sha256; do
    rm -rf linked more
    cp -r .sealwright linked
    rm -rf "linked/$part"
    ln -s "$tmp/victim/$part" "linked/$part"
    cp -r m more
    echo "$part" >more/new.txt
    run "$SW_BIN" seal --store linked more
    exits "a store whose $part leads elsewhere is not written to" 4
    like "the message says why" "$err" "a link stands in its place or on the way"
    ok "nothing was written outside" diff -r victim victim.kept
done

# --- the old format has no root that claims could be about ---
if [ -d "${SW_CORPORA:-}/oms/v0.2.0-certificate" ]; then
    cp -r "$SW_CORPORA/oms/v0.2.0-certificate" old
    printf '  - name: ca\n    roots: [%s]\n    identity: "cn:intermediate-ca"\n    may-sign: ["*"]\n' \
        "$SW_CORPORA/oms/keys/ca-cert.pem" >>.sealwright/trust.yaml
    expect "an old signature verifies" 0 "$SW_BIN" verify --legacy old
    expect "but is no evidence for the gate" 3 "$SW_BIN" admit --legacy old
    one_line_error "in one line"
    like "that says what to do" "$err" "sign"
else
    skip 4 "SW_CORPORA is not there"
fi

done_testing
