# data source: add, list, show.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "a source needs a store" 4 "$SW_BIN" data source add forum
expect "init" 0 "$SW_BIN" init
expect "a list of none" 0 "$SW_BIN" data source list
is "says so" "$out" "no sources"

run "$SW_BIN" data source add forum --json --from forum.example --licence CC-BY-4.0 \
    --consent https://forum.example/terms --collected 2024-01..2024-06 --issuer 'Forum e.V.' \
    --issuer 'Second Ltd' --geography DE/Bayern --geography FR --description posts --issued 2024-07-01 \
    --previous-issue 2023 --method 'user-generated=written by people' --format text \
    --classification GDPR --classification HIPAA=no --privacy k-anonymity=5 --process-in DE \
    --process-not-in US/CA --store-in FR --store-not-in GB --purpose train --purpose 'eval=to measure' \
    --copyright '2024 Forum e.V.' --patent none --trademark none --title Forum --id urn:x:1 \
    --location https://forum.example/meta --metadata https://forum.example/upstream --by Ada
exits "a source with all fields" 0
json "has no gap" '.gaps | length' 0
json "and misses nothing" '.missing | length' 0
run "$SW_BIN" data source show --json forum
exits "it is shown" 0
json "with all members of the standard" '[.record[] | keys[]] | length' 26
json "a licence" .record.use.license CC-BY-4.0
json "a place with a state" '.record.provenance["origin-geography"][0].state' Bayern
json "a place without" '.record.provenance["origin-geography"][1] | keys | join(" ")' country
json "a period" '.record.provenance["generation-period"] | "\(.start) \(.end)"' "2024-01 2024-06"
json "a code with words" '.record.provenance["generation-method"][0].description' "written by people"
json "a rule that applies" '.record.use.classification[0].evaluated' true
json "and one that does not" '.record.use.classification[1].evaluated' false
json "a purpose has words in any case" '.record.use["intended-purpose"][0].description' train
json "who says so" .by Ada
json "who signed" .signer default
jq .record "$tmp.out" >record.json

expect "a second one of the name is refused" 1 "$SW_BIN" data source add forum --licence other
like "and told how" "$err" "--update"
one_line_error "in one line"
run "$SW_BIN" data source add mail --json --issuer Me
exits "one with gaps is recorded" 0
json "and its gaps are named" '.gaps | join(", ")' "no licence, no origin, no consent"
expect "from a file" 0 "$SW_BIN" data source add copy --file record.json --licence CC0
run "$SW_BIN" data source show --json copy
json "the file's fields" .record.source.issuer[1].name "Second Ltd"
json "and the option's before them" .record.use.license CC0

expect "a change" 0 "$SW_BIN" data source add forum --update --licence withdrawn --reason 'by letter'
run "$SW_BIN" data source show --json forum
json "the new state" .record.use.license withdrawn
json "what was not given stays" .record.use.consents[0] https://forum.example/terms
json "the history has both" '.history | length' 2
json "and what changed" '.history[1].changed | join(" ")' use.license
json "and why" .history[1].reason "by letter"
run "$SW_BIN" data source show forum
exits "for people" 0
like "names the change" "$out" "changed use.license"
like "and the reason" "$out" "by letter"
expect "a change of nothing known" 4 "$SW_BIN" data source add nope --update
run "$SW_BIN" data source list --json
json "the list is by name" '[.[].name] | join(" ")' "copy forum mail"
json "gaps are in it" '.[2].gaps | length' 3
run "$SW_BIN" data source list
like "people see them too" "$out" "mail .*no licence.*no origin.*no consent"

# What nobody trusts.
expect "mallory has a key" 0 "$SW_BIN" key new mallory
expect "and may write" 0 "$SW_BIN" data source add forum --update --licence free --key mallory
like "but is told that nobody believes it" "$out" "will not be believed"
run "$SW_BIN" data source show --json forum
json "the source is what it was" .record.use.license withdrawn
json "and the other word is counted" .untrusted 1

# As a tired user, and as an attacker.
size=$("$SW_BIN" log checkpoint --json | jq .size)
expect "nothing known" 4 "$SW_BIN" data source show nope
one_line_error "one line"
expect "no name" 2 "$SW_BIN" data source add
expect "a name that is none" 2 "$SW_BIN" data source add ../x
expect "nor is this" 2 "$SW_BIN" data source add -- -x
expect "nor an empty one" 2 "$SW_BIN" data source add ''
expect "a date that is none" 2 "$SW_BIN" data source add x --collected soon
expect "a date that is not there" 2 "$SW_BIN" data source add x --issued 2024-02-30
expect "a period without ends" 2 "$SW_BIN" data source add x --collected ..
expect "a period without its start is one" 0 "$SW_BIN" data source add x --collected ..2024
expect "a rule that is neither" 2 "$SW_BIN" data source add y --classification GDPR=maybe
expect "one thing twice" 2 "$SW_BIN" data source add y --format a --format a
expect "a file that is not there" 4 "$SW_BIN" data source add y --file nope.json
echo '{"use":{"licence":"x"}}' >bad.json
expect "a misspelt field" 1 "$SW_BIN" data source add y --file bad.json
like "is named" "$err" "use.licence"
echo '{"use":{"license":["x"]}}' >bad.json
expect "a field of another type" 1 "$SW_BIN" data source add y --file bad.json
echo '{"use":{"license":"a","license":"b"}}' >bad.json
expect "a field twice" 1 "$SW_BIN" data source add y --file bad.json
head -c 3 /dev/urandom >bad.json
expect "no JSON" 1 "$SW_BIN" data source add y --file bad.json
expect "an unknown option" 2 "$SW_BIN" data source add y --license x
like "the near one is named" "$err" "--licence"
is "nothing of this was recorded but the good one" "$("$SW_BIN" log checkpoint --json | jq .size)" "$((size + 1))"
expect "the words behind 'data source'" 2 "$SW_BIN" data source
like "are named" "$err" "add, list, show"
expect "and have help" 0 "$SW_BIN" data source --help
like "one line each" "$out" "data source add NAME"
expect "as each has" 0 "$SW_BIN" help data source show
expect "the log holds" 0 "$SW_BIN" log verify
done_testing
