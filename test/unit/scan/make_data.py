#!/usr/bin/env python3
"""Writes test/unit/scan/data: small harmless models in the layouts that their writers use.

    python3 test/unit/scan/make_data.py

Only Python's standard library and Debian's fasttext are needed: torch's files are written with the
real pickle module over stand-ins that carry torch's names. The output is committed, so that tests
need none of this; run it again only to change the models.
"""
import collections
import io
import json
import os
import pickle
import random
import struct
import subprocess
import sys
import tempfile
import types
import zipfile

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def module(name):
    made = types.ModuleType(name)
    sys.modules[name] = made
    return made


def named(where, name, value):
    value.__module__ = where.__name__
    value.__qualname__ = value.__name__ = name
    setattr(where, name, value)
    return value


torch = module("torch")
torch_utils = module("torch._utils")
torch.nn = module("torch.nn")
torch.nn.parameter = module("torch.nn.parameter")
rebuild_tensor = named(torch_utils, "_rebuild_tensor_v2", lambda *a: a)
rebuild_parameter = named(torch_utils, "_rebuild_parameter", lambda *a: a)
FloatStorage = named(torch, "FloatStorage", type("FloatStorage", (), {}))
LongStorage = named(torch, "LongStorage", type("LongStorage", (), {}))
HalfStorage = named(torch, "HalfStorage", type("HalfStorage", (), {}))
Size = named(torch, "Size", lambda *a: a)
device = named(torch, "device", lambda *a: a)


class Dtype:
    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return self.name  # a global of torch


for dtype_name in ("float32", "float16", "bfloat16", "int64"):
    setattr(torch, dtype_name, Dtype(dtype_name))
    getattr(torch, dtype_name).__module__ = "torch"


class Storage:
    def __init__(self, kind, data):
        self.kind, self.data = kind, data


class Tensor:
    def __init__(self, storage, shape, parameter=False):
        self.storage, self.shape, self.parameter = storage, shape, parameter

    def __reduce_ex__(self, protocol):
        strides, step = [], 1
        for n in reversed(self.shape):
            strides.insert(0, step)
            step *= n
        args = (self.storage, 0, tuple(self.shape), tuple(strides), False, collections.OrderedDict())
        if not self.parameter:
            return rebuild_tensor, args
        plain = Tensor(self.storage, self.shape)
        return rebuild_parameter, (plain, True, collections.OrderedDict())


class Call:
    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce_ex__(self, protocol):
        return self.function, self.args


ITEM = {FloatStorage: 4, LongStorage: 8, HalfStorage: 2}


class TorchPickler(pickle._Pickler):
    """Storages become persistent ids, as torch.save has it."""

    def __init__(self, out, legacy=False):
        super().__init__(out, protocol=2)
        self.legacy, self.keys = legacy, {}

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        key = self.keys.setdefault(id(value), (str(len(self.keys)), value))[0]
        count = len(value.data) // ITEM[value.kind]
        tail = (None,) if self.legacy else ()
        return ("storage", value.kind, key, "cpu", count) + tail


rng = random.Random(1)
values = random.Random(2)


def tensor(kind, *shape, parameter=False):
    count = 1
    for n in shape:
        count *= n
    data = rng.randbytes(count * ITEM[kind])
    if kind is not LongStorage:
        code = "f" if kind is FloatStorage else "e"
        data = struct.pack(f"<{count}{code}", *(values.gauss(0, 0.02) for _ in range(count)))
    return Tensor(Storage(kind, data), shape, parameter)


def write(name, data):
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(data)


def torch_zip(name, value, prefix="archive", compression=zipfile.ZIP_STORED):
    body = io.BytesIO()
    pickler = TorchPickler(body)
    pickler.dump(value)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as z:
        def put(member, data):
            z.writestr(zipfile.ZipInfo(f"{prefix}/{member}"), data, compression)
        put("data.pkl", body.getvalue())
        put("byteorder", b"little")
        for key, storage in pickler.keys.values():
            put(f"data/{key}", storage.data)
        put("version", b"3\n")
        put(".data/serialization_id", b"1234567890123456789012345678901234567890")
    write(name, out.getvalue())


