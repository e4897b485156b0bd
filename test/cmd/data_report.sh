# data report: what a dataset, a mixture and a model are made of; text, JSON, page and public summary.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
expect "a source" 0 "$SW_BIN" data source add forum --from "Garden Society" --licence CC-BY-4.0 \
    --consent https://example.org/consent --collected 2024-01..2025-06 --method web-crawling
expect "another, of which less is known" 0 "$SW_BIN" data source add mail --title '<script>alert(1)</script>'

cat >forum.jsonl <<'EOF'
{"id":"1","text":"Please find the invoice for last month in the attachment.","label":"ham"}
{"id":"2","text":"Bitte schicken Sie mir die Unterlagen bis morgen.","label":"ham"}
{"id":"3","text":"win money","label":"<b>spam</b>","language":"en"}
{"id":"4","text":"win money","label":"<b>spam</b>","language":"en"}
broken
EOF
printf '%s\n' '{"text":"The cat sat on the roof and watched the rain."}' '{"text":"今日は雨です"}' >mail.jsonl

expect "ingest" 0 "$SW_BIN" data ingest forum.jsonl --source forum --as posts --label-field label
expect "ingest the other" 0 "$SW_BIN" data ingest mail.jsonl --source mail --as mails

run "$SW_BIN" data report posts --html page.html
exits "a report" 0
like "it says what was read" "$out" "read again: 4 of 4 samples as recorded"
like "copies" "$out" "exactly as others: 1 sample, 25.0 %; the most frequent content is there 2 times"
like "labels" "$out" "<b>spam</b> +2 +50.0 %"
like "languages" "$out" "English +3 +75.0 %"
like "what was left out" "$out" "invalid-json +1"
ok "the page is there" test -s page.html
not_ok "names are no markup" grep -qi '<b>spam\|<script' page.html
ok "but text" grep -q '&lt;b&gt;spam&lt;/b&gt;' page.html
ok "it allows itself nothing" grep -q "default-src 'none'; style-src 'unsafe-inline'" page.html
not_ok "and fetches nothing" grep -Eq 'src=|url\(|@import|<link|<iframe' page.html

run "$SW_BIN" data report posts --json
exits "as JSON" 0
json "the whole of it" '"\(.kind) \(.name) \(.complete) \(.datasets[0].samples)"' "dataset posts@1 true 4"
json "by the rows" '.datasets[0].rows.duplicates | "\(.groups) \(.copies) \(.largest)"' "1 1 2"
json "by the data" '.datasets[0].content | "\(.samples) \(.words) \(.languages.unknown)"' "4 22 0"
json "labels" '[.datasets[0].content.labels.named[] | "\(.name)=\(.samples)"] | join(" ")' "<b>spam</b>=2 ham=2"
json "guesses are told" '[.datasets[0].content.languages.named[] | "\(.name) \(.guessed)/\(.samples)"] | join(", ")' \
    "en 1/3, de 1/1"
json "the summary" '[.summary[] | select(.section == "2.3") | .fields[] | select(.name == "used") | .values[]] | join("")' \
    "Yes: 1 source"
json "nothing is made up" '.summary[] | select(.section == "1.1") | .fields[0].recorded' false
run "$SW_BIN" data report mails --json
exits "of the other" 0
json "gaps are there" '.gaps | join("; ") | contains("source mail has no licence")' true
json "its kind is for a person to say" \
    '[.summary[] | select(.section == "2.1") | .fields[] | select(.name == "used") | .recorded][0]' false

run "$SW_BIN" data report posts --summary
exits "the public summary" 0
like "with the template's sections" "$out" "### 2.3 Data crawled and scraped from online sources"
like "what was filled in" "$out" "forum: from 2024-01 to 2025-06"
like "what was not" "$out" "Provider name and contact details\*\*"$'\n\n'"- not recorded"

expect "a mixture" 0 "$SW_BIN" data mix base --set dataset:posts=0.7 --set dataset:mails=0.3 --reason start
run "$SW_BIN" data report base --json
exits "its report" 0
json "of both" '[.datasets[] | .name] | join(" ")' "posts mails"
json "with the weights" '[.mixture.weights[] | .weight] | join(" ")' "0.7 0.3"

# Data that is not as it was.
sed -i 's/win money/lose money/' mail.jsonl forum.jsonl
run "$SW_BIN" data report posts --json
exits "changed samples are no part of it" 3
json "they are told" '.datasets[0].content | "\(.samples) \(.missing) \(.strangers)"' "2 2 2"
json "and it is not complete" .complete false
rm forum.jsonl
run "$SW_BIN" data report posts
exits "data that is gone" 3
like "is said to be" "$out" "not read again: .*forum.jsonl"
like "the rows still tell" "$out" "exactly as others: 1 sample, 25.0 %; the most frequent content is there 2 times"
expect "when nobody wanted it read, all is well" 0 "$SW_BIN" data report posts --store-only
expect "a place that is not there" 4 "$SW_BIN" data report posts --at nowhere.jsonl
one_line_error "one line says so"
expect "a place for two datasets" 2 "$SW_BIN" data report base --at mail.jsonl
one_line_error "one line says that it cannot be"
expect "nothing of that name" 4 "$SW_BIN" data report nothing
one_line_error "one line says so too"
expect "a page that cannot be written" 4 "$SW_BIN" data report mails --html nowhere/page.html
one_line_error "nor is a page made"

# Empty and hostile inputs.
expect "no name" 4 "$SW_BIN" data report ''
expect "a name of control characters" 4 "$SW_BIN" data report $'\e[31m'
unlike "none comes back" "$err" $'\e'

done_testing
