"""python3 validate.py [--lines] SCHEMA FILE [OTHER]

Validates FILE, or with --lines every line of it, against SCHEMA, which may refer to the definitions of
OTHER by its $id.
"""
import json
import sys

import jsonschema


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def move(node, start, to):
    """References that begin with `start` begin with `to`."""
    if isinstance(node, list):
        return [move(item, start, to) for item in node]
    if not isinstance(node, dict):
        return node
    ref = node.get("$ref")
    moved = {key: move(value, start, to) for key, value in node.items()}
    if isinstance(ref, str) and ref.startswith(start):
        moved["$ref"] = to + ref[len(start):]
    return moved


def bundle(schema, other):
    """One schema of both: not every version of the library finds a schema by a URN."""
    inside = "#/$defs/other/"
    schema = move(schema, other["$id"] + "#/", inside)
    other = move({k: v for k, v in other.items() if not k.startswith("$") or k == "$defs"}, "#/", inside)
    schema.setdefault("$defs", {})["other"] = other
    return schema


lines = sys.argv[1] == "--lines"
schema_path, path, *others = sys.argv[2:] if lines else sys.argv[1:]
schema = load(schema_path)
for other_path in others:
    schema = bundle(schema, load(other_path))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
with open(path, encoding="utf-8") as f:
    documents = [json.loads(line) for line in f] if lines else [json.load(f)]
if not documents:
    sys.exit(f"{path} holds no document")
for document in documents:
    validator.validate(document)
