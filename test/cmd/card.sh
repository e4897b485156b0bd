#!/bin/bash
# "card": what is said of a model or a dataset, each value with who says so, and nothing else.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"

mkdir -p model dataset
tensors model/model.safetensors 64
printf '{"architectures":["LlamaForCausalLM"],\n"model_type":"llama"}' >model/config.json
cat >model/README.md <<'YAML'
---
license: apache-2.0
base_model: org/base
base_model_relation: finetune
datasets: [allenai/c4]
language: [en, de]
library_name: transformers
pipeline_tag: text-generation
model-index:
- name: model
  results:
  - task: {type: text-generation}
    dataset: {name: allenai/c4, type: c4}
    metrics: [{type: perplexity, value: 12.5}]
---
# Model

- **Developed by:** Example AG

## Uses

<!-- tell them
all -->

### Direct Use

Drafts of <script>alert(1)</script> letters.

### Out-of-Scope Use

[More Information Needed]
YAML
cat >author.yaml <<'YAML'
version: 1.2
released: 2026-01-02
description: |
  A small model.

  It writes.
limitation: [It makes things up, "- # not *markup*"]
users: Writers
metric: {type: accuracy, value: 0.91, dataset: org/set}
YAML
cat >dataset/README.md <<'YAML'
---
license: cc-by-4.0
task_categories: [text-generation]
size_categories: [n<1K]
---
## Dataset Structure

One object a line.
YAML
printf '{"a":1}\n' >dataset/data.jsonl

# --- making -------------------------------------------------------------------------------------

expect "a model's card" 0 "$SW_BIN" card make model --author author.yaml
cp "$tmp.out" card.json
like "it is said what it is taken for" "$err" "taken for a model"
root=$(jq -r .subject.root card.json)
like "it is bound to the files" "$root" '^sha256:[0-9a-f]{64}$'
json "a citation has its place" '.sections.identity.licence[0] | [.value, .origin.kind, .origin.file, .origin.line, .origin.field] | join(" ")' \
    "Apache-2.0 citation README.md 2 license"
json "and the file's digest" '.sections.identity.licence[0].origin.digest' "sha256:$(sha256sum <model/README.md | cut -d' ' -f1)"
json "a field of JSON, too" '.sections.makeup["architecture-family"][0].origin | [.file, .line, .field] | join(" ")' "config.json 2 model_type"
json "a section of the text is cited by its heading" '.sections.uses["intended-use"][0].origin | [.line, .field] | join(" ")' "25 Direct Use"
json "what a template leaves open is not said" '.sections.uses | has("out-of-scope-use")' false
json "an author's statement is one" '.sections.risks.limitation[0] | [.value, .origin.kind, .origin.file, .origin.line] | join(" ")' \
    "It makes things up author author.yaml 7"
json "what nobody says is unknown" '.unknown | join(" ")' "name contact out-of-scope-use risk signature scan"
json "no time is made up" 'has("time")' false
expect "again" 0 "$SW_BIN" card make model --author author.yaml
ok "the bytes are the same" cmp -s "$tmp.out" card.json
cp author.yaml $'auth\xff.yaml'
expect "an author's file of another name" 0 "$SW_BIN" card make model --author $'auth\xff.yaml'
cp -r model elsewhere
mv elsewhere far
expect "of a copy" 0 "$SW_BIN" card make far --author author.yaml
json "it is the same but for the directory's name" "(.subject.name = \"model\") == $(jq -c . card.json)" true
cp -r model trained
printf '{"temperature":0.7,\n"top_k":50}' >trained/generation_config.json
printf '{"output_dir":"/home/somebody/run","learning_rate":5e-05}' >trained/training_args.json
printf '{"eval_accuracy":0.91,"eval_runtime":3}' >trained/eval_results.json
printf '{{ messages }}' >trained/chat_template.jinja
expect "what training and evaluation left" 0 "$SW_BIN" card make trained
cp "$tmp.out" trained.json
json "defaults for inference, by line" '.sections.makeup["inference-default"] | map("\(.value) \(.origin.line)") | join(", ")' \
    "temperature: 0.7 1, top_k: 50 2"
