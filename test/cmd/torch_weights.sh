#!/bin/bash
# scan, diff and seal on torch archives that are made here, beside safetensors of the same model.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
command -v python3 >/dev/null || skip_all "python3 is not installed"

cat >make.py <<'PY'
"""Writes archives as torch.save() does, without torch."""
import io
import json
import os
import pickle
import random
import struct
import sys
import types
import zipfile
from collections import OrderedDict

torch = types.ModuleType("torch")
utils = types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": utils})
torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})


def rebuild(*_):
    raise NotImplementedError


rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
utils._rebuild_tensor_v2 = rebuild


class Storage:
    def __init__(self, key, values):
        self.key, self.values = key, values


class Tensor:
    def __init__(self, storage, shape, offset=0, strides=None):
        plain = [1]
        for n in reversed(shape[1:]):
            plain.insert(0, plain[0] * n)
        self.args = storage, offset, tuple(shape), tuple(strides or plain), False, OrderedDict()

    def __reduce__(self):
        return rebuild, self.args


class Pickler(pickle.Pickler):
    def persistent_id(self, obj):
        if not isinstance(obj, Storage):
            return None
        return "storage", torch.FloatStorage, obj.key, "cpu", len(obj.values)


def save(path, value, storages, order="<", method=zipfile.ZIP_STORED, instead=b""):
    stream = io.BytesIO()
    Pickler(stream, protocol=2).dump(value)
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("archive/data.pkl", stream.getvalue())
        archive.writestr("archive/byteorder", "little" if order == "<" else "big")
        for s in storages:
            data = struct.pack(f"{order}{len(s.values)}f", *s.values)
            archive.writestr(f"archive/data/{s.key}", instead + data[len(instead):])
        archive.writestr("archive/version", "3\n")


class LegacyPickler(pickle.Pickler):
    def persistent_id(self, obj):
        if not isinstance(obj, Storage):
            return None
        return "storage", torch.FloatStorage, obj.key, "cpu", len(obj.values), None


def legacy(path, value, storages, keys=None, less=0, tail=b""):
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    keys = [s.key for s in storages] if keys is None else keys
    with open(path, "wb") as f:
        for head in (0x1950a86a20f9469cfc6c, 1001, system):
            pickle.dump(head, f, protocol=2)
        LegacyPickler(f, protocol=2).dump(value)
        pickle.dump(keys, f, protocol=2)
        for s in storages:
            f.write(struct.pack(f"<q{len(s.values)}f", len(s.values) - less, *s.values))
        f.write(tail)


def safetensors(path, tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        end = len(data) + 4 * len(values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), end]}
        data += struct.pack(f"<{len(values)}f", *values)
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def numbers(count):
    return [random.gauss(0, 0.02) for _ in range(count)]


def llama():
    width, inner, words, layers = 64, 96, 40, 2
    shapes = {"model.embed_tokens.weight": [words, width], "lm_head.weight": [words, width],
              "model.norm.weight": [width]}
    for i in range(layers):
        at = f"model.layers.{i}."
        for name in "qkvo":
            shapes[f"{at}self_attn.{name}_proj.weight"] = [width, width]
        shapes[at + "mlp.gate_proj.weight"] = shapes[at + "mlp.up_proj.weight"] = [inner, width]
        shapes[at + "mlp.down_proj.weight"] = [width, inner]
        shapes[at + "input_layernorm.weight"] = shapes[at + "post_attention_layernorm.weight"] = [width]
    settings = {"model_type": "llama", "hidden_size": width, "intermediate_size": inner, "vocab_size": words,
                "num_attention_heads": 4, "num_key_value_heads": 4, "num_hidden_layers": layers}
    os.mkdir("model")
    with open("model/config.json", "w", encoding="utf-8") as f:
        json.dump(settings, f)
    state, storages = OrderedDict(), []
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        storages.append(Storage(str(len(storages)), numbers(count)))
        state[name] = Tensor(storages[-1], shape)
    save("model/pytorch_model.bin", state, storages)


