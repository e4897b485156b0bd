#!/bin/bash
# "bom": bills of materials are made from what is there, and nothing else.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"

mkdir -p model dataset app empty
tensors model/model.safetensors 64
printf 'x' >'model/a b.bin'
cat >model/README.md <<'YAML'
---
license: apache-2.0
base_model: gpt2
datasets: [allenai/c4]
pipeline_tag: text-generation
---
A model.
YAML
printf '{"architectures":["LlamaForCausalLM"],"model_type":"llama"}' >model/config.json
printf '{"a":1}\n' >dataset/data.jsonl
cat >app/main.py <<'PYTHON'
import os
import openai
from transformers import AutoModel
model = AutoModel.from_pretrained("mistralai/Mistral-7B-v0.1")
key = os.environ["OPENAI_API_KEY"]
url = "https://api.openai.com/v1"
PYTHON
mkdir app/tests
printf 'import torch\n' >app/tests/test_a.py

# --- a model ------------------------------------------------------------------------------------

expect "a model" 0 "$SW_BIN" bom make model
cp "$tmp.out" model.json
like "it is said what it is taken for" "$err" "taken for a model"
json "it is CycloneDX 1.7" '[.bomFormat, .specVersion] | join(" ")' "CycloneDX 1.7"
json "the model is what it is about" '.metadata.component | [.type, .name] | join(" ")' "machine-learning-model model"
for alg in 256 512; do
    want=$(sha${alg}sum <model/model.safetensors)
    json "each file has its SHA-$alg" \
        ".metadata.component.components[] | select(.name == \"model.safetensors\") | .hashes[] | select(.alg == \"SHA-$alg\") | .content" \
        "${want%% *}"
done
json "the licence is declared" '.metadata.component.licenses[0].license | [.id, .acknowledgement] | join(" ")' "Apache-2.0 declared"
json "and where that stands" '.metadata.component.properties[] | select(.name == "sealwright:origin:licence-declared") | .value' README.md
json "the base model is an ancestor, by its whole name" '.metadata.component.pedigree.ancestors[0] | [.name, .purl] | join(" ")' \
    "gpt2 pkg:huggingface/openai-community/gpt2"
json "the card names the architecture" '.metadata.component.modelCard.modelParameters.modelArchitecture' LlamaForCausalLM
json "and refers to the dataset" '.metadata.component.modelCard.modelParameters.datasets[0].ref as $r
    | .components[] | select(.["bom-ref"] == $r) | [.type, .name] | join(" ")' "data allenai/c4"
json "what is not known is said" '[.metadata.component.properties[] | select(.name == "sealwright:unknown") | .value] | join(" ")' \
    "version supplier licence-concluded download released"
json "all files were read" '.compositions[0].aggregate' complete
json "no time is made up" '.metadata.timestamp' null
json "vulnerabilities are elsewhere" 'has("vulnerabilities")' false
expect "again" 0 "$SW_BIN" bom make model
ok "the bytes are the same" cmp -s "$tmp.out" model.json
cp -r model elsewhere
expect "somewhere else, by the same name" 0 "$SW_BIN" bom make elsewhere --name model
json "only where the name is from differs" '.metadata.component.properties[] | select(.name == "sealwright:origin:name") | .value' --name
printf 'y' >>elsewhere/config.json
expect "papers that cannot be read" 0 "$SW_BIN" bom make elsewhere
json "are a gap" '[.metadata.component.properties[] | select(.name == "sealwright:gap") | .value | startswith("config.json: byte")] | tojson' '[true]'

expect "a time from the environment" 0 env SOURCE_DATE_EPOCH=0 "$SW_BIN" bom make model
json "stands in it" .metadata.timestamp 1970-01-01T00:00:00Z
json "and where that is from" '.metadata.properties[0] | [.name, .value] | join(" ")' "sealwright:origin:timestamp SOURCE_DATE_EPOCH"
json "and values are cited" '[.citations[] | select(.note == "README.md") | .pointers[]] | index("/metadata/component/licenses/0") != null' true
for creator in me @example.com me@ 'a b@example.com'; do
    expect "no address: $creator" 2 "$SW_BIN" bom make model --creator "$creator"
    like "it is told" "$err" "takes an e-mail address or a URL"