json "the template by its digest" '.sections.makeup["chat-template"][0].value' \
    "sha256:$(sha256sum <trained/chat_template.jinja | cut -d' ' -f1), 14 bytes"
json "hyperparameters, and no path" '.sections.training.hyperparameters | map(.value) | join(", ")' "learning_rate: 5e-05"
json "results, and no speed" '[.sections.evaluation.metric[] | select(.origin.file == "eval_results.json").value] | tostring' \
    '["eval_accuracy\n0.91\n"]'
printf '{"eval_accuracy":0.99}' >trained/eval_results.json
expect "a card whose result is not that of the files" 1 "$SW_BIN" card check trained.json --model trained
like "is told" "$out" "eval_accuracy"
expect "of a dataset" 0 "$SW_BIN" card make dataset --of dataset
cp "$tmp.out" dataset.json
json "it has a dataset's fields" '[.kind, .sections.data["size-category"][0].value, .sections.data.structure[0].value] | join(" ")' \
    "dataset n<1K One object a line."
expect "into a file" 0 "$SW_BIN" card make model --author author.yaml --output out.json --json
documented "as the page says" "card make"
json "it is told what it has" '[.claims, .citations, .author_statements, .model_root] | join(" ")' "0 13 7 $root"
expect "for people" 0 "$SW_BIN" card make model --output out.json
like "in a line" "$out" "13 citations, 0 author statements"

while IFS='|' read -r name want yaml; do
    printf '%b' "$yaml" >bad.yaml
    expect "an author's file with $name" 1 "$SW_BIN" card make model --author bad.yaml
    one_line_error "is refused in one line"
    like "with its place" "$err" "$want"
done <<'ROWS'
an unknown key|bad.yaml: line 2: a model's card has no field 'intended_use'|name: x\nintended_use: y
what only claims may say|line 1: 'scan'|scan: clean
an alias|line 1|risk: [&a b, *a]
nothing|line 1|
a dataset's field|line 1|owner: x
ROWS
while read -r name status args; do
    # shellcheck disable=SC2086 # words
    expect "$name" "$status" "$SW_BIN" card $args
    one_line_error "in one line"
done <<'ROWS'
a-missing-model 4 make nowhere
a-kind-that-is-none 2 make model --of service
a-time-that-is-none 2 make model --time soon
a-missing-author 4 make model --author nowhere.yaml
a-record-without-a-store 4 make model --record
a-place-that-cannot-be-written 4 make model --of model --output nowhere/x.json
a-form-that-is-none 2 render card.json --format pdf
no-card-to-render 2 render
a-card-and-a-model 2 render card.json --model model
a-card-that-is-not-there 4 render nowhere.json
SPDX-without-a-time 2 render card.json --format spdx
nothing-to-check 2 check
evidence-of-nothing 2 check model/README.md --evidence
ROWS
mkdir empty
expect "an empty directory" 3 "$SW_BIN" card make empty
expect "a directory without a card" 3 "$SW_BIN" card check empty
one_line_error "in one line"
printf 'Just words.\n' >empty/README.md
expect "a README.md that is no card" 3 "$SW_BIN" card check empty
one_line_error "in one line"

# --- showing ------------------------------------------------------------------------------------

expect "as Markdown" 0 "$SW_BIN" card render card.json
cp "$tmp.out" card.md
like "the Hub's licence" "$out" $'\nlicense: apache-2.0\n'
unlike "no markup comes out of values" "$(sed '1,/^---$/d' card.md)" '<'
like "a result that the Hub takes" "$out" $'type: accuracy\n      value: 0.91\n'
mkdir -p again/m
cp card.md again/m/README.md
cp model/model.safetensors again/m
expect "the front matter is read by others" 0 "$SW_BIN" bom make again/m
json "as it was" '.metadata.component | [.licenses[0].license.id, .pedigree.ancestors[0].name, .modelCard.modelParameters.task,
    .modelCard.quantitativeAnalysis.performanceMetrics[0].value] | join(" ")' "Apache-2.0 org/base text-generation 12.5"
