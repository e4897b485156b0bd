#!/bin/bash
# Predicates of the data room as they are written, and the examples in the documentation, against the
# schemas.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

claims=$SW_SOURCE/doc/claims
python3 -c 'import jsonschema' 2>/dev/null || skip_all "python3-jsonschema is not installed"
[ -x "$SW_BUILD/unit-data-claims" ] || skip_all "the unit tests are not built"

# Lines "name|kind|file" on standard input; prints "name|yes" or "name|no".
cat >validate.py <<'PY'
import json
import sys

import jsonschema

validators = {}
for line in sys.stdin:
    name, kind, path = line.rstrip("\n").split("|")
    if kind not in validators:
        with open(f"{sys.argv[1]}/{kind}.schema.json", encoding="utf-8") as f:
            schema = json.load(f)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[kind] = jsonschema.Draft202012Validator(schema)
    with open(path, encoding="utf-8") as f:
        errors = list(validators[kind].iter_errors(json.load(f)))
    if errors:
        print(f"{name}: {errors[0].message}"[:500], file=sys.stderr)
    print(f"{name}|{'no' if errors else 'yes'}")
PY

# Each line of $2 must be answered as $1 says.
answers() {
    local name answer
    run python3 validate.py "$claims" <"$2"
    exits "the validator ran over $2" 0
    while IFS='|' read -r name answer; do
        is "$name" "$answer" "$1" || note "$err"
    done <"$tmp.out"
}

mkdir made
ok "the predicates are made" env SW_CLAIMS_OUT="$PWD/made" "$SW_BUILD/unit-data-claims"
for kind in source dataset lineage mixture consumption training taint takedown; do
    ok "there are $kind predicates" test -n "$(find made -name "$kind-*.json")"
    for file in made/"$kind"-*.json; do
        echo "${file#made/} follows its schema|$kind|$file"
    done >>good.txt
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$claims/$kind.md" >"example-$kind.json"
    echo "the example of $kind follows it too|$kind|example-$kind.json" >>good.txt
done

if [ -x "$SW_BUILD/unit-data-summary" ]; then
    ok "data provenance predicates are made" env SW_SUMMARY_OUT="$PWD/made" "$SW_BUILD/unit-data-summary"
    for name in complete tainted; do
        echo "$name data provenance follows its schema|data-provenance|made/$name.json" >>good.txt
    done
    awk '/^```json$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$claims/data-provenance.md" >example-data-provenance.json
    echo "the example of data provenance follows it too|data-provenance|example-data-provenance.json" >>good.txt
else
    skip 1 "unit-data-summary is not built"
fi

# What the commands record.
if [ -x "$SW_BUILD/interop-make_dataset" ]; then
    {
        "$SW_BIN" init
        "$SW_BIN" data source add forum --licence CC0 --geography DE/Bayern --purpose train --privacy x=1 \
            --classification GDPR --collected 2024 --by Ada --reason first
        "$SW_BIN" data source add mail
        "$SW_BUILD/interop-make_dataset" .sealwright mails@1 forum=10 mail=30
        "$SW_BIN" data mix base --set forum=1 --set mail=3 --reason start --by Ada
        "$SW_BIN" data mix base --set forum=2 --from-step 10 --to-step 20 --reason more
        seq 0 39 >order.txt
        "$SW_BIN" data consume run --dataset mails --mix base --order order.txt --steps 0-9 --seed 1
        "$SW_BIN" data train --run run --dataset mails --mix base --param a=b --out m.bin -- sh -c 'echo 1 >m.bin'
        "$SW_BIN" data checkpoint run m.bin --step 5
    } >words.txt 2>&1
    for kind in source dataset mixture consumption training; do
        while read -r leaf; do
            "$SW_BIN" evidence show --json "$leaf" | jq .statement.predicate >"recorded-$leaf.json"
            echo "the recorded $kind at leaf $leaf follows its schema|$kind|recorded-$leaf.json" >>good.txt
        done < <("$SW_BIN" evidence list --json --type "urn:sealwright:claim:$kind:v1" | jq '.[].leaf')
    done
    is "all were recorded" "$("$SW_BIN" evidence list --json | jq length)" 10
else
    skip 1 "interop-make_dataset is not built"
fi

answers yes good.txt

# The schemas must be able to say no.
count=0
while IFS='|' read -r name file filter; do
    count=$((count + 1))
    jq "$filter" "made/$file.json" >"bad-$count.json"
    case $file in
    complete | tainted) kind=data-provenance ;;
    *) kind=${file%%-*} ;;
    esac
    echo "refused: $name|$kind|bad-$count.json"
done >bad.txt <<'ROWS'
a source of another standard|source-full|.standard="x"
a misspelt member|source-full|.record.use.licence="x"
an issuer without a name|source-full|.record.source.issuer=[{}]
a purpose without words|source-full|.record.use["intended-purpose"]=[{"code":"x"}]
one thing twice|source-full|.record.use.consents=["a","a"]
a source's name that is none|source-full|.name="a/b"
a time without its day's end|source-full|.time="2026-11-23"
a dataset without heads|dataset-full|del(.ordered_head)
a dataset with a negative count|dataset-full|.samples=-1
a dataset with a gap that is no text|dataset-full|.gaps=[1]
a complete lineage with gaps|lineage-complete|.gaps=["x"]
a lineage without a kind of output|lineage-complete|del(.totals.outputs.split)
a weight of nothing|mixture-first|del(.weights[0].source)
a weight of two things|mixture-first|.weights[0].dataset="x"
a weight that is a number|mixture-first|.weights[0].new=1
a negative weight|mixture-first|.weights[0].new="-1"
a first decision with one before it|mixture-second|.sequence=1
a second one without|mixture-second|del(.previous)
a probability over 1|consumption-full|.p=1.5
steps without an end|consumption-full|del(.to_step)
an unknown order format|consumption-full|.order_format="csv"
a judgement without its bound|consumption-full|del(.alpha)
a checkpoint without a step|training-checkpoint|del(.step)
a model with a step|training-full|.step=1
a parameter that is a number|training-full|.parameters.lr=1
a seed that is a number|training-full|.seed=7
a taint of a fifth severity|taint-source|.severity="fatal"
a taint of a source without its name|taint-source|del(.selector.name)
a taint of a sample by name|taint-source|.selector.kind="sample"
a takedown without its models|takedown-full|del(.affected.models)
an unknown field|takedown-full|.extra=1
data that is complete, with gaps|complete|.gaps=["x"]
data with gaps that are none|tainted|.gaps=[]
a taint that does not say how bad|tainted|del(.tainted[0].severity)
a taint of nothing|tainted|.tainted[0].selector={"kind":"content"}
a takedown with a severity|tainted|.takedowns=[.tainted[0]]
a source without a count|complete|del(.sources[0].samples)
weights that agree perhaps|complete|.weights.agrees="yes"
ROWS
answers no bad.txt
done_testing
