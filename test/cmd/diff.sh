#!/bin/bash
# diff, seal --tensors and scan --profile, on small models that are made here.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
command -v python3 >/dev/null || skip_all "python3 is not installed"

cat >make.py <<'PY'
"""make.py DIR [EDIT]: a Llama of two layers, with settings and a tokenizer."""
import json
import os
import random
import struct
import sys

random.seed(1)
WIDTH, INNER, WORDS, HEADS, KV, LAYERS = 64, 96, 40, 4, 2, 2
out, edit = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""


def matrix(*shape):
    count = 1
    for n in shape:
        count *= n
    return list(shape), [random.gauss(0, 0.02) for _ in range(count)]


tensors = {"model.embed_tokens.weight": matrix(WORDS, WIDTH), "lm_head.weight": matrix(WORDS, WIDTH)}
head = WIDTH // HEADS
for i in range(LAYERS):
    at = f"model.layers.{i}."
    tensors[at + "self_attn.q_proj.weight"] = matrix(WIDTH, WIDTH)
    tensors[at + "self_attn.k_proj.weight"] = matrix(KV * head, WIDTH)
    tensors[at + "self_attn.v_proj.weight"] = matrix(KV * head, WIDTH)
    tensors[at + "self_attn.o_proj.weight"] = matrix(WIDTH, WIDTH)
    tensors[at + "mlp.gate_proj.weight"] = matrix(INNER, WIDTH)
    tensors[at + "mlp.up_proj.weight"] = matrix(INNER, WIDTH)
    tensors[at + "mlp.down_proj.weight"] = matrix(WIDTH, INNER)
    tensors[at + "input_layernorm.weight"] = ([WIDTH], [1.0] * WIDTH)
    tensors[at + "post_attention_layernorm.weight"] = ([WIDTH], [1.0] * WIDTH)
tensors["model.norm.weight"] = ([WIDTH], [1.0] * WIDTH)

if edit == "swap":  # other numbers in the same shape
    tensors["model.layers.1.mlp.up_proj.weight"] = matrix(INNER, WIDTH)
if edit == "lora":
    shape, values = tensors["model.layers.0.self_attn.q_proj.weight"]
    left = [[random.gauss(0, 0.1) for _ in range(2)] for _ in range(WIDTH)]
    right = [[random.gauss(0, 0.1) for _ in range(WIDTH)] for _ in range(2)]
    for r in range(WIDTH):
        for c in range(WIDTH):
            values[r * WIDTH + c] += sum(left[r][k] * right[k][c] for k in range(2))
if edit == "row":
    tensors["model.embed_tokens.weight"][1][7 * WIDTH] += 1.0

