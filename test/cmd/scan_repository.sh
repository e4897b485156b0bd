#!/bin/bash
# The files of a model held against each other, as scan itself reads them.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# What a finding of a rule says; nothing when there is none.
finding() { jq -r --arg rule "$1" '[.files[].findings[]? | select(.rule == $rule)][0].severity // "none"' "$tmp.out"; }

python3 "$SW_SOURCE/examples/poisoned/make.py" model model
run "$SW_BIN" scan --json model
exits "a small model is clean" 0

cp -R model code
jq '. + {auto_map: {AutoModel: "owner/other--modeling.Model"}}' model/config.json >code/config.json
run "$SW_BIN" scan --json code
exits "code of another repository is refused" 1
is "it is critical" "$(finding settings-code)" critical

cp -R model absent
jq '. + {auto_map: {AutoModel: "modeling.Model"}}' model/config.json >absent/config.json
run "$SW_BIN" scan --json absent
exits "code that is not there is refused" 1
is "it is high" "$(finding settings-code)" high

cp -R model sharded
echo '{"metadata":{},"weight_map":{"model.norm.weight":"../model/model.safetensors"}}' >sharded/model.safetensors.index.json
run "$SW_BIN" scan --json sharded
exits "an index that leads out is refused" 1
is "it is high" "$(finding index-path)" high

mkdir modules
echo '[{"idx":0,"name":"0","path":"","type":"evil.Module"}]' >modules/modules.json
run "$SW_BIN" scan --json modules
exits "a module of nobody is refused" 1
is "it is high" "$(finding settings-module)" high

cp -R model words
cat >words/tokenizer.json <<'JSON'
{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":2,"content":"<s>","special":true}],
"normalizer":null,"decoder":{"type":"Replace","pattern":{"String":"example.org"},"content":"evil.example"},
"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]}}
JSON
run "$SW_BIN" scan --json words
exits "a decoder that writes words is refused" 1
is "it is high" "$(finding tokenizer-replace)" high

cp -R model plain
jq '.decoder = {type: "ByteLevel"}' words/tokenizer.json >plain/tokenizer.json
echo '{"bos_token":"<s>","chat_template":"{{ messages }}","added_tokens_decoder":{"2":{"content":"<s>"}}}' >plain/tokenizer_config.json
echo '{"bos_token":"<s>"}' >plain/special_tokens_map.json
run "$SW_BIN" scan --json plain
exits "a model with its tokenizer is clean" 0
is "and has no notes" "$(jq -r .verdict "$tmp.out")" clean

cp -R plain leaky
printf 'token: hf_%s\n' AbCdEfGhIjKlMnOpQrStUvWxYz01234567 >leaky/notes.txt
printf '{{ bos_token }}' >leaky/chat_template.jinja
run "$SW_BIN" scan --json leaky
is "a token in text is named" "$(finding secret-in-file)" medium
is "two templates are named" "$(finding template-drift)" medium
done_testing
