# data mix: decisions about weights, and their chain.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
expect "nothing is decided yet" 4 "$SW_BIN" data mix base
one_line_error "one line"
expect "a source that nobody described" 4 "$SW_BIN" data mix base --set forum=1 --reason 'first guess'
like "is refused, and it is said how to describe it" "$err" "no source 'forum'; 'sealwright data source add forum'"
for source in forum mail news; do
    expect "source $source" 0 "$SW_BIN" data source add "$source" --licence CC0
done
expect "a typo" 4 "$SW_BIN" data mix base --set forun=0.3 --set mail=0.7 --reason 'first guess'
like "is told what was meant" "$err" "no source 'forun'; did you mean 'forum'\?"
expect "a dataset that is not there" 4 "$SW_BIN" data mix sets --set dataset:a@1=1 --reason r
expect "nothing was decided by these" 4 "$SW_BIN" data mix base
echo one >a.txt
echo two >b.txt
expect "a dataset" 0 "$SW_BIN" data ingest a.txt --source forum --as a
like "of one sample" "$out" "a@1: 1 sample, 3 B"
run "$SW_BIN" data show a
like "which is one in its description" "$out" "a@1  1 sample, 3 B"
like "and of its source" "$out" "source +forum: 1 sample,"
run "$SW_BIN" data list
like "in the list" "$out" "a@1 +1 sample  "
run "$SW_BIN" data verify a
like "and when it is read again" "$out" "a@1: 1 sample, 1 record read again"
run "$SW_BIN" data report a
like "and in a report" "$out" "read again: 1 of 1 sample as recorded"
run "$SW_BIN" data run --in a --out c=c.txt -- cp a.txt c.txt
like "and through a step" "$out" "c@1: 1 sample"$'\n'
expect "and another" 0 "$SW_BIN" data ingest b.txt --source mail --as b

run "$SW_BIN" data mix base --json --set forum=0.3 --set mail=0.7 --reason 'first guess'
exits "a first decision" 0
json "is the first" .sequence 1
first=$(jq -r .claim "$tmp.out")
expect "a second one" 0 "$SW_BIN" data mix base --set forum=0.1 --set news=0.2 --from-step 5000 \
    --to-step 5999 --reason 'too much spam' --by Ada
expect "a third one" 0 "$SW_BIN" data mix base --set news=0 --from-step 6000 --reason 'enough'

run "$SW_BIN" data mix base --json
exits "the history" 0
json "is whole" .whole true
json "three decisions" '.decisions | length' 3
json "the first ends where the second begins" '.decisions[0].to_step' 4999
json "the second where it was said" '.decisions[1].to_step' 5999
json "the third does not" '.decisions[2].to_step' null
json "what is not set stays" '.decisions[1].weights[] | select(.source == "mail") | "\(.old) \(.new)"' "0.7 0.7"
json "what is set changes" '.decisions[1].weights[] | select(.source == "forum") | "\(.old) \(.new)"' "0.3 0.1"
json "what is new was not there" '.decisions[1].weights[] | select(.source == "news") | .old' null
json "shares are of one whole" '[.decisions[1].weights[].share] | add * 1000 | round' 1000
json "who" .decisions[1].decided_by Ada
json "and by which key" .decisions[1].signer default
json "why" .decisions[2].reason enough
run "$SW_BIN" data mix base
like "people see old and new" "$out" "0.3 -> 0.1"
like "and for which steps" "$out" "steps 5000 to 5999"
run "$SW_BIN" evidence show --json "$first"
json "the first claim follows none" '.statement.predicate | has("previous")' false
leaf=$("$SW_BIN" data mix base --json | jq '.decisions[1].leaf')
run "$SW_BIN" evidence show --json "$leaf"
json "the second names the first" .statement.predicate.previous "$first"

# What makes no sense is refused, and nothing is recorded.
size=$("$SW_BIN" log checkpoint --json | jq .size)
mix() { "$SW_BIN" data mix base "$@" --reason why; }
expect "steps that were decided on already" 1 mix --set forum=1 --from-step 6000
like "are named" "$err" "steps up to 6000"
expect "steps before the last decision" 1 mix --set forum=1 --from-step 10
expect "an end before the beginning" 2 mix --set forum=1 --from-step 7000 --to-step 6999
expect "no weight" 2 mix --set forum --from-step 7000
while read -r weight; do
    expect "the weight '$weight'" 2 mix --set "forum=$weight" --from-step 7000
