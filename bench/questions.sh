#!/bin/bash
# Questions about data: a dataset of SW_BENCH_SAMPLES samples (10,000,000; 100,000,000 with
# SW_BENCH_LARGE=1, which takes 11 GB), ten steps behind it, a log of 2^20 entries; and a store of 1,000
# models, at the end with 1,000 taints. A figure is what a whole command costs, with its start; "first"
# is the time after a claim was added, when all claims are verified anew.
. "${SW_SOURCE:-.}/bench/lib.sh"

work=$SW_BUILD/bench-questions
samples=${SW_BENCH_SAMPLES:-10000000}
[ -z "${SW_BENCH_LARGE:-}" ] || samples=100000000
models=1000

ms() {
    calc "1000 * $1"
}

# NAME GOAL [-p PREPARE] COMMAND: the processor's time and the wall's, in ms.
ask() {
    local name=$1 goal=$2
    shift 2
    measure -n 7 "$@"
    limit "$name" "$(ms "${cpu[0]}")" "ms" "<= $goal"
    limit "$name (wall)" "$(ms "${wall[0]}")" "ms" "<= $goal"
}

measure -n 7 "$SW_BIN" help init
echo "# a command that does nothing: $(ms "${cpu[0]}") ms"

# --- one large dataset, ten steps -------------------------------------------------------------

"$SW_BIN" init --store chain >/dev/null
"$work" chain chain "$samples" $((2 ** 20 - 40))
root=$("$SW_BIN" data reach --store chain source:source-0 --json | jq -r '.models[0].root')
echo "# $samples samples, ten steps, $(du -sm chain/data | cut -f 1) MB"
ask "source in model, $samples samples" 10 \
    "$SW_BIN" data reach --store chain --json source:source-0 --model "$root"
ask "one sample forward over ten steps, with proofs" 50 \
    "$SW_BIN" data trace --store chain --json set-0#$((samples / 2 / 140 * 140))
ask "one sample back over ten steps, with proofs" 50 \
    "$SW_BIN" data trace --store chain --json set-10#$((samples / 50))
digest=$("$SW_BIN" data trace --store chain --json set-10#$((samples / 50)) | jq -r '.samples[0].content')
ask "a content, in every set, over ten steps, with proofs" 100 \
    "$SW_BIN" data trace --store chain --json "$digest"

# --- proofs -----------------------------------------------------------------------------------

"$SW_BIN" log checkpoint --policy --store chain >policy
"$SW_BIN" data prove --store chain $((samples - 1)) set-0 --out present.proof >/dev/null
"$work" absent chain set-0 absent.proof
for proof in present absent; do
    limit "size of a proof, $proof" "$(stat -c %s $proof.proof)" "bytes" "<= 3072"
    "$SW_BIN" data check-proof $proof.proof --policy policy --quiet
    limit "checking it, $proof" "$("$work" check $proof.proof policy 2000)" "ms" "<= 1"
done
ask "making a proof" 50 "$SW_BIN" data prove --store chain $((samples / 3)) set-0 --out made.proof
rm -rf chain

# --- many models ------------------------------------------------------------------------------

"$SW_BIN" init --store reach >/dev/null
"$work" reach reach "$models"
measure -n 1 "$SW_BIN" data reach --store reach --json source:source-3
echo "# first: $(ms "${cpu[0]}") ms for $((4 * models + 1)) claims"
count=$("$SW_BIN" data reach --store reach --json source:source-3 | jq '.models | length')
[ "$count" -eq "$models" ]
ask "reach of a source over $models models" 100 "$SW_BIN" data reach --store reach --json source:source-3
ask "reach of a sample over $models models" 100 "$SW_BIN" data reach --store reach --json sample:all@1#300
ask "reach of a content over $models models" 100 "$SW_BIN" data reach --store reach --json \
    "$("$SW_BIN" data trace --store reach --json all@1#300 | jq -r '"content:" + .samples[0].content')"

# --- many taints ------------------------------------------------------------------------------

for kind in sample content; do
    cp -r reach tainted
    "$work" taint tainted 1000 "$kind"
    [ "$("$work" judge tainted 0)" -eq 2 ]
    measure -n 3 "$work" judge tainted 0
    limit "data of a model against 1000 taints of a $kind" "$(ms "${cpu[0]}")" "ms" "<= 5000"
    rm -rf tainted
done
