#!/bin/bash
# data run: a step is run, and what became of each sample is recorded.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

python3 -c '' 2>/dev/null || skip_all "python3 is not installed"

expect "init" 0 "$SW_BIN" init
expect "a source" 0 "$SW_BIN" data source add forum --from forum.example --licence CC0 --consent terms
expect "another" 0 "$SW_BIN" data source add mail --from mail.example --licence CC0 --consent terms

# 60 texts with ids; the last five are there twice.
cat >make.py <<'PY'
import json, random
random.seed(5)
words = ["".join(random.choice("abcdefghijklmnop") for _ in range(random.randint(2, 9))) for _ in range(900)]
text = lambda n: " ".join(random.choice(words) for _ in range(n))
docs = [{"id": f"d{i}", "text": text(random.randint(120, 260))} for i in range(60)]
docs += [{"id": f"e{i}", "text": docs[55 + i]["text"]} for i in range(5)]
with open("raw.jsonl", "w") as f:
    f.writelines(json.dumps(d) + "\n" for d in docs)
with open("mail.jsonl", "w") as f:
    f.writelines(json.dumps({"id": f"m{i}", "text": text(150)}) + "\n" for i in range(20))
PY
python3 make.py
expect "ingest" 0 "$SW_BIN" data ingest raw.jsonl --source forum --as raw
expect "ingest another" 0 "$SW_BIN" data ingest mail.jsonl --source mail --as mail@a

# Drops every tenth and all copies, edits some, cuts one in two, adds one.
cat >clean.py <<'PY'
import json, os
seen = set()
out = open(os.environ["SEALWRIGHT_OUTPUT"], "w")
say = open(os.environ["SEALWRIGHT_EVENTS"], "w") if os.environ["SEALWRIGHT_EVENTS"] else None
rows = 0

def put(record, row, kind, generated=False):
    global rows
    out.write(json.dumps(record) + "\n")
    if say:
        say.write(json.dumps({"out": {"row": rows}, "in": [] if generated else [{"row": row}], "kind": kind}) + "\n")
    rows += 1

def drop(row, why):
    if say:
        say.write(json.dumps({"drop": {"row": row}, "reason": why}) + "\n")

