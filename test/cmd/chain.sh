# What a model was made from: parents are verified when they are named, and followed to the roots.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

model() {
    mkdir "$1" && echo "$1" >"$1/weights.txt"
}
for name in base tuned small other stray; do model $name; done
expect "init" 0 "$SW_BIN" init
expect "a base" 0 "$SW_BIN" seal base

run "$SW_BIN" seal --json --parent base:fine-tune tuned
exits "a model made from it" 0
json "the parent" '.parents[0] | "\(.name) \(.relation)"' "base finetune"
run "$SW_BIN" evidence show --json "$(jq -r .derivation.claim "$tmp.out")"
json "a claim of its own" .statement.predicateType urn:sealwright:claim:derivation:v1
json "about root and manifest" '[.statement.subject[].name] | join(" ")' "tuned manifest"
jq .statement.predicate "$tmp.out" >predicate.json
run "$SW_BIN" sign --parent ./tuned/:quantisation small
exits "sign names parents, too" 0
like "and says so" "$out" "made from   tuned \(quantized\)"

run "$SW_BIN" verify --json --depth all small
exits "all the way to the base" 0
documented "every member" verify
json "the verdict" .chain.verdict pass
json "in order" '[.chain.models[] | "\(.depth) \(.name)"] | join(", ")' "0 small, 1 tuned, 2 base"
json "each names who names it" '[.chain.models[].child] | join(" ")' "0 0 1"
json "level two" .chain.level 2
json "as lineage and chain are there" '.chain.parts | "\(.lineage) \(.chain) \(.bom)"' "true true false"
run "$SW_BIN" verify --depth all small
like "for people" "$out" "pass  quantized of tuned .*pass  finetune of base"
like "and what the next level needs" "$out" "level       2 of 3; .*a bill of materials"
run "$SW_BIN" verify --json --depth 1 small
exits "one generation" 0
json "the rest is cut" '.chain | "\(.complete) \(.models | length) \(.models[1].cut)"' "false 2 true"
json "and then the chain is not known" .chain.level 1
run "$SW_BIN" verify --json --depth all base
json "a base has no parents" '.chain.models | length' 1
json "so nobody says how it was made" .chain.level 1
run "$SW_BIN" verify --json small
json "without --depth there is no chain" 'has("chain")' false

# A digest stands for what the log knows.
root=$("$SW_BIN" verify --json base | jq -r .model_root)
expect "a parent by its digest" 0 "$SW_BIN" sign --parent "$root:merge" other
run "$SW_BIN" verify --json --depth all other
json "is followed as well" '[.chain.models[] | .model_root] | last' "$root"
expect "of which nothing is known" 3 "$SW_BIN" sign --parent "sha256:$(printf '%064d' 0):merge" other
like "in words" "$err" "no signature of it is in the log"
expect "a digest that is cut short" 2 "$SW_BIN" sign --parent "${root:0:15}:merge" other
like "is told what it lacks" "$err" "64 digits"

# Both, and a diamond.
expect "two parents" 0 "$SW_BIN" sign --parent tuned:merge --parent other:merge stray
run "$SW_BIN" verify --json --depth all stray
json "each ancestor is followed once" '[.chain.models[] | select(.name != "stray") | .again] | map(select(.)) | length' 1
json "and all pass" .chain.verdict pass
run "$SW_BIN" verify --depth all stray
like "a base that is named twice counts once" "$out" "parents     3 ancestors"
like "its digest stands there once, where a path was not given" "$out" "merge of ${root:0:19}  signed by"

# What cannot be named.
size() { "$SW_BIN" log checkpoint --json | jq .size; }
before=$(size)
model loose
expect "an unsigned parent" 3 "$SW_BIN" sign --parent loose:merge small
one_line_error "in one line"
like "says why" "$err" "'loose' cannot be named, since it is not verified"
openssl ecparam -name prime256v1 -genkey -noout -out key.pem 2>/dev/null
expect "signed by somebody else" 0 "$SW_BIN" sign --private-key key.pem loose
expect "a parent of nobody trusted" 1 "$SW_BIN" sign --parent loose:merge small
cp -r base changed && echo x >>changed/weights.txt
expect "a parent that was changed" 1 "$SW_BIN" seal --parent changed:finetune small
like "says what" "$err" "changed weights.txt"
expect "no relation" 2 "$SW_BIN" sign --parent base small
like "says which there are" "$err" "finetune, adapter, merge"
expect "an unknown one" 2 "$SW_BIN" sign --parent base:cousin small
expect "twice the same" 2 "$SW_BIN" sign --parent base:merge --parent base:merged small
cp -r base same && rm same/model.sig
expect "its own parent" 1 "$SW_BIN" sign --parent base:conversion same
like "is told" "$err" "same as its parent 'base', byte for byte"
not_ok "and nothing was signed" test -e same/model.sig
expect "no such model" 4 "$SW_BIN" sign --parent nowhere:merge small
expect "a depth that is none" 2 "$SW_BIN" verify --depth deep small
is "nothing of this was recorded" "$(size)" "$before"