def torch_legacy(name, value):
    out = io.BytesIO()
    pickle.dump(0x1950A86A20F9469CFC6C, out, 2)
    pickle.dump(1001, out, 2)
    pickle.dump({"protocol_version": 1001, "little_endian": True,
                 "type_sizes": {"short": 2, "int": 4, "long": 4}}, out, 2)
    pickler = TorchPickler(out, legacy=True)
    pickler.dump(value)
    storages = sorted(pickler.keys.values())
    pickle.dump([key for key, _ in storages], out, 2)
    for _, storage in storages:
        out.write(struct.pack("<q", len(storage.data) // ITEM[storage.kind]) + storage.data)
    write(name, out.getvalue())


def state_dict(parameter=False):
    state = collections.OrderedDict()
    for layer in range(6):
        state[f"layers.{layer}.weight"] = tensor(FloatStorage, 8, 4, parameter=parameter)
        state[f"layers.{layer}.bias"] = tensor(HalfStorage, 8)
    state["steps"] = tensor(LongStorage, 1)
    return state


def npy(descr, shape, data, version=1):
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    head = 10 if version == 1 else 12
    text += b" " * (-(head + len(text) + 1) % 64) + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + data


def safetensors(tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape,
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def gguf_string(text):
    return struct.pack("<Q", len(text)) + text.encode()


def numbers(kind, size):
    """Of the type 0 (F32) or 1 (F16); of others, any bytes."""
    if kind > 1:
        return rng.randbytes(size)
    code, width = ("f", 4) if kind == 0 else ("e", 2)
    return b"".join(struct.pack("<" + code, rng.gauss(0, 0.02)) for _ in range(size // width))


def gguf():
    keys = [
        gguf_string("general.architecture") + struct.pack("<I", 8) + gguf_string("llama"),
        gguf_string("general.alignment") + struct.pack("<II", 4, 32),
        gguf_string("llama.block_count") + struct.pack("<II", 4, 1),
        gguf_string("llama.rope.freq_base") + struct.pack("<If", 6, 10000.0),
        gguf_string("tokenizer.ggml.add_bos_token") + struct.pack("<IB", 7, 1),
        gguf_string("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 3)
        + b"".join(gguf_string(t) for t in ("<s>", "</s>", "a")),
        gguf_string("tokenizer.ggml.scores") + struct.pack("<IIQ3f", 9, 6, 3, 0, 0, -1),
    ]
    tensors = [("token_embd.weight", (32, 3), 0, 384), ("blk.0.attn_q.weight", (32, 32), 2, 576),
               ("output_norm.weight", (32,), 1, 64)]
    infos, data = b"", b""
    for name, dims, kind, size in tensors:
        infos += gguf_string(name) + struct.pack("<I", len(dims))
        infos += b"".join(struct.pack("<Q", d) for d in dims) + struct.pack("<IQ", kind, len(data))
        data += numbers(kind, size) + b"\0" * (-size % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + b"".join(keys) + infos
    return head + b"\0" * (-len(head) % 32) + data


def fasttext():
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/words", "w", encoding="utf-8") as f:
            for i in range(600):
                label = "spam" if i % 2 else "ham"
                f.write(f"__label__{label} w{i % 300} w{i * 7 % 300} {label}\n")
        common = ["-input", f"{work}/words", "-output", f"{work}/m", "-thread", "1"]
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["fasttext", "supervised", *common, "-dim", "2", "-epoch", "1",
                        "-bucket", "10"], **quiet)
        subprocess.run(["fasttext", "quantize", *common, "-dsub", "2", "-qnorm"], **quiet)
        for ending in ("bin", "ftz"):
            with open(f"{work}/m.{ending}", "rb") as f:
                write(f"fasttext.{ending}", f.read())


def main():
    os.makedirs(OUT, exist_ok=True)
    torch_zip("torch-state-dict.pt", state_dict())
    torch_zip("torch-parameters.pth", state_dict(parameter=True), prefix="model")
    torch_zip("torch-compressed.pt", state_dict(), compression=zipfile.ZIP_DEFLATED)
    torch_zip("torch-training.pt", {
        "epoch": 3, "lr": 1e-3, "name": "mo\u00fce", "none": None, "flags": (True, False),
        "dtypes": [torch.float32, torch.float16, torch.bfloat16], "size": Call(Size, (2, 3)),
        "device": Call(device, "cpu"), "bytes": b"\x00\xff", "big": 1 << 70, "set": {1, 2},
        "counter": collections.Counter("aab"),
        "optimizer": {"state": {i: {"exp_avg": tensor(FloatStorage, 4)} for i in range(3)},
                      "param_groups": [{"betas": (0.9, 0.999), "params": [0, 1, 2]}]},
    })
    torch_legacy("torch-legacy.pt", state_dict())
    plain = {"words": ["a", "b\n", "\u00e9"], "numbers": [1, -2, 3.5, 1 << 40, 255, 70000],
             "nested": ({"x": None}, [True], ()), b"k".decode(): "v" * 300}
    plain["again"] = plain["words"]
    for protocol in range(6):
        write(f"plain-{protocol}.pkl", pickle.dumps(plain, protocol))
    floats = struct.pack("<6f", *range(6))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(zipfile.ZipInfo("w.npy"), npy("<f4", (2, 3), floats))
        z.writestr(zipfile.ZipInfo("b.npy"), npy("<i8", (), bytes(8)), zipfile.ZIP_DEFLATED)
    write("arrays.npz", out.getvalue())
    write("structure.npy", npy([("a", "<f4"), ("b", "|S3", (2,))], (2,), bytes(20), version=2))
    write("times.npy", npy("<M8[ns]", (3,), bytes(24)))
    write("model.safetensors", safetensors({
        "a": ("F32", [2, 3], floats), "empty": ("F16", [0], b""), "b": ("BF16", [4], bytes(8)),
        "c": ("U8", [], b"\x01")}))
    write("model.gguf", gguf())
    fasttext()


main()