expect "as a page" 0 "$SW_BIN" card render card.json --format html --output card.html --json
documented "as the page says" "card render"
unlike "which loads nothing" "$(cat card.html)" 'src=|href=|url\(|@import|<script|<link'
like "and shows markup as text" "$(cat card.html)" '&lt;script&gt;alert\(1\)&lt;/script&gt;'
if command -v xmllint >/dev/null; then
    sed -e '1d' -e 's|<meta \([^>]*\)>|<meta \1/>|' card.html >card.xml
    ok "every element is closed where it was opened" xmllint --noout card.xml
else
    skip 1 "xmllint is not installed"
fi
like "and origins" "$(cat card.html)" 'Author</span> author statement, author.yaml:7'
expect "as CycloneDX" 0 "$SW_BIN" card render card.json --format cyclonedx --output card.cdx.json
expect "it is valid" 0 "$SW_BIN" bom validate card.cdx.json
run cat card.cdx.json
json "with a model card" '.metadata.component.modelCard.considerations | [.users[0], .technicalLimitations[0]] | join(" ")' "Writers It makes things up"
expect "which reads back" 0 "$SW_BIN" bom read card.cdx.json --json
json "with users and limitations" '.components[0].values | [.users[0], .limitation[0]] | join(" ")' "Writers It makes things up"
expect "as SPDX" 0 "$SW_BIN" card render card.json --format spdx --time 2026-01-02 --output card.spdx.json
expect "it is valid" 0 "$SW_BIN" bom validate card.spdx.json
run cat card.spdx.json
json "with an AI package" '."@graph"[] | select(.type == "ai_AIPackage" and .software_packageVersion == "1.2") | .ai_limitation' \
    $'It makes things up\n- # not *markup*'
expect "as itself" 0 "$SW_BIN" card render card.json --format json
ok "the bytes are the same" cmp -s "$tmp.out" card.json
expect "from standard input" 0 bash -c '"$SW_BIN" card render - <card.json'
for format in markdown html cyclonedx; do
    expect "a dataset's as $format" 0 "$SW_BIN" card render dataset.json --format $format --output dataset.$format
done
like "the Hub's keys of datasets" "$(cat dataset.markdown)" $'\nsize_categories:\n- "n<1K"\n'
expect "it is valid" 0 "$SW_BIN" bom validate dataset.cyclonedx

# --- checking -----------------------------------------------------------------------------------

expect "a card and its files" 0 "$SW_BIN" card check card.json --model model --json
documented "as the page says" "card check"
json "nothing speaks against it" '.contradictions | length' 0
json "elements are present" '.elements[] | select(.scheme == "CycloneDX" and .name == "users") | .state' present
json "or absent" '.elements[] | select(.scheme == "Hub" and .name == "funding") | .state' absent
json "and of laws never present" '[.elements[] | select(.scheme == "EU AI Act") | .state] | unique | join("; ")' "absent; needs a person"
expect "for people" 0 "$SW_BIN" card check model/README.md
like "without a grade" "$out" "not contradicted"
unlike "without a promise" "$out" "compliant|%"
printf 'x' >>far/config.json
expect "of other files" 1 "$SW_BIN" card check card.json --model far --json
json "it says which" '.contradictions[0] | [.field, .says] | join(" ")' "root $root"
jq '.sections.makeup.task[0].value = "translation"' card.json >forged.json
expect "a citation that is made up" 1 "$SW_BIN" card check forged.json --model model
like "is told" "$out" 'task: the card says translation \(README.md:8 pipeline_tag\); the papers do not say so'
jq '.sections.identity.licence += [{"value": "MIT", "origin": {"kind": "author", "file": "a"}}]' card.json >two.json
expect "two licences" 1 "$SW_BIN" card check two.json --json
json "exclude each other" '.contradictions[0].field' licence
cp -r model licensed
cat >licensed/LICENSE <<'TEXT'
MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software.
TEXT
expect "a README.md beside another licence" 1 "$SW_BIN" card check licensed --model licensed --json
json "is contradicted by it" '.contradictions[0] | [.field, .says, .but] | join("; ")' "licence; Apache-2.0 (README.md:2 license); MIT (LICENSE)"

