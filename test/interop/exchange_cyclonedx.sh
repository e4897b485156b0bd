#!/bin/bash
# Do the CycloneDX documents validate against the schema that the CycloneDX project publishes? It ships
# in its JavaScript library.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/exchange/history.sh"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    skip_all "node or npm is not installed"
fi

# The packages are kept in the build directory, for the next run.
client=$SW_BUILD/interop/exchange
mkdir -p "$client"
cp "$SW_SOURCE"/test/interop/exchange/{package.json,package-lock.json,cyclonedx.js} "$client"
if ! cmp -s "$client/package-lock.json" "$client/installed.json"; then
    rm -f "$client/installed.json"
    if ! npm_config_cache=$client/cache npm ci --prefix "$client" --no-audit --no-fund \
        --ignore-scripts --omit=optional --omit=peer >"$tmp.npm" 2>&1; then
        grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH' "$tmp.npm" &&
            skip_all "the npm registry cannot be reached"
        sed 's/^/# /' "$tmp.npm"
        echo "Bail out! npm ci failed"
        exit 1
    fi
    cp "$client/package-lock.json" "$client/installed.json"
fi

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
