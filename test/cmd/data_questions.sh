#!/bin/bash
# Questions about data, on what the commands themselves recorded.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

sw() { "$SW_BIN" "$@"; }

# 200 posts of a forum, 100 mails; post 7 and mail 3 say the same.
jq -cn 'range(200) | {id: "p\(.)", text: "post number \(.)"}' >forum.jsonl
jq -cn 'range(100) | {id: "m\(.)", text: (if . == 3 then "post number 7" else "mail number \(.)" end)}' >mail.jsonl
head -n 150 forum.jsonl >forum2.jsonl
expect "a store is made" 0 sw init
expect "a source" 0 sw data source add forum --licence CC0-1.0 --from forum.example --consent yes
expect "another source" 0 sw data source add mail --licence MIT
expect "the forum is ingested" 0 sw data ingest forum.jsonl --source forum --as forum@1
expect "the mails are ingested" 0 sw data ingest mail.jsonl --source mail --as mail@1
expect "a shorter forum is ingested" 0 sw data ingest forum2.jsonl --source forum --as forum@2
expect "a model is trained on both" 0 sw data train --dataset forum@1 --dataset mail --out one.bin \
    -- sh -c 'echo one >one.bin'
root1=$(sw data train --json --dataset mail --out two.bin --run second -- sh -c 'echo two >two.bin' | jq -r .model_root)
expect "one more is made from it" 0 sw data train --dataset forum@2 --base two.bin --out three.bin --run third \
    -- sh -c 'echo three >three.bin'

# --- reach ------------------------------------------------------------------------------------

expect "a source reaches" 0 sw data reach source:mail --json
json "the dataset of it" '[.datasets[] | [.name, .version, .samples]] | tostring' '[["mail","1",100]]'
json "and three models, one over another" '[.models[] | [.name, .samples, .admitted]] | tostring' \
    '[["one.bin",100,false],["two.bin",100,false],["three.bin",100,false]]'
json "and nothing is unknown" '.gaps | tostring' '[]'
expect "one that is on disk too" 0 sw data reach source:mail --model two.bin --json
json "is told alone" '[.models[].name] | tostring' '["two.bin"]'
expect "one that is neither" 2 sw data reach source:mail --model nope.bin
like "is said to be neither" "$err" "'nope.bin' is neither a model on disk nor the digest of its root"
expect "a model on disk reaches those made from it" 0 sw data reach model:two.bin --json
json "as by its root" '[.models[].name] | tostring' '["two.bin","three.bin"]'
expect "a report of a model on disk" 0 sw data report one.bin --json
json "is one of how it was trained" '[.kind, .training.model] | tostring' '["model","one.bin"]'
expect "also when it is said to be one" 0 sw data report model:one.bin --json
expect "a file that nobody trained" 4 sw data report forum.jsonl
expect "one model can be asked for" 0 sw data reach source:mail --model "$root1" --json
json "that one is told" '[.models[].name] | tostring' '["two.bin"]'
expect "a text reaches" 0 sw data reach 'text:post number 7' --json
json "every set that it is in" '[.datasets[] | [.name, .version, .samples]] | tostring' \
    '[["forum","1",1],["mail","1",1],["forum","2",1]]'
json "models count it in all their data" '[.models[] | [.name, .samples]] | tostring' \
    '[["one.bin",2],["two.bin",1],["three.bin",2]]'
expect "a sample reaches" 0 sw data reach 'sample:forum@1#7' --json
json "only what it is in itself" '[.datasets[].name] | tostring' '["forum"]'
expect "a model reaches those made from it" 0 sw data reach "model:$root1" --json
json "itself and one" '[.models[].name] | tostring' '["two.bin","three.bin"]'
expect "what is nowhere reaches nothing" 0 sw data reach 'text:nobody wrote this' --json
json "no dataset" '.datasets | length' 0
expect "people can read it" 0 sw data reach source:mail
like "with counts" "$out" 'three\.bin +100 samples'

# What was kept of the claims changes no answer.
for selector in source:forum 'text:post number 7' dataset:mail 'sample:forum@2#3'; do
    sw data reach "$selector" --json >kept.json
    rm -f .sealwright/data/graph.cache
    sw data reach "$selector" --json >anew.json
    sw data reach "$selector" --json --no-cache >fresh.json
    ok "the same without the file: $selector" cmp -s kept.json anew.json
    ok "and without looking at it: $selector" cmp -s kept.json fresh.json
