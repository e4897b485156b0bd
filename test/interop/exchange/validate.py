"""python3 validate.py [--lines] SCHEMA FILE [SCHEMA…]

Validates FILE, or with --lines every line of it, against SCHEMA; further schemas may be referred to by
their $id.
"""
import json
import sys
import warnings

# Newer versions of the library have another way to hand schemas over, and say so.
warnings.simplefilter("ignore")
import jsonschema  # noqa: E402


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


lines = sys.argv[1] == "--lines"
schema_path, path, *others = sys.argv[2:] if lines else sys.argv[1:]
schema = load(schema_path)
jsonschema.Draft202012Validator.check_schema(schema)
store = {other["$id"]: other for other in map(load, others)}
resolver = jsonschema.RefResolver("", schema, store=store)
validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
with open(path, encoding="utf-8") as f:
    documents = [json.loads(line) for line in f] if lines else [json.load(f)]
if not documents:
    sys.exit(f"{path} holds no document")
for document in documents:
    validator.validate(document)
