# data ingest --part and data join: parts that plain processes make at the same time are one set.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
expect "a source" 0 "$SW_BIN" data source add web --licence CC0-1.0 --from example.org --consent https://example.org/terms

awk 'BEGIN { for (i = 0; i < 3000; i++)
    printf "{\"id\":%d,\"text\":\"text %d\",\"label\":\"%s\",\"lang\":\"%s\"}\n", i % 2990, i % 700, i % 3 ? "a" : "b", i % 5 ? "en" : "de" }' >web.jsonl
sed -i '1500s/.*/broken/; 7s/}$//' web.jsonl
awk 'BEGIN { for (i = 0; i < 2000; i++) printf "line %d%s", i % 900, i % 7 ? "\n" : "\r\n" }' >text.txt
mkdir -p files csv
for i in {01..23}; do
    mkdir -p "files/d$((10#$i % 4))"
    printf 'file %s' "$i" >"files/d$((10#$i % 4))/$i.txt"
done
for i in 1 2 3; do
    printf 'id,text\n%s,a\n%s,b\n' "$i" "$i$i" >"csv/$i.csv"
done

heads() {
    jq -r '"\(.ordered_head) \(.sorted_head) \(.samples) \(.bytes)"' "$1"
}

# parts NAME N ARGS…: N processes at once; each writes NAME.I.
parts() {
    local name=$1 n=$2 i pids=()
    shift 2
    for ((i = 1; i <= n; i++)); do
        "$SW_BIN" data ingest "$@" --source web --part "$i/$n" --out "$name.$i" >"$name.$i.log" 2>&1 &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || return
    done
}

