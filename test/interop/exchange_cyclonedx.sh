#!/bin/bash
# Do the CycloneDX documents validate against the schema that the CycloneDX project publishes? It ships
# in its JavaScript library.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"
. "$SW_SOURCE/test/interop/npm.sh"

npm_client exchange
make_history
export_all

for name in clean toy; do
    expect "the validator runs on $name" 0 node "$client/cyclonedx.js" "$name.cyclonedx"
    json "the published schema takes $name" ".[\"$name.cyclonedx\"]" null
done
is "the dataset is a data component" "$(jq -r .metadata.component.type clean.cyclonedx)" data
is "the model's card refers to a component that is there" "$(jq -r '
    .metadata.component.modelCard.modelParameters.datasets[0].ref as $ref
    | [.components[] | select(.["bom-ref"] == $ref) | .name] | join(",")' toy.cyclonedx)" clean
is "its hash is its manifest's" \
    "sha256:$(jq -r '.metadata.component.hashes[0].content' clean.cyclonedx)" \
    "$(jq -r '.components[] | select(.name == "clean") | ."bom-ref" | sub("urn:sealwright:dataset:"; "")' toy.cyclonedx)"

# The validator must be able to say no.
while read -r name filter; do
    jq "$filter" toy.cyclonedx >bad.json
    expect "the validator runs on $name" 0 node "$client/cyclonedx.js" bad.json
    json "the published schema refuses $name" '.["bad.json"] == null' false
done <<'ROWS'
a-type-it-does-not-know .metadata.component.type="dataset"
a-licence-it-does-not-know .components[0].licenses[0].license.id="CC-BY-99"
a-short-hash .metadata.component.hashes[0].content="ab"
an-unknown-member .metadata.component.owner="me"
another-format .bomFormat="SPDX"
ROWS
done_testing