done
printf 'SWGRAPH\001garbage' >.sealwright/data/graph.cache
sw data reach 'sample:forum@2#3' --json >garbage.json
ok "a broken file is not used" cmp -s kept.json garbage.json
chmod -R a-w .sealwright/data
sw data reach 'sample:forum@2#3' --json >readonly.json
ok "a store that cannot be written answers too" cmp -s kept.json readonly.json
chmod -R u+w .sealwright/data

for selector in nothing source:nobody dataset:none@3 sample:forum sample:forum#9999 step:x ''; do
    run sw data reach "$selector"
    isnt "refused: '$selector'" "$rc" 0
    one_line_error "in one line: '$selector'"
done

# --- trace ------------------------------------------------------------------------------------

expect "a sample is traced" 0 sw data trace mail#3 --json
json "to its source" '[.sources[] | [.name, .licence]] | tostring' '[["mail","MIT"]]'
json "it is proven" '.samples[0].proof | [.holds, .in_log] | tostring' '[true,true]'
json "its place in the file" '.samples[0] | [.file, .row, .length] | tostring' '["mail.jsonl",3,34]'
json "and to its models" '[.models[].name] | tostring' '["one.bin","two.bin","three.bin"]'
expect "a text is traced" 0 sw data trace 'post number 7' --json
json "to all that it is" '[.samples[].sample] | sort | tostring' '["forum@1#7","forum@2#7","mail@1#3"]'
printf 'post number 7' >letter.txt
expect "a file is traced" 0 sw data trace letter.txt --in forum@2 --json
json "in one dataset" '[.samples[].sample] | tostring' '["forum@2#7"]'
expect "people can read it" 0 sw data trace mail@1#3
like "the file is named" "$out" 'source mail  mail\.jsonl at byte'
like "it is a picture" "$out" $'mail@1#3 .*source mail.*proven\n +└─> model one\\.bin'
expect "what is not there is no evidence" 3 sw data trace 'text:nobody wrote this'
like "and it is said what was looked for" "$out" 'no sample has this text: nobody wrote this'
while IFS='|' read -r text why; do
    run sw data trace "$text"
    exits "what looks like a name and is none: $text" 3
    like "is told to be taken for a text" "$err" "'$text' is taken for the text itself: $why"
    one_line_error "in one line"
done <<'ROWS'
no-letter.txt|there is no such file
dir/letter|there is no such file
sha256:1234|a digest of a content has sha256: and 64 hexadecimal digits
mail@1@2#3|a sample is NAME#ROW
ROWS
run sw data why-dropped no-letter.txt
like "so does why-dropped" "$err" 'no such file'
like "which says what nothing has" "$out" 'no sample has this text: no-letter.txt; it was never ingested'
run sw data trace 'post number 7'
is "words are a text" "$err" ""
run sw data trace text:no-letter.txt
is "so is what says it is one" "$err" ""
expect "a set that is not there" 4 sw data trace nothing#3
expect "nor why it was dropped" 3 sw data why-dropped 'text:nobody wrote this'
expect "a sample that is there was not dropped" 0 sw data why-dropped forum@2#3 --json
json "it is there" '.still_in | tostring' '["forum@2#3"]'

# One byte of a set, and the sample is not proven any more.
set=.sealwright/data/sets/$(sw data reach dataset:mail --json | jq -r '.datasets[0].manifest[7:]').data
cp "$set" kept.data
chmod u+w "$set"
printf '\377' | dd of="$set" bs=1 seek=100 conv=notrunc status=none
run sw data trace mail#3 --json
isnt "a changed file is noticed" "$rc" 0
cp kept.data "$set"

# --- diff -------------------------------------------------------------------------------------

expect "two versions differ" 1 sw data diff forum@1 forum@2 --json
json "in what was left out" '[.common, .counts.only_in_a, .counts.only_in_b, .counts.moved] | tostring' '[150,50,0,0]'
json "by source" '.sources | tostring' '[{"name":"forum","in_a":200,"in_b":150,"only_in_a":50,"only_in_b":0}]'
json "twenty are named" '.samples.only_in_a | length' 20
expect "a version and itself do not" 0 sw data diff forum@1 forum@1 --json
json "they are the same" .same true
expect "people can read it" 1 sw data diff forum@1 forum@2 --limit 2
like "with a sign" "$out" '- sample [0-9]+ of A  source forum'
expect "an unknown dataset" 4 sw data diff forum@1 nothing
one_line_error "is said in one line"