# same NAME N ARGS…: N parts, joined in three orders, have the roots of one run.
same() {
    local name=$1 n=$2 order
    shift 2
    run "$SW_BIN" data ingest --json "$@" --source web --as "$name"
    exits "$name is ingested at once" 0
    cp "$tmp.out" whole.json
    ok "and in $n parts" parts "$name" "$n" "$@" || cat "$name".*.log
    for order in cat tac 'shuf --random-source=web.jsonl'; do
        # shellcheck disable=SC2046 # names without spaces
        run "$SW_BIN" data join --json $(for ((i = 1; i <= n; i++)); do echo "$name.$i"; done | $order) --as "$name-joined" --at "$1"
        exits "joined by $order" 0
        is "they are the same set" "$(heads "$tmp.out")" "$(heads whole.json)"
        is "with the same gaps" "$(jq -c .gaps "$tmp.out")" "$(jq -c .gaps whole.json)"
    done
    is "all orders make one file" \
        "$("$SW_BIN" data list --json | jq "[.[] | select(.name == \"$name-joined\") | .manifest] | unique | length")" 1
    is "that counts what was set aside" \
        "$("$SW_BIN" data show --json "$name-joined" | jq -c .quarantined)" "$("$SW_BIN" data show --json "$name" | jq -c .quarantined)"
    expect "and can be verified" 0 "$SW_BIN" data verify "$name-joined"
}
same one 1 web.jsonl
same web 2 web.jsonl
same lines 3 text.txt
same files 4 files --label-field directory
same tables 2 csv
same fields 7 web.jsonl --id-field nope --text-field text --one-digest
same many 40 web.jsonl
expect "a salt for parts" 0 "$SW_BIN" data ingest text.txt --source web --as salted --salted
same keyed 2 text.txt --salt "$("$SW_BIN" data show --json salted | jq -r .salt)"

run "$SW_BIN" data show --json web-joined
json "ids that come twice are known over the border of parts" '.gaps[0]' "9 samples have an id that stood before"
json "the format is that which was found" .format jsonl
json "the place is what was told" .location "$tmp/web.jsonl"
"$SW_BIN" data show --quarantine web | jq -c '[.offset, .length, .reason]' | grep -v repeated >whole.list
"$SW_BIN" data show --quarantine web-joined | jq -c '[.offset, .length, .reason]' | grep -v repeated >joined.list
ok "what was set aside has its place" cmp -s whole.list joined.list
run "$SW_BIN" data ingest --json web.jsonl --source web --part 1/1 --out part.data
documented "a part prints what is documented" "data ingest, data join"
json "a part says what it holds" '"\(.samples) \(.bad) \(.repeated_ids) \(.format)"' "2998 2 9 jsonl"
run "$SW_BIN" data join --json part.data --as here
documented "so does a join" "data ingest, data join"
json "nobody has to say where the data is" '.name' here
expect "but then nobody can read it again" 3 "$SW_BIN" data verify here
run "$SW_BIN" data join part.data --as here
like "for people" "$out" "1 part -> here@2: 2,998 samples"

# As a tired user gives them, and as an attacker.
sets=$(ls .sealwright/data/sets)
expect "a part that is missing" 1 "$SW_BIN" data join many.{1..39} --as x
like "is missed" "$err" "part 1 of 40, and 39 parts were given"
expect "a part that comes twice" 1 "$SW_BIN" data join web.1 web.1 --as x
like "is seen" "$err" "are both part 1"
expect "a part of something else" 1 "$SW_BIN" data join web.1 lines.2 --as x
expect "parts of another kind" 1 "$SW_BIN" data join web.1 tables.2 --as x
ok "parts with other options" parts other 2 web.jsonl --text-field text
expect "are another kind" 1 "$SW_BIN" data join web.1 other.2 --as x
like "and it is said" "$err" "not made with the same options"
cp web.jsonl copy.jsonl
echo '{"id":"new","text":"new"}' >>web.jsonl
ok "parts of the changed input" parts changed 2 web.jsonl
expect "are parts of another input" 1 "$SW_BIN" data join web.1 changed.2 --as x
like "and it is said" "$err" "of the same input"
mv copy.jsonl web.jsonl
expect "a file that is no part" 1 "$SW_BIN" data join web.jsonl web.2 --as x
expect "nor is a whole set" 1 "$SW_BIN" data join "$(find .sealwright/data/sets -name '*.data' -print -quit)" --as x
cp web.2 flipped
printf X | dd of=flipped bs=1 seek=5000 conv=notrunc status=none
expect "a part that was changed" 1 "$SW_BIN" data join web.1 flipped --as x
expect "a part that is not there" 4 "$SW_BIN" data join web.1 nope --as x
expect "no name" 2 "$SW_BIN" data join web.1 web.2
expect "a name that is none is told first" 2 "$SW_BIN" data join nope --as 'a b'
expect "a place that is not there, too" 4 "$SW_BIN" data join web.1 web.2 --as x --at nope
expect "a version that holds other samples" 1 "$SW_BIN" data join part.data --as files@1
is "nothing is left of all these" "$(ls .sealwright/data/sets)" "$sets"
cp web.jsonl before
expect "a part is not written over its input" 2 "$SW_BIN" data ingest web.jsonl --source web --part 1/1 --out web.jsonl
expect "by no other name" 2 "$SW_BIN" data ingest web.jsonl --source web --part 1/1 --out ./files/../web.jsonl
ok "which stays as it is" cmp -s web.jsonl before
expect "nor into the directory that is read" 2 "$SW_BIN" data ingest files --source web --part 1/2 --out files/part
echo mine >kept
expect "a part that fails" 1 "$SW_BIN" data ingest web.jsonl --source web --part 1/1 --out kept --strict
is "leaves what was there" "$(cat kept)" mine
expect "a packed file cannot be cut" 0 gzip -k web.jsonl
expect "into parts" 2 "$SW_BIN" data ingest web.jsonl.gz --source web --part 1/2 --out p
like "and is told so" "$err" "compressed"
expect "nor are there more parts than files" 2 "$SW_BIN" data ingest files --source web --part 1/30 --out p
like "that cannot be split" "$err" "30 parts are more than the 23 files"
expect "a salt of its own for each part" 2 "$SW_BIN" data ingest web.jsonl --source web --part 1/2 --out p --salted
is "nothing is left beside" "$(ls -- *.partial* *.lock *.state 2>/dev/null)" ""
expect "the log holds" 0 "$SW_BIN" log verify
done_testing