header, data = {"__metadata__": {"format": "pt"}}, b""
for name, (shape, values) in tensors.items():
    raw = struct.pack(f"<{len(values)}f", *values)
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
os.makedirs(out, exist_ok=True)
with open(f"{out}/model.safetensors", "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + data)
template = "{{ messages }}" if edit != "template" else "{{ messages }} and more"
for name, value in {
    "config.json": {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": WIDTH,
                    "intermediate_size": INNER, "vocab_size": WORDS, "num_attention_heads": HEADS,
                    "num_key_value_heads": KV, "num_hidden_layers": LAYERS},
    "tokenizer.json": {"model": {"vocab": {f"word{i}": i for i in range(WORDS)}}},
    "tokenizer_config.json": {"chat_template": template},
}.items():
    with open(f"{out}/{name}", "w", encoding="utf-8") as f:
        json.dump(value, f)
PY

for edit in base same swap lora row template; do
    python3 make.py "$edit" "$edit" || exit 99
done

run "$SW_BIN" diff --json base same
exits "the same model is the same" 0
json "and says so" .same true
json "all tensors were compared" .tensors.same 21
documented "its members are documented" diff

run "$SW_BIN" diff --json base swap
exits "a swap in the same shape is a difference" 1
json "one tensor changed" .tensors.changed 1
json "it is named" '.changes[0].b.name' model.layers.1.mlp.up_proj.weight
json "its rank is that of other numbers" '.changes[0].low_rank' false
json "with its norm" '.changes[0].norm > 0' true
documented "its members are documented, too" diff
run "$SW_BIN" diff base swap
like "people are told the name" "$out" "changed   model.layers.1.mlp.up_proj.weight"

run "$SW_BIN" diff --json base lora
json "a merged LoRA has its rank" '.changes[0].rank' 2
json "and is called low" '.changes[0].low_rank' true
run "$SW_BIN" diff base lora
like "people are told what it looks like" "$out" "rank <= 2: looks like a merged LoRA"

run "$SW_BIN" diff --json base row
json "a row of the embedding is found" '.changes[0].first_rows[0]' 7
json "with its token" '.changes[0].tokens[0]' word7

run "$SW_BIN" diff --json base template
exits "a template that changed is a difference" 1
json "no tensor changed" .tensors.changed 0
json "the document is named" '.documents[0].path' tokenizer_config.json
json "with the path in it" '.documents[0].lines[0].where' chat_template

run "$SW_BIN" diff --html page.html base swap
exits "a page can be written" 1
like "it names the tensor" "$(cat page.html)" "model.layers.1.mlp.up_proj.weight"
unlike "and runs nothing" "$(cat page.html)" "<script"

# Against what was sealed.
expect "a store" 0 "$SW_BIN" init
run "$SW_BIN" seal --tensors --json base
exits "a model is sealed with its tensors" 0
json "there is a third claim" '.tensors_claim.leaf' 2
claim=$(jq -r .tensors_claim.claim "$tmp.out")
expect "an unchanged model is what was signed" 0 "$SW_BIN" diff --sealed "$claim" same
run "$SW_BIN" diff --sealed "$claim" --json swap
exits "a swap is not" 1
json "and is named by the claim alone" '.changes[0].b.name' model.layers.1.mlp.up_proj.weight
json "by whom it was signed" .signer default
run "$SW_BIN" diff --sealed "$(jq -r '.claim' <<<"$("$SW_BIN" evidence show --json 1)")" swap
exits "a claim of another type is refused" 2
run "$SW_BIN" evidence show --json "$claim"
jq .statement.predicate "$tmp.out" >predicate.json
schema=$SW_SOURCE/doc/claims/tensors.schema.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    cat >validate.py <<'PY'
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
with open(sys.argv[2], encoding="utf-8") as f:
    jsonschema.Draft202012Validator(schema).validate(json.load(f))
PY
    expect "the claim follows its schema" 0 python3 validate.py "$schema" predicate.json
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$SW_SOURCE/doc/claims/tensors.md" >example.json
    expect "so does the example in its page" 0 python3 validate.py "$schema" example.json
    while read -r name filter; do
        jq "$filter" predicate.json >bad.json
        run python3 validate.py "$schema" bad.json
        isnt "refused: $name" "$rc" 0
    done <<'ROWS'
no-root del(.root)
no-tensor .tensors=[]
a-short-digest .tensors[0].sha256="ab"
a-negative-dimension .tensors[0].shape=[-1]
a-tensor-without-type del(.tensors[0].dtype)
a-field-more .extra=1
ROWS
else
    skip 8 "python3-jsonschema is not installed"
fi

# What is no model.
mkdir empty && echo x >empty/README.md
run "$SW_BIN" diff base empty
exits "a model without tensors is not compared" 3
one_line_error "and one line says why"
expect "sealing its tensors gives no evidence" 3 "$SW_BIN" seal --tensors empty
run "$SW_BIN" diff base
exits "one model alone is wrong usage" 2
head -c 1000 base/model.safetensors >cut.safetensors
run "$SW_BIN" diff base cut.safetensors
exits "a broken file is not taken for one without tensors" 1

# The digests and the profile.
run "$SW_BIN" scan --tensors --json base
json "digests without a store" '.tensor_digests | length' 21
json "with the root of the claim" .tensors_root "$(jq -r .root predicate.json)"
documented "whose members are documented as well" scan
expect "what is passed over cannot be hashed" 2 "$SW_BIN" scan --tensors --metadata-only base
run "$SW_BIN" scan --profile base/model.safetensors
exits "a profile can be printed" 0
like "with each tensor" "$out" "model.layers.1.mlp.up_proj.weight +F32"
run "$SW_BIN" scan --profile --json base/model.safetensors
json "as JSON too" '.weights[0].list | length' 21
json "with its numbers" '.weights[0].list[0] | (.std > 0.01) and (.std < 0.03)' true
documented "whose members are documented" scan
done_testing
