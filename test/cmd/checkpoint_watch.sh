# When a checkpoint is complete, and what happens meanwhile: half-written ones, rotation, a directory that
# vanishes, lost events, signals.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init

# begin RUN DIR [OPTION]…: in the background, with its lines in RUN.jsonl; those of an earlier one are gone before.
begin() {
    : >"$1.jsonl"
    : >"$1.err"
    env --default-signal=INT "$SW_BIN" checkpoint watch --json --run "$1" "${@:3}" "$2" >"$1.jsonl" 2>"$1.err" 8>&- &
    pid=$!
    until grep -q "watching" "$1.err"; do
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.02
    done
}
# signed RUN NAME: waits until it is; false when the watch ends before.
signed() {
    until [ -n "$(how "$1" "$2" 2>/dev/null)" ]; do
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.02
    done
}
noted() { # RUN TEXT
    until grep -q -- "$2" "$1.err"; do
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.02
    done
}
how() { # RUN NAME
    jq -r --arg name "$2" 'select(.name == $name) | .complete' "$1.jsonl"
}
stop() {
    kill -TERM "$pid"
    wait "$pid"
}
filled() { # DIR FILE…: a checkpoint that is no whole one by itself
    local file
    mkdir -p "$1"
    for file in "${@:2}"; do
        echo "$file of $1" >"$1/$file"
    done
}

# --- how it is known that one is complete; a day to settle, so that nothing else can be it ---
mkdir a
filled tmp/checkpoint-1 weights
ok "a watch" begin a a --settle 1d
mv tmp/checkpoint-1 a/checkpoint-1
ok "one that is renamed into place" signed a checkpoint-1
is "is complete" "$(how a checkpoint-1)" renamed
filled a/checkpoint-2 weights optimizer.pt trainer_state.json
ok "one with its marker" signed a checkpoint-2
is "is complete" "$(how a checkpoint-2)" marker
echo 3 >a/model-3.safetensors
ok "a file that was closed" signed a model-3.safetensors
is "is complete" "$(how a model-3.safetensors)" closed
ok "its signature is beside it" test -f a/model-3.safetensors.sig
filled a/global_step4 weights
filled a/global_step4/sub more
echo global_step4 >a/latest
ok "one that 'latest' names" signed a global_step4
is "is complete" "$(how a global_step4)" marker
filled a/checkpoint-5 weights
: >a/checkpoint-5/.complete
ok "one with .complete" signed a checkpoint-5
filled a/final weights trainer_state.json
echo 6 >a/.hidden-6
echo 6 >a/model-6.safetensors.tmp

# What somebody still has open is not complete, whatever else says so.
mkdir a/checkpoint-7
exec 8>a/checkpoint-7/weights
echo half >&8
echo '{}' >a/checkpoint-7/trainer_state.json
echo 8 >a/model-8.safetensors
ok "the next one is signed meanwhile" signed a model-8.safetensors
is "one that is open is not" "$(how a checkpoint-7)" ""
stop
is "the watch ends" $? 143
exec 8>&-
mkdir b
filled b/checkpoint-1 weights model-00001-of-00002.safetensors
printf '{"weight_map":{"x":"model-00001-of-00002.safetensors","y":"model-00002-of-00002.safetensors"}}' >b/checkpoint-1/model.safetensors.index.json
echo '{}' >b/checkpoint-1/trainer_state.json
mkdir b/checkpoint-2
exec 8>b/checkpoint-2/weights
echo half >&8
echo '{}' >b/checkpoint-2/trainer_state.json
filled b/checkpoint-3 weights trainer_state.json
touch -d '+1 hour' b/checkpoint-3/weights
ok "another watch" begin b b --settle 1d
filled b/checkpoint-4 weights trainer_state.json
ok "what came after" signed b checkpoint-4
is "without a shard" "$(how b checkpoint-1)" ""
is "open" "$(how b checkpoint-2)" ""
is "with a file that is newer than its marker" "$(how b checkpoint-3)" ""
exec 8>&-
ok "when it was closed, it is refused as older" noted b "checkpoint-2 is not signed: step 2 is not after step 4"
stop
is "and nothing of it was recorded" "$("$SW_BIN" checkpoint verify b --json | jq -c '[.checkpoints[].step]')" '[4]'

# --- settling, also with clocks that are wrong ---
mkdir c
filled c/checkpoint-1 weights
touch -d '-1 hour' c/checkpoint-1/weights
filled c/checkpoint-2 weights
touch -d '+1 year' c/checkpoint-2/weights
filled c/checkpoint-3 weights
expect "all that is there, once" 0 "$SW_BIN" checkpoint watch --run c --once --settle 1s --json c
is "in order" "$(jq -sc '[.[].step]' "$tmp.out")" '[1,2,3]'
is "when it settled" "$(jq -r .complete "$tmp.out" | sort -u)" settled
expect "again" 0 "$SW_BIN" checkpoint watch --run c --once --settle 1s --json c
is "there is nothing to do" "$out" ""
like "which is said" "$err" "nothing to sign in 'c'; run c has 3 signed checkpoints"
echo changed >>c/checkpoint-2/weights
touch -d '-1 hour' c/checkpoint-2/weights
expect "one that was changed behind its signature" 1 "$SW_BIN" checkpoint watch --run c --once --settle 1s --json c
like "is told" "$err" "checkpoint-2 is not signed: step 2 is not after step 3"

