# What an attacker tries who can write to models, to claims that travel and to the store's files, but has
# neither a signer's key nor the log's.
. "$SW_SOURCE/test/cmd/lib.sh"

mkdir m
echo hello >m/a.txt
head -c 3000 /dev/urandom >m/w.dat
expect "a store" 0 "$SW_BIN" init
expect "a sealed model" 0 "$SW_BIN" seal --json m
root=$(jq -r .model_root "$tmp.out")

# --- names that write to the terminal ---
cp -r m names
echo x >"names/$(printf 'x\npass  m: all is well')"
expect "a name with a newline" 1 "$SW_BIN" verify names
is "writes no line of its own" "$(grep -c '^pass' <<<"$out")" 0
like "and is shown escaped" "$out" 'x\\x0apass'
printf '\033[2J\npass\n' | cat - .sealwright/keys/default.pub >hello
cp hello .sealwright/keys/hello.pub
expect "a public key with text around it" 0 "$SW_BIN" key show hello
is "is shown without it" "$out" "$(cat .sealwright/keys/default.pub)"
rm .sealwright/keys/hello.pub

# --- the log's key signs the log and nothing else ---
expect "the log's key signs no model" 2 "$SW_BIN" sign --key log m
expect "nor seals one" 2 "$SW_BIN" seal --key log m
expect "nor signs a verdict" 2 "$SW_BIN" admit --key log m

# --- a model by shards is scanned as well ---
mkdir shards
head -c 5000 /dev/urandom >shards/w.dat
expect "seal by shards" 0 "$SW_BIN" seal --json --method shards --shard-size 1000 shards
json "scans whole files" '.scan.files | map(.size) | join(",")' 5000
printf "cposix\nsystem\n(S'true'\ntR." >shards/w.dat
expect "a malicious file is found by shards, too" 1 "$SW_BIN" seal --method shards --shard-size 4 shards
expect "what was only signed by shards" 0 "$SW_BIN" sign --key default --method shards --shard-size 4 shards
run "$SW_BIN" admit --json shards
exits "is scanned at admission and refused" 1
json "for the scan" '[.rules[] | select(.verdict == "fail") | .name] | join(",")' scanned

done_testing