# --- the log ------------------------------------------------------------------------------------

expect "a store" 0 "$SW_BIN" init --origin example.com/log
expect "no card in the log" 3 "$SW_BIN" card check --model model
one_line_error "in one line"
cp -r model base
rm base/README.md
tensors base/model.safetensors 32
expect "a base model" 0 "$SW_BIN" seal base
expect "and the model" 0 "$SW_BIN" seal model --parent base:finetune --tensors
expect "with evidence, recorded" 0 "$SW_BIN" card make model --author author.yaml --evidence --record --output sealed.json --json
claim=$(jq -r .claim "$tmp.out")
json "claims are values" '.claims > 4' true
run cat sealed.json
json "of signer and kind" '.sections.security.scan[0] | [.value, .origin.kind, .origin.signer, .origin.type] | join(" ")' \
    "clean claim default urn:sealwright:claim:scan:v1"
json "the parents, too" '.sections.makeup["base-model"] | map([.value, .origin.kind] | join(" ")) | join("; ")' "base claim; org/base citation"
json "at the time of the newest" 'has("time")' true
expect "the log has it" 0 "$SW_BIN" evidence query "$(jq -r .subject.root sealed.json)" --type 'urn:sealwright:claim:model-card:v1' --json
json "as a claim about the files" '.[0].claim' "$claim"
expect "it is shown from there" 0 "$SW_BIN" card render --model model --format json
ok "with the same values" test "$(jq -cS .sections "$tmp.out")" = "$(jq -cS .sections sealed.json)"
expect "and checked" 0 "$SW_BIN" card check --model model --evidence --json
json "as that claim" '[.claim, .against_files, .against_evidence] | join(" ")' "$claim true true"
expect "made again" 0 "$SW_BIN" card make model --author author.yaml --evidence
ok "the bytes are the same" cmp -s "$tmp.out" sealed.json
jq '.sections.security.scan[0].value = "notes"' sealed.json >forged.json
expect "a claim that is made up" 1 "$SW_BIN" card check forged.json --evidence --json
json "is contradicted" '[.contradictions[].field] | unique | join(" ")' scan
jq 'del(.sections.security) | .sections.makeup["base-model"] = [{"value": "org/other", "origin": {"kind": "author", "file": "a"}}]' \
    sealed.json >forged.json
expect "another base model" 1 "$SW_BIN" card check forged.json --evidence --json
json "is contradicted by the derivation" '.contradictions[0] | [.field, (.but | startswith("base (claim sha256:"))] | join(" ")' "base-model true"
printf 'version: 1\nsigners: []\n' >.sealwright/trust.yaml
expect "without trust" 3 "$SW_BIN" card render --model model
one_line_error "in one line"
expect "nothing is believed" 0 "$SW_BIN" card make model --evidence --output untrusted.json --json
json "and that is told" '[.claims, .ignored > 0] | tojson' '[0,true]'
mkdir history
cd history || exit 99
make_history
expect "a model that was trained here" 0 "$SW_BIN" card make toy --of model --evidence
json "names its data as it was claimed" '.sections.training.dataset[0] | [.value, .origin.kind] | join(" ")' "clean@1 claim"
cd .. || exit 99

# --- what claims and pages say --------------------------------------------------------------------

if python3 -c 'import jsonschema' 2>/dev/null; then
    cat >validate.py <<'PY'
import json, sys
import jsonschema
with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
with open(sys.argv[2], encoding="utf-8") as f:
    jsonschema.Draft202012Validator(schema).validate(json.load(f))
PY
    schema=$SW_SOURCE/doc/claims/model-card.schema.json
    for name in card dataset sealed out untrusted; do
        expect "$name follows the schema" 0 python3 validate.py "$schema" $name.json
    done
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$SW_SOURCE/doc/claims/model-card.md" >example.json
    expect "the example in the page follows it" 0 python3 validate.py "$schema" example.json
    expect "and is a card" 0 "$SW_BIN" card render example.json
    while read -r name filter; do
        jq "$filter" sealed.json >bad.json
        run python3 validate.py "$schema" bad.json
        isnt "the schema refuses $name" "$rc" 0
        expect "so does the reader: $name" 1 "$SW_BIN" card render bad.json
    done <<'ROWS'
