"""A second opinion on PROV-JSON, by the Python library "prov".

    python3 prov.py FILE

Reads the document, and prints JSON: how many records of each kind, whether what the library writes of
it is the same document again, and which identifiers relations name that no record defines.
"""
import collections
import json
import sys

# This file has the name of the library.
sys.path.pop(0)
import prov.model as model  # noqa: E402


def main(path):
    document = model.ProvDocument.deserialize(path, format="json")
    again = model.ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    records = list(document.get_records())
    known = {r.identifier for r in records if r.is_element()}
    named = {v for r in records if r.is_relation() for a, v in r.formal_attributes
             if isinstance(v, model.QualifiedName)}
    counts = collections.Counter(type(r).__name__ for r in records)
    print(json.dumps({
        "counts": counts,
        "same": document == again,
        "undefined": sorted(str(i) for i in named - known),
        "samples": sorted(getattr(v, "value", str(v)) for r in records for a, v in r.extra_attributes
                          if a.localpart == "samples"),
    }, sort_keys=True))


main(sys.argv[1])
