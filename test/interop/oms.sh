#!/bin/bash
# Foreign clients check our signatures: openssl over the encoding that DSSE states, and a verifier in
# Python that was written from the text of OpenSSF Model Signing v1.0.
. "${SW_SOURCE:?}/test/cmd/lib.sh"

python3 -c 'import cryptography' 2>/dev/null || skip_all "python3-cryptography is not installed"
peer=(python3 "$SW_SOURCE/test/interop/oms_verify.py")

# The hash that the registry names for each curve.
declare -A hash_of=([P-256]=sha256 [P-384]=sha384 [P-521]=sha512)

make_model() {
    mkdir -p model/sub model/.git
    printf '{}' >model/config.json
    head -c 5000 /dev/urandom >model/sub/weights
    printf 'x' >model/sub-a
    printf 'w' >"model/sub/with:colon and ü"
    printf 'ignored' >model/.git/config
}

# Checks the signature with openssl, over an encoding made here.
# shellcheck disable=SC2317 # called by ok
openssl_holds() {
    local public=$1 digest=$2 bundle=$3 type=application/vnd.in-toto+json
    jq -r .dsseEnvelope.payload "$bundle" | base64 -d >payload
    jq -r '.dsseEnvelope.signatures[0].sig' "$bundle" | base64 -d >sig
    { printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(stat -c %s payload)" && cat payload; } >pae
    openssl dgst "-$digest" -verify "$public" -signature sig pae >/dev/null
}

make_model
for curve in P-256 P-384 P-521; do
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$curve.pem" 2>/dev/null
    openssl pkey -in "$curve.pem" -pubout -out "$curve.pub"
    expect "signed with a $curve key" 0 "$SW_BIN" sign --private-key "$curve.pem" model
    ok "openssl accepts the $curve signature" \
        openssl_holds "$curve.pub" "${hash_of[$curve]}" model/model.sig
    ok "the hint is what openssl's PEM hashes to" \
        test "$(jq -r .verificationMaterial.publicKey.hint model/model.sig)" = \
        "$(sha256sum <"$curve.pub" | cut -d' ' -f1)"
    expect "the Python verifier accepts the $curve signature" 0 \
        "${peer[@]}" --public-key "$curve.pub" --signature model/model.sig model
done
rm model/model.sig

sign=("$SW_BIN" sign --private-key P-256.pem)
check=("${peer[@]}" --public-key P-256.pub)
expect "signed by shards" 0 "${sign[@]}" --method shards --shard-size 300 --signature s.sig model
expect "the Python verifier accepts shards" 0 "${check[@]}" --signature s.sig model
is "5,000 bytes are 17 shards of 300" \
    "$(jq -r .dsseEnvelope.payload s.sig | base64 -d |
        jq '[.predicate.resources[] | select(.name | startswith("sub/weights:"))] | length')" 17
expect "signed with BLAKE2b" 0 "${sign[@]}" --hash blake2b --signature b.sig model
expect "the Python verifier accepts BLAKE2b" 0 "${check[@]}" --signature b.sig model
expect "a single file signed" 0 "${sign[@]}" --signature f.sig model/sub/weights
expect "the Python verifier accepts a single file" 0 "${check[@]}" --signature f.sig model/sub/weights
mkdir model/cache
echo x >model/cache/entry
expect "signed with an ignored path" 0 \
    "${sign[@]}" --ignore-paths cache --signature i.sig model
expect "the Python verifier accepts an ignored path" 0 "${check[@]}" --signature i.sig model
expect "and refuses the same where nothing was ignored" 1 "${check[@]}" --signature s.sig model
rm -r model/cache

# Certificates: root, intermediate, leaf.
issue() {
    local name=$1 issuer=$2 extensions=$3
    openssl req -new -key "$name.pem" -subj "/CN=$name" -out "$name.csr" 2>/dev/null
    printf '%b' "$extensions" >"$name.ext"
    openssl x509 -req -in "$name.csr" -CA "$issuer.crt" -CAkey "$issuer.pem" -CAcreateserial \
        -days 30 -sha256 -extfile "$name.ext" -out "$name.crt" 2>/dev/null
}
for name in root middle leaf; do
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$name.pem" 2>/dev/null
done
openssl req -x509 -new -key root.pem -subj /CN=root -days 30 -sha256 -out root.crt \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
issue middle root 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
issue leaf middle 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nsubjectAltName=email:ml@example.com\n'
for method in files shards; do
    expect "signed by certificate and $method" 0 "$SW_BIN" sign --private-key leaf.pem --method "$method" \
        --signing-certificate leaf.crt --certificate-chain middle.crt --signature c.sig model
    expect "the Python verifier accepts a certificate and $method" 0 \
        "${peer[@]}" --root root.crt --signature c.sig model
done
openssl x509 -in leaf.crt -pubkey -noout >leaf.pub
ok "openssl accepts the certificate's signature" openssl_holds leaf.pub sha256 c.sig
expect "the Python verifier refuses another root" 1 "${peer[@]}" --root leaf.crt --signature c.sig model

# The peers can say no.
expect "signed once more" 0 "${sign[@]}" --signature m.sig model
printf 'y' >model/sub-a
expect "the Python verifier refuses a changed file" 1 "${check[@]}" --signature m.sig model
printf 'x' >model/sub-a
expect "and accepts it when it is back" 0 "${check[@]}" --signature m.sig model
expect "the Python verifier refuses another key" 1 \
    "${peer[@]}" --public-key P-384.pub --signature m.sig model
jq -c '.dsseEnvelope.payload |= (@base64d | sub("sub-a"; "sub-b") | @base64)' m.sig >forged.sig
not_ok "openssl refuses a forged payload" openssl_holds P-256.pub sha256 forged.sig

done_testing
