# A chain of checkpoints over a training run: signed as they come, altered, resumed, rolled back.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

train=(python3 "$SW_SOURCE/test/cmd/train.py" "$SW_SOURCE/README.md")
lines() { # FILE COUNT PID: waits until the file has so many lines; false when the process ends before
    while [ "$(wc -l <"$1")" -lt "$2" ]; do
        kill -0 "$3" 2>/dev/null || return 1
        sleep 0.02
    done
}
first_break() {
    json "$1" '.breaks[0] | "\(.kind) \(.name)/\(.path)"' "$2"
}

expect "init" 0 "$SW_BIN" init
mkdir out

# --- fifty checkpoints of a run that is watched ---
: >watch.jsonl
env --default-signal=INT "$SW_BIN" checkpoint watch --run r --json out >watch.jsonl 2>watch.err &
watch=$!
expect "the run" 0 "${train[@]}" out --checkpoints 50
ok "which learns" python3 -c '
losses = [float(line.split()[1]) for line in open("'"$tmp.out"'")]
assert len(losses) == 50 and losses[-1] < losses[0] - 0.2, losses'
ok "each checkpoint is signed" lines watch.jsonl 50 "$watch"
kill -TERM "$watch"
wait "$watch"
is "the watch ends by the signal" $? 143
like "and says what it did" "$(cat watch.err)" "stopped; 50 checkpoints signed"
is "and for programs" "$(tail -n 1 watch.jsonl | jq -r .kind)" interrupted
sed -i '$d' watch.jsonl
is "one line each, in the order of their steps" "$(jq -r .step watch.jsonl | uniq | sort -nc && jq -r .step watch.jsonl | sort -u | wc -l)" 50
is "by its marker" "$(jq -r .complete watch.jsonl | sort -u)" marker
head -n 2 watch.jsonl >"$tmp.out"
documented "whose members are documented" "checkpoint sign"
expect "the chain holds" 0 "$SW_BIN" checkpoint verify r --dir out --json
json "with all of them" '.checkpoints | length' 50
json "one after the other" '[.checkpoints[] | .parent_step] | tostring' "$(jq -nc '[null, range(10; 500; 10)] | tostring' -r)"
json "every file as it was" '[.checkpoints[].files] | unique | tostring' '["whole"]'
json "read" .files_read 150
documented "as documented" "checkpoint verify"
expect "each is a model that anybody can verify" 0 "$SW_BIN" verify out/checkpoint-250
expect "and the log is sound" 0 "$SW_BIN" log verify
expect "for people" 0 "$SW_BIN" checkpoint verify r
like "in words" "$out" "unbroken  run r: 50 signed checkpoints, step 10 to 500"
expect "another look signs nothing" 0 "$SW_BIN" checkpoint watch --run r --once --json out
is "again" "$out" ""
"$SW_BIN" log checkpoint >head.note
"$SW_BIN" log checkpoint --policy >log.policy
cp -r .sealwright whole

# --- one in the middle is altered ---
cp -r out/checkpoint-250 kept
printf X | dd of=out/checkpoint-250/model.safetensors bs=1 seek=2000 conv=notrunc status=none
expect "an altered one" 1 "$SW_BIN" checkpoint verify r --dir out --json
first_break "is named with its file" "altered checkpoint-250/model.safetensors"
json "it alone" '[.checkpoints[] | select(.broken) | .name] | tostring' '["checkpoint-250"]'
expect "for people, too" 1 "$SW_BIN" checkpoint verify r --dir out
like "in words" "$out" "altered +checkpoint-250/model.safetensors: changed"
expect "the claims alone hold" 0 "$SW_BIN" checkpoint verify r
expect "resuming from it is refused" 1 "$SW_BIN" checkpoint resume r out/checkpoint-250
one_line_error "in one line"
is "and no path is printed" "$out" ""
printf '{"a":1}' >out/checkpoint-250/more.json
expect "a file more" 1 "$SW_BIN" checkpoint verify r --dir out --json
json "is named, too" '[.breaks[].path] | tostring' '["model.safetensors","more.json"]'
rm -r out/checkpoint-250
expect "one that was deleted is no break" 0 "$SW_BIN" checkpoint verify r --dir out --json
json "and is told" '[.checkpoints[] | select(.files == "gone") | .name] | tostring' '["checkpoint-250"]'
mkdir out/checkpoint-505
echo x >out/checkpoint-505/model.safetensors
expect "one that was slipped in" 1 "$SW_BIN" checkpoint verify r --dir out --json
first_break "is named" "unrecorded checkpoint-505/null"
expect "and not resumed from" 1 "$SW_BIN" checkpoint resume r out/checkpoint-505
mkdir elsewhere
cp -r out/checkpoint-505 elsewhere/checkpoint-480
expect "also under the name of a signed one" 1 "$SW_BIN" checkpoint resume r elsewhere/checkpoint-480
rm -r out/checkpoint-505
cp -r kept out/checkpoint-250

