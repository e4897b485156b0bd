# sign-model and verify-model: what the OpenSSF conformance suite calls, judged by the exit status.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

openssl ecparam -name prime256v1 -genkey -noout -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
openssl ecparam -name prime256v1 -genkey -noout -out other.pem 2>/dev/null
openssl pkey -in other.pem -pubout -out other.pub
mkdir -p model/sub && echo a >model/a && echo b >model/sub/b
sign() { run "$SW_BIN" sign-model --model-path "$tmp/model" --output-bundle "$tmp/bundle.sig" "$@"; }
verify() { run "$SW_BIN" verify-model --model-path "$tmp/model" --bundle "$tmp/bundle.sig" "$@"; }

sign --method key --private-key key.pem
exits "sign with a key" 0
verify --method key --public-key key.pub
exits "and verify" 0
verify --method key --public-key other.pub
exits "another key" 1
echo new >model/new
verify --method key --public-key key.pub
exits "a file more" 1
verify --method key --public-key key.pub --ignore-unsigned-files
exits "that may be ignored" 0
verify --method key --public-key key.pub --ignore-paths "$tmp/model/new"
exits "also by its path" 0
echo x >>model/a
verify --method key --public-key key.pub --ignore-unsigned-files
exits "a changed file" 1
sign --method key --private-key key.pem --ignore-paths "$tmp/model/new" --ignore-paths "$tmp/model/sub"
exits "two paths left out" 0
is "are not signed" "$(jq -r .dsseEnvelope.payload bundle.sig | base64 -d | jq -r '[.predicate.resources[].name] | join(" ")')" a

# The certificate method, with an intermediate.
ca() { # NAME ISSUER EXTENSIONS
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>/dev/null
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
    printf '%s\n' "$3" >"$1.ext"
    if [ "$1" = "$2" ]; then
        openssl x509 -req -in "$1.csr" -signkey "$1.key" -days 30 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
    else
        openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
    fi
}
authority=$'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash'
ca root root "$authority"
ca stranger stranger "$authority"
ca middle root "$authority"
ca leaf middle $'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning'
sign --method certificate --private-key leaf.key --signing-cert leaf.crt --cert-chain middle.crt --cert-chain root.crt
exits "sign with a certificate" 0
verify --method certificate --cert-chain root.crt
exits "and verify" 0
verify --method certificate --cert-chain stranger.crt
exits "by another root" 1
verify --method key --cert-chain root.crt --public-key key.pub
exits "not by the method of a key" 2
verify --method certificate --cert-chain root.crt --identity nobody@example.com
exits "nor for an identity that nothing looks at" 2
sign --method key --private-key key.pem
exits "signed with a key" 0
verify --method certificate --cert-chain root.crt --public-key key.pub
exits "it does not pass for one with a certificate" 2

# What makes no sense.
sign --method key
exits "no key" 2
sign --method certificate --private-key leaf.key
exits "no certificate" 2
sign --method paper --private-key key.pem
exits "no such method" 2
verify --method key
exits "no public key" 2
run "$SW_BIN" verify-model --method key --public-key key.pub
exits "no model" 2
sign --method sigstore --identity-token x
exits "keyless signing is not there" 3
sign --method key --private-key key.pem --use-staging
exits "nor is anything online" 3
: >bundle.sig
verify --method key --public-key key.pub
exits "an empty bundle" 3
rm bundle.sig
verify --method key --public-key key.pub
exits "no bundle" 3

# Bundles of the reference tool's earlier versions.
oms=${SW_CORPORA:-}/oms
if [ -d "$oms" ]; then
    for version in v0.3.1 v1.0.0; do
        run "$SW_BIN" verify-model --method key --model-path "$oms/$version-elliptic-key/signme-1" --public-key "$oms/keys/signing-key-pub.pem" \
            --bundle "$oms/$version-elliptic-key/model.sig"
        exits "$version by a key" 0
    done
    for version in v0.2.0 v0.3.1 v1.0.0; do
        run "$SW_BIN" verify-model --method certificate --model-path "$oms/$version-certificate" --cert-chain "$oms/keys/ca-cert.pem" \
            --bundle "$oms/$version-certificate/model.sig"
        exits "$version by a certificate" 0
    done
else
    skip 5 "the corpora are not here"
fi
done_testing