done <<'ROWS'
-1
1e3
0x10
.5
1.
01
NaN
half
0.00000000000000000000000000000001

ROWS
expect "all weights 0" 2 mix --set forum=0 --set mail=0 --from-step 7000
expect "a weight twice" 2 mix --set forum=1 --set forum=2 --from-step 7000
expect "a name that is none" 2 mix --set a/b=1 --from-step 7000
expect "no name" 2 mix --set =1 --from-step 7000
expect "datasets among sources" 2 mix --set dataset:a@1=1 --from-step 7000
expect "a dataset's name that is none" 2 mix --set dataset:mails@=1 --from-step 7000
expect "a step that is none" 2 mix --set forum=1 --from-step -1
expect "an end that is none" 2 mix --set forum=1 --to-step soon
expect "no reason" 2 "$SW_BIN" data mix base --set forum=1 --from-step 7000
expect "a reason for nothing" 2 "$SW_BIN" data mix base --reason why
expect "a mixture's name that is none" 2 "$SW_BIN" data mix ../x
is "the log did not grow" "$("$SW_BIN" log checkpoint --json | jq .size)" "$size"
expect "a mixture of datasets" 0 "$SW_BIN" data mix sets --set dataset:a@1=2 --set dataset:b=1 --reason r
run "$SW_BIN" data mix sets --json
json "names datasets" '[.decisions[0].weights[].dataset] | join(" ")' "a@1 b"

# Whoever nobody trusts cannot break the chain.
expect "mallory has a key" 0 "$SW_BIN" key new mallory
expect "and decides" 0 "$SW_BIN" data mix base --set forum=9 --from-step 7000 --reason mine --key mallory
run "$SW_BIN" data mix base --json
exits "the chain holds" 0
json "without it" '.decisions | length' 3
json "but it is counted" .untrusted 1
run "$SW_BIN" data mix base
like "for people, too" "$out" "passed over: 1 claim of nobody trusted"

# Two stores that were one decide the same step: a fork.
cp -r .sealwright other
expect "one decides" 0 "$SW_BIN" data mix base --set forum=0.4 --from-step 8000 --reason one
expect "the other too" 0 "$SW_BIN" data mix base --store other --set forum=0.5 --from-step 8000 --reason other
"$SW_BIN" evidence export --store other >other.jsonl
expect "they meet" 0 "$SW_BIN" evidence import other.jsonl
run "$SW_BIN" data mix base --json
exits "a fork is found" 1
json "it is not whole" .whole false
like "and named with both leaves" "$(jq -r .problem "$tmp.out")" "decision 4 was made twice, by default at leaf [0-9]+ and by default at leaf [0-9]+"
run "$SW_BIN" data mix base
exits "people are told" 1
like "too" "$out" "the chain forks"
expect "nothing is decided on a fork" 1 "$SW_BIN" data mix base --set forum=1 --from-step 9000 --reason r
expect "the other store is whole" 0 "$SW_BIN" data mix base --store other

# A source whose description is not here any more can still be taken out.
jq -c 'select(.dsseEnvelope.payload | @base64d | contains("claim:mixture:"))' other.jsonl >mixtures.jsonl
(
    mkdir bare && cd bare && "$SW_BIN" init >/dev/null
    cp ../.sealwright/trust.yaml .sealwright/trust.yaml
    cp ../.sealwright/keys/default.* .sealwright/keys/
    "$SW_BIN" evidence import ../mixtures.jsonl >/dev/null
)
expect "which is no new name" 0 "$SW_BIN" data mix base --store bare/.sealwright --set forum=0 --from-step 9000 --reason r
expect "a new one is" 4 "$SW_BIN" data mix base --store bare/.sealwright --set forum2=1 --from-step 9500 --reason r

# A decision that went missing: only its follower is imported.
mkdir part && cd part || exit 1
expect "a fresh store" 0 "$SW_BIN" init
cp ../.sealwright/trust.yaml .sealwright/trust.yaml
cp ../.sealwright/keys/default.pub .sealwright/keys/default.pub
grep -v "$(jq -r 'select(true) | .dsseEnvelope.payload' ../mixtures.jsonl | head -n 1)" ../other.jsonl >rest.jsonl
expect "gets all but the first" 0 "$SW_BIN" evidence import rest.jsonl
run "$SW_BIN" data mix base --json
exits "a hole is found" 1
json "and named" '.problem | test("decision 1 is missing before leaf")' true
done_testing
