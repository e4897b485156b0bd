# sign and verify: the reference tool's options, every difference told.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

openssl ecparam -name prime256v1 -genkey -noout -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
openssl ecparam -name prime256v1 -genkey -noout -out other.pem 2>/dev/null
openssl pkey -in other.pem -pubout -out other.pub

mkdir -p m/sub
echo one >m/a
echo two >m/sub/b
head -c 3000000 /dev/zero >m/big
: >m/empty

expect "sign with a key file needs no store" 0 "$SW_BIN" sign --private-key key.pem --json m
json "counts files" .files 4
json "counts bytes" .bytes 3000008
root=$(jq -r .model_root "$tmp.out")
ok "the signature is in the model" test -s m/model.sig
is "its media type is v0.3" "$(jq -r .mediaType m/model.sig)" application/vnd.dev.sigstore.bundle.v0.3+json
is "its key hint is openssl's" "$(jq -r .verificationMaterial.publicKey.hint m/model.sig)" \
    "$(openssl pkey -in key.pem -pubout | sha256sum | cut -d' ' -f1)"

verify() { run "$SW_BIN" verify --json --public-key key.pub "$@" m; }
kinds() { jq -r '[.problems[] | "\(.kind) \(.path)"] | join("; ")' "$tmp.out"; }

verify; exits "it verifies" 0
json "verdict" .verdict pass
json "the same root" .model_root "$root"
json "files" .files 4
json "bytes" .bytes 3000008
json "no problems" '.problems | length' 0
json "exactly the promised members" '[has("verdict"),has("signer"),has("model_root"),has("files"),has("bytes"),has("problems")] | all' true
expect "text output" 0 "$SW_BIN" verify --public-key key.pub m
like "says pass" "$out" "^pass  m: 4 files, 3,000,008 bytes"

run "$SW_BIN" verify --json --public-key other.pub m
exits "another key is refused" 1
json "as a signature problem" '.problems[0].kind' signature

# Every difference, not only the first.
cp -r m good
echo changed >m/a
rm m/empty
mv m/sub/b m/sub/renamed
echo new >m/added
verify; exits "a changed model fails" 1
is "all differences are told" "$(kinds)" "changed a; added added; missing empty; renamed sub/b"
expect "for people too" 1 "$SW_BIN" verify --public-key key.pub m
like "in words" "$out" "renamed +sub/b: .*sub/renamed"
rm -r m && cp -r good m

echo extra >m/extra
verify; exits "an added file fails" 1
verify --ignore-unsigned-files; exits "unless unsigned files are ignored" 0
verify --ignore-paths m/extra; exits "or its path is" 0
verify --ignore-paths extra; exits "also as a name inside the model" 0
verify --ignore-paths ../m; exits "a path out of the model is wrong usage" 2
rm m/extra
mkdir m/.git && echo hook >m/.git/hook
verify; exits "git's files are left out" 0
json "and it says that they are there" .unsigned_git true
verify --no-ignore-git-paths; exits "unless asked for" 1
rm -r m/.git

ln -s a m/link
verify; exits "a symlink fails" 1
is "and is named" "$(kinds)" "symlink link"
expect "it cannot be signed either" 1 "$SW_BIN" sign --private-key key.pem --signature s.sig m
one_line_error "and says so in one line"
not_ok "nothing is written" test -e s.sig
expect "unless symlinks are allowed" 0 "$SW_BIN" sign --private-key key.pem --allow-symlinks --signature s.sig m
expect "and then it verifies" 0 "$SW_BIN" verify --public-key key.pub --allow-symlinks --signature s.sig --ignore-paths model.sig m
rm m/link
ln -s sub m/dir
expect "a symlink to a directory is refused even then" 1 "$SW_BIN" sign --private-key key.pem --allow-symlinks --signature t.sig m
rm m/dir
ln -s loop m/loop
expect "a cyclic symlink is refused" 1 "$SW_BIN" sign --private-key key.pem --allow-symlinks --signature t.sig m
one_line_error "in one line"
verify; exits "and fails verification" 1
rm m/loop
mkfifo m/fifo
verify; exits "a FIFO fails and does not block" 1
is "it is named" "$(kinds)" "special fifo"
rm m/fifo

