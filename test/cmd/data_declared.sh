#!/bin/bash
# Lineage that only a document tells of: it is followed from whole datasets to whole datasets, marked as
# declared, proven by nothing, and a taint that comes over it keeps a model out.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }

# The event of a job $1 with the run number $2, its inputs and outputs (JSON lists of datasets).
event() {
    jq -nc --arg job "$1" --arg run "$2" --argjson in "$3" --argjson out "$4" '{
        eventType: "COMPLETE", eventTime: "2026-01-01T00:00:00Z", producer: "https://example.com/p",
        schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        run: {runId: ("01932d1c-0000-7000-8000-00000000000" + $run)}, job: {namespace: "prod", name: $job},
        inputs: $in, outputs: $out
    }'
}

# A dataset in the events, by its name; with its number of rows in $2, its manifest here in $3.
dataset() {
    jq -nc --arg name "$1" --argjson rows "${2:-null}" --arg manifest "${3:-}" '
        {namespace: "s3://b", name: $name, facets: {}}
        | if $rows != null then .inputFacets.dataQualityMetrics = {rowCount: $rows, columnMetrics: {},
            _producer: "https://example.com/p",
            _schemaURL: "https://openlineage.io/spec/facets/1-0-2/DataQualityMetricsInputDatasetFacet.json"}
            | .outputFacets.outputStatistics = {rowCount: $rows, _producer: "https://example.com/p",
            _schemaURL: "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json"}
          else . end
        | if $manifest != "" then .facets.sealwright_manifest = {manifest: $manifest,
            _producer: "urn:sealwright:producer:0.1.0",
            _schemaURL: "urn:sealwright:schema:openlineage-facets:v1#/$defs/SealwrightManifestDatasetFacet"}
          else . end'
}

# What a declared dataset is called here.
name_of() {
    sw data list --json | jq -r --arg name "$1-" '.[].name | select(startswith($name))'
}

# The gate without what the default policy asks of data beside taints.
policy() {
    cat >taints.yaml <<'YAML'
version: 1
name: taints
rules:
  - name: data-not-tainted
    forbid: urn:sealwright:claim:data-provenance:v1
    where:
      - count: predicate.tainted
        greater: 0
YAML
}

jq -cn 'range(50) | {text: "post \(.)"}' >forum.jsonl
policy
expect "a store is made" 0 sw init
expect "a source" 0 sw data source add forum --licence CC0-1.0 --from forum.example --issuer Ltd \
    --consent https://forum.example/terms --description posts --geography DE --issued 2026-01-01 --method scraped
expect "a dataset is ingested" 0 sw data ingest forum.jsonl --source forum --as forum --json
manifest=$(jq -r .manifest "$tmp.out")
echo 'grep -v "post 1" forum.jsonl >mix.jsonl' >filter.sh
expect "and filtered" 0 sw data run --in forum --out mix=mix.jsonl --drops "begins with 1" --code filter.sh \
    -- sh filter.sh

# --- from declared to declared ----------------------------------------------------------------

{
    event clean 1 "[$(dataset raw 70)]" "[$(dataset clean 60)]"
    event join 2 "[$(dataset clean 60),$(dataset other 5)]" "[$(dataset features 64)]"
} >events.jsonl
expect "events are imported" 0 sw data import events.jsonl
raw=$(name_of raw)
features=$(name_of features)
echo 'echo "{\"of\":\"$1\"}" >"$1/config.json"' >train.sh
mkdir far near
expect "a model is trained on what is declared" 0 sw data train --dataset "$features" --code train.sh --out far \
    -- sh train.sh far
expect "it is sealed" 0 sw seal far

expect "reach follows what is declared, and says that it does not know" 3 sw data reach "dataset:$raw" --json
json "the set itself is not declared to be reached, what follows is" \
    '[.datasets[] | [(.name | split("-")[0]), .basis, .samples, .of]] | sort | tojson' \
    '[["clean","declared",60,60],["features","declared",64,64],["raw","recorded",70,70]]'