mkdir k
filled k/checkpoint-1 weights # one that is being copied, with its times
touch -d '-2 days' k/checkpoint-1/weights
filled k/checkpoint-2 weights trainer_state.json
ok "a watch" begin k k --settle 1d
ok "what has its marker" signed k checkpoint-2
is "comes before what would be settled by its times alone" "$(how k checkpoint-1)" ""
stop

mkdir i
mkdir i/checkpoint-1
filled i/checkpoint-2 model.safetensors.index.json
echo '{"weight_map":{"x":"gone.safetensors"}}' >i/checkpoint-2/model.safetensors.index.json
filled i/checkpoint-3 weights
expect "an empty one, and one without its shard" 1 "$SW_BIN" checkpoint watch --run i --once --settle 1s --json i
json "are not signed" .step 3
like "which is told" "$err" "checkpoint-1 is not signed: it is not complete"
like "of both" "$err" "checkpoint-2 is not signed: it is not complete"

# --- rotation ---
mkdir d
ok "a watch over a run that keeps two" begin d d
expect "the run" 0 python3 "$SW_SOURCE/test/cmd/train.py" "$SW_SOURCE/README.md" d --every 2 --checkpoints 12 --keep 2
ok "the last is signed" signed d checkpoint-24
stop
expect "what was signed is a chain" 0 "$SW_BIN" checkpoint verify d --dir d --json
is "of steps that rise" "$(jq '[.checkpoints[].step] | . == sort' "$tmp.out")" true
mkdir e
filled e/checkpoint-1 small trainer_state.json
truncate -s 64G e/checkpoint-1/weights
touch e/checkpoint-1/trainer_state.json
env --default-signal=INT "$SW_BIN" checkpoint watch --json --run e e >e.jsonl 2>e.err &
pid=$!
ok "one that takes long" until_open "$pid" "$tmp/e/checkpoint-1/weights"
rm -r e/checkpoint-1
filled e/checkpoint-2 small trainer_state.json
kill -INT "$pid"
wait "$pid"
is "deleted while it is read, and stopped" $? 130
like "leaves nothing" "$(cat e.err)" "stopped; 0 checkpoints signed"
expect "half" 3 "$SW_BIN" checkpoint verify e
expect "but the next" 0 "$SW_BIN" checkpoint watch --run e --once --json e
json "is signed" .step 2

# --- the directory goes away ---
mkdir f
ok "a watch" begin f f
rm -r f
wait "$pid"
is "whose directory is gone" $? 4
like "says so" "$(cat f.err)" "the run's directory 'f' is gone"
mkdir f
ok "a watch" begin f f
mv f f2
wait "$pid"
is "whose directory went elsewhere" $? 4
expect "one that was never there" 4 "$SW_BIN" checkpoint watch --run f nowhere
one_line_error "says so in a line"
expect "a run that has to be named" 2 "$SW_BIN" checkpoint watch f2
expect "a directory that holds the store" 2 "$SW_BIN" checkpoint watch --run f .

# --- events are lost ---
mkdir g
ok "a watch" begin g g --settle 1d
kill -STOP "$pid"
python3 - <<'P'
import os
for i in range(9000):
    os.close(os.open(f"g/x{i % 3}y", os.O_CREAT | os.O_WRONLY))
    os.unlink(f"g/x{i % 3}y")
P
filled g/checkpoint-1 weights trainer_state.json
kill -CONT "$pid"
ok "that slept too long looks for itself" signed g checkpoint-1
stop

# --- killed at any time ---
mkdir h
for i in 1 2 3 4 5 6; do
    filled "h/checkpoint-$i" weights trainer_state.json
    head -c 3000000 /dev/urandom >"h/checkpoint-$i/big"
    touch "h/checkpoint-$i/trainer_state.json"
done
for i in 1 2 3 4; do
    "$SW_BIN" checkpoint watch --run h --once --json h >"h$i.jsonl" 2>h.err &
    pid=$!
    until [ -s "h$i.jsonl" ] || ! kill -0 "$pid" 2>/dev/null; do
        sleep 0.001
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
done
expect "the rest is signed" 0 "$SW_BIN" checkpoint watch --run h --once --json h
expect "and the chain is whole" 0 "$SW_BIN" checkpoint verify h --dir h --json
is "with each once" "$(jq -c '[.checkpoints[].step]' "$tmp.out")" '[1,2,3,4,5,6]'
expect "as the log is" 0 "$SW_BIN" log verify
is "and each has its signature" "$(find h -name model.sig | wc -l)" 6

# --- two at a time ---
mkdir j
for i in 1 2 3 4 5 6; do
    filled "j/checkpoint-$i" weights trainer_state.json
    head -c 3000000 /dev/urandom >"j/checkpoint-$i/big"
    touch "j/checkpoint-$i/trainer_state.json"
done
"$SW_BIN" checkpoint watch --run j --once --json --no-cache j >j1.jsonl 2>j1.err &
pid=$!
expect "two watches of one run" 0 "$SW_BIN" checkpoint watch --run j --once --json --no-cache j
cp "$tmp.out" j2.jsonl
wait "$pid"
is "both end well" $? 0
is "each is recorded once" "$(jq -sc '[.[] | select(.recorded) | .step] | sort' j1.jsonl j2.jsonl)" '[1,2,3,4,5,6]'
expect "in one chain" 0 "$SW_BIN" checkpoint verify j --dir j
rm j/checkpoint-2/model.sig
expect "one whose signature is gone" 0 "$SW_BIN" checkpoint watch --run j --once j
ok "has it again" test -f j/checkpoint-2/model.sig
done_testing