# Methods and hashes.
for args in "--hash blake2b" "--method files"; do
    # shellcheck disable=SC2086 # several words on purpose
    expect "sign $args" 0 "$SW_BIN" sign --private-key key.pem $args m
    verify; exits "verifies" 0
done
expect "shards cannot hold an empty file, so none is hidden" 1 "$SW_BIN" sign --private-key key.pem --method shards m
like "which is named" "$err" "'empty' is empty"
rm m/empty
expect "shards without empty files" 0 "$SW_BIN" sign --private-key key.pem --method shards --shard-size 1000000 m
verify; exits "verify" 0
: >m/__init__.py
verify; exits "an empty file added later fails" 1
is "and is named" "$(kinds)" "added __init__.py"
rm m/__init__.py
printf '\1' | dd of=m/big bs=1 seek=2500000 conv=notrunc status=none
verify; exits "one byte in the last shard fails" 1
is "the file is named" "$(kinds)" "changed big"
rm -r m && cp -r good m
expect "blake3 is known and not available" 3 "$SW_BIN" sign --private-key key.pem --hash blake3 m
expect "an unknown method" 2 "$SW_BIN" sign --private-key key.pem --method zip m

# A single file.
mkdir s && echo data >s/model.bin
expect "sign one file" 0 "$SW_BIN" sign --private-key key.pem s/model.bin
ok "the signature stands beside it" test -s s/model.bin.sig
expect "verify one file" 0 "$SW_BIN" verify --public-key key.pub s/model.bin
echo datb >s/model.bin
expect "changed, it fails" 1 "$SW_BIN" verify --public-key key.pub s/model.bin

# Certificates.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj "/CN=Test CA" -days 2 2>/dev/null
cat >leaf.cnf <<C
[req]
distinguished_name=dn
[dn]
[v3]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=codeSigning
subjectAltName=email:ml@example.com
[tls]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
C
issue() {
    openssl req -new -key key.pem -subj "/CN=leaf" -config leaf.cnf -out leaf.csr
    openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile leaf.cnf -extensions "$1" -out "$2" 2>/dev/null
}
issue v3 leaf.pem
issue tls tls.pem
expect "sign by certificate" 0 "$SW_BIN" sign --private-key key.pem --signing-certificate leaf.pem --certificate-chain ca.pem m
expect "verify by root" 0 "$SW_BIN" verify --certificate-chain ca.pem m
expect "with the pinned identity" 0 "$SW_BIN" verify --certificate-chain ca.pem --identity email:ml@example.com m
expect "another identity is refused" 1 "$SW_BIN" verify --certificate-chain ca.pem --identity email:eve@example.com m
expect "another root is refused" 1 bash -c 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -out ca2.pem -subj "/CN=Other" -days 2 2>/dev/null; "$0" verify --certificate-chain ca2.pem m' "$SW_BIN"
expect "a certificate for another key is wrong usage" 2 "$SW_BIN" sign --private-key other.pem --signing-certificate leaf.pem m
expect "a TLS certificate can sign nothing that verifies" 0 "$SW_BIN" sign --private-key key.pem --signing-certificate tls.pem --certificate-chain ca.pem m
run "$SW_BIN" verify --json --certificate-chain ca.pem m
exits "it is refused" 1
like "for its key usage" "$(jq -r '.problems[0].detail' "$tmp.out")" "code"

# No signature: no evidence, never a pass.
rm m/model.sig
verify; exits "a model without signature" 3
json "is no evidence" .verdict no-evidence
expect "no model at all" 4 "$SW_BIN" verify --public-key key.pub nowhere
one_line_error "is one line"
mkdir void
expect "an empty model cannot be signed" 1 "$SW_BIN" sign --private-key key.pem void
not_ok "and gets no signature" test -e void/model.sig
done_testing