# --- the run is taken up again ---
expect "a look that notes nothing" 0 "$SW_BIN" checkpoint resume r out/checkpoint-240 --dry-run
expect "the last one is found" 0 "$SW_BIN" checkpoint resume r --dir out
is "and printed" "$out" out/checkpoint-500
expect "an earlier one" 0 "$SW_BIN" checkpoint resume r out/checkpoint-240 --json
json "holds" '[.step, .files] | tostring' '[240,3]'
documented "as documented" "checkpoint resume"
for step in 250 260; do
    rm -r "out/checkpoint-$step"
done
expect "the run goes on from there" 0 "${train[@]}" out --checkpoints 2 --resume out/checkpoint-240
expect "and is signed" 0 "$SW_BIN" checkpoint watch --run r --once --json out
is "as its child" "$(jq -r '"\(.step) \(.parent_step) \(.resumed)"' "$tmp.out" | head -n 1)" "250 240 true"
is "with its own" "$(jq -r '"\(.step) \(.parent_step) \(.resumed)"' "$tmp.out" | tail -n 1)" "260 250 false"
expect "which is no fork" 0 "$SW_BIN" checkpoint verify r --dir out --json
json "what was left behind is told" '[.checkpoints[] | select(.current | not)] | length' 26
expect "the last one is now the new one" 0 "$SW_BIN" checkpoint resume r --dir out
is "not that of the other branch" "$out" out/checkpoint-260

mkdir branch
for i in 1 2 3; do
    echo "first $i" >"branch/step-$i"
    "$SW_BIN" checkpoint sign --run r5 "branch/step-$i" >/dev/null || break
done
expect "another run" 0 "$SW_BIN" checkpoint resume r5 branch/step-1
for i in 2 3; do
    echo "second $i" >"branch/step-$i"
    "$SW_BIN" checkpoint sign --run r5 "branch/step-$i" >/dev/null || break
done
expect "has what it has now" 0 "$SW_BIN" checkpoint sign --run r5 branch/step-2 --json
json "once" .recorded false
echo "first 2" >branch/step-2
expect "what was there before" 1 "$SW_BIN" checkpoint sign --run r5 branch/step-2
like "does not come back" "$err" "step 2 is not after step 3"

# --- steps and names ---
echo 1 >final.safetensors
expect "without a step in the name" 2 "$SW_BIN" checkpoint sign --run r2 final.safetensors
like "it has to be said" "$err" "--step"
expect "and can be" 0 "$SW_BIN" checkpoint sign --run r2 --step 7 final.safetensors --json
json "a first one" '[.step, .parent, .resumed] | tostring' '[7,null,false]'
claim=$(jq -r .claim "$tmp.out")
expect "the same again records nothing" 0 "$SW_BIN" checkpoint sign --run r2 --step 7 final.safetensors --json
json "it is known" '[.recorded, .claim] | tostring' "[false,\"$claim\"]"
rm final.safetensors.sig
expect "one whose signature was not written" 0 "$SW_BIN" checkpoint sign --run r2 --step 7 final.safetensors --json
json "is known, too" .recorded false
expect "and gets it from the log" 0 "$SW_BIN" verify final.safetensors
n=10
for name in step_11 global_step12 model-00013.safetensors epoch=3-step=14.ckpt pytorch_model-15.tar.gz iter_0000016; do
    n=$((n + 1))
    echo "$n" >"$name"
    expect "$name" 0 "$SW_BIN" checkpoint sign --run r2 "$name" --json
    json "is of step $n" .step "$n"
