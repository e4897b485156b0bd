#!/bin/bash
# discover --registered and --record: what is in use beside what somebody trusted has registered.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# Signs a predicate as a claim about any digest: KEY TYPE PREDICATE
claim() {
    local payload
    payload=$(jq -cn --arg type "$2" --argjson predicate "$3" '{_type: "https://in-toto.io/Statement/v1",
        subject: [{name: "x", digest: {sha256: ("ab" * 32)}}], predicateType: $type, predicate: $predicate}')
    printf 'DSSEv1 28 application/vnd.in-toto+json %d %s' "${#payload}" "$payload" >pae
    jq -c --arg payload "$(printf %s "$payload" | base64 -w0)" \
        --arg sig "$(openssl dgst -sha256 -sign "$1.pem" pae | base64 -w0)" \
        '.dsseEnvelope.payload = $payload | .dsseEnvelope.signatures = [{sig: $sig}]' "$1.json" >claim.jsonl
}
unknown() { jq -r '[.entities[] | select(.registered == null and .scope == "runtime") | "\(.kind) \(.name)"] | sort | join(", ")' "$tmp.out"; }
by() { jq -r --arg name "$1" '.entities[] | select(.name == $name) | .registered | if . == null then "nobody" else "\(.by) \(.signer)" end' "$tmp.out"; }
look() { run "$SW_BIN" discover --json --registered "$@"; }