json "and the model" '[.models[] | [.name, .basis, .samples]] | tojson' '[["far","declared",64]]'
json "each hop is a gap" '[.gaps[] | select(contains("is declared by a document alone"))] | length' 2
documented "the answer is documented" "data reach"
expect "for people too" 3 sw data reach "dataset:$raw"
like "the sets are marked" "$out" "features-[^ ]+ +64 of 64 samples  declared"
like "and the model is" "$out" "far +64 samples  not admitted  declared"
like "and the gap is named" "$out" "made of raw-.* \(step 'clean'\) is declared by a document alone"
expect "what nothing leads to is not reached" 0 sw data reach "dataset:$features" --json
json "upstream stays out" '[.datasets[].basis] | tojson' '["recorded"]'

expect "trace tells the hops" 3 sw data trace "dataset:$features" --limit 2 --json
json "back to the beginning, without a proof" \
    '[.declared[] | [(.from | split("-")[0]), (.to | split("-")[0]), .step_name, .way, .basis, .proof]] | sort | tojson' \
    '[["clean","features","join","back","declared",null],["other","features","join","back","declared",null],["raw","clean","clean","back","declared",null]]'
json "somebody trusted said so, in the log" '[.declared[].said_in | .in_log, .signer] | unique | tojson' '[true,"default"]'
documented "that is documented" "data trace, data why-dropped"
expect "and forward to the model" 3 sw data trace "dataset:$raw" --limit 2 --json
json "that it may be in" '[.models[] | [.name, .basis]] | tojson' '[["far","declared"]]'
expect "for people too" 3 sw data trace "dataset:$raw" --limit 2
like "it says what it is" "$out" "raw-.* └─> clean-.*by clean  declared by a document, not proven"

# --- the gate ---------------------------------------------------------------------------------

expect "no taint, no refusal for one" 0 sw admit --policy taints.yaml far
expect "the default policy refuses gaps" 1 sw admit far --json
json "by its rule" '[.rules[] | select(.verdict == "fail") | .name] | tojson' '["data-complete"]'
expect "the upstream set is tainted" 0 sw data taint "dataset:$raw" --reason 'bad labels' --json
json "the model is named" '[.models[] | [.name, .basis]] | tojson' '[["far","declared"]]'
expect "the model is refused" 1 sw admit --policy taints.yaml far --json
json "for the taint" '.rules[] | select(.name == "data-not-tainted") | .reason | contains("is tainted and may be in it: bad labels")' true
expect "its claim does not make it sure" 0 sw evidence show "$(jq -r .data.claim "$tmp.out")" --json
json "nor count what nobody counted" '.statement.predicate.tainted[0] | [.certain, has("samples")] | tojson' '[false,false]'
expect "a dry run refuses it too" 1 sw admit --dry-run --policy taints.yaml far
cp -a .sealwright kept
leaf=$(sw evidence list --type urn:sealwright:claim:declaration:v1 --json | jq -r '.[0].claim[7:]')
rm -f ".sealwright/blobs/sha256/${leaf:0:2}/$leaf" .sealwright/data/graph.cache
expect "and so does a store that lost the document's claim" 1 sw admit --policy taints.yaml far
rm -rf .sealwright && mv kept .sealwright
expect "it is lifted" 0 sw data taint "dataset:$raw" --lift --reason 'they are right'
expect "and no longer in the way" 0 sw admit --policy taints.yaml far

# --- what is declared leads to what was recorded ----------------------------------------------

expect "a model of the filtered set" 0 sw data train --dataset mix --code train.sh --out near -- sh train.sh near
expect "is sealed" 0 sw seal near
expect "and admitted: all of it is known" 0 sw admit near
event scrape 3 "[$(dataset web)]" "[$(dataset forum 50 "$manifest")]" >scrape.json
expect "a document says what the ingested set was made of" 0 sw data import scrape.json --json
json "it is attached" '[.datasets[] | [.document_name, .attached]] | tojson' '[["web",false],["forum",true]]'
web=$(name_of web)
expect "then that reaches all of it" 3 sw data reach "dataset:$web" --json
json "and all that was made of it, but for what it is itself over a document" \
    '[.datasets[] | [(.name | split("-")[0]), .basis, .samples]] | sort | tojson' \
    '[["forum","declared",50],["mix","declared",39],["web","recorded",0]]'
