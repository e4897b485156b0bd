#!/bin/bash
# Python beside a model: all of the standard library must be read, what attacks must be refused, and TorchScript
# archives are read with their code.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# What Python itself can parse must be parsed here.
if command -v python3 >/dev/null; then
    mkdir library
    python3 - <<'P' || exit 99
import ast, os, sysconfig
count = 0
for folder, _, names in os.walk(sysconfig.get_path("stdlib")):
    for name in sorted(names):
        path = os.path.join(folder, name)
        if not name.endswith(".py") or count >= 600 or "dist-packages" in path:
            continue
        text = open(path, "rb").read()
        if b"coding" in b"".join(text.split(b"\n")[:2]):
            continue
        try:
            ast.parse(text.decode("utf-8"))
        except (SyntaxError, ValueError):
            continue
        with open("library/%03d.py" % count, "wb") as out:
            out.write(text)
        count += 1
P
    run "$SW_BIN" scan --json library
    is "the standard library is there" "$(($(find library -name '*.py' | wc -l) > 100))" 1
    json "every file of it is read" '[.files[] | select(.status != "parsed" and .status != "plain")] | length' 0
fi

mkdir evil
cat >evil/modeling_evil.py <<'P'
import base64
import torch


def setup():
    exec(base64.b64decode("cHJpbnQoMSk="))


class Model(torch.nn.Module):
    ready = setup()
P
run "$SW_BIN" scan --json evil
exits "code that runs what it decodes is refused" 1
json "with the way to it" '.files[0].findings[0] | .rule + " " + .severity + ": " + .why' \
    'source-decoded critical: line 6: exec runs what was decoded or fetched, when it is imported (line 10 calls setup()): "print(1)"'

mkdir good
cat >good/modeling_good.py <<'P'
import json
import os

import torch


class Model(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = torch.nn.Linear(config.size, config.size)

    @classmethod
    def load(cls, path):
        with open(os.path.join(path, "config.json"), encoding="utf-8") as file:
            return cls(json.load(file))

    def forward(self, x):
        return self.layer(x)
P
expect "code that computes is clean" 0 "$SW_BIN" scan good
printf 'print "two"\n' >good/old.py
run "$SW_BIN" scan --json good
exits "what is no Python 3 is no evidence" 3
json "and why" '.files[] | select(.path == "old.py") | .findings[0].rule' source-unparsed
rm good/old.py
printf 'echo hello\n' >good/run.sh
run "$SW_BIN" scan --json good
exits "other source is not read" 3
json "and named" '.coverage.unread.source' 1
done_testing