# --- proofs -----------------------------------------------------------------------------------

expect "a sample is proven" 0 sw data prove 7 forum@1 --out present.proof --json
json "it is small" '.bytes < 3072' true
expect "by its text too" 0 sw data prove 'text:post number 7' forum@1 --json
json "the same row" .row 7
expect "an absent text is proven" 0 sw data prove-absent 'text:my secret' forum@1 --out absent.proof
expect "one that is there is not" 1 sw data prove-absent 'text:post number 7' forum@1
expect "a file that is not there is a text" 0 sw data prove-absent no-file.txt forum@1
like "which is told" "$out" 'looked for +text:no-file\.txt'
expect "or an error, when it must be a file" 4 sw data prove-absent file:no-file.txt forum@1
echo 'post number 7' >newline.txt
expect "a newline at the end is part of a file" 0 sw data prove-absent newline.txt forum@1
like "and is told" "$out" 'file:newline\.txt \(with the newline at its end\)'
expect "a row behind the end is none" 2 sw data prove 200 forum@1
unlike "and no path of the store is told" "$err" '\.sealwright'
expect "a text that is not there is not proven" 1 sw data prove 'text:my secret' forum@1
# Digests that are none of contents prove nothing about a content.
jq -cn '{id: "s1", text: "a short secret"}' >secret.jsonl
digest=sha256:$(printf 'a short secret' | sha256sum | cut -d' ' -f1)
expect "a salted set" 0 sw data ingest secret.jsonl --source mail --as salted --salted
expect "and one of records" 0 sw data ingest secret.jsonl --source mail --as records --one-digest
sw log checkpoint --policy >log.policy
expect "that a keyed set lacks a digest says little" 0 sw data prove-absent "$digest" salted --out keyed.proof --json
json "which is told" .digests keyed
expect "it is no evidence about the text" 3 sw data check-proof keyed.proof --policy log.policy --text 'a short secret'
expect "of records a text is not told to be absent" 3 sw data prove-absent 'text:a short secret' records
expect "a digest is" 0 sw data prove-absent "$digest" records --out records.proof --json
json "of records" .digests records
expect "it is no evidence about the text either" 3 sw data check-proof records.proof --policy log.policy --text 'a short secret'
expect "nor does anybody know how far it reaches" 3 sw data reach 'text:a short secret' --json
like "which is said" "$out" 'records@1 has digests of whole records only'

sw log checkpoint --policy >log.policy

# A set with one digest a sample knows no contents, unless the record is one.
sw init --store one >/dev/null
sw data source add mail --store one >/dev/null
jq -r .text mail.jsonl >mail.txt
expect "a set with one digest" 0 sw data ingest mail.jsonl --source mail --as mail --one-digest --store one
expect "does not prove that a text is absent" 3 sw data prove-absent 'text:mail number 1' mail --store one
one_line_error "and says why in one line"
expect "nor that it is there" 3 sw data prove 'text:mail number 1' mail --store one
expect "what a text reaches is not known" 3 sw data reach 'text:mail number 1' --store one --json
like "that is a gap" "$out" 'mail@1 has digests of whole records only'
expect "a set of lines has the texts themselves" 0 \
    sw data ingest mail.txt --source mail --as lines --one-digest --store one
expect "which are found" 0 sw data prove 'text:mail number 1' lines --store one
expect "or proven to be absent" 0 sw data prove-absent 'text:my secret' lines --store one

