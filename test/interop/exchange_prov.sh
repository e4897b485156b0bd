#!/bin/bash
# Does an independent reader of PROV-JSON (the Python library "prov") read what goes out, and find in it
# what the store holds?
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"

python=$(python_with prov.model)
[ -n "$python" ] || skip_all "python3-prov is not installed"
reader=("$python" "$SW_SOURCE/test/interop/exchange/prov.py")

make_history
export_all

expect "the library reads the model's history" 0 "${reader[@]}" toy.prov
json "what it writes of it is the same" .same true
json "relations name nothing that is not there" '.undefined | length' 0
json "a source, two datasets, a model" .counts.ProvEntity 4
json "a step and a run" .counts.ProvActivity 2
json "who signed" .counts.ProvAgent 1
json "what was used" .counts.ProvUsage 2
json "what was made" .counts.ProvGeneration 2
json "from a source, by the step, by the run" .counts.ProvDerivation 3
json "numbers of samples are kept" '.samples | join(",")' 4,8

expect "the library reads the dataset's history" 0 "${reader[@]}" clean.prov
json "it has no model" '[.counts.ProvEntity, .counts.ProvActivity] | tojson' '[3,1]'

# The reader must be able to say no.
jq 'del(.prefix.dataset)' toy.prov >bad.prov
run "${reader[@]}" bad.prov
isnt "a prefix that is not defined is refused" "$rc" 0
jq '.used |= with_entries(.value["prov:entity"] = "dataset:none")' toy.prov >bad.prov
expect "the library reads a dangling reference" 0 "${reader[@]}" bad.prov
json "and it is seen" '.undefined | join(",")' dataset:none
done_testing
