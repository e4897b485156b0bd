#!/bin/bash
# Does the Sigstore JavaScript client (@sigstore/verify) accept our claims with our log's proofs, and
# refuse them when any byte is changed?
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

. "$SW_SOURCE/test/interop/npm.sh"

npm_client sigstore

expect "a store is made" 0 "$SW_BIN" init --origin example.com/interop/log
mkdir models
bundles=()
for i in 0 1 2 3 4 5 6; do
    mkdir "models/m$i"
    echo "weights $i" >"models/m$i/weights.bin"
    run "$SW_BIN" sign "models/m$i" --signature "m$i.sig"
    bundles+=("m$i.sig")
done
expect "seven claims are recorded" 0 "$SW_BIN" log add "${bundles[@]}"
"$SW_BIN" log checkpoint --policy >log.policy
"$SW_BIN" key show default >key.pem

for leaf in 0 2 6; do
    run "$SW_BIN" evidence show "$leaf" --raw
    cp "$tmp.out" claim.json
    expect "leaf $leaf has a proof" 0 "$SW_BIN" log prove "$leaf" --out claim.tlog-proof
    expect "the client runs on leaf $leaf" 0 \
        node "$client/verify.js" claim.json claim.tlog-proof log.policy key.pem
    json "the client accepts the claim" .refusal null
    json "a changed byte in the payload is refused" \
        '.changes.payload | [.bytes > 100, .accepted, (.codes | keys)] | tojson' \
        '[true,0,["TLOG_BODY_ERROR"]]'
    json "a changed byte in the claim's signature is refused" \
        '.changes.signature | [.bytes > 60, .accepted] | tojson' '[true,0]'
    json "a changed byte in the leaf is refused" \
        '.changes.leaf | [.bytes > 100, .accepted, (.codes | keys)] | tojson' \
        '[true,0,["TLOG_INCLUSION_PROOF_ERROR"]]'
    json "a changed byte in the proof is refused" \
        '.changes.proof | [.bytes > 31, .accepted, (.codes | keys)] | tojson' \
        '[true,0,["TLOG_INCLUSION_PROOF_ERROR"]]'
    json "a changed byte in the checkpoint is refused" \
        '.changes.checkpoint | [.bytes > 60, .accepted, (.codes | keys)] | tojson' \
        '[true,0,["TLOG_INCLUSION_PROOF_ERROR"]]'
    json "a changed byte in the checkpoint's signature is refused" \
        '.changes.checkpoint_signature | [.bytes, .accepted, (.codes | keys)] | tojson' \
        '[68,0,["TLOG_INCLUSION_PROOF_ERROR"]]'
done
done_testing
