#!/bin/bash
# advisory watch: recorded inventories against new advisories.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }

# advisory ID DIGEST…: one on files
advisory() {
    local id=$1
    shift
    jq -nc --arg i "$id" --args '{id: $i, modified: "2026-02-01T00:00:00Z", aliases: ["CVE-\($i)"],
        severity: [{type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        affected: [{package: {ecosystem: "Hub", name: "x", purl: "pkg:huggingface/org/x"},
            database_specific: {digests: ["sha256:" + $ARGS.positional[]]}}]}' "$@"
}

events() { jq -s -r "$1" "$tmp.out"; }

expect "init" 0 sw init
advisory 2026-1 "$(printf '%064d' 1)" >one.json
expect "advisories" 0 sw advisory import one.json
expect "without an inventory there is no evidence" 3 sw advisory watch --once
like "it says what to do" "$err" "bom make --record"
for model in a b c; do
    mkdir $model
    tensors $model/w.safetensors 64
    expect "$model is sealed" 0 sw seal $model
    expect "with a bill" 0 sw bom make $model --record --output $model.cdx.json
done
expect "a is admitted" 0 sw admit a
expect "twice" 0 sw admit a
weights=$(sha256sum <a/w.safetensors | cut -d' ' -f1)
others=$(sha256sum <b/w.safetensors | cut -d' ' -f1)

run sw advisory watch --once --json
exits "nothing is known" 0
is "one line says so" "$(events 'map(.event) | join(" ")')" checked
is "of all models" "$(events '.[0] | "\(.models) \(.affected) \(.new)"')" "3 0 0"
documented "its members are documented" "advisory watch"

# --- once -----------------------------------------------------------------------------------------

advisory 2026-2 "$weights" >two.json
expect "something about a" 0 sw advisory import two.json
run sw advisory watch --once --json
exits "it is new" 1
is "and told of a" "$(events 'map(select(.event == "affected").model.name) | join(" ")')" a
is "by name" "$(events '.[0].findings | map("\(.id) \(.severity) \(.component)") | join(", ")')" "CVE-2026-2 critical w.safetensors"
is "with where it is admitted" "$(events '.[0].deployments | map("\(.verdict) \(.signer)") | join(", ")')" "pass default"
is "with the database" "$(events '.[0].database.digest')" "$(sw advisory status --json | jq -r .digest)"
documented "all of that is documented" "advisory watch"
expect "without a record it is new again" 1 sw advisory watch --once
like "for people" "$out" "affected  a .*1 vulnerability new"
like "with the verdict" "$out" "verdict .*pass"
run sw advisory watch --once --record --json
exits "with one it is told" 1
claim=$(events '.[0].claim')
expect "which is in the log" 0 sw evidence show "$claim" --json
json "about a" '.statement.subject[0].name' a
json "citing the recorded bill" '.statement.predicate.sealwright_summary.bom.claim' \
    "$(sw evidence query --type https://cyclonedx.org/bom --json "$(jq -r '.statement.subject[0].digest.sha256 | "sha256:" + .' "$tmp.out")" | jq -r '.[0].claim')"
json "with what was found" '.statement.predicate.scanner.result[0].id' CVE-2026-2
root=sha256:$(jq -r '.statement.subject[0].digest.sha256' "$tmp.out")
run sw advisory watch --once --json
exits "then it is not new any more" 0
is "but still affects" "$(events '.[0] | "\(.models) \(.affected) \(.new)"')" "3 1 0"

# The VEX files of each recorded answer about a, an answer on a line.
cited() {
    local claim
    for claim in $(sw evidence query --type https://in-toto.io/attestation/vulns/v0.2 --json "$root" | jq -r '.[].claim'); do
        sw evidence show "$claim" --json |
            jq -r '.statement.predicate.sealwright_summary.vex | map("\(.file) \(.digest | ltrimstr("sha256:"))") | join(", ")'
    done
}

# --- VEX ------------------------------------------------------------------------------------------

jq -nc --arg d "$weights" '{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", author: "me",
    timestamp: "2026-03-01T00:00:00Z", version: 1, statements: [{vulnerability: {name: "CVE-2026-2"},
    products: [{"@id": "urn:y", hashes: {"sha-256": $d}}], status: "not_affected",
    justification: "vulnerable_code_not_present"}]}' >vex.json
next_second
run sw advisory watch --once --record --json --vex vex.json
exits "closed by VEX" 0
is "it does not count" "$(events '.[-1].affected')" 0
next_second
run sw advisory watch --once --record --json
exits "without that file there is no new answer" 3
like "and it says why" "$err" "a: not recorded.*VEX"
is "nothing is told as new" "$(events '.[-1].new')" 0
cp vex.json kept.json
printf ' ' >>vex.json
mkdir -p elsewhere
cp vex.json other.json
run sw advisory watch --once --record --json --vex other.json
exits "a file of another name in another state does not stand for it" 3
like "it is missed" "$err" "a: not recorded.*VEX"
mv other.json elsewhere/vex.json
next_second
run sw advisory watch --once --record --json --vex elsewhere/vex.json
exits "one of the same name that was edited is a later state of it" 0
is "and closes as before" "$(events '.[-1].affected')" 0
is "the new answer cites the new state alone" "$(cited | grep -c "^vex.json $(sha256sum <elsewhere/vex.json | cut -d' ' -f1)\$")" 1
next_second
run sw advisory watch --once --record --json --vex kept.json
exits "it is the one that is missed from now on" 3
mv kept.json vex.json
next_second
expect "the first state is taken again" 0 sw advisory watch --once --record --json --vex vex.json
jq '.timestamp = "2026-04-01T00:00:00Z" | .statements[0] |= (.status = "affected" | del(.justification))' vex.json >worse.json
run sw advisory watch --once --json --vex worse.json
exits "VEX that says now that it is affected is new" 1
is "and told" "$(events '.[0].findings | map(.id) | join(" ")')" CVE-2026-2

# --- going on -------------------------------------------------------------------------------------

# Goes on in the background; what an earlier one said is gone before that.
watching() {
    : >watch.out
    "$SW_BIN" advisory watch --json "$@" >watch.out 2>watch.err &
    watch=$!
}
# Waits until the watch has said so many lines, or is over.
until_lines() {
    while kill -0 "$watch" 2>/dev/null; do
        [ "$(wc -l <watch.out)" -lt "$1" ] || return 0
        sleep 0.05
    done
    return 1
}
watching --vex vex.json
ok "it looks at once" until_lines 1
is "and finds nothing new" "$(jq -r .event <watch.out)" checked
advisory 2026-3 "$others" >three.json
expect "something about b is imported" 0 sw advisory import three.json
ok "it sees that by itself" until_lines 3
is "and tells of b" "$(jq -r 'select(.event == "affected") | "\(.model.name) \(.findings[0].id)"' <watch.out)" "b CVE-2026-3"
expect "the same again" 0 sw advisory import --replace two.json three.json
ok "is looked up again" until_lines 4
is "and not told twice" "$(jq -r .event <watch.out | tr '\n' ' ')" "checked affected checked checked "
kill -TERM "$watch"
wait "$watch"
is "it ends when it is asked to, with what it found" $? 1
is "without a word of trouble" "$(cat watch.err)" ""

# --- VEX that changes while it goes on ------------------------------------------------------------

cp vex.json change.json
advisory 2026-4 "$weights" >four.json
watching --vex change.json
ok "it looks at once, and tells of b what was not recorded" until_lines 2
expect "something else about a" 0 sw advisory import four.json
ok "is new" until_lines 4
is "and told" "$(sed -n 3p watch.out | jq -r '.findings | map(.id) | join(" ")')" CVE-2026-4
jq '.statements += [.statements[0] | .vulnerability.name = "CVE-2026-4"]' vex.json >next.json
mv next.json change.json
ok "a VEX file that is replaced is read again" until_lines 5
is "and closes what it speaks of" "$(tail -n 1 watch.out | jq -r '"\(.event) \(.new)"')" "checked 0"
echo '{' >change.json
ok "one that becomes unreadable" until_lines 6
like "is told" "$(cat watch.err)" "change.json.*what it said last goes on to count"
is "and its last good word is kept" "$(tail -n 1 watch.out | jq -r '"\(.event) \(.affected)"')" \
    "$(sed -n 5p watch.out | jq -r '"\(.event) \(.affected)"')"
rm change.json
ok "so it is when it is gone" until_lines 7
jq '.statements |= map(.status = "affected" | del(.justification))' vex.json |
    jq '.statements += [.statements[0] | .vulnerability.name = "CVE-2026-4"]' >next.json
mv next.json change.json
ok "one that is back" until_lines 9
is "and opens again what it closed is told once more" \
    "$(sed -n 8p watch.out | jq -r '.findings | map(.id) | sort | join(" ")')" "CVE-2026-2 CVE-2026-4"
kill -TERM "$watch"
wait "$watch"
is "it ends with what it found" $? 1

# --- who reads what others wrote ------------------------------------------------------------------

# The zygote is the oldest child: the first look is over, but the last of its parsers may not be.
zygote() {
    until grep -q '"event":"checked"' watch.out; do
        kill -0 "$watch" 2>/dev/null || return 1
        sleep 0.05
    done
    read -r reader _ <<<"$(cat "/proc/$watch/task/$watch/children")"
}

if [ -r "/proc/$$/task/$$/children" ]; then
    watching --record
    ok "without VEX files" zygote
    kill -KILL "${reader:-$watch}"
    ok "recorded bills are read in a process apart" [ -n "$reader" ]
    expect "when that is gone" 0 sw advisory import four.json
    wait "$watch"
    is "the watch ends" $? 4
    like "and says so" "$(cat watch.err)" "is gone; the watch ends"
    watching --vex change.json
    ok "with a VEX file" zygote
    kill -KILL "${reader:-$watch}"
    cp vex.json next.json
    mv next.json change.json
    wait "$watch"
    is "it is the same" $? 4
    unlike "and nothing is said to go on" "$(cat watch.err)" "goes on to count"
else
    skip 8 "the kernel does not list children"
fi

# --- applications ---------------------------------------------------------------------------------

mkdir -p app other
echo 'openai==1.0.0' >app/requirements.txt
echo 'leftpad==1.0.0' >other/requirements.txt
expect "what an application uses is recorded" 0 sw discover --record --json app
discovery=$(jq -r .claim "$tmp.out")
expect "another one by its bill" 0 sw bom make other --of application --all-packages --record --output other.cdx.json
jq -n '[["openai", "1"], ["leftpad", "2"]][] as [$p, $n] | {id: "PYSEC-2026-\($n)", modified: "2026-02-01T00:00:00Z",
    aliases: ["CVE-2026-7\($n)"], affected: [{package: {ecosystem: "PyPI", name: $p}, versions: ["1.0.0"]}]}' -c >packages.jsonl
