#!/bin/bash
# advisory: import, match, status.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

match() {
    run "$SW_BIN" advisory match --json "$@"
}

# osv ID MODIFIED ALIASES AFFECTED [MORE]: one advisory on one line
osv() {
    printf '{"id":"%s","modified":"%s","aliases":[%s],"affected":[%s]%s}\n' "$1" "$2" "$3" "$4" "${5:-}"
}

# affects ECOSYSTEM NAME TYPE EVENTS [VERSIONS]
affects() {
    printf '{"package":{"ecosystem":"%s","name":"%s"},"ranges":[{"type":"%s","events":[%s]}],"versions":[%s]}' \
        "$1" "$2" "$3" "$4" "${5:-}"
}

expect "an import needs a store" 4 "$SW_BIN" advisory import x
expect "init" 0 "$SW_BIN" init
mkdir plain
expect "a directory is no store" 4 "$SW_BIN" advisory import --store plain x
expect "without advisories nothing is clear" 3 "$SW_BIN" advisory match --purl pkg:pypi/a@1
like "and it says what to do" "$err" "advisory import"
expect "nor is there a status" 3 "$SW_BIN" advisory status
expect "nothing to look up" 2 "$SW_BIN" advisory match

# --- importing ------------------------------------------------------------------------------------

mkdir -p in/osv-scanner/PyPI in/osv-scanner/npm loose/deep
osv PYSEC-1 2026-01-02T00:00:00Z '"CVE-2026-1","GHSA-aaaa-bbbb-cccc"' \
    "$(affects PyPI Big_Model ECOSYSTEM '{"introduced":"0"},{"fixed":"1.2"},{"introduced":"2.0rc1"},{"fixed":"2.0.1"}' '"0.9"')" \
    ',"details":"\n\nA first line.\nA second."' >in/PYSEC-1.json
osv GHSA-aaaa-bbbb-cccc 2026-01-03T00:00:00Z '"CVE-2026-1"' \
    "$(affects PyPI big-model ECOSYSTEM '{"introduced":"0"},{"fixed":"1.2.0"}')" \
    ',"summary":"Short","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]' \
    >in/GHSA-1.json
osv CVE-2026-2 2026-01-03T00:00:00Z '' \
    "$(affects PyPI big-model ECOSYSTEM '{"introduced":"0"},{"last_affected":"1.0"}')" \
    ',"severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:L/SA:N"}]' \
    >in/CVE-2.json
osv PYSEC-GONE 2026-01-03T00:00:00Z '"CVE-2026-9"' "$(affects PyPI big-model ECOSYSTEM '{"introduced":"0"}')" \
    ',"withdrawn":"2026-01-05T00:00:00Z"' >in/gone.json