done
expect "an address" 0 "$SW_BIN" bom make model --creator me@example.com
expect "the older version" 0 "$SW_BIN" bom make model --spec 1.6 --time 2026-01-02
json "has no citations" '[.specVersion, has("citations")] | tojson' '["1.6",false]'
expect "SPDX" 0 "$SW_BIN" bom make model --format spdx --time 2026-01-02
json "has an AI package" '[."@graph"[] | select(.type == "ai_AIPackage") | .name] | join(" ")' "model gpt2"
json "that descends from another" '[."@graph"[] | select(.relationshipType == "descendantOf")] | length' 1
json "and claims no profile whose times are not known" '."@graph"[] | select(.type == "SpdxDocument") | .profileConformance | join(" ")' \
    "core software simpleLicensing"

# --- links and strange names --------------------------------------------------------------------

mkdir strange
printf 'x' >strange/a.bin
printf 'y' >$'strange/b\xff.bin'
ln -s a.bin strange/link.bin
expect "names that are not UTF-8, and links" 0 "$SW_BIN" bom make strange
json "are gaps" '[.metadata.component.properties[] | select(.name == "sealwright:gap") | .value] | sort | join("; ")' \
    'b\xff.bin: its name is not UTF-8; link.bin: a link that is not followed'
json "so the list is not complete" '.compositions[0].aggregate' incomplete

# --- a dataset ----------------------------------------------------------------------------------

expect "a dataset" 0 "$SW_BIN" bom make dataset --owner 'Example AG' --classification public
json "is data" '.metadata.component | [.type, .data[0].type, .data[0].classification, .data[0].governance.owners[0].organization.name] | join(" ")' \
    "data dataset public Example AG"

# --- an application -----------------------------------------------------------------------------

expect "an application" 0 "$SW_BIN" bom make app
json "its libraries and models are components" '[.components[] | select(.scope == null) | .name] | join(" ")' \
    "mistralai/Mistral-7B-v0.1 openai transformers"
json "the API is a service" '.services[0] | [.name, .endpoints[0]] | join(" ")' "OpenAI https://api.openai.com"
json "with the place" '.components[] | select(.name == "openai") | .evidence.occurrences[0] | [.location, .line] | tojson' '["main.py",2]'
json "what only tests use is not part of it" '[.components[] | select(.scope == "excluded") | .name] | join(" ")' torch
json "names of credentials are not shown" '[.. | strings | select(contains("API_KEY"))] | length' 0
json "it depends on them" '[.dependencies[] | select(.ref == "application:app") | .dependsOn | length] | tojson' '[5]'
expect "a model can be taken for one" 0 "$SW_BIN" bom make app --of model
json "when it is said" .metadata.component.type machine-learning-model

mkdir private
tensors private/model.safetensors 64
cat >private/README.md <<'YAML'
---
license: [mit, cc-by-nc-4.0]
license_link: https://somebody:hunter2@example.com/LICENSE
base_model: ["C:/Users/somebody/base", "file:///home/somebody/base", "https://x:hunter2@example.com/b", "org/a b", "org/a@main"]
datasets: ["C:/Users/somebody/data", "file:///home/somebody/data", "https://example.com/d?token=hunter2"]
---
YAML
expect "a card with private places" 0 "$SW_BIN" bom make private
json "none of them is told" '[.. | strings | select(test("somebody|hunter2"))] | length' 0
json "but that they are not" '[.metadata.component.properties[] | select(.name == "sealwright:gap")] | length' 7
json "all licences hold" '.metadata.component.licenses[0].expression' "CC-BY-NC-4.0 AND MIT"
json "what the Hub cannot have has no package URL" '[.metadata.component.pedigree.ancestors[].purl] | tojson' '[null,null]'

# --- into a file, and the log -------------------------------------------------------------------

