#!/bin/bash
# scan --pack: a pack counts when somebody whom the store trusts has signed it, and only then.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

cat >mine.yaml <<'YAML'
pack: mine
version: 1
library: My models
source: "our own code"
allow:
  - modules: [my_models]
    names: [Net]
    calls: new
YAML
sed 's/my_models/os/; s/Net/system/' mine.yaml >evil.yaml
printf '\x80\x02cmy_models\nNet\n)\x81.' >model.pkl

expect "a store is made" 0 "$SW_BIN" init
run "$SW_BIN" scan --json model.pkl
exits "without the pack the model is refused" 1
json "by its import" '.files[0].findings[0].rule' pickle-import

run "$SW_BIN" scan --pack mine.yaml model.pkl
exits "a pack without a signature is refused" 1
like "and it says so" "$err" "not signed by anybody trusted"

expect "the pack is signed" 0 "$SW_BIN" sign --signature mine.yaml.sigstore.json mine.yaml
run "$SW_BIN" scan --json --pack mine.yaml model.pkl
exits "with it the model has a note" 0
json "of its library" '.files[0].findings[0].rule' pickle-library
json "by name" '.files[0].findings[0].why' "uses My models (pack mine 1): my_models.Net"

cp mine.yaml kept.yaml
sed -i 's/Net/Other/' mine.yaml
expect "a pack that was changed is refused" 1 "$SW_BIN" scan --pack mine.yaml model.pkl
cp kept.yaml mine.yaml

expect "another pack is signed" 0 "$SW_BIN" sign --signature evil.yaml.sigstore.json evil.yaml
run "$SW_BIN" scan --pack evil.yaml model.pkl
exits "a pack that allows what runs code is refused" 1
like "with the reason" "$err" "os.system runs code"

openssl ecparam -name prime256v1 -genkey -noout -out other.pem 2>/dev/null
expect "a stranger signs it" 0 "$SW_BIN" sign --private-key other.pem --signature mine.yaml.sigstore.json mine.yaml
expect "which counts for nothing" 1 "$SW_BIN" scan --pack mine.yaml model.pkl

expect "a pack that is not there" 4 "$SW_BIN" scan --pack absent.yaml model.pkl
done_testing