done
expect "backwards" 1 "$SW_BIN" checkpoint sign --run r2 --step 3 final.safetensors
like "is refused with what to do" "$err" "step 3 is not after step 16 of iter_0000016.*checkpoint resume"
expect "one of those before, as it was" 0 "$SW_BIN" checkpoint sign --run r2 --step 7 final.safetensors --json
json "is known" '[.recorded, .claim] | tostring' "[false,\"$claim\"]"
echo 2 >final.safetensors
expect "changed" 1 "$SW_BIN" checkpoint sign --run r2 --step 7 final.safetensors
expect "a parent of another run" 1 "$SW_BIN" checkpoint sign --run r3 --step 20 --parent "$claim" final.safetensors
expect "a parent that is none" 2 "$SW_BIN" checkpoint sign --run r3 --step 20 --parent x final.safetensors
expect "a run with a bad name" 2 "$SW_BIN" checkpoint sign --run a/b step_11
expect "no run" 2 "$SW_BIN" checkpoint sign step_11
expect "a run that nobody knows" 3 "$SW_BIN" checkpoint verify nope
expect "cannot be resumed" 3 "$SW_BIN" checkpoint resume nope step_11
expect "a checkpoint and a directory at once" 2 "$SW_BIN" checkpoint resume r --dir out out/checkpoint-240
one_line_error "is told in one line"
expect "a cache and no directory" 2 "$SW_BIN" checkpoint verify r --cache
one_line_error "is told, too"
expect "a file that is not there" 4 "$SW_BIN" checkpoint sign --run r2 step_99

# --- claims that do not belong ---
expect "another key" 0 "$SW_BIN" key new stranger
echo 17 >step_17
expect "signs" 0 "$SW_BIN" checkpoint sign --run r2 --key stranger step_17
expect "a claim of nobody trusted" 1 "$SW_BIN" checkpoint verify r2 --json
json "is named" '.breaks[0].kind' untrusted
expect "and is nobody's parent" 0 "$SW_BIN" checkpoint sign --run r2 --step 18 step_17 --json
json "but what is trusted" .parent_step 16

n=0
while [ "$n" -lt 64 ]; do
    n=$((n + 1))
    "$SW_BIN" checkpoint sign --run r4 --key stranger --step "$n" step_17 >/dev/null 2>&1 || break
done
is "many claims of nobody trusted" "$n" 64
expect "and none of anybody else" 0 timeout -s KILL 60 "$SW_BIN" checkpoint sign --run r4 --step 65 step_17 --json
json "are nobody's parent either" .parent null

# Two copies of one store, which go on by themselves and are brought together again.
echo 1 >fork_1
expect "a run begins" 0 "$SW_BIN" checkpoint sign --run f fork_1
cp -r .sealwright copy
for store in .sealwright copy; do
    echo "$store 2" >fork_2
    expect "in $store a second one" 0 env SEALWRIGHT_STORE="$store" "$SW_BIN" checkpoint sign --run f fork_2
    echo "$store 3" >fork_3
    expect "and a third" 0 env SEALWRIGHT_STORE="$store" "$SW_BIN" checkpoint sign --run f fork_3
done
env SEALWRIGHT_STORE=copy "$SW_BIN" evidence export >copy.jsonl
cp -r .sealwright forked
expect "brought together" 0 env SEALWRIGHT_STORE=forked "$SW_BIN" evidence import copy.jsonl
expect "two children" 1 env SEALWRIGHT_STORE=forked "$SW_BIN" checkpoint verify f --json
first_break "are a fork" "fork fork_2/null"
json "told once" '.breaks | length' 1
tail -n 2 copy.jsonl >tail.jsonl
cp -r .sealwright gapped
expect "without the middle" 0 env SEALWRIGHT_STORE=gapped "$SW_BIN" evidence import tail.jsonl
expect "a chain" 1 env SEALWRIGHT_STORE=gapped "$SW_BIN" checkpoint verify f --json
first_break "has a gap" "gap fork_3/null"
mkdir other
expect "another store" 0 env SEALWRIGHT_STORE=other/s "$SW_BIN" init
cp .sealwright/keys/default.* other/s/keys/
echo x >start_5
expect "with the same key" 0 env SEALWRIGHT_STORE=other/s "$SW_BIN" checkpoint sign --run f start_5
env SEALWRIGHT_STORE=other/s "$SW_BIN" evidence export >other.jsonl
cp -r .sealwright twice
expect "which is brought in" 0 env SEALWRIGHT_STORE=twice "$SW_BIN" evidence import other.jsonl
expect "a run" 1 env SEALWRIGHT_STORE=twice "$SW_BIN" checkpoint verify f --json
first_break "that begins twice" "second-start start_5/null"

# --- the store is damaged, or an older copy ---
cp -r .sealwright damaged
blob=$("$SW_BIN" checkpoint verify r --json | jq -r '.checkpoints[9].claim' | cut -d: -f2)
file=$(find damaged/blobs -name "*${blob:4}*" | head -n 1)
ok "the blob of a claim" test -f "$file"
rm "$file"
expect "is lost" 1 env SEALWRIGHT_STORE=damaged "$SW_BIN" checkpoint verify r --json
json "which is told first" '.breaks[0].kind' lost
json "with what it leaves open" '.breaks[1] | "\(.kind) \(.name)"' "gap checkpoint-110"
expect "resuming behind it is refused" 1 env SEALWRIGHT_STORE=damaged "$SW_BIN" checkpoint resume r out/checkpoint-260
expect "before it, it is not" 0 env SEALWRIGHT_STORE=damaged "$SW_BIN" checkpoint resume r out/checkpoint-90

