#!/bin/bash
# Keyless signatures by real components. Those of the OpenSSF Model Signing tool that are published verify over
# the public instance's trusted root, which @sigstore/tuf ships (seeds.json); those that the Sigstore client
# makes against Sigstore's mocked services (@sigstore/mock) verify over theirs. All of it offline.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

. "$SW_SOURCE/test/interop/npm.sh"

npm_client keyless

identity=https://github.com/o/r/.github/workflows/x.yml@refs/tags/v1
issuer=https://token.example.com
mkdir model made
echo weights >model/weights.bin
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
run "$SW_BIN" sign --private-key key.pem --signature key.sig model
jq -r .dsseEnvelope.payload key.sig | base64 -d >payload
expect "the client signs against the mocked services" 0 \
    node "$client/sign.js" payload made "$identity" "$issuer"
for bundle in attest intoto dsse v2; do
    json "the client verifies $bundle itself" ".$bundle" accepted
done

check() {
    "$SW_BIN" verify --json --trusted-root made/trusted_root.json --identity "${who:-uri:$identity}" \
        --issuer "${by:-$issuer}" --signature "$1" model
}

for bundle in attest intoto dsse v2; do
    expect "$bundle verifies" 0 check "made/$bundle.json"
    documented "what it says of $bundle is documented" verify
    json "$bundle says who signed" '[.identity, .attested.issuer] | join(" ")' "uri:$identity $issuer"
    json "$bundle is in one log and one certificate log" \
        '[.attested.logs, .attested.certificate_logs] | map(length) | tojson' '[1,1]'
    who=uri:https://github.com/o/other expect "$bundle fails for another identity" 1 check "made/$bundle.json"
    by=https://other.example.com expect "$bundle fails for another issuer" 1 check "made/$bundle.json"
    who="uri:https://github.com/o/r/.github/workflows/x.yml@refs/tags/*" \
        expect "$bundle verifies for every tag" 0 check "made/$bundle.json"
    jq '.verificationMaterial.tlogEntries = []' "made/$bundle.json" >bare.json
    expect "$bundle without its log entry is no evidence" 3 check bare.json
    jq '.dsseEnvelope.payload |= (@base64d | sub("weights"; "weighed") | @base64)' "made/$bundle.json" >forged.json
    expect "$bundle with another payload fails" 1 check forged.json
done
is "Rekor v2 attests no time of its own" \
    "$(check made/v2.json | jq -c '.attested | [.logs[0].time, (.timestamps | length)]')" '[null,1]'
jq 'del(.verificationMaterial.timestampVerificationData)' made/v2.json >untimed.json
expect "Rekor v2 without a time stamp is no evidence" 3 check untimed.json
jq '.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp |= .[:-8]' \
    made/v2.json >cut.json
expect "a truncated time stamp fails" 1 check cut.json

# What was logged for another signature of the same payload by the same signer.
for pair in "dsse intoto" "intoto dsse" "v2 dsse" "dsse v2"; do
    read -r ours theirs <<<"$pair"
    jq --slurpfile other "made/$theirs.json" \
        '.verificationMaterial.tlogEntries = $other[0].verificationMaterial.tlogEntries' "made/$ours.json" >mixed.json
    expect "$ours with the log entry of $theirs fails" 1 check mixed.json
done
jq --slurpfile other made/attest.json '.verificationMaterial.timestampVerificationData =
    $other[0].verificationMaterial.timestampVerificationData' made/v2.json >mixed.json
expect "v2 with a time stamp of another signature fails" 1 check mixed.json

openssl pkey -in key.pem -pubout -outform DER | base64 -w0 >spki
jq --rawfile key spki '.verificationMaterial.certificate.rawBytes = $key' made/dsse.json >bare.json
expect "a bare key in place of the certificate fails" 1 check bare.json
jq 'del(.tlogs[].publicKey.validFor.start)' made/trusted_root.json >made/timeless.json
expect "a trusted root whose logs have no start is refused" 2 \
    "$SW_BIN" verify --trusted-root made/timeless.json --identity "uri:$identity" --issuer "$issuer" \
    --signature made/dsse.json model
like "and it says why" "$(cat "$tmp.err")" 'validFor has no start'

# The published signatures of model-signing, over the public instance.
if [ ! -d "$SW_CORPORA/oms" ]; then
    skip 24 "the signatures of model-signing are not at $SW_CORPORA/oms"
    done_testing
fi
expect "the public instance's trusted root is there" 0 test -s made/seed_root.json
public() {
    "$SW_BIN" verify --json --trusted-root made/seed_root.json --ignore-paths ignore-me \
        --identity "${who:-email:stefanb@us.ibm.com}" --issuer "${by:-https://sigstore.verify.ibm.com/oauth2}" \
        --signature "$SW_CORPORA/oms/$1-sigstore/model.sig" "$SW_CORPORA/oms/$1-sigstore"
}
for version in v0.3.1 v1.0.0 v1.0.1 v1.1.0; do
    expect "model-signing $version verifies offline" 0 public $version
    json "$version is in Rekor" '.attested.logs[0].url' https://rekor.sigstore.dev
    json "$version is in the certificate log" '.attested.certificate_logs[0].url' https://ctfe.sigstore.dev/2022
    who=email:stefanb@example.com expect "$version fails for another identity" 1 public $version
    by=https://accounts.google.com expect "$version fails for another issuer" 1 public $version
done
json "another issuer is what failed" '.problems[0].kind' signature
expect "v1.1.0 verifies once more" 0 public v1.1.0
json "its time stamp is checked too" '.attested.timestamps[0].url' https://timestamp.sigstore.dev/api/v1/timestamp
done_testing