expect "into a file" 0 "$SW_BIN" bom make model --output out.json --json
json "it is told what was written" '[.of, .format, .spec, .file, .claim] | tojson' '["model","cyclonedx","1.7","out.json",null]'
documented "as the page says" "bom make"
ok "the same as on standard output" cmp -s out.json model.json
expect "not among the files that it lists" 2 "$SW_BIN" bom make model --output model/bom.json
ok "nor is it there" test ! -e model/bom.json
expect "a store" 0 "$SW_BIN" init --origin example.com/log
expect "what cannot be written" 4 "$SW_BIN" bom make model --record --output nowhere/out.json
root=$(jq -r '.metadata.component.properties[] | select(.name == "sealwright:model-root").value' model.json)
expect "is not in the log" 3 "$SW_BIN" evidence query "$root" --json
mkfifo pipe
expect "a file in the place of a pipe, a device or a link to one" 4 "$SW_BIN" bom make model --output pipe
like "is not written" "$err" "nobody reads it"
ok "and it is still there" test -p pipe
expect "as a claim" 0 "$SW_BIN" bom make model --record --output out.json --json
json "about the root of the files" '.model_root | startswith("sha256:")' true
claim=$(jq -r .claim "$tmp.out")
root=$(jq -r .model_root "$tmp.out")
expect "the log has it" 0 "$SW_BIN" evidence query "$root" --json
json "with CycloneDX's type" '[.[] | [.claim, .predicate_type]] | tojson' "[[\"$claim\",\"https://cyclonedx.org/bom\"]]"
expect "as SPDX" 0 "$SW_BIN" bom make model --record --format spdx --time 2026-01-02 --output out.json
expect "the log has that, too" 0 "$SW_BIN" evidence query "$root" --json
json "with SPDX's type" '[.[].predicate_type] | index("https://spdx.dev/Document/v3.0") != null' true
expect "with another claim there" 0 "$SW_BIN" seal model --json
expect "the bill has its time" 0 "$SW_BIN" bom make model --record
json "as the log recorded it" '.metadata.timestamp == null' false

# --- from the log -------------------------------------------------------------------------------

expect "a model that nobody trained here" 0 "$SW_BIN" bom make model --evidence
json "has that as a gap" '[.metadata.component.properties[] | select(.name == "sealwright:gap") | .value] | join("; ")' \
    "no trusted claim in the log says what it was trained on"
mkdir history
cd history || exit 99
make_history
expect "one that was" 0 "$SW_BIN" bom make toy --evidence
json "names its dataset as it was claimed" '.components[0] | [.name, .version, .licenses[0].license.id] | join(" ")' "clean 1 CC-BY-4.0"
json "with its owner" '.components[0].data[0].governance.owners[0].organization.name' "Forum e.V."
json "and cites the claims" '[.citations[].note | select(startswith("claim sha256:"))] | length' 3
cp "$tmp.out" first.json
expect "again" 0 "$SW_BIN" bom make toy --evidence
ok "the bytes are the same" cmp -s "$tmp.out" first.json
expect "and recorded" 0 "$SW_BIN" bom make toy --evidence --record
expect "it is the same once more" 0 "$SW_BIN" bom make toy --evidence
ok "for bills are no evidence of themselves" cmp -s "$tmp.out" first.json
cd .. || exit 99

# --- what others made ---------------------------------------------------------------------------

for name in model.json out.json; do
    expect "what was made is valid" 0 "$SW_BIN" bom validate $name
done
run "$SW_BIN" bom make model
expect "from standard input, too" 0 bash -c '"$SW_BIN" bom validate - <model.json'
jq '.metadata.component.type = "service" | .dependencies = [{"ref": "nobody"}]' model.json >bad.json
expect "a bad one is not" 1 "$SW_BIN" bom validate bad.json --json
documented "as the page says" "bom validate"
json "each problem has its place" '[.problems[].pointer] | join(" ")' "/metadata/component/type /dependencies/0/ref"
expect "and people see them" 1 "$SW_BIN" bom validate bad.json
like "with their places" "$out" "/metadata/component/type: 'service'"
printf '{"bomFormat":"CycloneDX","specVersion":"1.6","x":"\xff"}' >bytes.json
printf '{"bomFormat":"CycloneDX","specVersion":"1.6","bomFormat":"x"}' >twice.json
{
    head -c 100000 /dev/zero | tr '\0' '['
} >deep.json
truncate -s 1G huge.json
for name in bytes twice deep huge; do
    expect "$name.json is refused" 1 "$SW_BIN" bom validate $name.json
    one_line_error "in one line"
done
expect "a file that is not there" 4 "$SW_BIN" bom validate nowhere.json

expect "a bill is shown" 0 "$SW_BIN" bom read model.json
like "with what it is about" "$out" "machine-learning-model model"
like "and what it lists" "$out" "and 4 files"
expect "for programs" 0 "$SW_BIN" bom read model.json --json
documented "as the page says" "bom read"
json "with all values" '.components[0].values | [.task[0], .architecture[0], .["licence-declared"][0]] | join(" ")' \
    "text-generation LlamaForCausalLM Apache-2.0"