# What is lost hides nothing that is wrong.
cp -r .sealwright lost
export SEALWRIGHT_STORE=$tmp/lost
cp lost/trust.yaml before.yaml
expect "somebody else" 0 "$SW_BIN" key new two --trust
for name in middle last; do model $name; done
run "$SW_BIN" sign --key two --json --parent base:merge middle
exits "signs a model" 0
claim=$(jq -r .derivation.claim "$tmp.out")
expect "of which another is made" 0 "$SW_BIN" sign --parent middle:merge last
cp before.yaml lost/trust.yaml
run "$SW_BIN" verify --json --depth all last
exits "and is no longer trusted" 1
"$SW_BIN" evidence show --json "$claim" >/dev/null
rm "$(find lost/blobs -name "*${claim:11}*")"
run "$SW_BIN" verify --json --depth all last
exits "as when the claim of its parents is lost" 1
json "and it is told" '.chain.models[1].verdict' fail
expect "a policy's pass" 0 "$SW_BIN" admit base
run "$SW_BIN" verify --json --depth all base
json "counts" .chain.parts.policy true
sed -i '/^rules:/a\  - name: card\n    claim: urn:sealwright:claim:model-card:v1\n    by: any' lost/policy.yaml
run "$SW_BIN" admit --json base
exits "a later one that is none" 3
claim=$(jq -r .claim "$tmp.out")
run "$SW_BIN" verify --json --depth all base
json "counts instead" .chain.parts.policy false
rm "$(find lost/blobs -name "*${claim:11}*")"
run "$SW_BIN" verify --json --depth all base
json "also when it is lost" .chain.parts.policy false
unset SEALWRIGHT_STORE

# A chain that does not hold.
"$SW_BIN" evidence export >all.jsonl
expect "round in a circle" 0 "$SW_BIN" sign --parent small:finetune base
run "$SW_BIN" verify --json --depth all small
exits "fails" 1
json "with the reason" '[.chain.models[] | select(.verdict == "fail") | .why] | join("")' "it is named as its own ancestor"
json "and the model itself passes" .verdict pass

mkdir there && cd there || exit 99
expect "another store" 0 "$SW_BIN" init
cp -r ../stray ../.sealwright/trust.yaml . && sed "s#keys/#$tmp/.sealwright/keys/#" trust.yaml >.sealwright/trust.yaml
run "$SW_BIN" verify --json --depth all stray
exits "that knows nothing of the derivation" 0
json "has no parents for it" '.chain | "\(.level) \(.models | length)"' "1 1"
jq -c --arg root "${root#sha256:}" 'select((.dsseEnvelope.payload | @base64d | fromjson) | .predicateType != "https://model_signing/signature/v1.0" or .subject[0].digest.sha256 != $root)' ../all.jsonl >some.jsonl
expect "it takes all but one signature" 0 "$SW_BIN" evidence import some.jsonl
run "$SW_BIN" verify --json --depth all stray
exits "the gap is no evidence" 3
json "and named" '[.chain.models[] | select(.verdict == "no-evidence") | .name] | first' base
expect "with it" 0 "$SW_BIN" evidence import ../all.jsonl
expect "it holds" 0 "$SW_BIN" verify --depth all stray
printf 'version: 1\nsigners: []\n' >.sealwright/trust.yaml
expect "when nobody is trusted" 1 "$SW_BIN" verify --depth all stray
expect "--depth without a store" 2 env -C / "$SW_BIN" verify --public-key "$tmp/.sealwright/keys/default.pub" --depth all "$tmp/stray"
cd ..

# The claim in the documentation and the one that was made, against the schema.
schema=$SW_SOURCE/doc/claims/derivation.schema.json
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
    expect "the claim follows its schema" 0 python3 validate.py "$schema" predicate.json
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$SW_SOURCE/doc/claims/derivation.md" >example.json
    expect "so does the example in the page" 0 python3 validate.py "$schema" example.json
    jq '.parents[0].relation = "cousin"' predicate.json >bad.json
    run python3 validate.py "$schema" bad.json
    isnt "which can say no" "$rc" 0
else
    skip 3 "python3-jsonschema is not installed"
fi
done_testing