cp -r whole rolled
expect "a newer checkpoint" 0 env SEALWRIGHT_STORE=whole "$SW_BIN" checkpoint sign --run r --step 510 out/checkpoint-500
cp -r out rolled-out
mv rolled-out/checkpoint-260 rolled-out/checkpoint-520
expect "after the log was rolled back" 1 env SEALWRIGHT_STORE=rolled "$SW_BIN" checkpoint verify r --dir rolled-out --json
json "what it no longer knows is named" '[.breaks[] | select(.kind == "unrecorded") | .name] | tostring' '["checkpoint-520"]'
env SEALWRIGHT_STORE=whole "$SW_BIN" log checkpoint >newer.note
expect "who keeps the log's head" 1 env SEALWRIGHT_STORE=rolled SEALWRIGHT_LOG_POLICY=log.policy SEALWRIGHT_CHECKPOINT=newer.note "$SW_BIN" checkpoint verify r
like "is told so" "$err" "checkpoint|log"
expect "an older head is fine" 0 env SEALWRIGHT_STORE=whole SEALWRIGHT_LOG_POLICY=log.policy SEALWRIGHT_CHECKPOINT=head.note "$SW_BIN" checkpoint verify r

# Two heads of one size with different roots.
echo evil >evil_510
expect "another history" 0 env SEALWRIGHT_STORE=rolled "$SW_BIN" checkpoint sign --run r evil_510
env SEALWRIGHT_STORE=rolled "$SW_BIN" log checkpoint >evil.note
is "of the same length" "$(sed -n 2p evil.note)" "$(sed -n 2p newer.note)"
isnt "with another root" "$(sed -n 3p evil.note)" "$(sed -n 3p newer.note)"
expect "is refused" 1 env SEALWRIGHT_STORE=rolled SEALWRIGHT_LOG_POLICY=log.policy SEALWRIGHT_CHECKPOINT=newer.note "$SW_BIN" checkpoint verify r
expect "also by log verify" 1 env SEALWRIGHT_STORE=rolled "$SW_BIN" log verify --earlier newer.note
expect "and for resuming" 1 env SEALWRIGHT_STORE=rolled SEALWRIGHT_LOG_POLICY=log.policy SEALWRIGHT_CHECKPOINT=newer.note "$SW_BIN" checkpoint resume r out/checkpoint-500

# --- the note of where a run was resumed ---
expect "resume" 0 "$SW_BIN" checkpoint resume r out/checkpoint-260
printf 'sha256:%064d' 0 >.sealwright/checkpoints/r.resume
echo 270 >step_270
expect "a forged note" 1 "$SW_BIN" checkpoint sign --run r step_270
like "is told" "$err" "damaged, or somebody else wrote it; resume the run anew"
expect "resume anew" 0 "$SW_BIN" checkpoint resume r out/checkpoint-260
expect "and go on" 0 "$SW_BIN" checkpoint sign --run r step_270

# --- the claim against its schema ---
schema=$SW_SOURCE/doc/claims/checkpoint.schema.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    cat >validate.py <<'PY'
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as f:
        jsonschema.Draft202012Validator(schema).validate(json.load(f))
PY
    for leaf in $("$SW_BIN" checkpoint verify r --json | jq -r '.checkpoints[0, 1, -1].leaf'); do
        "$SW_BIN" evidence show --json "$leaf" | jq .statement.predicate >"claim-$leaf.json"
    done
    expect "the claims follow their schema" 0 python3 validate.py "$schema" claim-*.json
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$SW_SOURCE/doc/claims/checkpoint.md" >example.json
    expect "so does the example in the page" 0 python3 validate.py "$schema" example.json
    while IFS='|' read -r name filter; do
        jq "$filter" example.json >bad.json
        run python3 validate.py "$schema" bad.json
        isnt "the schema refuses $name" "$rc" 0
    done <<'ROWS'
a step that is none|.step = -1
a parent without its claim|del(.parent.claim)
one that was resumed from nothing|del(.parent) | .resumed = true
another word for complete|.complete = "perhaps"
an unknown member|.more = 1
ROWS
else
    skip 7 "python3-jsonschema is not installed"
fi
done_testing
