"""A real, small training run: a language model of pairs of letters, fitted by gradient descent with
momentum to a text. Writes its checkpoints as trainers do: a directory for each, the weights as
safetensors, the state of the optimizer, and trainer_state.json last.

Usage: train.py TEXT DIR --every N --checkpoints N [--resume CHECKPOINT] [--keep N]
"""

import argparse
import array
import json
import math
import os
import shutil
import struct

LETTERS = "abcdefghijklmnopqrstuvwxyz .,\n"
SIZE = len(LETTERS)
RATE, MOMENTUM = 20.0, 0.9


def read_counts(path):
    counts = [[0] * SIZE for _ in range(SIZE)]
    with open(path, encoding="utf-8", errors="replace") as f:
        text = [LETTERS.find(c) for c in f.read().lower()]
    for a, b in zip(text, text[1:]):
        if a >= 0 and b >= 0:
            counts[a][b] += 1
    return counts, sum(map(sum, counts))


def step(weights, velocity, counts, total):
    """One step down the gradient of the mean cross-entropy; gives the loss before it."""
    loss = 0.0
    for a in range(SIZE):
        row = weights[a * SIZE : (a + 1) * SIZE]
        exps = [math.exp(w) for w in row]
        norm, seen = sum(exps), sum(counts[a])
        for b in range(SIZE):
            p = exps[b] / norm
            loss -= counts[a][b] / total * math.log(p)
            at = a * SIZE + b
            velocity[at] = MOMENTUM * velocity[at] - RATE * (p * seen - counts[a][b]) / total
            weights[at] += velocity[at]
    return loss


def write_tensor(path, name, values):
    header = json.dumps(
        {name: {"dtype": "F64", "shape": [SIZE, SIZE], "data_offsets": [0, 8 * SIZE * SIZE]}}
    ).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(header)) + header + array.array("d", values).tobytes())


def read_tensor(path):
    with open(path, "rb") as f:
        (length,) = struct.unpack("<Q", f.read(8))
        f.read(length)
        values = array.array("d")
        values.frombytes(f.read())
    return list(values)


def save(directory, number, weights, velocity, loss):
    path = os.path.join(directory, f"checkpoint-{number}")
    os.makedirs(path, exist_ok=True)
    write_tensor(os.path.join(path, "model.safetensors"), "pairs", weights)
    write_tensor(os.path.join(path, "optimizer.safetensors"), "velocity", velocity)
    with open(os.path.join(path, "trainer_state.json"), "w", encoding="utf-8") as f:
        json.dump({"global_step": number, "loss": loss}, f)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("text")
    parser.add_argument("directory")
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--checkpoints", type=int, default=50)
    parser.add_argument("--resume")
    parser.add_argument("--keep", type=int)
    args = parser.parse_args()
    counts, total = read_counts(args.text)
    weights, velocity, at = [0.0] * SIZE * SIZE, [0.0] * SIZE * SIZE, 0
    if args.resume:
        weights = read_tensor(os.path.join(args.resume, "model.safetensors"))
        velocity = read_tensor(os.path.join(args.resume, "optimizer.safetensors"))
        with open(os.path.join(args.resume, "trainer_state.json"), encoding="utf-8") as f:
            at = json.load(f)["global_step"]
    os.makedirs(args.directory, exist_ok=True)
    saved = []
    for _ in range(args.checkpoints):
        for _ in range(args.every):
            at += 1
            loss = step(weights, velocity, counts, total)
        save(args.directory, at, weights, velocity, loss)
        saved.append(at)
        print(at, loss, flush=True)
        if args.keep and len(saved) > args.keep:
            shutil.rmtree(os.path.join(args.directory, f"checkpoint-{saved.pop(0)}"))


main()
