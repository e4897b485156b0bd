"""A second opinion on Croissant, by the JSON-LD reader of rdflib.

    python3 jsonld.py FILE

Reads the document as RDF, whatever its context calls things, and prints JSON: what it says of the
dataset, by whole IRIs.
"""
import json
import sys

import rdflib

SC = rdflib.Namespace("https://schema.org/")
CR = rdflib.Namespace("http://mlcommons.org/croissant/")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")


def texts(graph, node, term):
    return sorted(str(value) for value in graph.objects(node, term))


def main(path):
    graph = rdflib.Graph().parse(path, format="json-ld")
    (dataset,) = graph.subjects(rdflib.RDF.type, SC.Dataset)
    files = list(graph.subjects(rdflib.RDF.type, CR.FileObject))
    activities = list(graph.objects(dataset, PROV.wasGeneratedBy))
    print(json.dumps({
        "dataset": str(dataset),
        "conforms": texts(graph, dataset, DCT.conformsTo),
        "name": texts(graph, dataset, SC.name),
        "license": texts(graph, dataset, SC.license),
        "files": sorted(texts(graph, f, SC.contentUrl) + texts(graph, f, SC.sha256) for f in files),
        "derived": texts(graph, dataset, PROV.wasDerivedFrom),
        "activities": sorted(texts(graph, a, PROV.label) for a in activities),
        "used": sorted(u for a in activities for u in texts(graph, a, PROV.used)),
        "attributed": sorted(texts(graph, a, PROV.label)
                             for a in graph.objects(dataset, PROV.wasAttributedTo)),
        "types": sorted(str(t) for t in graph.objects(None, CR.dataType)),
        "status": texts(graph, dataset, rdflib.URIRef("urn:sealwright:croissant:status")),
    }, sort_keys=True))


main(sys.argv[1])