an-unknown-member .more=1
no-subject del(.subject)
a-root-that-is-none .subject.root="abc"
a-field-elsewhere .sections.identity.scan=.sections.security.scan
an-origin-that-is-none .sections.security.scan[0].origin.kind="guess"
a-claim-without-digest del(.sections.security.scan[0].origin.digest)
an-empty-value .sections.security.scan[0].value=""
no-values .sections.security.scan=[]
another-version .version=2
ROWS
else
    skip 25 "python3-jsonschema is not installed"
fi

# --- hostile --------------------------------------------------------------------------------------

mkdir hostile
cp model/model.safetensors hostile
printf -- '---\nlicense: mit\n---\n' >hostile/README.md
truncate -s 100M hostile/README.md
expect "a README.md of 100 MB" 0 "$SW_BIN" card make hostile --of model
json "is a gap" '.gaps[0]' "README.md: it is larger than 4 MiB, and was not read"
expect "by itself" 1 "$SW_BIN" card check hostile/README.md
one_line_error "it is refused in one line"
bomb() {
    local before=a c
    printf -- '---\na: &a [x, x, x, x, x, x, x, x]\n'
    for c in b c d e f g h; do
        printf '%s: &%s [' $c $c
        printf '*%s, ' $before $before $before $before $before $before $before $before
        printf 'x]\n'
        before=$c
    done
    echo ---
}
bomb >hostile/README.md
expect "a bomb of aliases" 0 "$SW_BIN" card make hostile --of model
like "is a gap" "$(jq -r '.gaps[0]' "$tmp.out")" '^README.md: line 2'
{
    printf -- '---\na: '
    head -c 100000 /dev/zero | tr '\0' '['
    printf '\n---\n'
} >hostile/README.md
expect "a deep one" 0 "$SW_BIN" card make hostile --of model
json "is a gap" '.gaps | length' 1
{
    printf -- '---\ndatasets:\n'
    for ((i = 0; i < 3000; i++)); do echo "- a/d$i"; done
    printf -- '---\n'
    for ((i = 0; i < 6000; i++)); do printf '## Risks\nrisk %d\n' $i; done
} >hostile/README.md
expect "a long one" 0 "$SW_BIN" card make hostile --of model
json "is cut, and that is told" '[(.sections.training.dataset | length), (.gaps | length > 1)] | tojson' '[1024,true]'
printf -- '---\nlicense: "\\u202e\\u0000<b>\\n---"\nbase_model: ["x/y\\n", "<img src=x onerror=alert(1)>", "/home/me/base"]\n---\n## Risks\n\e[31m\xe2\x80\xae<b>&amp;\n' \
    >hostile/README.md
expect "strange characters" 0 "$SW_BIN" card make hostile --of model
cp "$tmp.out" hostile.json
json "are kept as they are" '.sections.risks.risk[0].value' $'\e[31m\xe2\x80\xae<b>&amp;'
json "paths of somebody's machine are not" '[.. | strings | select(contains("/home/me"))] | length' 0
for format in markdown html cyclonedx; do
    expect "and shown as $format" 0 "$SW_BIN" card render hostile.json --format $format --output hostile.out
    not_ok "without being obeyed" grep -qP '\x1b|\xe2\x80\xae|<img|<b>&' <(if [ $format = cyclonedx ]; then jq -a . hostile.out | sed 's/<[a-z]/x/g'; else cat hostile.out; fi)
done
expect "the bill is valid" 0 "$SW_BIN" bom validate hostile.out
expect "and told to people" 0 "$SW_BIN" card check hostile.json
unlike "as one sees them" "$out" $'\e\\[31m'
printf '{"version":1,"kind":"model"' >cut.json
{
    head -c 100000 /dev/zero | tr '\0' '{'
} >deep.json
truncate -s 1G huge.json
for name in cut deep huge; do
    expect "$name.json is refused" 1 "$SW_BIN" card check $name.json
    one_line_error "in one line"
done
done_testing
