# shellcheck shell=bash disable=SC2154 # $tmp is of test/cmd/lib.sh
# Packages from the npm registry, for tests that compare with what others wrote. They are kept in the build
# directory, for the next run. A registry that does not answer, or does not have them, is no failure of ours;
# packages that are not those of the lock file are one.

no_answer='E(NOTFOUND|AI_AGAIN|CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|SOCKETTIMEDOUT|(NET|HOST)UNREACH|PIPE|PROTO)'
no_answer="npm (error|ERR!) code ($no_answer|FETCH_ERROR|ERR_SOCKET_TIMEOUT|E[45][0-9][0-9])\$"

install_client() {
    npm_config_cache=$client/cache timeout 240 npm ci --prefix "$client" --no-audit --no-fund \
        --ignore-scripts --omit=optional --omit=peer --prefer-offline --fetch-retries=1 --fetch-timeout=30000 \
        >"$tmp.npm" 2>&1
}

# npm_client NAME: installs what test/interop/NAME/package-lock.json names. Afterwards it is in $client, with
# the scripts of that directory beside it.
npm_client() {
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        skip_all "node or npm is not installed"
    fi
    client=$SW_BUILD/interop/$1
    mkdir -p "$client"
    cp "$SW_SOURCE/test/interop/$1"/package*.json "$client"
    find "$SW_SOURCE/test/interop/$1" -name '*.js' -exec cp {} "$client" \;
    if cmp -s "$client/package-lock.json" "$client/installed.json"; then
        return 0
    fi
    rm -f "$client/installed.json"
    local status=0
    install_client || status=$?
    if [ $status -eq 124 ] || { [ $status -ne 0 ] && grep -qE "$no_answer" "$tmp.npm"; }; then
        skip_all "the npm registry does not give the client: $(grep -E -m 1 "$no_answer" "$tmp.npm" || echo "no answer in time")"
    fi
    if [ $status -ne 0 ]; then
        sed 's/^/# /' "$tmp.npm"
        echo "Bail out! npm ci failed"
        exit 1
    fi
    cp "$client/package-lock.json" "$client/installed.json"
}
