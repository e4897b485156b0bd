#!/bin/bash
# Settings beside tensors: a model is proven to be what its config.json says, or not.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

python3 "$SW_SOURCE/examples/poisoned/make.py" model model
run "$SW_BIN" scan --json model
exits "a model that fits its settings is clean" 0
is "it is proven" "$(jq -r '[.files[].findings[].rule] | index("architecture-proven") != null' "$tmp.out")" true

cp -R model deeper
jq '.num_hidden_layers = 3' model/config.json >deeper/config.json
run "$SW_BIN" scan --json deeper
exits "settings that ask for more layers are refused" 1
is "what is missing is named" "$(jq -r '[.files[].findings[] | select(.rule == "architecture-missing")] | length' "$tmp.out")" 1

cp -R model wider
jq '.intermediate_size = 65' model/config.json >wider/config.json
run "$SW_BIN" scan --json wider
exits "settings of other shapes are refused" 1
done_testing
