# Several at once on one store: who reads a model for long keeps nobody waiting, and decides on what
# others wrote meanwhile.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

log_size() { "$SW_BIN" log checkpoint --json | jq .size; }

mkdir m other slow
echo data >m/weights
echo other >other/weights
truncate -s 256G slow/weights
expect "init" 0 "$SW_BIN" init
expect "seal" 0 "$SW_BIN" seal m

# A model that takes minutes: it is stopped in the middle, with whatever it holds.
"$SW_BIN" seal slow >slow.out 2>slow.err &
slow=$!
ok "one reads a large model" until_open "$slow" "$tmp/slow/weights"
kill -STOP "$slow"
expect "another seals meanwhile" 0 "$SW_BIN" seal other
expect "and admits" 0 "$SW_BIN" admit other
size=$(log_size)
{ kill -KILL "$slow" && wait "$slow"; } 2>/dev/null
is "of the first nothing is in the log" "$(log_size)" "$size"
not_ok "nor beside the model" test -e slow/model.sig
expect "the log is sound" 0 "$SW_BIN" log verify

"$SW_BIN" admit --signature m/model.sig slow >slow.out 2>slow.err &
slow=$!
ok "one checks a large model" until_open "$slow" "$tmp/slow/weights"
kill -STOP "$slow"
expect "another seals meanwhile" 0 "$SW_BIN" seal other
expect "and admits" 0 "$SW_BIN" admit other
{ kill -KILL "$slow" && wait "$slow"; } 2>/dev/null

# The lock is held by somebody else.
exec 9<>.sealwright/lock
flock 9
expect "a dry run takes no lock" 0 "$SW_BIN" admit --dry-run m
size=$(log_size)
"$SW_BIN" seal other 9<&- >other.out 2>other.err &
other=$!
ok "a seal waits for the lock when it has read the model" until_open "$other" "$tmp/.sealwright/lock"
is "it recorded nothing before" "$(log_size)" "$size"
flock -u 9
ok "and then it records" wait "$other"
is "both its claims" "$(log_size)" "$((size + 2))"

# A decision is made on what the log holds then, not on what it held when the files were read.
cat >first.yaml <<'Y'
version: 1
name: first
rules:
  - name: nobody-decided-before
    forbid: https://slsa.dev/verification_summary/v1
Y
expect "nobody decided on it before" 0 "$SW_BIN" admit --dry-run --policy first.yaml m
flock 9
"$SW_BIN" admit --json --policy first.yaml m 9<&- >first.out 2>first.err &
first=$!
ok "an admission waits for the lock" until_open "$first" "$tmp/.sealwright/lock"
kill -STOP "$first"
flock -u 9
expect "another one is quicker" 0 "$SW_BIN" admit m
kill -CONT "$first"
wait "$first"
is "the first one sees its verdict" $? 1
is "by the rule" "$(jq -r '.rules[1].verdict' first.out)" fail
expect "the log is sound" 0 "$SW_BIN" log verify

# What could not be recorded is known before a model is read.
mv .sealwright/keys/log.key away
run "$SW_BIN" seal nowhere
exits "a store that cannot be written" 4
like "is known first" "$err" "cannot write to store .*keys/log.key"
mv away .sealwright/keys/log.key
done_testing