ok "zips" python3 - <<'PY'
import json, zipfile
with zipfile.ZipFile("in/osv-scanner/PyPI/all.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for name in ("PYSEC-1", "GHSA-1", "CVE-2", "gone"):
        z.write(f"in/{name}.json", f"{name}.json")
    z.writestr("README", "not an advisory")
with zipfile.ZipFile("in/osv-scanner/npm/all.zip", "w") as z:
    for i in range(3):
        z.writestr(f"MAL-{i}.json", json.dumps({"id": f"MAL-{i}", "modified": "2026-01-01T00:00:00Z", "affected": [
            {"package": {"ecosystem": "npm", "name": f"bad-{i}"},
             "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}))
PY
rm in/*.json
expect "the layout of osv-scanner" 0 "$SW_BIN" advisory import --json in
documented "its members are documented" advisory
json "two sources" '.sources | length' 2
json "by their place" '.sources[1].name' in/osv-scanner/npm/all.zip
json "with their digests" '.sources[0].digest' "sha256:$(sha256sum <in/osv-scanner/PyPI/all.zip | cut -d' ' -f1)"
json "and dates" '.sources[0].date' 2026-01-03T00:00:00Z
json "two ecosystems" '[.ecosystems[] | "\(.name) \(.advisories)"] | join(", ")' "PyPI 4, npm 3"
json "one is withdrawn" .withdrawn 1
first=$(jq -r .digest "$tmp.out")
expect "again" 0 "$SW_BIN" advisory import --json in
json "gives the same" .digest "$first"
json "and the same count" .advisories 7

{
    osv MODEL-1 2026-02-01T00:00:00Z '' '{"package":{"ecosystem":"Hub","name":"x","purl":"pkg:huggingface/Org/Model"},"versions":["abc123"]}'
    echo
    osv MODEL-2 2026-02-02T00:00:00Z '' "{\"package\":{\"purl\":\"pkg:huggingface/Org/Other\"},\"database_specific\":{\"digests\":[\"sha256:$(printf '%064d' 7)\"]}}"
    osv GO-1 2026-02-02T00:00:00Z '"CVE-2026-3"' "$(affects Go example.com/m SEMVER '{"introduced":"0"},{"fixed":"1.5.0"}')"
    osv CRAN-1 2026-02-02T00:00:00Z '' "$(affects CRAN A3 ECOSYSTEM '{"introduced":"0"},{"fixed":"1.0"}' '"0.5"')"
    osv C-1 2026-02-02T00:00:00Z '' '{"ranges":[{"type":"GIT","repo":"https://example.com/r","events":[{"introduced":"0"},{"fixed":"abc"}]}]}'
    osv NEW-1 2026-02-02T00:00:00Z '' "$(affects "Brand New" thing ECOSYSTEM '{"introduced":"0"}')"
    osv DEB-1 2026-02-02T00:00:00Z '' "$(affects Debian:12 curl ECOSYSTEM '{"introduced":"0"},{"fixed":"7.88.1-10+deb12u5"}')"
} >more.jsonl
gzip -k more.jsonl
expect "lines, packed" 0 "$SW_BIN" advisory import more.jsonl.gz
printf '#model_version:v2025.03.14,score_date:2026-02-03T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1,0.00043,0.1\nCVE-2026-2,9.7e-01,0.999\r\n' >epss.csv
gzip epss.csv
cat >kev.json <<'EOF'
{
  "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.02.03",
  "dateReleased": "2026-02-03T15:00:00.1234Z", "count": 1,
  "vulnerabilities": [{"cveID": "CVE-2026-1", "dateAdded": "2026-02-01", "knownRansomwareCampaignUse": "Known"}]
}
EOF
expect "EPSS and KEV" 0 "$SW_BIN" advisory import epss.csv.gz kev.json
run "$SW_BIN" advisory status --json
exits "the status" 0
json "has the scores" '"\(.epss) \(.kev) \(.digests)"' "2 1 1"
json "what cannot be ordered is told" '[.ecosystems[] | select(.ordered | not).name] | join(", ")' \
    "Brand New, CRAN, GIT, purl:huggingface"
run "$SW_BIN" advisory status
like "for people" "$out" "PyPI +4 advisories"

# --- matching -------------------------------------------------------------------------------------

match --purl pkg:pypi/Big.Model@1.0
exits "something is found" 1
documented "its members are documented" "advisory"
json "two vulnerabilities" '[.findings[].id] | join(" ")' "CVE-2026-1 CVE-2026-2"
json "aliases are one" '.findings[0].advisories | join(" ")' "PYSEC-1 GHSA-aaaa-bbbb-cccc"
json "under all names" '.findings[0].ids | join(" ")' "CVE-2026-1 GHSA-aaaa-bbbb-cccc PYSEC-1"
json "what is exploited comes first" '.findings[0].kev' 2026-02-01
json "with its probability" '.findings[0].epss.score' 0.00043
json "and severity" '.findings[0].cvss | "\(.version) \(.score) \(.severity)"' "3.1 9.8 critical"
json "also in this notation" '.findings[1].epss.score' 0.97
json "of the newer version, too" '.findings[1].cvss | "\(.version) \(.score)"' "4.0 6.9"
json "the database is cited" '.database.digest | startswith("sha256:")' true
json "and its date" .database.date 2026-01-03T00:00:00Z
json "a fix" '.findings[0].fixed | contains(["1.2"])' true
json "the withdrawn one is not told" '[.findings[].ids[]] | contains(["PYSEC-GONE"])' false
match --withdrawn --purl pkg:pypi/big-model@5
exits "but on demand" 0
json "marked" '.findings[0] | "\(.id) \(.withdrawn) \(.open)"' "CVE-2026-9 true false"
run "$SW_BIN" advisory match --purl pkg:pypi/big-model@1.0
exits "for people" 1
like "the verdict" "$out" "affected  what was given: 1 component, 2 vulnerabilities"
like "the urgency" "$out" "KEV since 2026-02-01, EPSS 0.04 %, CVSS 9.8 critical, fixed in 1.2"
like "the summary is one line" "$out" "A first line"

# purl, exit status, verdict
while read -r purl status state; do
    run "$SW_BIN" advisory match --json --purl "$purl"
    exits "$purl" "$status"
    json "is $state" "[.states | to_entries[] | select(.value == 1).key] | join(\" \")" "$state"
done <<'EOF'
pkg:pypi/big-model@1.2 0 clear
pkg:pypi/big-model@1.2rc1 1 affected
pkg:pypi/big-model@2.0rc1 1 affected
pkg:pypi/big-model@2.0b9 0 clear
pkg:pypi/big-model@1.0+cu118 1 affected
pkg:pypi/big-model@2.0.1+cu118 0 clear
pkg:pypi/big-model 3 version not known
pkg:pypi/unknown-package@1 0 clear
pkg:npm/bad-1@9.9.9 1 affected
pkg:npm/bad-1 1 affected
pkg:npm/bad-9@1 0 clear
pkg:golang/example.com/m@v1.4.9 1 affected
pkg:golang/example.com/m@v1.5.0 0 clear
pkg:gem/rails@7 3 not covered
pkg:cran/A3@0.5 1 affected
pkg:cran/A3@0.6 3 undecided
pkg:cran/B@1 0 clear
pkg:huggingface/Org/Model@ABC123 1 affected
pkg:huggingface/Org/Model@043235d6088ecd3dd5fb5ca3592b6913fd516027 0 clear
pkg:huggingface/Org/Model@main 3 undecided
pkg:huggingface/Org/Unknown@def456 0 clear
pkg:pypi/big-model@latest 3 undecided
pkg:golang/example.com/m@%5E1.2.0 3 undecided
pkg:golang/Example.com/M@v1.4.9 1 affected
pkg:mlflow/Org@1 3 not covered
pkg:deb/debian/libcurl4@7.88.1-10?distro=debian-12&upstream=curl 1 affected
pkg:deb/debian/libcurl4@7.88.1-10+deb12u5?distro=debian-12&upstream=curl 0 clear
pkg:deb/debian/libcurl4@7.88.1-10?distro=debian-12.5&upstream=curl 1 affected
pkg:deb/debian/libcurl4@9:99?distro=debian-12&upstream=curl%407.88.1-10 1 affected
pkg:deb/debian/libcurl4@1?distro=debian-12&upstream=curl%407.88.1-10%2Bdeb12u5 0 clear
pkg:deb/debian/libcurl4@7.88.1-10 3 not covered
EOF
match --digest "sha256:$(printf '%064d' 7)"
exits "a file by its digest" 1
json "is named" '.findings[0] | "\(.id) \(.by)"' "MODEL-2 digest"
match --digest "sha256:$(printf '%064d' 8)"
exits "another one is not clear" 3
expect "no digest" 2 "$SW_BIN" advisory match --digest md5:00
expect "no purl" 2 "$SW_BIN" advisory match --purl pypi/x
one_line_error "in one line"

# --- documents ------------------------------------------------------------------------------------

printf '# what we use\npkg:pypi/big-model@1.0\n\n  pkg:golang/example.com/m@v1.5.0  \nnonsense\n' >list.txt
match list.txt
exits "a list" 1
json "has three" .components 3
json "one is none" '.unclear[0] | "\(.component.ref) \(.state)"' "nonsense not identified"
cat >app.cdx.json <<EOF
{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
 "metadata": {"component": {"type": "application", "name": "app", "bom-ref": "root", "purl": "pkg:generic/app@1"}},
 "components": [
  {"type": "library", "bom-ref": "a", "name": "big-model", "version": "1.0", "purl": "pkg:pypi/big-model",
   "components": [{"type": "library", "bom-ref": "b", "name": "m", "purl": "pkg:golang/example.com/m@v1.0.0"}]},
  {"type": "machine-learning-model", "bom-ref": "c", "name": "other", "hashes": [{"alg": "SHA-256", "content": "$(printf '%064d' 7)"}]},
  {"type": "file", "bom-ref": "d", "name": "data.bin", "hashes": [{"alg": "SHA-256", "content": "$(printf '%064d' 9)"}]},
  {"type": "library", "bom-ref": "e", "group": "org", "name": "mystery"}]}
EOF
match app.cdx.json
exits "CycloneDX" 1
json "is told" .target.format "CycloneDX 1.6"
json "inner components too" '[.findings[].component.ref] | unique | join(" ")' "a b c"
json "the version beside the purl counts" '[.findings[] | select(.component.ref == "a").component.version][0]' 1.0
json "a file and the product are only looked up" '.states["only looked up"]' 2
json "what has no identity is told" '.unclear[0].component.name' org/mystery
cat >app.spdx.json <<EOF
{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "documentDescribes": ["SPDXRef-app"],
 "packages": [
  {"SPDXID": "SPDXRef-app", "name": "app"},
  {"SPDXID": "SPDXRef-a", "name": "m", "versionInfo": "v1.5.0",
   "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:golang/example.com/m@v1.5.0"}]}],
 "files": [{"SPDXID": "SPDXRef-f", "fileName": "./f", "checksums": [{"algorithm": "SHA256", "checksumValue": "$(printf '%064d' 7)"}]}]}
EOF
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"machine-learning-model","name":"m","purl":"pkg:huggingface/Org/Model@abc123"}}}' >model.cdx.json
match model.cdx.json
exits "a model that a document is about" 1
sed 's/Org.Model/Other/; s/huggingface/mlflow/' model.cdx.json >unknown.cdx.json
match unknown.cdx.json
exits "is not clear without data" 3
match app.spdx.json
exits "SPDX 2.3" 1
json "a file that an advisory names" '[.findings[] | .id + " " + .component.ref] | join(", ")' "MODEL-2 SPDXRef-f"
json "what it is about has no identity and is none of them" .components 2
cat >app.spdx3.json <<'EOF'
{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
 {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1"},
 {"type": "ai_AIPackage", "spdxId": "urn:m", "name": "Model",
  "externalIdentifier": [{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:huggingface/Org/Model@abc123"}]},
 {"type": "software_Package", "spdxId": "urn:p", "name": "m", "software_packageUrl": "pkg:golang/example.com/m@1.5.0"}]}
EOF
match app.spdx3.json
exits "SPDX 3.0.1" 1
json "a model" '.findings[0].component.name' Model
json "and a package" .states.clear 1
printf '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"m","versionInfo":"1.0","externalRefs":[%s,%s]}]}' \
    '{"referenceType":"purl","referenceLocator":"pkg:golang/example.com/m@v1.5.0"}' \
    '{"referenceType":"purl","referenceLocator":"pkg:pypi/big-model"}' >several.spdx.json
match several.spdx.json
exits "a package URL does not hide another one of its package" 1
json "each is looked up" '[.components, .findings[0].component.version] | tojson' '[2,"1.0"]'
jq '.["@graph"][2] |= (.software_packageUrl = "pkg:golang/example.com/m@1.5.0") |
    .["@graph"][2].externalIdentifier = [{externalIdentifierType: "packageUrl", identifier: "pkg:golang/example.com/m@1.4.0"}] |
    del(.["@graph"][1])' app.spdx3.json >several.spdx3.json
match several.spdx3.json
exits "nor in SPDX 3" 1
sed 's/"1\.6"/"1.3"/' app.cdx.json >old.json
expect "another version is not read" 3 "$SW_BIN" advisory match old.json
like "and says which are" "$err" "1.4 to 1.7"
echo '{"a": 1}' >other.json
expect "JSON of another kind" 3 "$SW_BIN" advisory match other.json
echo '{"a": 1' >broken.json
expect "broken JSON" 1 "$SW_BIN" advisory match broken.json
echo '{"bomFormat": "CycloneDX", "specVersion": "1.6"}' >empty.json
expect "nothing to check is no pass" 3 "$SW_BIN" advisory match empty.json
: >nothing
expect "nor is an empty file" 3 "$SW_BIN" advisory match nothing
expect "nor one that is not there" 4 "$SW_BIN" advisory match absent
head -c 100000 /dev/urandom >noise
expect "noise" 1 "$SW_BIN" advisory match noise
one_line_error "is told in one line"

if python3 -c 'import jsonschema' 2>/dev/null; then
    for document in app.cdx.json app.spdx.json list.txt; do
        match "$document"
        ok "the answer about $document fits its schema" python3 -c '
import json, sys, jsonschema
schema, answer = (json.load(open(path)) for path in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(answer)' "$SW_SOURCE/doc/advisory-match.schema.json" "$tmp.out"
    done
else
    skip 3 "python3-jsonschema is not installed"
fi

# --- age ------------------------------------------------------------------------------------------

days=$((($(date +%s) - $(date -d 2026-01-03 +%s)) / 86400))
expect "data that is young enough" 0 "$SW_BIN" advisory match --max-age $((days + 2)) --purl pkg:pypi/x@1
if [ "$days" -gt 1 ]; then
    expect "and that is not" 3 "$SW_BIN" advisory match --max-age 1 --purl pkg:pypi/x@1
    like "says so" "$err" "2026-01-03, $days days old"
else
    skip 2 "the clock stands before the data"
fi
expect "no age" 2 "$SW_BIN" advisory match --max-age soon --purl pkg:pypi/x@1

osv PYSEC-LATE "$(date -u +%FT%TZ)" '' "$(affects PyPI another ECOSYSTEM '{"introduced":"0"},{"fixed":"1"}')" >late.json
cp -r .sealwright aged
expect "one advisory more" 0 "$SW_BIN" advisory import --store aged late.json
run "$SW_BIN" advisory match --json --store aged --purl pkg:pypi/x@1
json "makes the others no younger" .database.date 2026-01-03T00:00:00Z
{
    osv A-1 2999-01-01T00:00:00Z '' "$(affects PyPI announced ECOSYSTEM '{"introduced":"0"}')" ',"withdrawn":"2999-01-01T00:00:00Z"'
    osv A-2 2026-01-01T00:00:00Z '' "$(affects PyPI endless ECOSYSTEM '{"fixed":"2"}')"
} >odd.jsonl
expect "odd advisories" 0 "$SW_BIN" advisory import --store aged odd.jsonl
expect "what is to be withdrawn one day stands" 1 "$SW_BIN" advisory match --store aged --purl pkg:pypi/announced@1
expect "a range without a beginning has the first versions" 1 "$SW_BIN" advisory match --store aged --purl pkg:pypi/endless@1
expect "and ends" 0 "$SW_BIN" advisory match --store aged --purl pkg:pypi/endless@2
osv A-3 2026-01-01T00:00:00Z '' "$(affects PyPI number ECOSYSTEM '{"introduced":1},{"fixed":"2"}')" >number.json
expect "a version that is no text is not passed over" 1 "$SW_BIN" advisory import --store aged number.json

# --- VEX ------------------------------------------------------------------------------------------

# vex STATUS TIME PRODUCTS [MORE]
vex() {
    printf '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:x","author":"me","timestamp":"%s","version":1,"statements":[{"vulnerability":{"name":"GHSA-aaaa-bbbb-cccc"},"products":[%s],"status":"%s"%s}]}' \
        "$2" "$3" "$1" "${4:-}"
}
why=',"justification":"vulnerable_code_not_present"'
vex not_affected 2026-03-01T00:00:00Z '{"@id":"pkg:pypi/big_model@1.1"}' "$why" >not.json
match --vex not.json --purl pkg:pypi/big-model@1.1
exits "what is not affected does not count" 0
json "but is shown" '.findings[0] | "\(.id) \(.open) \(.vex.status) \(.vex.justification)"' \
    "CVE-2026-1 false not_affected vulnerable_code_not_present"
json "with the file that says so" '.findings[0].vex.digest' "sha256:$(sha256sum <not.json | cut -d' ' -f1)"
match --vex not.json --purl pkg:pypi/big-model@1.0
exits "it is about one version" 1
vex affected 2026-04-01T00:00:00Z '{"@id":"pkg:pypi/big-model"}' ',"action_statement":"update"' >yes.json
match --vex yes.json --vex not.json --purl pkg:pypi/big-model@1.1
exits "the latest word counts" 1
json "and is the later one" '.findings[0].vex.status' affected
vex not_affected 2026-03-01T00:00:00Z '{"@id":"pkg:pypi/big-model@1.1"}' >reasonless.json
expect "not affected without a reason is refused" 1 "$SW_BIN" advisory match --vex reasonless.json --purl pkg:pypi/x@1
vex not_affected 2026-05-01T00:00:00Z '{"@id":"pkg:generic/app@1","subcomponents":[{"@id":"pkg:pypi/big-model@1.0"}]}' "$why" >part.json
match --vex part.json --purl pkg:pypi/big-model@1.0
json "a part of a product is not another's" '.findings[0].vex' null
match --vex part.json app.cdx.json
json "but its own" '[.findings[] | select(.id == "CVE-2026-1").vex.status] | join(" ")' not_affected
vex fixed 2026-05-01T00:00:00Z "{\"@id\":\"urn:y\",\"hashes\":{\"sha-256\":\"$(printf '%064d' 7)\"}}" | sed 's/GHSA-aaaa-bbbb-cccc/MODEL-2/' >hash.json
match --vex hash.json --digest "sha256:$(printf '%064d' 7)"
json "a product by its digest" '.findings[0] | "\(.vex.status) \(.open)"' "fixed false"
jq '. + {vulnerabilities: [{id: "CVE-2026-1", affects: [{ref: "a"}], analysis: {state: "false_positive", justification: "code_not_reachable", detail: "seen"}}]}' app.cdx.json >analysed.json
match --vex analysed.json analysed.json
json "CycloneDX's analysis" '[.findings[] | select(.id == "CVE-2026-1") | "\(.vex.status) \(.vex.justification) \(.open)"] | join(" ")' \
    "not_affected code_not_reachable false"
run "$SW_BIN" advisory match --vex analysed.json --openvex found.json app.cdx.json
exits "written as OpenVEX" 1
is "each finding is a statement" "$(jq '.statements | length' found.json)" 4
is "what nobody spoke of is under investigation" \
    "$(jq -r '[.statements[] | .vulnerability.name + " " + .status] | sort | join(", ")' found.json)" \
    "CVE-2026-1 not_affected, CVE-2026-2 under_investigation, CVE-2026-3 under_investigation, MODEL-2 under_investigation"
is "with a reason that OpenVEX has" "$(jq -r '.statements[] | select(.status == "not_affected") | .justification // .impact_statement' found.json)" "seen"
match --vex found.json --purl pkg:pypi/big-model
exits "and read again" 3
{
    osv GHSA-joined 2026-02-02T00:00:00Z '"CVE-2026-70"' "$(affects PyPI joined ECOSYSTEM '{"introduced":"0"}')"
    osv GHSA-bridge 2026-02-02T00:00:00Z '"CVE-2026-70","CVE-2026-71"' "$(affects PyPI joined ECOSYSTEM '{"introduced":"0"}')"
    osv GHSA-second 2026-02-02T00:00:00Z '"CVE-2026-71"' "$(affects PyPI joined ECOSYSTEM '{"introduced":"0"}')"
} >joined.jsonl
mkdir -p other
(cd other && "$SW_BIN" init && "$SW_BIN" advisory import ../joined.jsonl) >init.out 2>&1
vex not_affected 2026-03-02T00:00:00Z '{"@id":"pkg:pypi/joined"}' "$why" | sed 's/GHSA-aaaa-bbbb-cccc/CVE-2026-70/' >first.json
vex not_affected 2026-03-01T00:00:00Z '{"@id":"pkg:pypi/joined"}' "$why" | sed 's/GHSA-aaaa-bbbb-cccc/CVE-2026-71/' >second.json
vex affected 2026-03-01T00:00:00Z '{"@id":"pkg:pypi/joined"}' | sed 's/GHSA-aaaa-bbbb-cccc/CVE-2026-71/' >second-yes.json
match --store other/.sealwright --vex first.json --purl pkg:pypi/joined@1
exits "what closes one CVE does not close one that it was joined with" 1
match --store other/.sealwright --vex first.json --vex second-yes.json --purl pkg:pypi/joined@1
exits "nor does it outweigh what is said of that" 1
match --store other/.sealwright --vex first.json --vex second.json --purl pkg:pypi/joined@1
exits "both do" 0
expect "another kind of document" 3 "$SW_BIN" advisory match --vex other.json --purl pkg:pypi/x@1

# --- what goes wrong ------------------------------------------------------------------------------

before=$(sha256sum <.sealwright/advisories.db)
osv OK-1 2026-03-01T00:00:00Z '' "$(affects npm a SEMVER '{"introduced":"0"}')" >good.json
refuse() {
    run "$SW_BIN" advisory import good.json "$2"
    exits "$1" "${3:-1}"
    one_line_error "$1, in one line"
}
echo '{"id": "A", "id": "B", "modified": "2026-01-01T00:00:00Z"}' >twice.json
refuse "a name that stands there twice" twice.json
echo '{"id": "A", "modified": "yesterday"}' >undated.json
refuse "no date" undated.json
echo '{"id": "A\u001b[31m", "modified": "2026-01-01T00:00:00Z"}' >id.json
refuse "an id that moves the cursor" id.json
unlike "which the message does not" "$err" $'\033'
python3 -c 'print("{\"id\":\"A\",\"modified\":\"2026-01-01T00:00:00Z\",\"affected\":" + "["*100000 + "]"*100000 + "}")' >deep.json
refuse "nested too deep" deep.json
osv A 2026-01-01T00:00:00Z '' '{"database_specific":{"digests":["sha256:xyz"]}}' >digest.json
refuse "a digest that is none" digest.json
refuse "noise" noise
refuse "an empty file" nothing
mkdir linked
ln -s /etc/hostname linked/a.json
refuse "a link that leads out" linked
mkdir void
refuse "an empty directory" void
head -c 200 more.jsonl.gz >cut.jsonl.gz
refuse "a cut file" cut.jsonl.gz
printf 'cve,epss,percentile\nCVE-2026-1,2,0.1\n' >bad.csv
refuse "a probability over one" bad.csv
mkfifo pipe
refuse "a FIFO" pipe 4
refuse "a file that is not there" absent 4
python3 - <<'PY'
import zipfile, warnings
warnings.simplefilter("ignore")
record = '{"id": "A", "modified": "2026-01-01T00:00:00Z"}'
with zipfile.ZipFile("double.zip", "w") as z:
    z.writestr("A.json", record)
    z.writestr("A.json", record)
with zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("A.json", record + " " * (64 << 20))
with zipfile.ZipFile("crc.zip", "w") as z:
    z.writestr("A.json", record)
data = bytearray(open("crc.zip", "rb").read())
data[data.index(b'"A"') + 1] = ord("B")
open("crc.zip", "wb").write(data)
with zipfile.ZipFile("names.zip", "w") as z:
    z.writestr("../../etc/A.json", record)
PY
refuse "a zip in which a name stands twice" double.zip
refuse "a zip that unpacks to too much" bomb.zip
refuse "a zip whose checksum is wrong" crc.zip
is "what failed changed nothing" "$(sha256sum <.sealwright/advisories.db)" "$before"
is "and left nothing" "$(find .sealwright -name '*.new*')" ""
expect "names that lead out are only names" 0 "$SW_BIN" advisory import names.zip
not_ok "nothing is written there" test -e ../../etc/A.json
run "$SW_BIN" advisory import --keep-going --json good.json twice.json
exits "a file of which nothing is left" 1
cat good.json undated.json >mixed.jsonl
run "$SW_BIN" advisory import --keep-going --json mixed.jsonl
exits "keeping going" 0
json "counts what was left out" '.sources[-1] | "\(.records) \(.left_out)"' "1 1"

osv NET-1 2026-02-01T00:00:00Z '' "$(affects "Maven:https://repo.example" g:a ECOSYSTEM '{"introduced":"0"}'),$(affects NuGet Big.Thing SEMVER '{"introduced":"0"}')" >net.json
expect "an ecosystem with an address, and names without case" 0 "$SW_BIN" advisory import net.json
match --purl pkg:maven/g/a@1 --purl pkg:nuget/big.thing@1
json "are found" '[.findings[].id] | join(" ")' "NET-1 NET-1"
osv GO-1 2026-02-01T00:00:00Z '' "$(affects Go example.com/m SEMVER '{"introduced":"0"}')" >older.json
expect "an older word" 0 "$SW_BIN" advisory import older.json
match --purl pkg:golang/example.com/m@1.5.0
exits "changes nothing" 0
osv GO-1 2999-02-03T00:00:00Z '' "$(affects Go example.com/m SEMVER '{"introduced":"0"},{"fixed":"2.0.0"}')" >newer.json
expect "a newer one" 0 "$SW_BIN" advisory import newer.json
match --purl pkg:golang/example.com/m@1.5.0
exits "does" 1
json "once" '.findings | length' 1
json "a date in the future is not believed" '.database.date < "2999"' true
expect "all of it" 0 "$SW_BIN" advisory import --replace good.json
match --purl pkg:pypi/big-model@1.0
exits "can be forgotten" 3

cp .sealwright/advisories.db db
(
    exec 9>.sealwright/advisories.db.lock
    flock 9
    "$SW_BIN" advisory import good.json 2>locked.err
    echo $? >locked.rc
)
is "two imports at once" "$(cat locked.rc)" 4
head -c 5000 db >.sealwright/advisories.db
run "$SW_BIN" advisory match --purl pkg:npm/a@1
isnt "a cut database is no pass" "$rc" 0
one_line_error "and is told"
printf 'noise' >.sealwright/advisories.db
run "$SW_BIN" advisory match --purl pkg:npm/a@1
exits "no database" 4
rm .sealwright/advisories.db
ln -s ../db .sealwright/advisories.db
expect "a link is not followed" 4 "$SW_BIN" advisory match --purl pkg:npm/a@1
rm .sealwright/advisories.db
cp db .sealwright/advisories.db
if command -v sqlite3 >/dev/null; then
    sqlite3 .sealwright/advisories.db 'CREATE TRIGGER t AFTER INSERT ON epss BEGIN SELECT 1; END'
    expect "other tables than there should be" 1 "$SW_BIN" advisory match --purl pkg:npm/a@1
else
    skip 1 "sqlite3 is not installed"
fi
expect "a new one in its place" 0 "$SW_BIN" advisory import --replace good.json

"$SW_BIN" init --store other-store >/dev/null
expect "a store of another log is not used" 1 "$SW_BIN" advisory status --log-policy other-store/log.policy

# --- what GitHub's interfaces give ------------------------------------------------------------------

gh=$SW_SOURCE/test/fuzz/corpus/ghsa
expect "lists of GitHub's REST and GraphQL interfaces" 0 "$SW_BIN" advisory import --replace --json "$gh/rest" "$gh/graphql"
json "are read" '[.ecosystems[].name] | join(" ")' "Go PyPI crates.io npm"
json "with scores" .epss 1
json "and what was withdrawn" .withdrawn 1
while read -r purl status fixed; do
    match --purl "$purl"
    exits "$purl by GitHub's word" "$status"
    json "its fix" '.findings[0].fixed | join(" ")' "$fixed"
done <<'ROWS'
pkg:pypi/pkg@1.0 1 2.0
pkg:pypi/pkg@1.9.9 1 2.0
pkg:npm/%40a/b@1.9.0 1
ROWS
json "without one" '.findings[0].id' CVE-2026-11
json "once under all names" '.findings[0].ids | join(" ")' "CVE-2026-11 GHSA-aaaa-bbbb-cccc"
json "with its severity" '.findings[0].cvss | "\(.version) \(.score)"' "3.1 9.8"
json "and its probability" '.findings[0].epss | "\(.score) \(.percentile)"' "0.00045 0.1"
for purl in pkg:pypi/pkg@0.9 pkg:pypi/pkg@2.0 pkg:npm/%40a/b@1.9.1; do
    expect "$purl is not in a range" 0 "$SW_BIN" advisory match --purl "$purl"
done
jq -c '.data.securityAdvisories.nodes[0] | .withdrawnAt = null' "$gh/graphql" >node.json
{
    cat node.json
    jq -c '.[0] | .vulnerabilities = []' "$gh/rest"
} >nodes.jsonl
expect "lines of them" 0 "$SW_BIN" advisory import --replace --json nodes.jsonl
json "two" .advisories 2
match --withdrawn --purl pkg:cargo/c@1.0
exits "an open lower end does not hold its version" 0
for version in 1.0.1 1.2; do
    match --purl "pkg:cargo/c@$version"
    exits "but $version" 1
    json "which is fixed in" '.findings[0].fixed | join(" ")' 1.3
done
expect "an upper end that holds its version" 0 "$SW_BIN" advisory match --purl pkg:cargo/c@1.2.1
match --purl pkg:golang/example.com/m@v0.1.0
exits "one version alone" 1
expect "and no other" 0 "$SW_BIN" advisory match --purl pkg:golang/example.com/m@v0.1.1
run "$SW_BIN" advisory import "$gh/odd"
exits "words in the place of a range" 1
like "are refused" "$err" "'1.0 or so' is no range"
mkdir -p both/osv-scalibr/PyPI both/osv-scanner/npm
osv A-1 2026-01-02T00:00:00Z '' "$(affects PyPI a ECOSYSTEM '{"introduced":"0"}')" >both/osv-scalibr/PyPI/A-1.json
osv B-1 2026-01-02T00:00:00Z '' "$(affects npm b SEMVER '{"introduced":"0"}')" >both/osv-scanner/npm/b.jsonl
expect "both names of the offline layout" 0 "$SW_BIN" advisory import --replace --json both
json "are read alike" '[.ecosystems[].name] | join(" ")' "PyPI npm"
run "$SW_BIN" advisory status
like "the status tells the age" "$out" "2026-01-02, [0-9]+ days old"

# --- a directory, and what its code imports ---------------------------------------------------------

mkdir -p app/web
printf 'torch==2.0.0\nrequests==2.0.0\npyyaml==5.0\ntransformers==4.0.0\n' >app/requirements.txt
printf 'import os\nimport torch.nn as nn\nfrom requests import get\nimport yaml\n' >app/main.py
echo '{"dependencies": {"lodash": "4.0.0", "left-pad": "1.0.0"}}' >app/web/package.json
echo 'const _ = require("lodash/map");' >app/web/a.js
printf 'module example.com/x\ngo 1.22\nrequire (\n\tgolang.org/x/crypto v0.1.0\n\tgolang.org/x/net v0.1.0\n)\n' >app/go.mod
printf 'package main\nimport (\n\t"golang.org/x/crypto/ssh"\n\t"golang.org/x/net/html"\n)\n' >app/main.go
everything='{"introduced":"0"}'
only() { affects Go "$1" SEMVER "$everything" | sed "s#}\$#,\"ecosystem_specific\":{\"imports\":[{\"path\":\"$2\",\"symbols\":[\"Dial\"]}]}}#"; }
{
    for name in torch requests pyyaml transformers; do
        osv "P-$name" 2026-01-02T00:00:00Z '' "$(affects PyPI $name ECOSYSTEM "$everything")"
    done
    for name in lodash left-pad; do
        osv "N-$name" 2026-01-02T00:00:00Z '' "$(affects npm $name SEMVER "$everything")"
    done
    osv GO-ssh 2026-01-02T00:00:00Z '' "$(only golang.org/x/crypto golang.org/x/crypto/ssh)"
    osv GO-http2 2026-01-02T00:00:00Z '"CVE-2026-50"' "$(only golang.org/x/net golang.org/x/net/http2)"
    osv GO-all 2026-01-02T00:00:00Z '' "$(affects Go golang.org/x/net SEMVER "$everything")"
    osv GO-part 2026-01-02T00:00:00Z '"CVE-2026-51"' "$(only golang.org/x/net golang.org/x/net/http2)"
    osv GO-whole 2026-01-02T00:00:00Z '"CVE-2026-51"' "$(affects Go golang.org/x/net SEMVER "$everything")"
} >reach.jsonl
expect "advisories on what it uses" 0 "$SW_BIN" advisory import --replace reach.jsonl
match app
exits "a directory" 1
documented "its members are documented" advisory
json "is told as one" '.target | "\(.format) \(.digest)"' "a directory null"
reach() { json "$1" ".findings[] | select(.ids | contains([\"$1\"])) | \"\(.reachable) \(.reachable_at)\"" "$2"; }
reach P-torch "imported main.py:2"
reach P-requests "imported main.py:3"
reach P-transformers "not imported null"
reach P-pyyaml "unknown null" # it is imported under a name that nobody here knows
reach N-lodash "imported web/a.js:1"
reach N-left-pad "not imported null"
reach GO-ssh "imported main.go:3"
reach GO-http2 "not imported null"
reach GO-all "imported main.go:4"
reach GO-part "imported main.go:4" # another advisory says that all of it is vulnerable
json "nothing is left out for that" '[.findings[] | select(.open)] | length' 10
run "$SW_BIN" advisory match app
like "for people" "$out" "imported at main.py:2"
ln -s /etc/hostname app/linked.py
match app
reach P-transformers "unknown null" # not all of the code was read
reach P-torch "imported main.py:2"
rm app/linked.py app/main.py app/web/a.js app/main.go
match app
json "without code nothing is known" '[.findings[].reachable] | unique | join(" ")' unknown
match --purl pkg:pypi/torch@1
json "nor of a package alone" '.findings[0].reachable' unknown
mkdir model
tensors model/w.safetensors 64
osv FILE-1 2026-01-02T00:00:00Z '' "{\"package\":{\"purl\":\"pkg:huggingface/a/b\"},\"database_specific\":{\"digests\":[\"sha256:$(sha256sum <model/w.safetensors | cut -d' ' -f1)\"]}}" >file.json
expect "an advisory on a file" 0 "$SW_BIN" advisory import file.json
match model
exits "a model on disk" 1
json "by its file" '.findings[0] | "\(.id) \(.component.name) \(.by)"' "FILE-1 w.safetensors digest"
mkdir bare
expect "a directory of nothing is no pass" 3 "$SW_BIN" advisory match bare

# --- real ones ------------------------------------------------------------------------------------

corpus=${SW_CORPORA:-}/osv
if [ -d "$corpus" ]; then
    expect "2,661 advisories of PyPI" 0 "$SW_BIN" advisory import --replace --json "$corpus"
    json "are read" .advisories 2661
    match --purl pkg:pypi/torch@1.13.0+cu117 --purl pkg:pypi/torch@1.13.1
    json "and matched" '[.findings[] | .id + " " + .component.version] | contains(["CVE-2022-45907 1.13.0+cu117"])' true
else
    skip 3 "$corpus is not there"
fi
# What one project pins says nothing of what another one gets.
mkdir -p several/a several/b
echo 'big-model<1.2' >several/a/requirements.txt
echo 'import big_model' >several/a/x.py
echo 'big-model==3.0.0' >several/b/requirements.txt
run "$SW_BIN" advisory match --json several
exits "a version that is not known is not clear" 3
like "and it says so" "$(jq -c . "$tmp.out")" "pkg:pypi/big-model"
mv several/b/requirements.txt several/requirements.txt
expect "what is pinned above it is" 0 "$SW_BIN" advisory match several
done_testing