mkdir -p app/tests bare one && echo x >one/x
cat >app/main.py <<'PY'
import os
import openai
from transformers import AutoModel
AutoModel.from_pretrained("mistralai/Mistral-7B-v0.1")
key = os.environ["OPENAI_API_KEY"]
url = "https://api.openai.com/v1"
PY
echo 'import torch' >app/tests/test_a.py
cat >app/.mcp.json <<'J'
{"mcpServers": {"files": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/srv"]}}}
J

# --- nothing is registered -----------------------------------------------------------------------
expect "without a store there is nothing to compare with" 4 "$SW_BIN" discover --registered app
expect "a store is made" 0 "$SW_BIN" init
look app
exits "where nothing is registered there is no evidence" 3
documented "the members are documented" discover
json "all that counts is told" .registered.counts.library 3
json "what only tests use is not" '[.entities[] | select(.scope == "test")] | length' 1
expect "an earlier list" 0 "$SW_BIN" discover --output was.json --quiet bare
expect "what is new outweighs that nothing is registered" 1 "$SW_BIN" discover --diff was.json --registered app
expect "--approve is about --record" 2 "$SW_BIN" discover --approve app
expect "--record takes one tree" 2 "$SW_BIN" discover --record app one

# --- a claim of discovery ------------------------------------------------------------------------
run "$SW_BIN" discover --record --json app
exits "to record is no verdict" 0
cp "$tmp.out" recorded.json
documented "what was recorded is documented" discover
"$SW_BIN" evidence show "$(jq -r .claim recorded.json)" --raw | jq -r .dsseEnvelope.payload | base64 -d >statement.json
jq .predicate statement.json >predicate.json
is "it is about the root of the files" "sha256:$(jq -r '.subject[0].digest.sha256' statement.json)" "$(jq -r .root recorded.json)"
is "it lists what nobody registered" "$(jq -r '[.unregistered[] | select(.kind == "service") | .name] | join(" ")' predicate.json)" OpenAI
is "and counts it" "$(jq -r '.counts.service, .counts["mcp-server"], (.unregistered | length)' predicate.json | tr '\n' ' ')" "1 1 7 "
is "with coverage" "$(jq -r .coverage.files predicate.json)" 3
not_ok "and no value of anything" grep -q '/srv' predicate.json
look app
exits "a claim that approves nothing registers nothing" 3

schema=$SW_SOURCE/doc/claims/discovery.schema.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    cat >validate.py <<'PY'
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
with open(sys.argv[2], encoding="utf-8") as f:
    jsonschema.Draft202012Validator(schema).validate(json.load(f))
PY
    expect "it follows the schema" 0 python3 validate.py "$schema" predicate.json
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$SW_SOURCE/doc/claims/discovery.md" >example.json
    expect "so does the example in the page" 0 python3 validate.py "$schema" example.json
    while read -r name filter; do
        jq "$filter" predicate.json >bad.json
        run python3 validate.py "$schema" bad.json
        isnt "refused: $name" "$rc" 0
    done <<'ROWS'
without-a-catalogue del(.catalogue)
without-coverage del(.coverage)
an-unknown-kind .entities[0].kind="thing"
an-unknown-field .extra=1
without-the-list del(.unregistered)
a-negative-count .counts.service=-1
ROWS
else
    skip 8 "python3-jsonschema is not installed"
fi

# --- vendors -------------------------------------------------------------------------------------
# review SIGNER VENDOR DECISION SERVICE…: a review, as "vendor sign" makes it.
review() {
    {
        printf 'version: 1\nvendor: %s\ntitle: A supplier\nowner: ml-platform\nservices:\n' "$2"
        printf '  - {%s}\n' "${@:4}"
        printf 'use: {dependence: low, depends: [support chat]}\n'
        printf 'data: {class: internal, trains-on: never, retention-days: 30, regions: [EU], sub-processors: [Cloud AG]}\n'
        printf 'review: {reviewed: %s, due: %s, by: J. Doe, decision: %s, conditions: [no personal data]}\n' \
            "$(date -u -d '-20 days' +%F)" "$(date -u -d '+100 days' +%F)" "$3"
    } >"$2.yaml"
    next_second # of two claims of one second, neither is the newer one
    "$SW_BIN" vendor sign --key "$1" "$2.yaml"
}
for who in vendors stranger; do
    expect "a key of $who" 0 "$SW_BIN" key new $who
done
printf '  - name: vendors\n    key: %s\n    may-sign: ["urn:sealwright:claim:vendor:v1"]\n' keys/vendors.pub >>.sealwright/trust.yaml
expect "a stranger's review is in the log" 0 review stranger other approved 'name: OpenAI, hosts: [api.openai.com], purls: ["pkg:pypi/openai"]'
look app
exits "and registers nothing" 3
json "it is told that it was passed over" .registered.passed_over 1

expect "names that look alike" 0 review vendors alike approved 'name: ОpenAI' 'name: Ｏpen AI' 'name: OpenAI.evil, hosts: [api.openai.com.evil.example]'
look app
exits "are other names" 1
is "of the service" "$(by OpenAI)" nobody

for who in vendors stranger; do
    openssl pkey -in .sealwright/keys/$who.key -out $who.pem 2>/dev/null
done
"$SW_BIN" sign --private-key vendors.pem --signature vendors.json one >/dev/null
claim vendors "https://cyclonedx.org/bom" '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "openai", "purl": "pkg:pypi/openai@1.0"}]}'
"$SW_BIN" evidence import claim.jsonl >/dev/null
look app
is "who may sign vendors may sign no bills" "$(by openai)" nobody

expect "a host and a package" 0 review vendors ours approved 'name: A name of our own, hosts: [.OpenAI.com.], purls: ["pkg:pypi/OpenAI"]'
look app
exits "the rest is still not registered" 1
is "a host registers the service" "$(by OpenAI)" "vendor vendors"
is "a package its library" "$(by openai)" "vendor vendors"
is "the key's variable is not, by a host" "$(by OPENAI_API_KEY)" nobody
mkdir hosts && echo 'u = "https://api.cohere.ai/v1"' >hosts/a.py
expect "one host of two" 0 review vendors cohere approved 'name: x, hosts: [api.cohere.ai]'
look hosts
is "where one host is seen it is enough" "$(by Cohere)" "vendor vendors"
echo 'u = "https://api.cohere.com/v1"' >hosts/b.py
look hosts
is "another one has to be registered as well" "$(by Cohere)" nobody
rm hosts/b.py
expect "who was refused later" 0 review vendors cohere refused 'name: x, hosts: [api.cohere.ai]'
look hosts
is "is registered no longer" "$(by Cohere)" nobody
expect "a service by its name, in any case" 0 review vendors named approved 'name: openai'
look app
is "has its key's variable, too" "$(by OPENAI_API_KEY)" "vendor vendors"

# --- bills, signatures, datasets -------------------------------------------------------------------
mkdir other && tensors other/model.safetensors 64
printf -- '---\nlicense: mit\nbase_model: mistralai/Mistral-7B-v0.1\n---\n' >other/README.md
expect "a bill of another model is recorded" 0 "$SW_BIN" bom make other --record --output other.cdx.json
look app
is "it registers what it names" "$(by mistralai/Mistral-7B-v0.1)" "bill default"
is "and nothing else" "$(unknown)" "library @modelcontextprotocol/server-filesystem, library transformers, mcp-server files"

mkdir use && cp other/model.safetensors use/w.safetensors
look use
is "the file is in the bill" "$(by w.safetensors)" "bill default"
exits "and there is nothing else" 0
mkdir third && tensors third/model.safetensors 64 && cp third/model.safetensors use/
look use
exits "another file of a known name is another file" 1
is "it is not registered" "$(by model.safetensors)" nobody
expect "it is sealed" 0 "$SW_BIN" seal third
look use
exits "then it is" 0
is "by its signature" "$(by model.safetensors)" "signature default"

# --- approval --------------------------------------------------------------------------------------
run "$SW_BIN" discover --registered --record --approve --json app
exits "what is approved is registered" 0
is "by that claim" "$(by files)" "approval default"
look app
exits "and stays so" 0
sed -i 's#"/srv"#"/"#' app/.mcp.json
look app
exits "a server with another command line is another one" 1
is "of the same name" "$(unknown)" "mcp-server files"
run "$SW_BIN" discover --registered app
like "people are told" "$out" "files .* unregistered"
like "how many of what" "$out" "registered, 1 not: 1 mcp-server"

openssl pkey -in stranger.pem -out k.pem 2>/dev/null
run "$SW_BIN" discover --registered --record --approve --private-key k.pem --json app
exits "who is not trusted approves nothing" 1
like "and is told" "$err" "nothing is registered by it"

# --- the catalogue ---------------------------------------------------------------------------------
cat >mine.yaml <<'Y'
version: 1
hosts:
  llm.corp.example: Our own model
pypi:
  corp-llm: corp_llm
Y
mkdir own && printf 'import openai, corp_llm\nu = "https://llm.corp.example/v1"\n' >own/a.py
expect "an unsigned catalogue is refused" 1 "$SW_BIN" discover --catalogue mine.yaml own
expect "or taken on one's own account" 0 "$SW_BIN" discover --catalogue mine.yaml --unsigned-catalogue own
like "which is told" "$out" "signed by nobody"
run "$SW_BIN" discover --catalogue mine.yaml --unsigned-catalogue --json own
json "it replaces ours" '[.entities[].name] | sort | join(" ")' "Our own model corp-llm"
json "with its digest" .catalogue "sha256:$(sha256sum <mine.yaml | cut -d' ' -f1)"
json "and its origin" .catalogue_origin unsigned
expect "it is signed" 0 "$SW_BIN" sign --signature mine.yaml.sigstore.json mine.yaml
run "$SW_BIN" discover --catalogue mine.yaml --json --record own
exits "a signed one is taken" 0
json "and it is told who signed" .catalogue_signer default
is "in the claim, too" "$("$SW_BIN" evidence show "$(jq -r .claim "$tmp.out")" --raw | jq -r .dsseEnvelope.payload | base64 -d | jq -r '.predicate.catalogue.origin')" signed
sed -i 's/corp.example/corp.test/' mine.yaml
expect "a changed one is refused" 1 "$SW_BIN" discover --catalogue mine.yaml own
expect "--unsigned-catalogue needs one" 2 "$SW_BIN" discover --unsigned-catalogue own
while IFS='|' read -r name text want; do
    printf '%b' "$text" >bad.yaml
    run "$SW_BIN" discover --catalogue bad.yaml --unsigned-catalogue own
    exits "$name is refused" 4
    like "with its line" "$err" "bad.yaml.*$want"
done <<'T'
an unknown section|version: 1\nthings: []\n|line 2
another version|version: 2\n|line 1
a row that is no text|version: 1\nhosts:\n  a.example: [1]\n|line 3
a call without a kind|version: 1\ncalls:\n  - {call: f, from: hub}\n|line 3
an alias that is no place on the Hub|version: 1\naliases:\n  a: b\n|line 3
no YAML|version: 1\n\thosts: x\n|line 2
no catalogue|- a\n|version
T

# --- models in several files, and in several trees ---------------------------------------------------
gguf() {
    python3 - "$1" "$2" <<'PY'
import struct, sys
def text(t): return struct.pack("<Q", len(t)) + t.encode()
def pair(k, v): return text(k) + struct.pack("<I", 8) + text(v)
open(sys.argv[1], "wb").write(b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + pair("general.architecture", "llama") +
    pair("general.name", "Tiny") + sys.argv[2].encode() * 5000)
PY
}
if command -v python3 >/dev/null; then
    mkdir shards && gguf shards/m-00001-of-00002.gguf a && gguf shards/m-00002-of-00002.gguf b
    expect "a model in two files is approved" 0 "$SW_BIN" discover --registered --record --approve shards
    look shards
    exits "and is registered" 0
    gguf shards/m-00002-of-00002.gguf c
    look shards
    exits "not when one of them is another" 1
    is "whatever it is called" "$(by m.gguf)" nobody
    gguf shards/m-00002-of-00002.gguf b
    echo 'from transformers import AutoModel; AutoModel.from_pretrained("m.gguf")' >shards/a.py
    for i in {10001..10070}; do cp shards/m-00001-of-00002.gguf "shards/m-$i-of-20000.gguf"; done
    look shards
    is "nor when there are too many to keep their places" "$(by m.gguf)" nobody

    mkdir -p trees/x trees/y beside/x && gguf trees/x/m.gguf good && gguf trees/y/n.gguf other && cp trees/x/m.gguf beside/x
    expect "a tree is approved" 0 "$SW_BIN" discover --registered --record --approve trees/x
    look "$PWD/trees/x" "$PWD/trees/y"
    is "in several trees, its files are found" "$(by x/m.gguf)" "approval default"
    gguf trees/x/m.gguf evil
    trees=$PWD/trees
    cd beside || exit 99
    look --store "$OLDPWD/.sealwright" "$trees/x" "$trees/y"
    cd "$OLDPWD" || exit 99
    is "and no others that stand where we are" "$(by x/m.gguf)" nobody

    mkdir -p copy/home/ann/.lmstudio/models/acme/tiny copy/proc/42 tree/home/ann/.lmstudio/models/acme/tiny
    gguf copy/home/ann/.lmstudio/models/acme/tiny/m.gguf evil
    gguf tree/home/ann/.lmstudio/models/acme/tiny/m.gguf good
    look --host --root copy
    exits "a host alone is compared" 1
    look --host --root copy tree
    is "its files are not those of a tree" "$(by /home/ann/.lmstudio/models/acme/tiny/m.gguf)" nobody
fi
for source in "--host --root copy" "--k8s app/main.py" "--logs app/main.py"; do
    # shellcheck disable=SC2086 # these are words
    expect "a claim is about a tree alone: $source" 2 "$SW_BIN" discover --record $source app
done
mkdir nothing
expect "a tree without a file is no evidence" 3 "$SW_BIN" discover --registered nothing
like "and it says so" "$err" "there was no file to look at"
done_testing
