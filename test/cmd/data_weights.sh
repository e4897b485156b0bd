# data consume and data weights: what a run drew, beside what was decided.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

make_dataset=${SW_BUILD:?}/interop-make_dataset
[ -x "$make_dataset" ] || skip_all "interop-make_dataset is not built"

expect "init" 0 "$SW_BIN" init
ok "a dataset" "$make_dataset" .sealwright mails@1 forum=100 mail=300
ok "another" "$make_dataset" .sealwright news@1 news=50
for source in forum mail; do
    expect "source $source" 0 "$SW_BIN" data source add "$source" --licence CC0
done
expect "weights" 0 "$SW_BIN" data mix base --set forum=0.3 --set mail=0.7 --reason start

# 300 of 1000 draws are of the forum.
awk 'BEGIN { for (i = 0; i < 1000; i++) print i < 300 ? i % 100 : 100 + i % 300 }' >fair.txt
awk 'BEGIN { for (i = 0; i < 1000; i++) print i < 400 ? i % 100 : 100 + i % 300 }' >skewed.txt

run "$SW_BIN" data consume fair --json --dataset mails --mix base --order fair.txt --seed 7
exits "a fair run is recorded" 0
json "it drew all samples" '"\(.draws) \(.distinct)"' "1000 400"
json "it agrees" .agrees true
json "the share" '.shares[0] | "\(.name) \(.draws) \(.share) \(.declared)"' "forum 300 0.3 0.3"
json "the dataset's version is named" '.datasets[0] | "\(.name)@\(.version)"' mails@1
json "and the seed" .seed 7
order=$(jq -r .order "$tmp.out")
ok "its order is kept" test -s ".sealwright/data/order/${order#sha256:}.data"
ok "packed" test "$(stat -c %s ".sealwright/data/order/${order#sha256:}.data")" -lt "$(stat -c %s fair.txt)"
run "$SW_BIN" data consume skewed --dataset mails --mix base --order skewed.txt
exits "a skewed one too: recording is no verdict" 0
like "but it says so" "$out" "differs beyond chance"
run "$SW_BIN" data weights fair
exits "the fair run passes" 0
like "with both shares" "$out" "forum +30.00 % +30.00 % +300"
run "$SW_BIN" data weights skewed --json
exits "the skewed one fails" 1
json "by its verdict" .verdict fail
json "both shares are off" '[.runs[0].shares[].agrees] | all | not' true
json "by so much" '.runs[0].shares[0].z * 100 | round' 690
json "nobody calls that chance" '.runs[0].p < 1e-10' true
run "$SW_BIN" data weights base --json
exits "the mixture's runs: one fails" 1
json "both are there" '[.runs[].run] | join(" ")' "fair skewed"
expect "counted again" 0 "$SW_BIN" data weights fair --verify
run "$SW_BIN" data weights skewed --alpha 0.000000000000000000000000000001
exits "by another bound it would pass" 0

# Other formats hold the same draws.
python3 - <<'PY'
import struct
draws = [int(line) for line in open("fair.txt")]
open("fair.u32", "wb").write(b"".join(struct.pack("<I", d) for d in draws))
open("fair.u64", "wb").write(b"".join(struct.pack("<Q", d) for d in draws))
def npy(name, kind, code, values):
    head = "{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }" % (kind, len(values))
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    body = b"".join(struct.pack(code, v) for v in values)
    open(name, "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + body)
npy("fair.npy", "<i8", "<q", draws)
npy("sample_index.npy", "<i8", "<q", [i % 50 for i in range(1000)])
npy("dataset_index.npy", "<i2", "<h", [1 if i % 4 == 3 else 0 for i in range(1000)])
PY
for format in u32 u64; do
    expect "as $format" 0 "$SW_BIN" data consume "fair-$format" --dataset mails --mix base \
        --order "fair.$format" --format "$format"
done
expect "as npy" 0 "$SW_BIN" data consume fair-npy --dataset mails --mix base --order fair.npy
for run in fair-u32 fair-u64 fair-npy; do
    is "$run has the same order" "$("$SW_BIN" data weights "$run" --json | jq -r '.runs[0].order')" "$order"
done
expect "a mixture of datasets" 0 "$SW_BIN" data mix sets --set dataset:mails=3 --set dataset:news@1=1 --reason r
run "$SW_BIN" data consume blended --json --dataset mails --dataset news --mix sets \
    --order sample_index.npy --blend dataset_index.npy
exits "Megatron's indices" 0
json "agree" .agrees true
json "by dataset" '[.shares[] | "\(.name) \(.draws)"] | join(", ")' "mails 750, news@1 250"

# What was ingested from files is drawn from like any other.
seq 1 30 >forum.txt
seq 101 160 >mail.txt
for source in forum mail; do
    expect "$source is ingested" 0 "$SW_BIN" data ingest "$source.txt" --format lines --source "$source" --as "in-$source"
done
awk 'BEGIN { for (i = 0; i < 1000; i++) print i % 10 < 3 ? i % 30 : 30 + i % 60 }' >in.txt
run "$SW_BIN" data consume ingested --json --dataset in-forum --dataset in-mail --mix base --order in.txt
exits "two sets, one behind the other" 0
json "agree by source" '.agrees, (.shares | map("\(.name) \(.draws)") | join(" "))' "true
forum 300 mail 700"

# Steps.
expect "the weights change" 0 "$SW_BIN" data mix base --set forum=0.7 --set mail=0.3 --from-step 100 --reason more
awk 'BEGIN { for (i = 0; i < 2000; i++) { f = i < 1000 ? i % 10 < 3 : i % 10 < 7; print f ? i % 100 : 100 + i % 300 } }' >long.txt
expect "without steps it cannot be compared" 2 "$SW_BIN" data consume long --dataset mails --mix base --order long.txt
like "and says why" "$err" "say with --steps"
run "$SW_BIN" data consume long --json --dataset mails --mix base --order long.txt --steps 0-199
exits "with steps" 0
json "each half is held to its decision" .agrees true
json "over two classes in each" .degrees 2
expect "a step draws once" 1 "$SW_BIN" data consume long --dataset mails --order long.txt --steps 199-300
expect "other steps are others" 0 "$SW_BIN" data consume long --dataset mails --mix base --order fair.txt --steps 200-299
run "$SW_BIN" data weights long --json
exits "and are held to the newest decision" 1
json "both are shown" '[.runs[] | "\(.from_step) \(.agrees)"] | join(", ")' "0 true, 200 false"

# Nothing to compare with is no pass.
expect "a run without a mixture" 0 "$SW_BIN" data consume bare --dataset mails --order fair.txt
run "$SW_BIN" data weights bare --json
exits "gives no evidence" 3
json "as its verdict says" .verdict no-evidence
json "but tells its shares" '.runs[0].shares | length' 2
expect "a mixture that nobody drew by" 0 "$SW_BIN" data mix idle --set forum=1 --reason r
expect "gives none either" 3 "$SW_BIN" data weights idle
expect "nothing known" 4 "$SW_BIN" data weights nothing
one_line_error "one line"

# Bad input: named, and nothing is left of it.
size=$("$SW_BIN" log checkpoint --json | jq .size)
files=$(find .sealwright/data/order | sort)
bad() {
    local name=$1 rc=$2 words=$3
    shift 3
    expect "$name" "$rc" "$SW_BIN" data consume bad --dataset mails "$@"
    like "is named" "$err" "$words"
}
printf '1\n2\nthree\n' >bad.txt
bad "a line that is no number" 1 "bad.txt' line 3: 'three'" --order bad.txt
printf '399\n400\n' >bad.txt
bad "a sample that is not there" 1 "line 2: there is no sample 400 among 400" --order bad.txt
: >bad.txt
bad "an empty order" 1 "names no draw" --order bad.txt
printf 'abc' >bad.u32
bad "half a number" 1 "ends inside number 0" --order bad.u32 --format u32
head -c 100 fair.npy >bad.npy
bad "a cut file" 1 "cut off|does not begin|by its header|ends inside" --order bad.npy
bad "an unknown format" 2 "lines, u32, u64 or npy" --order fair.txt --format csv
bad "no such file" 4 "nope.txt" --order nope.txt
bad "a directory" 4 "." --order .
bad "no such mixture" 4 "there is no mixture 'nope'" --order fair.txt --mix nope
printf '0\n' >blend.txt
bad "a blend that is too short" 1 "ends after 1 draws" --order fair.txt --blend blend.txt
expect "no such dataset" 4 "$SW_BIN" data consume bad --dataset nope --order fair.txt
expect "no dataset" 2 "$SW_BIN" data consume bad --order fair.txt
expect "no order" 2 "$SW_BIN" data consume bad --dataset mails
expect "a dataset twice" 2 "$SW_BIN" data consume bad --dataset mails --dataset mails@1 --order fair.txt
expect "steps that are none" 2 "$SW_BIN" data consume bad --dataset mails --order fair.txt --steps 5
expect "steps backwards" 2 "$SW_BIN" data consume bad --dataset mails --order fair.txt --steps 5-4
expect "a seed that is none" 2 "$SW_BIN" data consume bad --dataset mails --order fair.txt --seed x
expect "a run's name that is none" 2 "$SW_BIN" data consume a/b --dataset mails --order fair.txt
expect "an alpha that is none" 2 "$SW_BIN" data consume bad --dataset mails --order fair.txt --alpha 1.5
expect "nor in weights" 2 "$SW_BIN" data weights fair --alpha often
is "the log did not grow" "$("$SW_BIN" log checkpoint --json | jq .size)" "$size"
is "no file came" "$(find .sealwright/data/order | sort)" "$files"

# Tampering with what the store keeps.
file=.sealwright/data/order/${order#sha256:}.data
chmod u+w "$file"
printf '\1' | dd of="$file" bs=1 seek=40 conv=notrunc status=none
run "$SW_BIN" data weights fair --verify --json
exits "a changed order is found" 1
like "and named" "$(jq -r '.runs[0].problem' "$tmp.out")" "order/"
rm "$file"
run "$SW_BIN" data weights fair --verify
exits "and one that is gone" 1
like "too" "$out" "is not in this store"
done_testing