run sw advisory watch --once --json --vex vex.json
is "they are looked up" "$(events '.[-1] | "\(.models) \(.applications)"')" "3 2"
expect "something about both" 0 sw advisory import packages.jsonl
run sw advisory watch --once --json --record --vex vex.json
exits "is new" 1
is "and names them" "$(events 'map(select(.model.kind == "application") | "\(.model.kind) \(.model.name) \(.findings | map("\(.id) \(.component) \(.purl)") | join(","))") | sort |  join("; ")')" \
    "application app CVE-2026-71 openai pkg:pypi/openai@1.0.0; application other CVE-2026-72 leftpad pkg:pypi/leftpad@1.0.0"
is "what a discovery lists is told" "$(events 'map(select(.model.name == "app")) | .[0].model | "\(.bom) \(.discovery | startswith("sha256:")) \(.ai_packages_alone)"')" "null true true"
documented "all of that is documented" "advisory watch"
claim=$(events 'map(select(.model.name == "app")) | .[0].claim')
expect "the answer is in the log" 0 sw evidence show "$claim" --json
json "citing the discovery" .statement.predicate.sealwright_summary.discovery \
    "$discovery"
run sw advisory watch --once --json --vex vex.json
exits "then it is not new any more" 0
expect "a bill of the same files" 0 sw bom make app --of application --all-packages --record --output app.cdx.json
run sw advisory watch --once --json --vex vex.json
is "is one inventory with the discovery" "$(events '.[-1] | "\(.applications) \(.new)"')" "2 0"
advisory 2026-5 "$weights" >five.json
expect "something about the model" 0 sw advisory import five.json
cp a/w.safetensors app/model.safetensors
expect "the application has the model by now" 0 sw discover --record app
run sw advisory watch --once --json --vex vex.json
exits "a model that is affected" 1
is "is told with the application that has its file" \
    "$(events 'map(select(.model.name == "a")) | .[0].used_by | map("\(.kind) \(.name)") | join(" ")')" "application app"
is "and since when" "$(events 'map(select(.model.name == "a")) | .[0].before.digest | startswith("sha256:")')" true
is "the application is affected itself" "$(events 'map(select(.model.name == "app")) | .[0].findings | map(.id) | join(" ")')" \
    "CVE-2026-4 CVE-2026-5 CVE-2026-71"
run sw advisory watch --once --vex vex.json
like "for people, too" "$out" "used by  app  application"

# --- what goes wrong ------------------------------------------------------------------------------

expect "a VEX file that is not there" 4 sw advisory watch --once --vex absent
rm .sealwright/advisories.db
expect "a store without advisories" 3 sw advisory watch --once
like "says so" "$err" "advisory import"
expect "advisories again" 0 sw advisory import two.json
expect "a key of nobody trusted" 0 sw key new stranger
sed -i 's#keys/default.pub#keys/stranger.pub#' .sealwright/trust.yaml
expect "bills of nobody trusted do not count" 3 sw advisory watch --once
done_testing
