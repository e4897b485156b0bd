#!/bin/bash
# Claims about files that one pass looks at and another one hashes: while somebody writes there, nothing is recorded.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir m
tensors m/model.safetensors 64
truncate -s 256M m/padding.bin # so that the pass that hashes takes a while
echo 'import openai' >m/main.py
printf -- '---\nlicense: mit\n---\n' >m/README.md
expect "a store" 0 "$SW_BIN" init
printf '%s\n' '{"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "nothing"}, "versions": ["1"]}]}' >x.jsonl
expect "data" 0 "$SW_BIN" advisory import x.jsonl

recorded() { "$SW_BIN" evidence list --json | jq '[.[] | .claim?] | length'; }
before=$(recorded)
mkfifo nothing
exec 9<>nothing # never written to: the wait for it is one that starts no process
while kill -0 $$ 2>/dev/null; do
    echo '# more' >>m/main.py
    read -rt 0.002 -u 9
done &
writer=$!
for command in "discover --record m" "licence check --record m" "advisory match --record m"; do
    read -ra words <<<"$command"
    run "$SW_BIN" "${words[@]}"
    exits "$command, while somebody writes" 4
    like "names the file" "$err" "main.py.* changed|main.py.*changed"
done
kill $writer
wait $writer 2>/dev/null
is "nothing was recorded" "$(recorded)" "$before"
expect "when nobody does, it is" 0 "$SW_BIN" discover --record m
ok "and the log has it" test "$(recorded)" -gt "$before"
done_testing