random.seed(1)
values = numbers(64 * 32)
w, b = Storage("0", values), Storage("1", [1.0] * 64)
state = OrderedDict([("w", Tensor(w, [64, 32])), ("b", Tensor(b, [64]))])
save("clean.pt", state, [w, b])
save("big.pt", state, [w, b], order=">")
save("packed.pt", state, [w, b], method=zipfile.ZIP_DEFLATED)
save("nested.pt", {"state_dict": state, "step": 3}, [w, b])
turned = Storage("0", [values[row * 32 + column] for column in range(32) for row in range(64)])
save("turned.pt", {"w": Tensor(turned, [64, 32], 0, [1, 64]), "b": Tensor(b, [64])}, [turned, b])
save("tied.pt", {"w": Tensor(w, [64, 32]), "v": Tensor(w, [64, 32]), "row": Tensor(w, [32], 32)}, [w])
save("nan.pt", {"w": Tensor(w, [64, 32])}, [Storage("0", [float("nan")] + values[1:])])
elf = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 1)
save("elf.pt", {"w": Tensor(w, [64, 32])}, [w], instead=elf)
save("outside.pt", {"w": Tensor(w, [65, 32])}, [w])
save("unnamed.pt", {"w": Tensor(w, [64, 32])}, [w, b])
save("missing.pt", state, [w])
legacy("legacy.pt", state, [w, b])
legacy("legacy-nan.pt", {"w": Tensor(w, [64, 32])}, [Storage("0", [float("nan")] + values[1:])])
legacy("legacy-outside.pt", {"w": Tensor(w, [65, 32])}, [w])
legacy("legacy-count.pt", state, [w, b], less=1)
legacy("legacy-twice.pt", state, [w, b, w])
legacy("legacy-missing.pt", state, [w])
legacy("legacy-short.pt", state, [w], keys=["0", "1"])
legacy("legacy-tail.pt", state, [w, b], tail=b"more")
legacy("legacy-hidden.pt", state, [w, b], tail=b"\x80\x02cposix\nsystem\nX\x02\0\0\0id\x85R.")
legacy("legacy-strange.pt", state, [w, b, Storage("2", [1.0])])
with open("legacy.pt", "rb") as whole, open("legacy-cut.pt", "wb") as cut:
    data = whole.read()
    cut.write(data[:data.index(b"\x80\x02]")])  # before the list of storages
other = values[:40] + [values[40] + 1] + values[41:]
save("other.pt", state, [Storage("0", other), b])
safetensors("clean.safetensors", {"w": ([64, 32], values), "b": ([64], [1.0] * 64)})
llama()
PY
python3 make.py || exit 99

# The numbers.
run "$SW_BIN" scan --profile --json clean.pt
exits "a state dict is clean" 0
json "its tensors are weighed" '.weights[0].list | map(.name) | join(" ")' "w b"
json "with their numbers" '.weights[0].list[0] | .dtype == "F32" and .std > 0.01 and .std < 0.03' true
documented "whose members are documented" scan
run "$SW_BIN" scan --profile --json big.pt
json "big-endian numbers are the same numbers" '.weights[0].list[0] | .std > 0.01 and .std < 0.03' true
run "$SW_BIN" scan --profile --json packed.pt
exits "so are compressed ones" 0
json "which are weighed" '.weights[0].list[0] | .std > 0.01 and .std < 0.03' true
run "$SW_BIN" scan --profile --json nested.pt
json "names go down the dicts" '.weights[0].list[0].name' state_dict.w
run "$SW_BIN" scan --profile --json legacy.pt
exits "a legacy file is clean" 0
json "and is one" '.files[0].format' torch-legacy
json "its tensors are weighed" '.weights[0].list | map(.name) | join(" ")' "w b"
json "and nothing is said of it" '[.files[0].findings[] | select(.severity != "info")] | length' 0
run "$SW_BIN" scan --profile --json tied.pt
exits "tied tensors are clean" 0
json "and are weighed once" '.weights[0].bytes' 8192

while read -r file exit rule; do
    run "$SW_BIN" scan --json "$file.pt"
    exits "$file: the exit status" "$exit"
    json "$file: $rule" ".files[0].findings | any(.rule == \"$rule\")" true
