# data ingest that is stopped, twice at once, or without room: it goes on, and makes the same set.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
expect "a source" 0 "$SW_BIN" data source add web --licence CC0-1.0 --from example.org --consent https://example.org/terms
awk 'BEGIN { for (i = 0; i < 300000; i++) printf "{\"id\":%d,\"text\":\"sample %d of many\"}\n", i % 299990, i }' >big.jsonl
sed -i '5s/}$//' big.jsonl
seq 1 300000 >big.txt

# begin ARGS…: an ingestion in the background, $pid.
begin() {
    env --default-signal=INT "$SW_BIN" data ingest "$@" >"$tmp.out" 2>"$tmp.err" &
    pid=$!
}

# Waits until the ingestion has its lock, below DIRECTORY, and stops it; false when it is over before. One
# that was killed leaves the file, so it is the lock that is looked for.
until_locked() {
    local lock
    while kill -0 "$pid" 2>/dev/null; do
        while IFS= read -r lock; do
            grep -q "FLOCK .* $pid [^ ]*:$lock " /proc/locks || continue
            kill -STOP "$pid"
            return
        done < <(find "$1" -name '*.lock' -printf '%i\n' 2>/dev/null)
        sleep 0.01
    done
    return 1
}

# Waits until something is saved below DIRECTORY, and stops the ingestion; false when it is over before. It
# saves at the end of a group of rows when the last time is a second ago, which goes by while it is stopped.
until_saved() {
    until_locked "$1" || return
    sleep 1.1
    while kill -CONT "$pid" 2>/dev/null; do
        sleep 0.01
        kill -STOP "$pid" 2>/dev/null
        [ -z "$(find "$1" -name '*.state')" ] || return 0
    done
    return 1
}
files() {
    find .sealwright/data/sets -name '*.partial*' | wc -l
}

# What an ingestion that nobody disturbs makes.
manifest() {
    local one
    one=$("$SW_BIN" data ingest --json "$@" --restart --as undisturbed | jq -r .manifest)
    echo "$one"
}
jsonl=$(manifest big.jsonl --source web)
text=$(manifest big.txt --source web --one-digest)
is "nothing is left of those" "$(files)" 0

# kill -9.
begin big.jsonl --source web --as killed
ok "an ingestion saves" until_saved .sealwright
kill -9 "$pid"
wait "$pid" 2>/dev/null
expect "the log holds after kill -9" 0 "$SW_BIN" log verify
expect "nothing was recorded" 4 "$SW_BIN" data show killed
run "$SW_BIN" data ingest --json big.jsonl --source web --as killed
exits "the same command" 0
json "goes on" '.resumed_at > 0 and .resumed_at < .samples' true
json "to the same set" .manifest "$jsonl"
json "that counts the same" '"\(.samples) \(.bad) \(.repeated_ids) \(.gaps | length)"' "299999 1 9 1"
is "and leaves nothing" "$(files)" 0

begin big.txt --source web --as killed --one-digest
ok "another saves" until_saved .sealwright
kill -9 "$pid"
wait "$pid" 2>/dev/null
state=$(find .sealwright/data/sets -name '*.state')
cp -p "$state" kept.note
cp -p "${state%.state}" kept.rows
run "$SW_BIN" data ingest big.txt --source web --as killed --one-digest
exits "people see" 0
like "that it went on" "$out" "went on behind the first [0-9,]+, which an earlier run had read"
run "$SW_BIN" data show --json killed
json "to the same set" .manifest "$text"

# What is left can be broken, or of another time.
leave() {
    cp -p kept.note "$state"
    cp -p kept.rows "${state%.state}"
}
leave
truncate -s 1000 "${state%.state}"
run "$SW_BIN" data ingest --json big.txt --source web --as killed --one-digest
json "when it is too short it begins anew" '"\(.resumed_at) \(.manifest)"' "0 $text"
leave
printf X | dd of="$state" bs=1 seek=100 conv=notrunc status=none
run "$SW_BIN" data ingest --json big.txt --source web --as killed --one-digest
json "when the state is broken, too" '"\(.resumed_at) \(.manifest)"' "0 $text"
leave
run "$SW_BIN" data ingest --json big.txt --source web --as killed --one-digest --restart
json "and when it is told to" '"\(.resumed_at) \(.manifest)"' "0 $text"
leave
run "$SW_BIN" data ingest --json big.txt --source web --as other --one-digest
json "another command is not that one" '"\(.resumed_at) \(.manifest)"' "0 $text"
leave
echo more >>big.txt
expect "an input that was changed since is refused" 1 "$SW_BIN" data ingest big.txt --source web --as killed --one-digest
one_line_error "in one line"
like "with what to do" "$err" "was changed since .* --restart"
ok "what was saved stays" test -e "$state"
expect "with --restart it is read" 0 "$SW_BIN" data ingest big.txt --source web --as killed --one-digest --restart
is "and leaves nothing" "$(files)" 0
leave
run "$SW_BIN" data ingest big.txt --source web --as killed --one-digest --salted
rm -f "$state" "${state%.state}"

