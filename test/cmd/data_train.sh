# data train and data checkpoint: a model, and what it is made from.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

make_dataset=${SW_BUILD:?}/interop-make_dataset
[ -x "$make_dataset" ] || skip_all "interop-make_dataset is not built"

expect "init" 0 "$SW_BIN" init
ok "a dataset" "$make_dataset" .sealwright mails@1 forum=100 mail=300
ok "another" "$make_dataset" .sealwright news@2 news=50
for source in forum mail; do
    expect "source $source" 0 "$SW_BIN" data source add "$source" --licence CC0
done
expect "weights" 0 "$SW_BIN" data mix base --set forum=0.3 --set mail=0.7 --reason start

# The trainer: makes a model of two files, a checkpoint in between, and says what it drew.
cat >train.sh <<'SH'
set -e
mkdir -p "$1"
echo weights-1 >"$1/weights.bin"
echo '{}' >"$1/config.json"
"$SW_BIN" data checkpoint "$SEALWRIGHT_RUN" "$1" --step 500 --json >checkpoint.json
awk 'BEGIN { for (i = 0; i < 1000; i++) print i < 300 ? i % 100 : 100 + i % 300 }' >order.txt
"$SW_BIN" data consume "$SEALWRIGHT_RUN" --dataset mails --mix base --order order.txt
echo weights-2 >"$1/weights.bin"
SH
mkdir base
echo base-weights >base/weights.bin
base_root=$("$SW_BIN" sign --json base | jq -r .model_root)

export LANG=C HF_TOKEN=hf_0123456789abcdefghij PYTHONHASHSEED=7 DATA_NOTE=hello
run "$SW_BIN" data train --json --run run-1 --dataset mails@1 --dataset news --mix base --base base:finetune \
    --param lr=0.1 --param epochs=3 --seed 42 --code train.sh --env DATA_NOTE --env NOT_SET --out model \
    -- sh train.sh model --api-key=abc123 --hub-token xyz https://me:pw@example.com
exits "a run is recorded" 0
json "by its name" .run run-1
json "it has no gap" '.gaps | length' 0
json "both datasets" '[.datasets[] | "\(.name)@\(.version)"] | join(" ")' "mails@1 news@2"
json "the base model" '.bases[0] | "\(.name) \(.relation) \(.root)"' "base finetune $base_root"
json "what it drew" '.consumed | length' 1
root=$(jq -r .model_root "$tmp.out")
leaf=$(jq -r .training.leaf "$tmp.out")
provenance=$(jq -r .provenance.leaf "$tmp.out")
is "the root is what sealing would say" "$root" "$("$SW_BIN" sign --json model | jq -r .model_root)"
unlike "no secret is in the log's claims" "$("$SW_BIN" evidence export)" "abc123|hub-token xyz|me:pw|hf_0123"

run "$SW_BIN" evidence show --json "$leaf"
exits "the training claim" 0
json "is trusted" .trusted true
json "is about the model, its manifest and the run" '[.subjects[].name] | join(" ")' "model manifest run"
json "of kind" .statement.predicate.kind model
json "parameters" '.statement.predicate.parameters | "\(.lr) \(.epochs)"' "0.1 3"
json "seed" .statement.predicate.seed 42
json "the code's digest" '.statement.predicate.code[0].digest' "sha256:$(sha256sum train.sh | cut -d ' ' -f 1)"
json "the environment that bears on it" '.statement.predicate.environment | "\(.LANG) \(.PYTHONHASHSEED)"' "C 7"
json "and what was asked for" .statement.predicate.environment.DATA_NOTE hello
json "as far as it is set" '.statement.predicate.environment | has("NOT_SET")' false
json "and nothing else" '.statement.predicate.environment | has("HOME") or has("HF_TOKEN") or has("PATH")' false
json "secrets of the command are hidden" '.statement.predicate.command[3:] | join(" ")' \
    "--api-key=[hidden] --hub-token [hidden] [hidden]"
json "the datasets were not read again, and it says so" .statement.predicate.verified false
json "it has a beginning and an end" '.statement.predicate | .started <= .finished' true

run "$SW_BIN" evidence show --json "$provenance"
exits "the provenance" 0
json "is SLSA's" .predicate_type https://slsa.dev/provenance/v1
json "about the model" '.statement.subject[0].digest.sha256' "${root#sha256:}"
json "of our build type" .statement.predicate.buildDefinition.buildType urn:sealwright:build:training:v1
json "with its dependencies" '[.statement.predicate.buildDefinition.resolvedDependencies[] | .annotations.kind] | join(" ")' \
    "dataset dataset mixture-decision base-model code"
json "each with a digest" '[.statement.predicate.buildDefinition.resolvedDependencies[].digest.sha256 | length == 64] | all' true
json "and a builder" '.statement.predicate.runDetails.builder.id | startswith("urn:sealwright:log:")' true
json "and its times" '.statement.predicate.runDetails.metadata | .startedOn <= .finishedOn' true

