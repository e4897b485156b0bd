#!/bin/bash
# Are bills of materials valid by the schemas that CycloneDX and SPDX publish? Of a model, a dataset and an
# application whose names and papers are as bad as they can be.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"
. "$SW_SOURCE/test/interop/npm.sh"

npm_client bom

mkdir -p model/sub dataset app
tensors model/model.safetensors 64
printf 'a' >$'model/sub/new\nline \t"quoted" <tag> \\ %41.bin'
printf 'b' >'model/sub/ünï çödé 🦭.bin'
printf 'c' >$'model/bidi\u202egnp.bin'
printf '#!/bin/sh\n' >model/run.sh
cat >model/README.md <<'YAML'
---
license: [llama2]
license_link: "file:///a b/[x]#y#z"
language: [en, "d\"e\n"]
base_model: [openai-community/gpt2, gpt2, "we ird/na me", "/home/somebody/base", "x/y/z"]
base_model_relation: finetune
datasets: ["a/b", wikitext, "a/b", "\u0001", "../../etc"]
pipeline_tag: text-generation
model-index:
- results:
  - dataset: {name: "a\nb"}
    metrics: [{type: acc, value: 1e400}, {type: "x", value: "y"}, {value: 1}]
---
YAML
printf '{"architectures":["A\\u0000B","C"],"model_type":"","torch_dtype":"bf16"}' >model/config.json
printf '%s\n' '---' 'license: cc-by-4.0' 'task_categories: [a, b]' 'size_categories: [n<1K]' '---' >dataset/README.md
printf '{}\n' >dataset/data.jsonl
cat >app/main.py <<'PYTHON'
import openai, transformers, torch
from transformers import AutoModel
AutoModel.from_pretrained("mistralai/Mistral-7B-v0.1")
AutoModel.from_pretrained("openai-community/gpt2", revision="main")
openai.OpenAI().chat.completions.create(model="gpt-4o")
url = "https://api.openai.com/v1"
PYTHON
cp app/main.py $'app/na\nme "x".py'
cp app/main.py $'app/not \xff\xfe text.py'
mkdir strange
cp model/model.safetensors model/README.md strange
printf 'd' >$'strange/not \xff text.bin'
ln -s model.safetensors strange/link.bin

made=()
make_bom() {
    expect "$1" 0 "$SW_BIN" bom make "${@:3}" --output "$2"
    made+=("$2")
}
for of in model dataset app strange; do
    for spec in 1.7 1.6; do
        make_bom "$of as CycloneDX $spec" $of-$spec.json $of --spec $spec
        make_bom "$of as CycloneDX $spec, with a time" $of-$spec-time.json $of --spec $spec --time 2026-01-02
    done
    make_bom "$of as SPDX" $of-spdx.json $of --format spdx --time 2026-01-02
    make_bom "$of as SPDX, with all that can be told" $of-spdx-all.json $of --format spdx --time 2026-01-02 \
        --version 1 --supplier $'A "B" \xff' --licence 'MIT OR (Apache-2.0 AND LicenseRef-x)' --download 'https://h/[a] b' \
        --released 2026-01-01 --owner O --creator me@example.com
    make_bom "$of as CycloneDX, with all that can be told" $of-all.json $of --time 2026-01-02 \
        --version 1 --supplier $'A "B" \xff' --licence 'MIT OR (Apache-2.0 AND LicenseRef-x)' --download 'https://h/[a] b' \
        --released 2026-01-01 --owner O --steward S --custodian C --classification public --description 'a b' \
        --creator 'https://example.com/a b'
done
# What cards are shown as, of values as bad as they can be.
cat >author.yaml <<'YAML'
version: "\u202e<b>"
description: "a\n\tb\u0001"
developer: ["A \"B\"", "C"]
contact: ["javascript:alert(1)", "me@example.com"]
released: 2026-01-02
licence-url: "https://h/[a] b"
intended-use: ["<script>alert(1)</script>", "b"]
limitation: "---\n# x"
risk: [a, "\U000e0041"]
users: [a, b]
YAML
cp author.yaml model.yaml
cat >>model.yaml <<'YAML'
base-model: ["we ird/na me", "a/b"]
dataset: ["a\nb", "a/b", "../../etc"]
training-procedure: [a, b]
preprocessing: [a, b]
metric: [{type: a b, value: 1e400}, {type: "\u202e", value: "<"}]
YAML
cat >dataset.yaml - author.yaml <<'YAML'
owner: [O, "P"]
steward: S
classification: "c\u0007"
personal-data: none
YAML
for of in model dataset; do
    expect "a card of the $of" 0 "$SW_BIN" card make $of --of $of --author $of.yaml --output $of.card
    for how in "cyclonedx" "cyclonedx --time 2026-01-02" "spdx --time 2026-01-02"; do
        read -ra words <<<"$how"
        name=card-$of-${#words[@]}-${words[0]}.json
        expect "as $how" 0 "$SW_BIN" card render $of.card --format "${words[@]}" --output "$name"
        made+=("$name")
    done
done
mkdir history
cd history || exit 99
make_history
for how in "--spec 1.7" "--spec 1.6" "--format spdx"; do
    read -ra words <<<"$how"
    make_bom "a model with evidence, $how" "../evidence-${words[1]}.json" toy --evidence "${words[@]}"
done
cd .. || exit 99
made=("${made[@]#../}")

# The validator must be able to say no.
harmed=()
while read -r name file filter; do
    jq -c "$filter" "$file" >"bad-$name.json"
    harmed+=("bad-$name.json")
done <<'ROWS'
a-service-as-component model-1.7.json .metadata.component.type="service"
an-unknown-member model-1.7.json .metadata.component.owner="me"
a-short-hash model-1.6.json .metadata.component.components[0].hashes[0].content="ab"
another-context model-spdx.json ."@context"="https://example.com/"
a-package-without-creation model-spdx.json del(."@graph"[5].creationInfo)
an-unknown-relation model-spdx.json (."@graph"[]|select(.type=="Relationship")|.relationshipType)="likes"
ROWS

# What is said about components, of which "bom make" writes little: vulnerabilities, annotations, how it
# was made, declarations, standards, patents, signatures. Older versions have less of it.
cp "$SW_SOURCE/test/interop/bom/said.json" said-1.7.json
jq '.specVersion = "1.6" | del(.metadata.distributionConstraints, .metadata.component.patentAssertions,
    .definitions.patents, .citations)' said-1.7.json >said-1.6.json