done <<'ROWS'
nan 0 weights-nan
elf 0 weights-embedded
outside 1 torch-tensor-outside
unnamed 0 torch-storage-unnamed
missing 1 torch-storage-size
legacy-nan 0 weights-nan
legacy-outside 1 torch-tensor-outside
legacy-count 1 torch-storage-size
legacy-twice 1 torch-storage-size
legacy-missing 1 torch-storage-size
legacy-short 1 torch-storage-size
legacy-strange 1 torch-storage-size
legacy-cut 1 torch-storage-size
legacy-tail 0 pickle-trailing
legacy-hidden 1 pickle-hidden
ROWS

# The architecture.
run "$SW_BIN" scan model
like "pytorch_model.bin is held against config.json" "$out" "architecture proven: llama, 21 tensors"

# Shards, beside their index.
mkdir sharded
cp clean.pt sharded/pytorch_model-00001-of-00002.bin
index() { # [NAME FILE]…: the index says where each tensor stands
    jq -n '{metadata: {total_size: 16640}, weight_map: ([$ARGS.positional | _nwise(2) | {(.[0]): .[1]}] | add)}' \
        --args "$@" >sharded/pytorch_model.bin.index.json
}
first=pytorch_model-00001-of-00002.bin second=pytorch_model-00002-of-00002.bin
python3 - <<'PY'
exec(open("make.py").read().split("random.seed(1)")[0])
random.seed(2)
s = Storage("0", numbers(2048))
save("sharded/pytorch_model-00002-of-00002.bin", {"v": Tensor(s, [64, 32]), "tied": Tensor(s, [64, 32])}, [s])
PY
index w $first b $first v $second tied $second
run "$SW_BIN" scan --json sharded
exits "shards of torch as their index says" 0
is "have no finding" "$(jq '[.files[].findings[]? | select(.rule | startswith("index"))] | length' "$tmp.out")" 0
index w $second b $first v $second tied $second
run "$SW_BIN" scan --json sharded
exits "a tensor in another shard is refused" 1
json "and named" '[.files[].findings[]? | select(.rule == "index-tensor")][0].why | contains("\"w\"")' true
index w $first b $first v $second tied $second more $first
run "$SW_BIN" scan --json sharded
exits "one that is in none, too" 1
index w $first b $first v $second
run "$SW_BIN" scan --json sharded
json "one that the index does not name is a note" '[.files[].findings[]? | select(.rule == "index-tensor")][0].severity' medium

# Two of them, and beside safetensors.
for pair in "clean.pt big.pt" "clean.pt clean.safetensors" "clean.safetensors big.pt" "turned.pt clean.pt" \
    "clean.safetensors turned.pt" \
    "legacy.pt clean.pt" "clean.safetensors legacy.pt"; do
    # shellcheck disable=SC2086 # two words
    run "$SW_BIN" diff --json $pair
    exits "the same: $pair" 0
    json "both tensors of $pair" .tensors.same 2
done
run "$SW_BIN" diff --json clean.safetensors other.pt
exits "another number is a difference" 1
json "in one tensor" '.changes | map(.b.name) | join(" ")' w
json "and one row" '.changes[0].first_rows | join(" ")' 1
json "by how much" '.changes[0].norm > 0.99 and .changes[0].norm < 1.01' true
run "$SW_BIN" diff turned.pt other.pt
like "people are told" "$out" "changed   w F32"
run "$SW_BIN" diff --html page.html clean.pt other.pt
like "a page too" "$(cat page.html)" "<svg|class"
run "$SW_BIN" diff clean.pt packed.pt
isnt "compressed archives are refused" "$rc" 0
one_line_error "and one line says why"

# Digests: those of the same tensors in another file.
run "$SW_BIN" scan --tensors --json clean.safetensors
root=$(jq -r .tensors_root "$tmp.out")
for file in clean.pt big.pt legacy.pt; do
    run "$SW_BIN" scan --tensors --json "$file"
    json "$file has the tree of the safetensors" .tensors_root "$root"
done
expect "a store" 0 "$SW_BIN" init
run "$SW_BIN" seal --tensors --json model
exits "a model of torch is sealed with its tensors" 0
claim=$(jq -r .tensors_claim.claim "$tmp.out")
expect "and compared with the claim" 0 "$SW_BIN" diff --sealed "$claim" model
done_testing
