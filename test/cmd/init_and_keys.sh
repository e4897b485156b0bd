# Making a store, and its keys.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init makes a store" 0 "$SW_BIN" init --json
json "says where" .store .sealwright
json "names the log" '.origin | startswith("localhost/")' true
for file in log/checkpoint log.policy trust.yaml policy.yaml keys/default.key keys/default.pub keys/log.key; do
    ok "there is $file" test -s ".sealwright/$file"
done
is "private keys are private" "$(stat -c %a .sealwright/keys/default.key .sealwright/keys/log.key | tr '\n' ' ')" "600 600 "
before=$(sha256sum .sealwright/log/checkpoint .sealwright/trust.yaml)
expect "a second init is refused" 1 "$SW_BIN" init
one_line_error "in one line"
is "and changes nothing" "$(sha256sum .sealwright/log/checkpoint .sealwright/trust.yaml)" "$before"

cp .sealwright/keys/default.pub kept.pub
rm .sealwright/policy.yaml
expect "an init that was stopped half way is finished" 0 "$SW_BIN" init --json
like "under the log's first name" "$(jq -r .origin "$tmp.out")" "^$(head -n 1 .sealwright/log/checkpoint)$"
is "with the key that was there" "$(cat .sealwright/keys/default.pub)" "$(cat kept.pub)"
rm .sealwright/policy.yaml .sealwright/trust.yaml .sealwright/keys/default.pub
expect "earlier, too" 0 "$SW_BIN" init
expect "the store is whole" 0 "$SW_BIN" doctor
is "it trusts one key" "$("$SW_BIN" key list --json | jq -r '[.[] | select(.trusted) | .name] | join(",")')" default

mkdir below && cd below || exit 1
expect "a store below another one" 0 "$SW_BIN" init
like "is told of" "$err" "there is the store '.*/.sealwright' above"
cd .. && rm -r below
mkdir m && echo x >m/x
expect "a key that is not there" 4 "$SW_BIN" sign --key nosuch m
like "is told with where to look" "$err" "no key 'nosuch' .*sealwright key list"
rm -r m

expect "an origin can be given" 0 "$SW_BIN" init --store other --origin example.com/log
like "it heads the checkpoint" "$(head -n 1 other/log/checkpoint)" "^example.com/log$"
expect "an origin that is none is refused" 2 "$SW_BIN" init --store bad --origin "two words"
not_ok "and nothing is left" test -e bad
expect "a store without a key" 0 "$SW_BIN" init --store nokey --no-key
not_ok "has none" test -e nokey/keys/default.key

for algorithm in ecdsa-p256 ecdsa-p384 ecdsa-p521 ed25519; do
    expect "key new $algorithm" 0 "$SW_BIN" key new "k-$algorithm" --algorithm "$algorithm"
    ok "openssl reads it" openssl pkey -in ".sealwright/keys/k-$algorithm.key" -noout
    expect "key show gives what openssl gives" 0 "$SW_BIN" key show "k-$algorithm"
    is "for $algorithm" "$out" "$(openssl pkey -in ".sealwright/keys/k-$algorithm.key" -pubout)"
done
expect "a key is never replaced" 1 "$SW_BIN" key new k-ed25519
expect "an unknown algorithm" 2 "$SW_BIN" key new k --algorithm rsa
for name in ../up a/b .hidden "" log -x "a b"; do
    expect "'$name' is no key name" 2 "$SW_BIN" key new -- "$name"
done
not_ok "nothing was written above" test -e .sealwright/up.key

printf 'secret\r\nnot this\n' >passphrase
expect "an encrypted key" 0 "$SW_BIN" key new shut --passphrase-file passphrase
mkdir shut && echo x >shut/x
expect "opens with the file that locked it" 0 "$SW_BIN" sign --key shut --passphrase-file passphrase shut
printf secret >passphrase
expect "and with its first line alone" 0 "$SW_BIN" sign --key shut --passphrase-file passphrase shut
expect "but not without" 2 "$SW_BIN" sign --key shut shut
one_line_error "in one line"
: >passphrase
expect "nor with an empty one" 2 "$SW_BIN" sign --key shut --passphrase-file passphrase shut
like "which is said" "$err" "holds no passphrase"
expect "which makes no key either" 2 "$SW_BIN" key new shut2 --passphrase-file passphrase

expect "--trust adds a signer" 0 "$SW_BIN" key new ci --trust --may-sign 'urn:sealwright:claim:scan:*'
expect "key list" 0 "$SW_BIN" key list --json
json "knows who is trusted" '[.[] | select(.trusted) | .name] | sort | join(",")' ci,default
expect "--may-sign alone is wrong" 2 "$SW_BIN" key new ci2 --may-sign x
printf 'version: 1\nsigners: []\n' >.sealwright/trust.yaml
expect "a trust.yaml of another shape is not broken" 2 "$SW_BIN" key new ci3 --trust
is "it stays as it was" "$(cat .sealwright/trust.yaml)" $'version: 1\nsigners: []'

echo "correct horse" >pass
expect "a key with a passphrase" 0 "$SW_BIN" key new locked --passphrase-file pass
like "is encrypted" "$(head -n 1 .sealwright/keys/locked.key)" "ENCRYPTED"
mkdir m && echo x >m/x
expect "signing without it is wrong usage" 2 setsid "$SW_BIN" sign --key locked m
one_line_error "in one line, without a prompt"
expect "signing with it" 0 "$SW_BIN" sign --key locked --passphrase-file pass m
echo "wrong" >pass2
expect "a wrong one is refused" 2 "$SW_BIN" sign --key locked --passphrase-file pass2 m
unlike "and never shown" "$out$err" "correct|wrong horse"

rm .sealwright/keys/k-ed25519.key
cp .sealwright/keys/k-ed25519.pub kept.pub
expect "a lost private key is not replaced under its name" 1 "$SW_BIN" key new k-ed25519
ok "the public key, which trust.yaml may name, stays" cmp -s kept.pub .sealwright/keys/k-ed25519.pub
is "everybody may read public keys" "$(stat -c %a .sealwright/keys)" 755

mkdir -p deep/er && cd deep/er || exit 1
expect "the store is found upwards" 0 "$SW_BIN" key list
cd "$tmp" || exit 1
expect "--store names another" 0 "$SW_BIN" key list --store other
expect "no store at the named place" 4 "$SW_BIN" evidence list --store nowhere
one_line_error "is one line"
done_testing