jq '.specVersion = "1.5" | del(.declarations, .definitions)' said-1.6.json >said-1.5.json
jq -f "$SW_SOURCE/test/interop/bom/said.jq" model-spdx-all.json >said-spdx.json
said=(said-1.7.json said-1.6.json said-1.5.json said-spdx.json)
for name in "${said[@]}"; do
    expect "$name is taken" 0 "$SW_BIN" bom validate "$name"
done

# One process for all of them: it compiles each schema once.
mkdir mutants
expect "the validator runs" 0 node "$client/validate.js" --mutants mutants 40 \
    model-all.json app-1.7.json dataset-1.6.json model-spdx-all.json app-spdx.json "${said[@]}" -- \
    "${made[@]}" "${said[@]}" "${harmed[@]}"
cp "$tmp.out" verdicts.json
declare -A theirs
while IFS=$'\t' read -r name verdict; do
    theirs[$name]=$verdict
done < <(jq -r 'to_entries[] | [.key, (.value | tojson | .[:300] | gsub("[\\t\\n]"; " "))] | @tsv' verdicts.json)
for name in "${made[@]}" "${said[@]}"; do
    is "the published schema takes $name" "${theirs[$name]}" null
done
for name in "${harmed[@]}"; do
    isnt "the published schema refuses $name" "${theirs[$name]}" null
done

# What a schema cannot say.
for name in "${made[@]}"; do
    case $name in
    *spdx*)
        while read -r found what; do
            is "$name: $what" "$found" 0
        done < <(jq -r '
            [."@graph"[] | .spdxId // ."@id"] as $ids
            | ([."@graph"[] | .from, .to, .element, .rootElement, .creationInfo, .suppliedBy, .originatedBy, .createdBy]
               | flatten | map(select(. != null and . != "expandedlicensing_NoAssertionLicense")) - $ids | length) as $lost
            | "\($lost) every reference leads to an element",
              "\($ids | length - (unique | length)) no element is there twice"' "$name")
        ;;
    *)
        while read -r found what; do
            is "$name: $what" "$found" 0
        done < <(jq -r '
            . as $d
            | [.. | objects | ."bom-ref" // empty] as $ids
            | "\($ids | length - (unique | length)) references are unique",
              "\([.dependencies[]? | .ref, .dependsOn[]?] - $ids | length) dependencies lead to what is there",
              "\([.citations[]?.pointers[] | split("/")[1:] | map(if test("^[0-9]+$") then tonumber else . end)
                  | . as $p | $d | getpath($p) | select(. == null)] | length) every citation points at something"' "$name")
        ;;
    esac
    not_ok "$name: no absolute path" grep -qF -e "$tmp" -e /home/somebody "$name"
done

# Whatever a schema refuses of such documents, "bom validate" refuses as well, and the other way round but
# for what a schema cannot say.
beyond='called|something else, too|a hash of|hashValue|package URL|licence|License List|reference|SpdxDocument|profile'
taken=0
refused=0
beyond_schema=0
ours() {
    local mutant
    for mutant in mutants/*.json; do
        "$SW_BIN" bom validate --json "$mutant" 2>>answers.err
        printf '{"file":"%s","rc":%d}\n' "$mutant" $?
    done
}
ours >answers.json
# An answer and what it is of follow each other.
while IFS=$'\t' read -r mutant rc what; do
    accepted=false
    [ "${theirs[$mutant]}" != null ] || accepted=true
    case $accepted$rc in
    true0) taken=$((taken + 1)) ;;
    false1) refused=$((refused + 1)) ;;
    true1)
        beyond_schema=$((beyond_schema + 1))
        like "$mutant is refused for what a schema cannot say" "$what" "$beyond"
        ;;
    *) is "$mutant is refused, too: ${theirs[$mutant]}" "$rc" 1 ;;
    esac
done < <(jq -rs '[recurse(.[2:]; length > 1)[:2]] | .[] | select(length == 2)
    | [.[1].file, (.[1].rc | tostring), (.[0].problems[0].what // "")] | @tsv' answers.json)
is "each mutant was judged" $((taken + refused + beyond_schema)) "$(find mutants -name '*.json' | wc -l)"
is "and no judgement went wrong" "$(cat answers.err)" ""
ok "some mutants are taken" test "$taken" -gt 20
ok "and many are refused" test "$refused" -gt 80
done_testing