# The checkpoint was recorded from inside, before there was a model.
cp checkpoint.json "$tmp.out"
json "the checkpoint is of the run" '"\(.kind) \(.run) \(.step)"' "checkpoint run-1 500"
json "linked to the same datasets" '[.datasets[].name] | join(" ")' "mails news"
json "it came before what was drawn" '.consumed | length' 0
isnt "it is another model" "$(jq -r .model_root checkpoint.json)" "$root"
expect "a checkpoint afterwards" 0 "$SW_BIN" data checkpoint run-1 model --step 1000
run "$SW_BIN" evidence list --type 'urn:sealwright:claim:training:v1' --json
json "three training claims" length 3
run "$SW_BIN" evidence list
like "and people see what they are" "$out" "  training +sha256:"
like "the provenance too" "$out" "  provenance +sha256:"
unlike "in a word" "$out" "urn:|https:"
ok "nothing is left of the plan" test -z "$(ls .sealwright/data/runs)"

# A run without a name, with gaps.
run "$SW_BIN" data train --json --dataset mails --out 'out model.bin' -- sh -c 'echo x >"out model.bin"'
exits "a run may be named by the model" 0
like "and the time" "$(jq -r .run "$tmp.out")" '^out_model.bin-[0-9]{8}T[0-9]{6}Z$'
json "code that was not named is a gap" '.gaps[0]' "no code was named that the command ran"
run "$SW_BIN" data train --json --run again --dataset mails --code train.sh --out 'out model.bin' -- true
exits "a command that writes nothing new" 0
json "leaves a gap" '.gaps[0]' "the model was there before the command ran, and is the same"
run "$SW_BIN" data train --run loud --dataset mails --code train.sh --out new.bin -- sh -c 'echo said; echo 1 >new.bin'
like "the command's words are seen" "$out" said
like "and what was recorded" "$out" "trained on  mails@1, 400 samples"
run "$SW_BIN" data train --json --run loud-json --dataset mails --code train.sh --out new.bin -- sh -c 'echo said; echo 2 >new.bin'
json "with --json standard output is one document" .run loud-json
like "the words are on standard error" "$err" said

# What a run drew against the weights is said when it is recorded, and with the model.
cat >skew.sh <<'SH'
awk 'BEGIN { for (i = 0; i < 1000; i++) print i < 600 ? i % 100 : 100 + i % 300 }' >skewed.txt
"$SW_BIN" data consume skew --dataset mails --mix base --order skewed.txt >said.txt
echo skew >skew.bin
SH
run "$SW_BIN" data train --run skew --dataset mails --mix base --code skew.sh --out skew.bin -- sh skew.sh
exits "a run that drew otherwise" 0
like "is told with the model" "$out" "run skew did not draw by mixture base, beyond chance; see 'sealwright data weights skew'"
like "and with its draws" "$(cat said.txt)" "run skew did not draw by mixture base"
unlike "one that drew as decided is not" "$("$SW_BIN" data consume fair --dataset mails --mix base --order order.txt)" "did not draw"

# Reading the datasets again first.
seq 1 50 >lines.txt
expect "a dataset of a file" 0 "$SW_BIN" data ingest lines.txt --format lines --source forum --as lines@1
run "$SW_BIN" data train --json --verify --run fresh --dataset lines --code train.sh --out v.bin -- sh -c 'echo 1 >v.bin'
exits "files that are as recorded" 0
json "and it says that they were read" .verified true
sed -i 's/^25$/changed/' lines.txt
expect "files that changed are not trained on" 1 "$SW_BIN" data train --verify --run stale --dataset lines --out v2.bin -- touch ran
like "and it is told how much" "$err" "lines@1 is not what was recorded: 1 changed"
expect "without --verify nobody looks" 0 "$SW_BIN" data train --run blind --dataset lines --code train.sh --out v2.bin -- sh -c 'echo 2 >v2.bin'
rm lines.txt
expect "files that are gone" 4 "$SW_BIN" data train --verify --run gone --dataset lines --out v3.bin -- touch ran
expect "files that nobody knows of" 3 "$SW_BIN" data train --verify --run lost --dataset mails --out v3.bin -- touch ran
like "are no evidence" "$err" "cannot be read again"
not_ok "the command did not run" test -e ran

