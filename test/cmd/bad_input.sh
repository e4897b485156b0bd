# What a tired user and an attacker bring: one line, the right status, nothing half-written.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
mkdir m && tensors m/weights 5000
expect "seal" 0 "$SW_BIN" seal m
key=.sealwright/keys/default.pub

snapshot() { (cd .sealwright && find . -type f | sort | xargs sha256sum); }
unchanged() { is "$1" "$(snapshot)" "$sound"; }
sound=$(snapshot)

for command in "verify nowhere" "seal nowhere" "admit nowhere" "scan nowhere" "sign nowhere" \
    "verify --public-key nowhere m" "verify --signature nowhere/s m" "policy check nowhere" "log check nowhere" \
    "evidence import nowhere" "log add nowhere" "sign --private-key nowhere m" "log verify --earlier nowhere"; do
    # shellcheck disable=SC2086 # several words on purpose
    run "$SW_BIN" $command
    case $command in
    "verify --signature"*) exits "'$command' has no evidence" 3 ;;
    *) exits "'$command' cannot be done" 4
        one_line_error "and says so in one line" ;;
    esac
done
unchanged "none of it wrote to the store"

# Malformed signatures.
i=0
while IFS= read -r text; do
    i=$((i + 1))
    printf '%b' "$text" >bad.sig
    run "$SW_BIN" verify --public-key "$key" --signature bad.sig --ignore-paths model.sig m
    exits "malformed signature $i is refused" 1
done <<'T'
{}
[]
null
{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}
{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}
\0\0\0\0
T
: >bad.sig
expect "an empty signature is no evidence" 3 "$SW_BIN" verify --public-key "$key" --signature bad.sig --ignore-paths model.sig m
echo '{"mediaType": "application/vnd.dev.sigstore.bundle.v9+json"}' >bad.sig
expect "nor is one of a later format" 3 "$SW_BIN" verify --public-key "$key" --signature bad.sig --ignore-paths model.sig m
jq -c '.dsseEnvelope.signatures += .dsseEnvelope.signatures' m/model.sig >bad.sig
expect "a bundle with two signatures is refused" 1 "$SW_BIN" verify --public-key "$key" --signature bad.sig --ignore-paths model.sig m
head -c 600 m/model.sig >bad.sig
expect "half a bundle is refused" 1 "$SW_BIN" verify --public-key "$key" --signature bad.sig --ignore-paths model.sig m
expect "and cannot be recorded" 1 "$SW_BIN" log add bad.sig
one_line_error "in one line"
python3 -c 'print("[" * 200000)' >deep.json
expect "a deep JSON is refused" 1 "$SW_BIN" verify --public-key "$key" --signature deep.json --ignore-paths model.sig m
expect "also as a claim" 1 "$SW_BIN" log add deep.json
like "for its depth" "$err" "deep"
truncate -s 4G huge.json
expect "a JSON of 4 GiB is refused" 1 "$SW_BIN" log add huge.json
like "for its size" "$err" "limit"
expect "also as a signature" 1 "$SW_BIN" verify --public-key "$key" --signature huge.json --ignore-paths model.sig m
rm huge.json
unchanged "none of it wrote to the store"

mkfifo pipe
expect "a FIFO as a signature does not block" 3 timeout 120 "$SW_BIN" verify --public-key "$key" --signature pipe --ignore-paths model.sig m
expect "nor as a claim" 4 timeout 120 "$SW_BIN" log add pipe
ln -s round round
expect "a cyclic symlink as the model" 4 "$SW_BIN" verify --public-key "$key" round
one_line_error "is one line"
expect "a device as the model" 1 "$SW_BIN" sign --signature d.sig /dev/null
not_ok "and nothing is written" test -e d.sig

# An unreadable file. Root reads everything, so it lays down that power first.
drop=()
if [ "$(id -u)" -eq 0 ]; then
    drop=(setpriv '--bounding-set=-dac_override,-dac_read_search' --inh-caps=-all)
fi
chmod 000 m/weights
if "${drop[@]}" cat m/weights 2>/dev/null; then
    skip 4 "this user reads what nobody may read"
else
    run "${drop[@]}" "$SW_BIN" verify --json m
    exits "an unreadable file" 4
    json "is a problem by name" '[.problems[] | select(.kind == "unreadable") | .path] | join(",")' weights
    run "${drop[@]}" "$SW_BIN" seal m
    exits "and cannot be sealed" 4
    one_line_error "in one line"
fi
chmod 644 m/weights
unchanged "nothing was recorded"

# A read-only store.
chmod -R a-w .sealwright
if "${drop[@]}" touch .sealwright/probe 2>/dev/null; then
    rm -f .sealwright/probe
    skip 6 "this user writes where nobody may write"
else
    run "${drop[@]}" "$SW_BIN" seal m
    exits "a read-only store cannot take a seal" 4
    one_line_error "in one line"
    run "${drop[@]}" "$SW_BIN" verify m
    exits "but serves verification" 0
    run "${drop[@]}" "$SW_BIN" log verify
    exits "and its log can be checked" 0
    run "${drop[@]}" "$SW_BIN" evidence list
    exits "and read" 0
    run "${drop[@]}" "$SW_BIN" admit --dry-run m
    exits "and asked" 0
fi
chmod -R u+w .sealwright
unchanged "nothing was recorded"

# A full disk: a small one of our own.
mkdir small
if mount -t tmpfs -o size=400k tmpfs small 2>/dev/null; then
    expect "a small disk" 0 "$SW_BIN" init --store small/s
    cp -r m small/m 2>/dev/null
    head=$(sha256sum <small/s/log/checkpoint)
    head -c 1000000 /dev/zero >small/fill 2>/dev/null
    run "$SW_BIN" seal --store small/s small/m
    exits "a full disk is an error" 4
    one_line_error "in one line"
    is "the checkpoint stays" "$(sha256sum <small/s/log/checkpoint)" "$head"
    is "no temporary file is left" "$(find small -name '*.tmp*' | wc -l)" 0
    rm small/fill
    expect "with room again it goes on" 0 "$SW_BIN" seal --store small/s small/m
    expect "and the log is sound" 0 "$SW_BIN" log verify --store small/s
    umount small
else
    skip 7 "cannot mount a small disk here"
fi

# A broken store says what is broken.
cp -r .sealwright broken
echo garbage >broken/log/checkpoint
expect "a broken checkpoint" 1 "$SW_BIN" evidence list --store broken
one_line_error "is one line"
like "that names it" "$err" "checkpoint"
echo 'signers: [' >broken/trust.yaml
expect "a broken trust.yaml is wrong usage, no verdict" 2 "$SW_BIN" verify --store broken m
like "is named with its line" "$err" "trust.yaml.*line"
# --- standard descriptors that are closed -------------------------------------------------------

"$SW_BIN" doctor >&- 2>"$tmp.err"
is "output that is closed is a failure" $? 4
like "and said" "$(cat "$tmp.err")" "cannot write to standard output"
mkdir -p closed
echo '{}' >closed/config.json
expect "a store to write to" 0 "$SW_BIN" init --store closed.store
cp -r closed.store closed.kept
"$SW_BIN" seal --store closed.store closed <&- >/dev/null 2>&-
is "a seal with neither input nor errors" $? 0
expect "writes nothing astray" 0 "$SW_BIN" log verify --store closed.store

done_testing