json "and the model" '[.models[] | [.name, .basis, .admitted]] | tojson' '[["near","declared",true]]'
expect "a sample is traced back to it" 3 sw data trace mix#0 --json
json "over its own steps first" '[(.hops | length), (.declared | length), .declared[0].to] | tojson' '[1,1,"forum@1"]'
json "which are proven as before" '[.samples[].proof.holds] | all' true
expect "its data is no longer all known" 1 sw admit near --json
json "that is the rule which says so" '[.rules[] | select(.verdict == "fail") | .name] | tojson' '["data-complete"]'
expect "the claim says why" 0 sw evidence show "$(jq -r .data.claim "$tmp.out")" --json
json "by the step" "[.statement.predicate.gaps[] | select(. == \"step 'scrape' to forum@1 is declared by a document alone\")] | length" 1
expect "a taint up there reaches it" 0 sw data taint "dataset:$web" --reason 'scraped without leave'
expect "it is refused" 1 sw admit --policy taints.yaml near
expect "a takedown names it" 0 sw data takedown "dataset:$web" --reason 'withdrawn' --json
json "and the model" '[.models[].name] | tojson' '["near"]'
expect "what is not downstream is not touched" 0 sw admit --policy taints.yaml far

# --- what was recorded counts more ------------------------------------------------------------

expect "our own lineage as a document" 0 sw data export mix --format openlineage --out mix.ol
expect "is imported" 0 sw data import mix.ol
expect "a sample that was dropped" 3 sw data reach 'text:post 15' --json
json "is not reached again by the document" '[.datasets[].name] | tojson' '["forum"]'
json "which is no gap: what is not known are the sets that nobody saw" \
    '[.gaps[] | select(contains("were declared and never seen") | not)] | length' 0

# --- a document of very many datasets ---------------------------------------------------------

chain=$(for i in $(seq 80); do event "wide$i" 5 "[$(dataset "wide$((i - 1))")]" "[$(dataset "wide$i")]"; done)
printf '%s\n' "$chain" >wide.jsonl
expect "a document names more than the log's entry does" 0 sw data import wide.jsonl
mkdir wide
expect "a model is trained on the last" 0 sw data train --dataset "$(name_of wide80)" --code train.sh --out wide \
    -- sh train.sh wide
expect "trace names it, though nobody counted what it was trained on" 3 sw data trace "dataset:$(name_of wide80)" --json
json "as recorded: that much is sure" '[.models[] | [.name, .basis]] | tojson' '[["wide","recorded"]]'
expect "for people too" 3 sw data trace "dataset:$(name_of wide80)"
like "by its name" "$out" "model wide +made from one of these"
expect "it is sealed" 0 sw seal wide
expect "the first is tainted" 0 sw data taint "dataset:$(name_of wide0)" --reason 'bad labels'
expect "that keeps the model out" 1 sw admit --policy taints.yaml wide
cp -a .sealwright kept
leaf=$(sw evidence list --type urn:sealwright:claim:declaration:v1 --json | jq -r 'max_by(.leaf).claim[7:]')
rm -f ".sealwright/blobs/sha256/${leaf:0:2}/$leaf" .sealwright/data/graph.cache
expect "as does the loss of the document's claim" 1 sw admit --policy taints.yaml wide
rm -rf .sealwright && mv kept .sealwright

# --- by nobody trusted ------------------------------------------------------------------------

event rinse 4 "[$(dataset other 5)]" "[$(dataset rinsed)]" >rinse.json
expect "a key that nobody trusts" 0 sw key new mallory
expect "imports a document" 0 sw data import rinse.json --key mallory
other=$(name_of other)
expect "it is not followed" 3 sw data reach "dataset:$other" --json
json "but named" '[.gaps[] | select(contains("signed by nobody trusted and was not followed"))] | length' 1
json "nothing else is reached by it" '[.datasets[].name | split("-")[0]] | sort | tojson' '["features","other"]'
expect "the log is whole" 0 sw log verify
done_testing
