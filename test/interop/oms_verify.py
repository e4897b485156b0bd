#!/usr/bin/env python3
"""Verifies one model by the text of OpenSSF Model Signing v1.0, sharing nothing with sealwright.

usage: oms_verify.py (--public-key PEM | --root PEM) --signature BUNDLE MODEL

Exits 0 when the signature holds and the model is what was signed, 1 with one line when not.
"""

import argparse
import base64
import hashlib
import json
import os
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
GIT_NAMES = {".git", ".gitattributes", ".github", ".gitignore"}
CURVE_HASHES = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}


class Refused(Exception):
    pass


def require(holds, words):
    if not holds:
        raise Refused(words)


def verify_ecdsa(key, signature, data):
    try:
        key.verify(signature, data, ec.ECDSA(CURVE_HASHES[key.curve.name]))
    except InvalidSignature:
        raise Refused("the signature does not hold") from None


def key_from_hint(material, path):
    """Section 4.1: the hint is the SHA-256 of the key's PEM text."""
    with open(path, "rb") as file:
        key = serialization.load_pem_public_key(file.read())
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    hint = hashlib.sha256(pem).hexdigest()
    require(material["publicKey"]["hint"] == hint, "the hint is that of another key")
    return key


def key_from_chain(material, path):
    """Section 4.1: leaf first; each certificate is signed by the next, the last by the root."""
    with open(path, "rb") as file:
        root = x509.load_pem_x509_certificate(file.read())
    chain = [
        x509.load_der_x509_certificate(base64.b64decode(item["rawBytes"], validate=True))
        for item in material["x509CertificateChain"]["certificates"]
    ]
    require(chain[-1].issuer == root.subject, "the chain does not lead to the root")
    for child, parent in zip(chain, chain[1:] + [root]):
        require(child.issuer == parent.subject, "the chain is broken")
        try:
            parent.public_key().verify(
                child.signature,
                child.tbs_certificate_bytes,
                ec.ECDSA(child.signature_hash_algorithm),
            )
        except InvalidSignature:
            raise Refused("a certificate is not signed by the next") from None
    usage = chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    require(x509.ExtendedKeyUsageOID.CODE_SIGNING in usage, "the leaf may not sign code")
    return chain[0].public_key()


def signed_statement(bundle, arguments):
    """Sections 8.1 to 8.3."""
    require(bundle["mediaType"] == MEDIA_TYPE, "another media type")
    material = bundle["verificationMaterial"]
    require(material.get("tlogEntries") == [], "the reference tool wants an empty tlogEntries")
    if arguments.public_key:
        key = key_from_hint(material, arguments.public_key)
    else:
        key = key_from_chain(material, arguments.root)
    envelope = bundle["dsseEnvelope"]
    require(envelope["payloadType"] == PAYLOAD_TYPE, "another payload type")
    require(len(envelope["signatures"]) == 1, "not one signature")
    payload = base64.b64decode(envelope["payload"], validate=True)
    pae = b"DSSEv1 %d %s %d %s" % (
        len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload,
    )
    signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
    verify_ecdsa(key, signature, pae)
    statement = json.loads(payload)
    require(statement["_type"] == STATEMENT_TYPE, "another statement type")
    require(statement["predicateType"] == PREDICATE_TYPE, "another predicate type")
    return statement


def check_shape(statement):
    """Sections 5.2, 6.4 and 6.5: what a producer must write."""
    predicate = statement["predicate"]
    resources = predicate["resources"]
    serialization_ = predicate["serialization"]
    require(resources, "no resources")
    names = [item["name"] for item in resources]
    require(names == sorted(names), "the resources are not sorted by name")
    require(len(set(names)) == len(names), "a name is listed twice")
    raw = b"".join(bytes.fromhex(item["digest"]) for item in resources)
    require(len(statement["subject"]) == 1, "not one subject")
    root = statement["subject"][0]["digest"]["sha256"]
    require(hashlib.sha256(raw).hexdigest() == root, "the root is not that of the resources")
    for item in resources:
        require(item["algorithm"] == serialization_["hash_type"], "another algorithm")
        require(item["digest"] == item["digest"].lower(), "a digest is not in lower case")
    require(isinstance(serialization_["allow_symlinks"], bool), "allow_symlinks is no boolean")
    shards = serialization_["method"] == "shards"
    require(shards == ("shard_size" in serialization_), "shard_size and method disagree")
    for path in serialization_.get("ignore_paths", []):
        require(not set(path) & set("*?["), "an ignored path is a glob")
        require(not path.startswith("/") and ".." not in path.split("/"), "an ignored path escapes")


def listed_files(model, ignored):
    for directory, directories, names in os.walk(model):
        for name in list(directories) + names:
            path = os.path.join(directory, name)
            relative = os.path.relpath(path, model)
            if relative in ignored:
                if name in directories:
                    directories.remove(name)
                continue
            require(not os.path.islink(path), "a symbolic link: " + relative)
            if name in names:
                yield relative, path


def actual_resources(model, serialization_):
    """Sections 6.1 to 6.3."""
    ignored = GIT_NAMES | set(serialization_.get("ignore_paths", []))
    digest = {"sha256": hashlib.sha256, "blake2b": hashlib.blake2b}[serialization_["hash_type"]]
    if os.path.isfile(model):
        files = [(".", model)]
    else:
        files = listed_files(model, ignored)
    resources = {}
    for relative, path in files:
        with open(path, "rb") as file:
            content = file.read()
        if serialization_["method"] == "files":
            resources[relative] = digest(content).hexdigest()
            continue
        size = serialization_["shard_size"]
        for start in range(0, len(content), size):
            end = min(start + size, len(content))
            resources[f"{relative}:{start}:{end}"] = digest(content[start:end]).hexdigest()
    return resources


def main():
    parser = argparse.ArgumentParser()
    trust = parser.add_mutually_exclusive_group(required=True)
    trust.add_argument("--public-key")
    trust.add_argument("--root")
    parser.add_argument("--signature", required=True)
    parser.add_argument("model")
    arguments = parser.parse_args()
    with open(arguments.signature, encoding="utf-8") as file:
        bundle = json.load(file)
    try:
        statement = signed_statement(bundle, arguments)
        check_shape(statement)
        predicate = statement["predicate"]
        expected = {item["name"]: item["digest"] for item in predicate["resources"]}
        actual = actual_resources(arguments.model, predicate["serialization"])
        require(actual == expected, "the model is not what was signed")
    except Refused as refused:
        print(f"refused: {refused}")
        sys.exit(1)
    print(f"{len(expected)} resources")


if __name__ == "__main__":
    main()