mkdir "$HOME/elsewhere"
cp present.proof absent.proof log.policy "$HOME/elsewhere"
cd "$HOME/elsewhere" || exit 99
expect "it holds elsewhere, without a store" 0 sw data check-proof present.proof --policy log.policy --json
json "it says what it shows" '[.verdict, .kind, .dataset, .row] | tostring' '["pass","present","forum",7]'
expect "it is about that text" 0 sw data check-proof present.proof --policy log.policy --text 'post number 7'
expect "and no other" 1 sw data check-proof present.proof --policy log.policy --text 'post number 8'
expect "absence holds elsewhere" 0 sw data check-proof absent.proof --policy log.policy --text 'my secret' --json
json "it says so" .kind absent
expect "without a policy nothing is said" 2 sw data check-proof present.proof
sw init --store other >/dev/null
sw log checkpoint --policy --store other >other.policy
expect "another log's policy refuses it" 1 sw data check-proof present.proof --policy other.policy
size=$(stat -c %s absent.proof)
refused=0
for ((i = 0; i < size; i += 37)); do
    cp absent.proof bad.proof
    printf '\252' | dd of=bad.proof bs=1 seek=$i conv=notrunc status=none
    cmp -s bad.proof absent.proof && continue
    if sw data check-proof bad.proof --policy log.policy --text 'my secret' >/dev/null 2>&1; then
        # The place of what is asked may only be told with other neighbours, which are not there.
        note "byte $i may be anything"
        continue
    fi
    refused=$((refused + 1))
done
ok "changed proofs are refused" test "$refused" -ge $(((size / 37) - 1))
head -c 100 present.proof >short.proof
expect "a cut one too" 1 sw data check-proof short.proof --policy log.policy
one_line_error "in one line"
cd "$tmp" || exit 99

# --- through a step ---------------------------------------------------------------------------

# Odd posts are dropped, those behind the hundredth are shortened.
cat >halve.sh <<'SH'
jq -c 'select((.id[1:] | tonumber) % 2 == 0) | if (.id[1:] | tonumber) > 100 then .text |= .[5:] else . end' \
    "$SEALWRIGHT_INPUTS" >"$SEALWRIGHT_OUTPUT"
SH
expect "a step halves a set" 0 sw data run --in forum@1 --out half=half.jsonl --code halve.sh --match id \
    --drops "an odd number" -- bash halve.sh
expect "a model is trained on the half" 0 sw data train --dataset half --out half.bin --run half -- sh -c 'echo half >half.bin'
expect "a dropped post" 0 sw data why-dropped forum@1#9 --json
json "says why" '.dropped | [.[] | [.sample, .to, .reason]] | tostring' '[["forum@1#9","half@1","an odd number"]]'
json "and is nowhere" '.still_in | length' 0
expect "by its id" 0 sw data why-dropped id:p9 --in forum@1 --json
json "the same" '.dropped | [.[] | [.sample, .reason]] | tostring' '[["forum@1#9","an odd number"]]'
expect "by the id alone" 0 sw data why-dropped p12 --in forum@1 --json
json "where it is" '.still_in | tostring' '["half@1#6"]'
expect "an id that nobody has" 4 sw data why-dropped id:p900 --in forum@1
one_line_error "is said in one line"
expect "nor is it a text" 3 sw data why-dropped p900 --in forum@1
like "of both is told" "$out" 'no sample has this text, and none of forum@1 this id: p900'
expect "of which dataset must be said" 2 sw data why-dropped id:p9
mkdir moved && cp forum.jsonl moved/
sed -i 's/number 9"/number nine"/' forum.jsonl
run sw data why-dropped id:p9 --in forum@1
isnt "a changed file is not believed" "$rc" 0
like "which is said" "$err" 'was changed'
expect "one that was moved is" 0 sw data why-dropped id:p9 --in forum@1=moved/forum.jsonl
jq -cn 'range(3) | {id: "same", text: "twin \(.)"}' >twins.jsonl
expect "ids that are the same" 0 sw data ingest twins.jsonl --source mail --as twins
expect "do not name a sample" 2 sw data why-dropped id:same --in twins
like "which is said with their places" "$err" '3 samples have the id .same.: ask for one of them: twins@1#0, twins@1#1, twins@1#2'
expect "a shortened post" 0 sw data trace half#75 --json
json "leads back by its id" '.hops | [.[] | [.from, .to, .kind]] | tostring' '[["forum@1#150","half@1#75","edited"]]'
json "to its source" '.sources[0].name' forum
expect "its text before, as far as contents are known" 3 sw data reach 'text:post number 150' --json
json "reaches the model too" '[.models[].name] | tostring' '["one.bin","half.bin"]'
expect "a dropped text" 3 sw data reach 'text:post number 9' --json
json "does not" '[.models[].name] | tostring' '["one.bin","three.bin"]'
done_testing
