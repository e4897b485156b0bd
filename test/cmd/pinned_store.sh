# Who can replace the whole store, its log's key and policy too: what is kept elsewhere tells.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir m safe && echo data >m/weights
expect "init" 0 "$SW_BIN" init
cp -r .sealwright empty
expect "seal" 0 "$SW_BIN" seal m
expect "the log's policy is kept" 0 "$SW_BIN" log checkpoint --policy --out safe/log.policy
is "and nothing printed" "$out" ""
ok "it is what the log says" cmp -s safe/log.policy .sealwright/log.policy
cp -r .sealwright older
expect "a verdict" 0 "$SW_BIN" admit m
expect "the checkpoint is kept" 0 "$SW_BIN" log checkpoint --out safe/head
is "after three leaves" "$(sed -n 2p safe/head)" 3

# With both, everything works as without.
export SEALWRIGHT_LOG_POLICY=$tmp/safe/log.policy SEALWRIGHT_CHECKPOINT=$tmp/safe/head
expect "seal with the pins" 0 "$SW_BIN" seal m
expect "admit" 0 "$SW_BIN" admit m
expect "admit, dry" 0 "$SW_BIN" admit --dry-run m
expect "verify" 0 "$SW_BIN" verify m
expect "evidence list" 0 "$SW_BIN" evidence list
expect "log verify" 0 "$SW_BIN" log verify
expect "log prove" 0 "$SW_BIN" log prove 0 --out p.tlog-proof
expect "doctor" 0 "$SW_BIN" doctor
expect "log check takes the kept policy" 0 bash -c 'cd / && "$0" log check "$1"' "$SW_BIN" "$tmp/p.tlog-proof"
expect "the kept checkpoint is brought up to date in its place" 0 "$SW_BIN" log checkpoint --out safe/head
is "with what was added" "$(sed -n 2p safe/head)" 6
expect "and holds" 0 "$SW_BIN" admit m
cp -r .sealwright sound
cp m/model.sig sound.sig

put() {
    rm -rf .sealwright
    cp -r "$1" .sealwright
}

# An older copy of the whole store, sound in itself.
everywhere() {
    local name=$1 words=$2
    expect "$name: admit refuses" 1 "$SW_BIN" admit m
    one_line_error "in one line"
    like "that says what is wrong" "$err" "$words"
    expect "$name: a dry run, too" 1 "$SW_BIN" admit --dry-run m
    expect "$name: and seal" 1 "$SW_BIN" seal m
    expect "$name: and verify" 1 "$SW_BIN" verify m
    expect "$name: and evidence list" 1 "$SW_BIN" evidence list
    expect "$name: and evidence reindex" 1 "$SW_BIN" evidence reindex
    expect "$name: and log checkpoint" 1 "$SW_BIN" log checkpoint
    expect "$name: and log prove" 1 "$SW_BIN" log prove 0
    expect "$name: log verify fails" 1 "$SW_BIN" log verify
    run "$SW_BIN" doctor --json
    exits "$name: doctor says so" 1
    json "about the store" 'map(select(.check == "store" and .status == "bad")) | length' 1
}
put older
everywhere "an older copy" "lost entries: its log has 2, and the kept checkpoint .* has 6"
run "$SW_BIN" log verify --json
json "'log verify' reports it with all else" '[.problems[].file] | join(" ")' log/checkpoint
put empty
everywhere "the empty beginning" "lost entries: its log has 0"
SEALWRIGHT_CHECKPOINT='' expect "the policy alone does not see an older copy" 0 "$SW_BIN" seal m

# After a power cut the checkpoint before the newest can be back, and the journal has all. 'seal' and 'admit' begin as
# readers, so they say what mends it.
put sound
cp older/log/checkpoint .sealwright/log/checkpoint
expect "an older checkpoint alone: seal refuses" 1 "$SW_BIN" seal m
one_line_error "in one line"
like "that says what to do after a power cut" "$err" "power cut.*'sealwright evidence reindex'"
expect "which a writer does" 0 "$SW_BIN" evidence reindex
expect "and then all is well" 0 "$SW_BIN" admit m

# Gone on from an older copy, to the same size and beyond: the log's key is there, so each is sound in itself.
put older
for _ in 1 2 3 4; do
    SEALWRIGHT_CHECKPOINT='' expect "going on from the older copy" 0 "$SW_BIN" seal m
done
SEALWRIGHT_CHECKPOINT='' expect "it is sound in itself" 0 "$SW_BIN" log verify
everywhere "another continuation" "did not grow from the kept checkpoint"

# A new store in its place, with a key and a policy of its own.
origin=$(head -n 1 safe/head)
rm -rf .sealwright
SEALWRIGHT_LOG_POLICY='' SEALWRIGHT_CHECKPOINT='' expect "a new store of the same name" 0 "$SW_BIN" init --origin "$origin"
SEALWRIGHT_LOG_POLICY='' SEALWRIGHT_CHECKPOINT='' expect "in which the model is sealed" 0 "$SW_BIN" seal m
everywhere "a new store" "log policy .* does not name the log"
unset SEALWRIGHT_LOG_POLICY
expect "the checkpoint alone sees it, too" 1 "$SW_BIN" admit m
like "by the key" "$err" "not signed by the key"
unset SEALWRIGHT_CHECKPOINT
expect "without either it is believed" 0 "$SW_BIN" admit m

# Options, and files that are not what they should be.
put sound
cp sound.sig m/model.sig
expect "by options" 0 "$SW_BIN" admit --log-policy safe/log.policy --checkpoint safe/head m
put older
expect "an option is heard" 1 "$SW_BIN" evidence list --checkpoint safe/head
export SEALWRIGHT_CHECKPOINT=$tmp/safe/head
cp older/log/checkpoint head2
expect "and comes before the variable" 0 "$SW_BIN" evidence list --checkpoint head2
for option in --checkpoint --log-policy --store; do
    expect "$option of a variable that is not set is no way around the pins" 4 "$SW_BIN" evidence list "$option" ''
done
one_line_error "in one line"
expect "also not by log verify" 4 "$SW_BIN" log verify --checkpoint=
expect "a kept file that is gone is an error" 4 "$SW_BIN" admit --checkpoint safe/absent m
expect "so is a policy" 4 "$SW_BIN" admit --log-policy safe/absent m
: >blank
expect "an empty one pins nothing, and is wrong usage" 2 "$SW_BIN" admit --checkpoint blank m
expect "also by log verify" 2 "$SW_BIN" log verify --checkpoint blank
expect "and as --earlier" 2 "$SW_BIN" log verify --earlier blank
expect "as does an empty policy" 2 "$SW_BIN" admit --log-policy blank m
expect "a file that is no policy is wrong usage" 2 "$SW_BIN" admit --log-policy safe/head m
run "$SW_BIN" admit --help
like "the help tells of the options" "$out" "--log-policy FILE.*--checkpoint FILE"
done_testing
