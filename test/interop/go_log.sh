#!/bin/bash
# Do Go's sumdb packages (golang.org/x/mod/sumdb/tlog and note) agree with us about logs? They check
# ours, we check theirs, and both refuse a changed byte.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

packages=/usr/share/gocode
if ! command -v go >/dev/null || ! [ -d $packages/src/golang.org/x/mod/sumdb/tlog ]; then
    skip_all "golang-go or golang-golang-x-mod-dev is not installed"
fi

golog=$SW_BUILD/interop/golog
mkdir -p "$SW_BUILD/interop"
expect "the Go program builds without the network" 0 env GO111MODULE=off GOPATH=$packages GOFLAGS= \
    GOPROXY=off GOCACHE="$SW_BUILD/interop/go-cache" \
    go build -o "$golog" "$SW_SOURCE/test/interop/golog/main.go"

# --- Go checks our log ------------------------------------------------------------------------

expect "a store is made" 0 "$SW_BIN" init --origin example.com/interop/log
log=.sealwright/log
vkey=$("$SW_BIN" log checkpoint --policy | sed -n 's/^log \([^ ]*\).*/\1/p')
expect "Go accepts the empty log" 0 "$golog" check $log "$vkey"

# Adds claims until the log has N entries, and keeps the checkpoint.
heads=()
added=0
# shellcheck disable=SC2317 # "ok" calls it
grow_to() {
    local bundles=()
    while [ "$added" -lt "$1" ]; do
        echo "weights $added" >model.bin
        "$SW_BIN" sign model.bin --signature "$added.sig" >/dev/null || return
        bundles+=("$added.sig")
        added=$((added + 1))
    done
    "$SW_BIN" log add "${bundles[@]}" >/dev/null || return
    "$SW_BIN" log checkpoint >"head.$1" || return
    heads+=("head.$1")
}

for size in 1 2 7 255 256 257 300; do
    ok "the log grows to $size" grow_to $size
    expect "Go accepts $size entries and all that came before" 0 \
        "$golog" check $log "$vkey" "${heads[@]}"
    like "Go has seen all of them" "$out" ": $size entries, ${#heads[@]} earlier checkpoints"
    expect "log verify accepts them, too" 0 "$SW_BIN" log verify --earlier "${heads[0]}"
done

# Changes one byte of a file; both must refuse, and the file is put back.
both_refuse() {
    local what=$1 file=$2 offset=$3
    cp "$file" kept
    local byte
    byte=$(xxd -s "$offset" -l 1 -p "$file")
    chmod u+w "$file"
    printf '%02x' $((0x$byte ^ 1)) | xxd -r -p | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
    expect "Go refuses a changed byte in $what" 1 "$golog" check $log "$vkey"
    expect "log verify refuses a changed byte in $what" 1 "$SW_BIN" log verify
    like "and names the file" "$out$err" "${file#.sealwright/}"
    cp kept "$file"
}

both_refuse "a full tile" $log/tile/0/000 4000
both_refuse "the first hash of a full tile" $log/tile/0/000 0
both_refuse "a partial tile" $log/tile/0/001.p/44 1407
both_refuse "the tile above" $log/tile/1/000.p/1 31
both_refuse "a full entry bundle" $log/tile/entries/000 5000
both_refuse "the length of an entry" $log/tile/entries/000 1
both_refuse "a partial entry bundle" $log/tile/entries/001.p/44 9
both_refuse "the checkpoint's root" $log/checkpoint 35
expect "put right again, Go accepts the log" 0 "$golog" check $log "$vkey" "${heads[@]}"
expect "put right again, log verify accepts the log" 0 "$SW_BIN" log verify

expect "Go refuses the log under another name" 1 "$golog" check $log "x$vkey"

# A log that has tiles on three levels and, past 256,000 entries, deeper paths.
sizes=(65535 65536 65537 256000 256300)
expect "a large log is made" 0 "$SW_BUILD/interop-make_log" large example.com/large "${sizes[@]}"
large=$(sed -n 's/^log \([^ ]*\).*/\1/p' large/log.policy)
expect "Go accepts the large log and all that came before" 0 \
    "$golog" check large/log "$large" "${sizes[@]/#/large.}"
ok "it has a deeper path" test -f large/log/tile/0/x001/000
expect "log verify accepts the large log" 0 "$SW_BIN" log verify --store large --earlier large.65537

# --- we check a log made in Go ----------------------------------------------------------------

mkdir made
expect "Go makes a log, with a witness" 0 "$golog" make made 1000
for index in 0 333 500 999; do
    expect "log check accepts entry $index of Go's log" 0 \
        "$SW_BIN" log check --policy made/log.policy made/$index.tlog-proof
done
sed 's/^index 333$/index 334/' made/333.tlog-proof >moved.tlog-proof
expect "log check refuses the proof for another index" 1 \
    "$SW_BIN" log check --policy made/log.policy moved.tlog-proof
sed '/witness.example.com/d' made/333.tlog-proof >alone.tlog-proof
expect "log check refuses it without the witness" 1 \
    "$SW_BIN" log check --policy made/log.policy alone.tlog-proof
like "and says that the quorum is not reached" "$out$err" "quorum"
expect "log check refuses Go's log by our policy" 1 \
    "$SW_BIN" log check made/333.tlog-proof
done_testing