expect "a list of something else is none" 1 "$SW_BIN" bom read dataset/data.jsonl
one_line_error "in one line"

expect "a bill and itself are the same" 0 "$SW_BIN" bom diff model.json model.json
run "$SW_BIN" bom make model --spec 1.6 --time 2026-01-02
cp "$tmp.out" older.json
expect "so is it in another version" 0 "$SW_BIN" bom diff model.json older.json
run "$SW_BIN" bom make model --format spdx --time 2026-01-02
cp "$tmp.out" spdx.json
expect "and in another format only what that cannot hold differs" 1 "$SW_BIN" bom diff model.json spdx.json --json
json "which is the family beside the architecture" '[.differences[].what] | unique | join(" ")' architecture
printf 'changed' >'model/a b.bin'
printf 'new' >model/new.bin
sed -i 's/apache-2.0/mit/; s/allenai/other/' model/README.md
run "$SW_BIN" bom make model
cp "$tmp.out" newer.json
expect "what changed is told" 1 "$SW_BIN" bom diff model.json newer.json --json
documented "as the page says" "bom diff"
json "file by file" '[.differences[] | select(.type == "file" and .what != "SHA-512") | [.change, .name, .what] | join(" ")] | join("; ")' \
    "changed README.md SHA-256; changed a b.bin SHA-256; added new.bin "
json "and value by value" '[.differences[] | select(.what == "licence-declared") | .before, .after] | join(" ")' "Apache-2.0 MIT"
expect "for people, too" 1 "$SW_BIN" bom diff model.json newer.json
expect "a second file that is not there" 4 "$SW_BIN" bom diff model.json nowhere.json
one_line_error "in one line"
one='{"type":"library","bom-ref":"a","name":"a","hashes":[{"alg":"SHA-256","content":"'$(printf '%064d' 1)'"}]}'
two='{"type":"library","bom-ref":"b","name":"b"}'
printf '{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"r","bom-ref":"r"}},
"components":[%s,%s],"dependencies":[{"ref":"r","dependsOn":["a"]},{"ref":"a","dependsOn":["b","b"]}]}' "$one" "$two" >edges.json
while read -r what filter; do
    jq "$filter" edges.json >edited.json
    expect "$what" 1 "$SW_BIN" bom diff edges.json edited.json --json
    json "is what changed" '[.differences[].what] | join(" ")' "$what"
done <<'EOF'
depends-on .dependencies[0].dependsOn += ["b"]
depends-on del(.dependencies[1])
scope .components[1].scope = "excluded"
hashes del(.components[0].hashes)
hashes .components[0].hashes = [{"alg": "SHA-512", "content": ("0" * 128)}]
EOF
jq '.dependencies |= reverse | .dependencies[0].dependsOn = ["b"] | .components |= reverse' edges.json >edited.json
expect "the order is not" 0 "$SW_BIN" bom diff edges.json edited.json

run "$SW_BIN" bom make app --format spdx --time 2026-01-03
cp "$tmp.out" app.json
expect "several become one" 0 "$SW_BIN" bom merge --name shop older.json app.json model.json
cp "$tmp.out" shop.json
json "what both list is there once" '[[.components[] | .name], [.services[].name]] | tojson' \
    '[["model","allenai/c4","app","mistralai/Mistral-7B-v0.1","openai","torch","transformers"],["OpenAI"]]'
json "files stay inside" '.components[0].components | length' 4
json "the whole depends on each" '.dependencies[] | select(.ref == "application:shop") | .dependsOn | length' 2
json "and what they depend on" '[.dependencies[].dependsOn | length] | tojson' '[2,5]'
json "at the time of the newest" .metadata.timestamp 2026-01-03T00:00:00Z
expect "it is valid" 0 "$SW_BIN" bom validate shop.json
expect "in the other format, too" 0 "$SW_BIN" bom merge --name shop older.json app.json --format spdx --output shop.spdx.json --json
documented "as the page says" "bom merge"
expect "valid" 0 "$SW_BIN" bom validate shop.spdx.json
expect "one that is not valid is not merged" 1 "$SW_BIN" bom merge --name shop model.json bad.json
one_line_error "in one line"
expect "the whole has a name" 2 "$SW_BIN" bom merge model.json
one_line_error "in one line"