# A part goes on as well.
begin big.jsonl --source web --part 1/2 --out half
ok "a part saves" until_saved .
kill -9 "$pid"
wait "$pid" 2>/dev/null
not_ok "and has not its name" test -e half
run "$SW_BIN" data ingest --json big.jsonl --source web --part 1/2 --out half
json "a part goes on" '.resumed_at > 0 and .resumed_at < .samples' true
expect "the other half" 0 "$SW_BIN" data ingest big.jsonl --source web --part 2/2 --out rest
run "$SW_BIN" data join --json half rest --as joined
is "joined they are the same set" "$(jq -r .ordered_head "$tmp.out")" "$("$SW_BIN" data show --json "$jsonl" | jq -r .ordered_head)"
json "with the same gaps" '.gaps | join(",")' "9 samples have an id that stood before"
is "nothing is left" "$(ls)" $'big.jsonl\nbig.txt\nhalf\nkept.note\nkept.rows\nrest'

# Ctrl-C and kill.
for signal in INT:130 TERM:143; do
    begin big.jsonl --source web --as "stopped-${signal%:*}"
    ok "an ingestion saves" until_saved .sealwright
    kill "-${signal%:*}" "$pid"
    kill -CONT "$pid"
    wait "$pid"
    is "and ends by SIG${signal%:*}" $? "${signal#*:}"
    err=$(cat "$tmp.err")
    one_line_error "with one line"
    like "that says how it goes on" "$err" "interrupted; nothing was recorded; the same command goes on where it was"
    run "$SW_BIN" data ingest --json big.jsonl --source web --as "stopped-${signal%:*}"
    json "as it does" '.resumed_at > 0' true
    json "to the same set" .manifest "$jsonl"
done
begin big.jsonl --source web --as early
ok "one that is stopped before it saved" until_locked .sealwright
kill -INT "$pid"
kill -CONT "$pid"
wait "$pid"
is "ends by SIGINT" $? 130
is "says what became of it" "$(cat "$tmp.err")" "sealwright data ingest: interrupted; nothing was recorded"
is "and leaves nothing" "$(files)" 0
begin big.jsonl --source web --as secret --salted
ok "a salted one" until_locked .sealwright
kill -INT "$pid"
kill -CONT "$pid"
wait "$pid"
is "leaves nothing, too" "$(files) $(find .sealwright/data/salts -type f | wc -l)" "0 1"

# Who goes on with what a lenient run accepted is not strict.
begin big.jsonl --source web --as lenient
ok "a lenient one saves" until_saved .sealwright
kill -9 "$pid"
wait "$pid" 2>/dev/null
expect "a strict one does not go on with it" 1 "$SW_BIN" data ingest big.jsonl --source web --as lenient --strict
like "since it refuses what that one took" "$err" "line 5, byte .*: invalid-json"

# Two at once.
begin big.jsonl --source web --as twice --json
ok "one is under way" until_locked .sealwright
expect "a second one of the same input is told" 4 "$SW_BIN" data ingest big.jsonl --source web --as twice
one_line_error "in one line"
like "that the other is" "$err" "another process is ingesting"
expect "another input is no matter" 0 "$SW_BIN" data ingest kept.note --source web --as other --format dir
kill -CONT "$pid"
wait "$pid"
is "the first one does not mind" $? 0
json "and makes its set" .manifest "$jsonl"
begin big.jsonl --source web --part 1/1 --out p --json
ok "a part is under way" until_locked .
expect "a second one of it is told" 4 "$SW_BIN" data ingest big.jsonl --source web --part 1/1 --out p
kill -CONT "$pid"
wait "$pid"
is "the first one does not mind" $? 0

# No room. The disk is a file system of its own, if this user may make one.
mkdir disk
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=12m tmpfs disk 2>/dev/null; then
    trap 'umount -l "$tmp/disk" 2>/dev/null; tap_finish' EXIT
    store=disk/store
    expect "a store on a small disk" 0 "$SW_BIN" init --store $store
    expect "with a source" 0 "$SW_BIN" data source add web --store $store
    "$SW_BIN" log checkpoint --store $store >before.note
    before=$(find $store -type f | sort)
    head -c 500000 big.txt >small.txt
    truncate -s 10m disk/ballast
    fallocate -l 10m disk/ballast
    expect "a disk that is full from the start" 4 "$SW_BIN" data ingest small.txt --source web --as d --store $store
    one_line_error "is one line"
    like "that says so" "$err" "No space left"
    is "and leaves the store as it was" "$(find $store -type f | sort)" "$before"
    rm disk/ballast
    begin big.jsonl --source web --as d --store $store
    ok "one that has room for a while saves" until_saved disk
    kill -CONT "$pid"
    wait "$pid"
    is "until there is none" $? 4
    err=$(cat "$tmp.err")
    one_line_error "in one line"
    like "that says so" "$err" "No space left"
    "$SW_BIN" log checkpoint --store $store >after.note
    ok "the log is as it was" cmp -s before.note after.note
    expect "and sound" 0 "$SW_BIN" log verify --store $store
    mount -o remount,size=400m disk
    run "$SW_BIN" data ingest --json big.jsonl --source web --as d --store $store
    exits "with room" 0
    json "it goes on" '.resumed_at > 0' true
    json "to the same set" .manifest "$jsonl"
    umount disk
else
    skip 15 "this user may not make a file system"
fi
expect "the log holds" 0 "$SW_BIN" log verify
done_testing
