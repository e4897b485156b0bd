#!/bin/bash
# Cards: making and checking that of a model with a README.md of 1 MB, in a store with 1,000 claims, half of them
# about the model. Against reading the same in Python, and against hashing the same bytes alone, which is the
# least that a card that is bound to its files can take. Hashing is that of OpenSSL, which is what both use.
. "${SW_SOURCE:-.}/bench/lib.sh"
need python3 jq openssl

mkdir model
"$SW_SOURCE/examples/poisoned/make.py" model model
head -c $((64 << 20)) /dev/urandom >model/vocabulary.bin
{
    printf '%s\n' --- 'license: apache-2.0' 'pipeline_tag: text-generation' 'language: [en, de]' --- '# A model'
    for i in $(seq 1 1000); do
        printf '## Part %d\n\n%s\n\n' "$i" "$(printf 'A sentence about the model that nobody needs. %.0s' {1..22})"
    done
    printf '## Direct Use\n\nDrafts of letters.\n'
} >model/README.md
"$SW_BIN" init >/dev/null
"$SW_BIN" seal model >/dev/null || [ $? -eq 3 ]
"$SW_BIN" evidence export >exported
scan=$(grep -m 1 '"dsseEnvelope"' exported)
payload=$(jq -r .dsseEnvelope.payload <<<"$scan" | base64 -d)
about=$(jq -c .subject <<<"$payload")
other='[{"name":"other","digest":{"sha256":"'$(printf '%064d' 7)'"}}]'
for i in $(seq 1 1000); do
    subject=$about
    [ $((i % 2)) -eq 0 ] || subject=$other
    statement='{"_type":"https://in-toto.io/Statement/v1","subject":'$subject',"predicateType":"https://example.com/note/v1","predicate":{"n":'$i'}}'
    printf 'DSSEv1 28 application/vnd.in-toto+json %d %s' ${#statement} "$statement" |
        openssl dgst -sha256 -sign .sealwright/keys/default.key | base64 -w0
    printf '\t%s\n' "$statement"
done | jq -cR --argjson scan "$scan" '
    split("\t") as [$sig, $statement]
    | $scan | .dsseEnvelope.payload = ($statement | @base64) | .dsseEnvelope.signatures[0].sig = $sig' >claims.jsonl
"$SW_BIN" evidence import claims.jsonl >/dev/null

cat >read.py <<'PY'
import hashlib, json, pathlib, re, sys
card, root = {}, pathlib.Path(sys.argv[1])
for path in sorted(root.iterdir()):
    with open(path, "rb") as f:
        card[path.name] = hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest") \
            else hashlib.sha256(f.read()).hexdigest()
text = (root / "README.md").read_text()
front = text.split("---", 2)[1]
card["front"] = dict(line.split(": ", 1) for line in front.strip().splitlines())
card["sections"] = dict(re.findall(r"^#+ (.+)\n((?:(?!#).*\n)*)", text, re.M))
card["config"] = json.loads((root / "config.json").read_text())
for line in open(sys.argv[2]):
    claim = json.loads(line)
    card.setdefault("claims", []).append(claim["dsseEnvelope"]["signatures"][0]["sig"])
json.dumps(card)
PY

measure -n 7 "$SW_BIN" card make model --of model --evidence --output model.card :: \
    python3 read.py model claims.jsonl :: openssl dgst -sha256 model/*
size=$(du -sb model | awk '{ printf "%.0f MB", $1 / 1e6 }')
compare "a card of $size among 1,000 claims" "$(calc "1000 * ${cpu[0]}")" ms "${cpu[0]}" "${cpu[1]}" \
    "reading the same in Python, no signature checked" "<= 1"
compare "a card of $size among 1,000 claims" "$(calc "1000 * ${cpu[0]}")" ms "${cpu[0]}" "${cpu[2]}" \
    "openssl dgst of the files" "<= 1.5"
limit "memory of making a card" "$(calc "${rss[0]} / 1000")" MB "<= 64"
measure -n 7 "$SW_BIN" card check model.card --model model --evidence :: openssl dgst -sha256 model/*
compare "checking that card" "$(calc "1000 * ${cpu[0]}")" ms "${cpu[0]}" "${cpu[1]}" "openssl dgst of the files" "<= 1.5"