# What fails leaves no record.
size=$("$SW_BIN" log checkpoint --json | jq .size)
expect "a command that fails" 1 "$SW_BIN" data train --run f1 --dataset mails --out f.bin -- sh -c 'echo 1 >f.bin; exit 3'
like "says how" "$err" "nothing was recorded: 'sh' ended with exit status 3"
expect "one that is killed" 1 "$SW_BIN" data train --run f1 --dataset mails --out f.bin -- sh -c 'kill -9 $$'
like "too" "$err" "signal 9"
expect "one that is not there" 4 "$SW_BIN" data train --run f1 --dataset mails --out f.bin -- ./nope
rm -f f.bin
expect "one that writes no model" 4 "$SW_BIN" data train --run f1 --dataset mails --out f.bin -- true
like "says so" "$err" "there is no model 'f.bin'"
expect "no dataset" 2 "$SW_BIN" data train --out f.bin -- true
expect "no model" 2 "$SW_BIN" data train --dataset mails -- true
expect "no command" 2 "$SW_BIN" data train --dataset mails --out f.bin
expect "a dataset that is not there" 4 "$SW_BIN" data train --dataset nope --out f.bin -- touch ran
expect "a mixture that is not there" 4 "$SW_BIN" data train --dataset mails --mix nope --out f.bin -- touch ran
expect "a base that is not there" 4 "$SW_BIN" data train --dataset mails --base nope:merge --out f.bin -- touch ran
expect "code that is not there" 4 "$SW_BIN" data train --dataset mails --code nope --out f.bin -- touch ran
expect "a run that is recorded" 1 "$SW_BIN" data train --run run-1 --dataset mails --out f.bin -- touch ran
expect "a run's name that is none" 2 "$SW_BIN" data train --run a/b --dataset mails --out f.bin -- touch ran
expect "a parameter that is none" 2 "$SW_BIN" data train --param lr --dataset mails --out f.bin -- touch ran
expect "a parameter twice" 2 "$SW_BIN" data train --param a=1 --param a=2 --dataset mails --out f.bin -- touch ran
expect "a secret parameter" 2 "$SW_BIN" data train --param api_key=1 --dataset mails --out f.bin -- touch ran
like "is refused" "$err" "looks like a secret"
expect "a secret value" 2 "$SW_BIN" data train --param x=hf_0123456789abcdefghij --dataset mails --out f.bin -- touch ran
unlike "and not said again" "$err" hf_0123
expect "a secret variable" 2 "$SW_BIN" data train --env HF_TOKEN --dataset mails --out f.bin -- touch ran
expect "a seed that is none" 2 "$SW_BIN" data train --seed x --dataset mails --out f.bin -- touch ran
expect "a model that holds the store" 2 "$SW_BIN" data train --dataset mails --out . -- touch ran
not_ok "none of them ran the command" test -e ran
is "the log did not grow" "$("$SW_BIN" log checkpoint --json | jq .size)" "$size"
ok "no plan is left" test -z "$(ls .sealwright/data/runs)"
expect "a tokenizer's words are no secrets" 0 "$SW_BIN" data train --run words --param pad_token=0 \
    --param max_tokens=512 --param key_size=64 --dataset mails --out w.bin -- sh -c 'echo 1 >w.bin' --tokenizer bpe
run "$SW_BIN" evidence list --json --limit 2
leaf=$(jq '.[1].leaf' "$tmp.out")
run "$SW_BIN" evidence show --json "$leaf"
json "nor are they hidden" '.statement.predicate.command[-1]' bpe

expect "a checkpoint of no run" 4 "$SW_BIN" data checkpoint nope model --step 1
expect "a checkpoint without a step" 2 "$SW_BIN" data checkpoint run-1 model
expect "a checkpoint that is not there" 4 "$SW_BIN" data checkpoint run-1 nope --step 1
expect "a step that is none" 2 "$SW_BIN" data checkpoint run-1 model --step -1
like "is told so" "$err" "option '--step' takes a whole number, not '-1'"

# Two runs of one name at once; and one that is left of a process that was killed.
cat >wait.sh <<'SH'
echo $$ >starting && mv starting started
while [ ! -e go ] && [ -e started ]; do sleep 0.05; done
echo 1 >held.bin
SH
"$SW_BIN" data train --run held --dataset mails --code wait.sh --out held.bin -- sh wait.sh >/dev/null 2>&1 &
first=$!
until [ -e started ] || ! kill -0 "$first" 2>/dev/null; do sleep 0.05; done
expect "a second run of the name is refused" 4 "$SW_BIN" data train --run held --dataset mails --out f.bin -- touch ran
like "while it is under way" "$err" "is under way"
expect "others may write meanwhile" 0 "$SW_BIN" data source add x --licence CC0
kill -9 "$first" "$(cat started)" # what it started would write behind the back of the next one
wait "$first" 2>/dev/null
touch go
expect "no checkpoint of a run that died" 4 "$SW_BIN" data checkpoint held model --step 1
expect "its name is free" 0 "$SW_BIN" data train --run held --dataset mails --code wait.sh --out held.bin -- sh wait.sh
expect "the log holds" 0 "$SW_BIN" log verify
done_testing