expect "elements are told" 0 "$SW_BIN" bom score model.json --json
documented "as the page says" "bom score"
json "those that are there" '.elements[] | select(.scheme == "BSI" and .name == "SHA-512 of the deployable component") | [.state, .have, .of] | tojson' \
    '["present",4,4]'
json "those that are not" '.elements[] | select(.scheme == "G7" and .cluster == "system" and .name == "version") | .state' absent
json "and those that no machine can tell" '[.elements[] | select(.state == "needs a person")] | length > 5' true
expect "for people" 0 "$SW_BIN" bom score model.json
unlike "without a grade" "$out" "%|score|grade"
printf 'x' >'model/a b.bin'
rm model/new.bin

# --- what is refused ----------------------------------------------------------------------------

while read -r name status args; do
    # shellcheck disable=SC2086 # words
    expect "$name" "$status" "$SW_BIN" bom make $args
    one_line_error "in one line"
done <<'ROWS'
an-empty-directory 3 empty
a-missing-one 4 nowhere
a-format-that-is-none 2 model --format xml
a-version-that-is-not-written 2 model --spec 1.5
a-version-of-the-other-format 2 model --format spdx --spec 1.7 --time now
a-kind-that-is-none 2 model --of service
a-time-that-is-none 2 model --time yesterday
SPDX-without-a-time 2 model --format spdx --of model
a-licence-that-is-none 2 model --licence free
an-application-as-a-claim-with-the-bill-in-it 2 app --of application --record --output app/bom.json
a-place-that-cannot-be-written 4 model --of model --output nowhere/x.json
ROWS
expect "an application as a claim" 0 "$SW_BIN" bom make app --of application --record --output app.cdx.json --json
json "has a root" .model_root "sha256:$("$SW_BIN" evidence show "$(jq -r .claim "$tmp.out")" --json | jq -r '.statement.subject[0].digest.sha256')"
expect "which discovery binds its claim to as well" 0 "$SW_BIN" discover --record --json app
json "the same" .root "$(jq -r '.metadata.component.properties[] | select(.name == "sealwright:model-root").value' app.cdx.json)"
expect "the bill is valid" 0 "$SW_BIN" bom validate app.cdx.json
expect "as SPDX, too" 0 "$SW_BIN" bom make app --of application --record --format spdx --time now --output app.spdx.json
expect "that is valid" 0 "$SW_BIN" bom validate app.spdx.json
mkdir app/.sealwright
expect "a store inside is refused" 2 "$SW_BIN" bom make app --of application --record
rmdir app/.sealwright
expect "evidence of an application" 2 "$SW_BIN" bom make app --of application --evidence
one_line_error "in one line"
mkdir model/.sealwright
expect "a model that holds a store" 2 "$SW_BIN" bom make model
one_line_error "in one line"
rmdir model/.sealwright
expect "an epoch that is none" 2 env SOURCE_DATE_EPOCH=x "$SW_BIN" bom make model

mkdir big
tensors big/a.safetensors 64
truncate -s 5M big/README.md
expect "a paper that is too large" 0 "$SW_BIN" bom make big --of model --output big.cdx.json
like "is a gap" "$(cat big.cdx.json)" "README.md: it is larger than 4 MiB, and was not read"

# Papers are read first and files hashed then: what changes in between is neither.
mkdir moving
printf -- '---\nlicense: mit\n---\n' >moving/README.md
printf -- '---\nlicense: gpl-3.0\n---\n' >other.md
tensors moving/a.safetensors 64
truncate -s 1G moving/weights.bin
"$SW_BIN" bom make moving --of model --record --output moving.cdx.json >moving.out 2>moving.err &
pid=$!
ok "a model is hashed" until_open "$pid" "$PWD/moving/weights.bin"
kill -STOP "$pid"
mv other.md moving/README.md
kill -CONT "$pid"
wait "$pid"
is "while its README.md is replaced" $? 4
like "that is told" "$(cat moving.err)" "'README.md' changed while it was looked at"
is "and nothing is written" "$(ls moving.cdx.json 2>/dev/null)" ""
is "nothing is left behind" "$(ls nowhere 2>/dev/null)" ""
done_testing
