#!/bin/bash
# Do Croissant, OpenLineage and PROV-JSON documents hold what their specifications ask for? No package
# ships the published schemas; these are our own, written from the specifications' texts.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"

python=$(python_with jsonschema)
[ -n "$python" ] || skip_all "python3-jsonschema is not installed"
schemas=$SW_SOURCE/test/interop/exchange
validate=("$python" "$schemas/validate.py")
facets=$SW_SOURCE/doc/format/openlineage-facets.schema.json

make_history
export_all

for name in clean.croissant raw.croissant.json; do
    expect "$name follows the schema" 0 "${validate[@]}" "$schemas/croissant.schema.json" $name
done
for name in clean toy; do
    expect "$name.openlineage follows the schema" 0 \
        "${validate[@]}" --lines "$schemas/openlineage.schema.json" $name.openlineage "$facets"
    expect "$name.prov follows the schema" 0 \
        "${validate[@]}" "$schemas/prov.schema.json" $name.prov
done

# What a schema cannot say: identifiers are unique, references lead somewhere, runs start and complete.
is "no @id of the Croissant document says something twice" \
    "$(jq -r '[.. | objects | select(has("@id") and length > 1) | .["@id"]] | length - (unique | length)' raw.croissant.json)" 0
is "every reference in it leads somewhere" "$(jq -r '
    [.. | objects | select(has("@id") and length > 1) | .["@id"]] as $ids
    | [.. | objects | select(has("@id") and length == 1) | .["@id"]] - $ids | length' clean.croissant)" 0
is "every run starts and completes" "$(jq -rs '
    [.[] | select(.run)] | group_by(.run.runId) | map(map(.eventType) | sort | join("+")) | unique | join(",")' toy.openlineage)" \
    COMPLETE+START
is "every relation leads to a record" "$(jq -r '
    (.entity + .activity + .agent | keys) as $known
    | [.wasGeneratedBy, .used, .wasDerivedFrom, .wasAttributedTo, .wasAssociatedWith | .[] | .[]] - $known | length' toy.prov)" 0

# The schemas must be able to say no.
while read -r schema name filter; do
    case $schema in
    croissant) jq "$filter" clean.croissant >bad.json ;;
    openlineage) jq -c "$filter" toy.openlineage >bad.json ;;
    prov) jq "$filter" toy.prov >bad.json ;;
    esac
    lines=()
    [ "$schema" != openlineage ] || lines=(--lines)
    run "${validate[@]}" "${lines[@]}" "$schemas/$schema.schema.json" bad.json "$facets"
    isnt "$schema: refused is $name" "$rc" 0
    like "$schema: and by the validator" "$err" ValidationError
done <<'ROWS'
croissant another-version .conformsTo="http://mlcommons.org/croissant/0.8"
croissant no-licence del(.license)
croissant no-creator .creator=[]
croissant no-date del(.datePublished)
croissant a-url-as-digest .distribution[0].sha256="https://example.com/issues/80"
croissant a-verified-file-without-digest del(.distribution[0].sha256)
croissant a-space-in-an-address .distribution[0].contentUrl="a\u0020b"
croissant an-unknown-extraction .recordSet[0].field[0].source.extract={"xpath":"/"}
croissant a-source-of-two-kinds .recordSet[0].field[0].source.fileSet={"@id":"x"}
croissant a-context-that-lies .["@context"].cr="http://example.com/"
croissant an-activity-without-agent del(.["prov:wasGeneratedBy"][0]["prov:wasAssociatedWith"])
openlineage no-producer del(.producer)
openlineage a-run-without-uuid (select(.run)|.run.runId)="7"
openlineage an-event-of-another-type (select(.run)|.eventType)="DONE"
openlineage a-facet-without-schema (select(.job)|.job.facets.jobType)|=del(._schemaURL)
openlineage a-short-digest (select(.dataset)|.dataset.facets.sealwright_manifest.manifest)="sha256:ab"
openlineage an-unknown-member-of-our-facet (select(.dataset)|.dataset.facets.sealwright_manifest.owner)="me"
openlineage a-run-in-a-dataset-event (select(.dataset)|.run)={"runId":"x"}
prov no-prefixes del(.prefix)
prov an-unknown-prefix-of-entities .entity["x:y"]={"prov:label":"a","prov:type":"b"}
prov a-value-without-type .entity[]["sealwright:samples"]={"$":"1"}
prov a-relation-without-its-end .used[]|=del(.["prov:entity"])
prov a-relation-of-another-kind .wasInfluencedBy={}
prov a-null .entity[]["sealwright:x"]=null
ROWS
done_testing