for path in os.environ["SEALWRIGHT_INPUTS"].split("\n"):
    for row, line in enumerate(open(path)):
        record = json.loads(line)
        text = record["text"].split()
        if record["text"] in seen:
            drop(row, "copy")
        elif row % 10 == 0:
            drop(row, "tenth")
        elif row % 10 == 1:
            put({"id": record["id"], "text": " ".join(["REDACTED"] + text[1:])}, row, "edited")
        elif row == 12:
            put({"id": "d12-a", "text": " ".join(text[: len(text) // 2])}, row, "split")
            put({"id": "d12-b", "text": " ".join(text[len(text) // 2 :])}, row, "split")
        else:
            put(record, row, "kept")
        seen.add(record["text"])
if os.environ.get("ADD"):
    put({"id": "new", "text": "something that stands in no input " * 20}, 0, "generated", True)
PY

run "$SW_BIN" data run --json --in raw --out clean=clean.jsonl --code clean.py --param tenth=10 --drops "every tenth" \
    -- python3 clean.py
exits "a step is recorded" 0
json "its dataset" '"\(.name)@\(.version) \(.samples)"' "clean@1 55"
json "every output" '.outputs | "\(.kept) \(.edited) \(.split) \(.generated)"' "47 6 2 0"
json "every input" '"\(.inputs_used) \(.inputs_dropped)"' "54 11"
json "by reason" '.dropped_for | "\(.duplicate) \(.["every tenth"])"' "5 6"
json "nothing is missing" '"\(.complete) \(.gaps | length)"' "true 0"
step=$(jq -r .step "$tmp.out")
lineage=$(jq -r .lineage_claim.leaf "$tmp.out")
provenance=$(jq -r .provenance.leaf "$tmp.out")
manifest=$(jq -r .manifest "$tmp.out")

expect "the new dataset is as recorded" 0 "$SW_BIN" data verify clean
run "$SW_BIN" data trace --json clean@1#0
exits "its samples lead back" 0
json "to the input" '.hops[0] | "\(.from) \(.to) \(.kind) \(.step_name)"' "raw@1#1 clean@1#0 edited clean.py"
json "and its source" '.samples[] | select(.sample == "clean@1#0") | "\(.sources[0]) \(.steps[0])"' "forum $step"
run "$SW_BIN" data why-dropped --json raw@1#0
json "a dropped sample says why" '.dropped[0].reason' "every tenth"

run "$SW_BIN" evidence show --json "$lineage"
json "the lineage claim" .predicate_type urn:sealwright:claim:lineage:v1
json "is trusted" .trusted true
json "is about output, step and lineage" '[.subjects[].name] | join(" ")' "clean@1 step lineage"
json "says how" '.statement.predicate.how.step | "\(.command | join(" ")) \(.parameters.tenth)"' "python3 clean.py 10"
json "and names the code" '.statement.predicate.how.step.code[0].digest' "sha256:$(sha256sum clean.py | cut -d ' ' -f 1)"
jq -cS .statement.predicate.how.step "$tmp.out" | tr -d '\n' >step.json
is "the step's digest is that of its description" "$step" "sha256:$(sha256sum step.json | cut -d ' ' -f 1)"
run "$SW_BIN" evidence show --json "$provenance"
json "the provenance is SLSA's" .predicate_type https://slsa.dev/provenance/v1
json "about the output" '.statement.subject[0].digest.sha256' "${manifest#sha256:}"
json "with input and code" '[.statement.predicate.buildDefinition.resolvedDependencies[].annotations.kind] | join(" ")' "dataset code"

# The same from events, exactly.
rm clean.jsonl
run "$SW_BIN" data run --json --in raw --out said=clean.jsonl --code clean.py --events events.jsonl -- python3 clean.py
exits "a step that says what it did" 0
json "is believed" .match events
json "as far as it can be" '.outputs | "\(.kept) \(.edited) \(.split)"' "47 6 2"
json "with its reasons" '.dropped_for | "\(.copy) \(.tenth)"' "5 6"
json "completely" .complete true

# What is not known is a gap.
rm clean.jsonl
run env ADD=1 "$SW_BIN" data run --json --in raw --out gaps=clean.jsonl --code clean.py -- python3 clean.py
exits "a step with gaps is recorded" 0
json "as what it is" .complete false
json "with what is unknown" '"\(.generated_unknown) \(.dropped_for.unknown)"' "1 6"
json "in words" '.gaps | length' 2
rm clean.jsonl
run env ADD=1 "$SW_BIN" data run --json --in raw --out made=clean.jsonl --code clean.py --drops tenth --generator me \
    -- python3 clean.py
json "a generator that is named fills one" '"\(.generated_unknown) \(.outputs.generated) \(.complete)"' "0 1 true"
rm clean.jsonl
size=$("$SW_BIN" log checkpoint --json | jq .size)
expect "--strict refuses gaps" 1 env ADD=1 "$SW_BIN" data run --strict --in raw --out strict=clean.jsonl --code clean.py -- python3 clean.py
one_line_error "in one line"
like "that says what is missing" "$err" "nothing was recorded: 1 output comes from no input"

# By id, by line, by content.
cat >upper.py <<'PY'
import json, os
with open(os.environ["SEALWRIGHT_OUTPUT"], "w") as out:
    for line in open(os.environ["SEALWRIGHT_INPUTS"]):
        record = json.loads(line)
        record["text"] = record["text"][::-1]
        out.write(json.dumps(record) + "\n")
PY
for how in id line; do
    run "$SW_BIN" data run --json --match $how --in raw --out $how=$how.jsonl --code upper.py -- python3 upper.py
    json "by $how all are edited" '"\(.outputs.edited) \(.complete)"' "65 true"
done
run "$SW_BIN" data run --json --match content --in raw --out content=content.jsonl --code upper.py -- python3 upper.py
json "by content none is known" '"\(.generated_unknown) \(.inputs_used)"' "65 0"

# Several inputs.
run "$SW_BIN" data run --json --in raw --in mail --out all=all.jsonl --match content --code make.py \
    -- sh -c 'cat $SEALWRIGHT_INPUTS | sort >"$SEALWRIGHT_OUTPUT"'
exits "two inputs" 0
json "are one output" '"\(.samples) \(.outputs.kept) \(.complete)"' "85 85 true"
run "$SW_BIN" data reach --json source:mail
json "whose samples keep their sources" '.datasets[] | select(.name == "all") | .samples' 20

# Salted inputs: contents are compared under a salt of the output's own.
"$SW_BIN" data ingest raw.jsonl --source forum --as raw-salted --salted >/dev/null
"$SW_BIN" data ingest mail.jsonl --source mail --as mail-salted --salted >/dev/null
run "$SW_BIN" data run --json --in raw-salted --in mail-salted --out all-salted=all2.jsonl --match content --code make.py \
    -- sh -c 'cat $SEALWRIGHT_INPUTS >"$SEALWRIGHT_OUTPUT"'
json "salted inputs" '"\(.outputs.kept) \(.complete)"' "85 true"
expect "and what comes of them is as recorded" 0 "$SW_BIN" data verify all-salted
run "$SW_BIN" data run --json --in raw-salted --out one-salted=all3.jsonl --match near --code clean.py --drops tenth -- env SEALWRIGHT_OUTPUT=all3.jsonl python3 clean.py
json "near matching works with a salt" '.outputs | "\(.kept) \(.edited) \(.split)"' "47 6 2"

# What fails leaves nothing.
size=$("$SW_BIN" log checkpoint --json | jq .size)
files=$(find .sealwright/data -type f | sort)
unchanged() {
    is "$1: the log is unchanged" "$("$SW_BIN" log checkpoint --json | jq .size)" "$size"
    is "$1: no file is left" "$(find .sealwright/data -type f | sort)" "$files"
}
expect "a command that fails" 1 "$SW_BIN" data run --in raw --out bad=bad.jsonl -- sh -c 'echo half >bad.jsonl; exit 7'
like "says so" "$err" "nothing was recorded: 'sh' ended with exit status 7"
unchanged "a failed command"
expect "a command that is killed" 1 "$SW_BIN" data run --in raw --out bad=bad.jsonl -- sh -c 'kill -9 $$'
like "says so" "$err" "signal 9"
expect "a command that is not there" 4 "$SW_BIN" data run --in raw --out bad=bad2.jsonl -- ./no-such-command
expect "a command that writes nothing" 1 "$SW_BIN" data run --in raw --out bad=nothing.jsonl -- true
like "says so" "$err" "left nothing at 'nothing.jsonl'"
expect "no sample" 1 "$SW_BIN" data run --in raw --out bad=empty.jsonl -- sh -c ': >empty.jsonl'
expect "no events" 1 "$SW_BIN" data run --in raw --out bad=raw2.jsonl --events ev.jsonl -- cp raw.jsonl raw2.jsonl
like "says so" "$err" "wrote no events"
expect "events that contradict" 1 "$SW_BIN" data run --in raw --out bad=raw3.jsonl --events ev3.jsonl \
    -- sh -c 'cp raw.jsonl raw3.jsonl; for i in 1 2; do echo "{\"out\":{\"row\":0},\"in\":[{\"row\":0}]}"; done >ev3.jsonl'
like "name their line" "$err" "line 2"
unchanged "refusals"

cp raw.jsonl kept.jsonl
sed -i '7s/[a-z] /Q /' raw.jsonl
expect "a changed input" 1 "$SW_BIN" data run --in raw --out bad=bad3.jsonl -- cp kept.jsonl bad3.jsonl
like "is named" "$err" "the input raw@1 was changed: another record stands where it had sample 6"
head -n 20 kept.jsonl >raw.jsonl
expect "a shortened input" 1 "$SW_BIN" data run --in raw --out bad=bad3.jsonl -- cp kept.jsonl bad3.jsonl
like "too" "$err" "it has no sample 20"
(cat kept.jsonl; echo '{"id":"x","text":"more"}') >raw.jsonl
expect "a longer one" 1 "$SW_BIN" data run --in raw --out bad=bad3.jsonl -- cp kept.jsonl bad3.jsonl
like "too" "$err" "it has a further sample 65"
unchanged "changed inputs"
run "$SW_BIN" data run --json --in raw=kept.jsonl --out moved=moved.jsonl -- cp kept.jsonl moved.jsonl
json "an input that was moved is found where it is said to be" '"\(.outputs.kept) \(.gaps[0])"' \
    "65 no code was named that the command ran"
mv kept.jsonl raw.jsonl
expect "an output that nobody wrote now" 0 "$SW_BIN" data run --in raw --out stale=moved.jsonl --code clean.py -- true
like "is a gap" "$out" "was there before the command ran"

# A step that makes samples of nothing.
expect "a step without an input" 0 "$SW_BIN" data run --json --out synth=synth.jsonl --generator llm-1 --code make.py \
    -- cp mail.jsonl synth.jsonl
json "generates all" '"\(.outputs.generated) \(.complete) \(.inputs | length)"' "20 true 0"

# What a killed run left goes, what a living one makes stays.
for name in dead alive; do
    touch .sealwright/data/{sets,lineage}/draft-$name .sealwright/data/lineage/draft-$name.lock
done
exec 9<.sealwright/data/lineage/draft-alive.lock
python3 -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
expect "beside another" 0 "$SW_BIN" data run --in raw --out beside=beside.jsonl -- cp raw.jsonl beside.jsonl
is "only the living one is left" "$(cd .sealwright/data && find . -name 'draft-*' | sort | tr '\n' ' ')" \
    "./lineage/draft-alive ./lineage/draft-alive.lock ./sets/draft-alive "
exec 9<&-
expect "the next one" 0 "$SW_BIN" data run --in raw --out beside=beside2.jsonl -- cp raw.jsonl beside2.jsonl
is "finds it dead, too" "$(find .sealwright/data -name 'draft-*' | wc -l)" 0

# Wrong usage.
expect "no output" 2 "$SW_BIN" data run --in raw -- true
expect "an output without a path" 2 "$SW_BIN" data run --in raw --out clean -- true
expect "no command" 2 "$SW_BIN" data run --in raw --out a=b
expect "an unknown way" 2 "$SW_BIN" data run --in raw --out a=b --match magic -- true
expect "two ways" 2 "$SW_BIN" data run --in raw --out a=b --match id --events e -- true
expect "lines of two" 2 "$SW_BIN" data run --in raw --in mail --out a=b --match line -- true
expect "a likeness of two" 2 "$SW_BIN" data run --in raw --out a=b --min-similarity 2 -- true
expect "a likeness for ids" 2 "$SW_BIN" data run --in raw --out a=b --match id --min-similarity 0.7 -- true
expect "a secret" 2 "$SW_BIN" data run --in raw --out a=b --param api_key=x -- true
expect "an unknown input" 4 "$SW_BIN" data run --in nobody --out a=b -- true
expect "an unknown code" 4 "$SW_BIN" data run --in raw --out a=b --code nothing.py -- true

# The schema of events says the same as their reader.
if python3 -c 'import jsonschema' 2>/dev/null; then
    ok "the events follow their schema" python3 - "$SW_SOURCE/doc/format/events.schema.json" events.jsonl <<'PY'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for line in open(sys.argv[2], encoding="utf-8"):
    validator.validate(json.loads(line))
bad = [{}, {"out": {"row": 0}}, {"out": {"row": -1}, "in": []}, {"out": {"row": 0, "id": "a"}, "in": []},
       {"out": {"row": 0}, "in": [], "kind": "kept"}, {"out": {"row": 0}, "in": [{"row": 0}], "confidence": 2},
       {"out": {"row": 0}, "in": [{"row": 0}], "why": 1}, {"drop": {"row": 0}}, {"drop": {"row": 0}, "reason": ""},
       {"format": "sealwright-events/v2"}]
sys.exit(1 if any(validator.is_valid(line) for line in bad) else 0)
PY
else
    skip 1 "python3-jsonschema is not installed"
fi
# --- the key in memory is nobody's, not the command's either -----------------------------------

# Root may read everything, so somebody else runs it.
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
if [ "$(id -u)" -eq 0 ] && as_nobody test -x "$SW_BIN" 2>/dev/null; then
    nobody=$(mktemp -d)
    printf '{"id":"1","text":"a"}\n' >"$nobody/in.jsonl"
    chmod 777 "$nobody"
    (
        cd "$nobody" || exit 99
        export HOME=$PWD SEALWRIGHT_STORE=$PWD/store
        as_nobody "$SW_BIN" init --quiet &&
            as_nobody "$SW_BIN" data source add web --licence MIT --quiet &&
            as_nobody "$SW_BIN" data ingest in.jsonl --source web --as in --quiet &&
            as_nobody "$SW_BIN" data run --in in --out out=out.jsonl --quiet \
                -- sh -c 'cat /proc/$PPID/maps >maps 2>why; cp in.jsonl out.jsonl'
    )
    is "a command runs as somebody else" $? 0
    ok "and cannot look into the process that holds the key" test ! -s "$nobody/maps"
    like "the kernel says why" "$(cat "$nobody/why")" "Permission denied"
    rm -rf "$nobody"
else
    skip 3 "not root, or the program is not for everybody to run"
fi

done_testing
