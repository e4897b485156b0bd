#!/bin/bash
# Does the Sigstore JavaScript client (@sigstore/verify) accept our claims with our log's proofs, and
# refuse them when any byte is changed?
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    skip_all "node or npm is not installed"
fi

# The packages are kept in the build directory, for the next run. A registry that does not answer, or does
# not have them, is no failure of ours; packages that are not those of the lock file are one.
no_answer='E(NOTFOUND|AI_AGAIN|CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|SOCKETTIMEDOUT|(NET|HOST)UNREACH|PIPE|PROTO)'
no_answer="npm (error|ERR!) code ($no_answer|FETCH_ERROR|ERR_SOCKET_TIMEOUT|E[45][0-9][0-9])\$"

install_client() {
    npm_config_cache=$client/cache timeout 240 npm ci --prefix "$client" --no-audit --no-fund \
        --ignore-scripts --prefer-offline --fetch-retries=1 --fetch-timeout=30000 >"$tmp.npm" 2>&1
}

client=$SW_BUILD/interop/sigstore
mkdir -p "$client"
cp "$SW_SOURCE"/test/interop/sigstore/{package.json,package-lock.json,verify.js} "$client"
if ! cmp -s "$client/package-lock.json" "$client/installed.json"; then
    rm -f "$client/installed.json"
    install_client
    status=$?
    if [ $status -eq 124 ] || { [ $status -ne 0 ] && grep -qE "$no_answer" "$tmp.npm"; }; then
        skip_all "the npm registry does not give the client: $(grep -E -m 1 "$no_answer" "$tmp.npm" || echo "no answer in time")"
    fi
    if [ $status -ne 0 ]; then
        sed 's/^/# /' "$tmp.npm"
        echo "Bail out! npm ci failed"
        exit 1
    fi
    cp "$client/package-lock.json" "$client/installed.json"
fi

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
