#!/bin/bash
# What others made is parsed by a process that is confined, and that nobody misses when it dies: what is
# given at standard input is read while it waits, which is when it is looked at, and ended.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# parser PARENT: the living child of it that may do the least; its zygote came first.
parser() {
    local pid
    tr ' ' '\n' 2>/dev/null <"/proc/$1/task/$1/children" | while read -r pid; do
        if grep -q '^Seccomp:[[:space:]]*2' "/proc/$pid/status" 2>/dev/null &&
            ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null &&
            grep -q '^Max processes *0 ' "/proc/$pid/limits" 2>/dev/null; then
            echo "$pid"
        fi
    done
}

# dies NAME WANTED COMMAND…: its parser is confined; when it is ended, the exit status is 4 and WANTED is told.
dies() {
    local name=$1 wanted=$2 pid child='' tries=0
    shift 2
    rm -f pipe
    mkfifo pipe
    "$@" <pipe >dies.out 2>dies.err &
    pid=$!
    exec 7>pipe
    while [ -z "$child" ] && [ $tries -lt 3000 ] && kill -0 $pid 2>/dev/null; do
        child=$(parser $pid)
        tries=$((tries + 1))
        sleep 0.01
    done
    isnt "$name: a confined process reads it" "$child" ''
    # shellcheck disable=SC2086 # there may be more than one
    kill -SEGV ${child:-$pid} 2>/dev/null
    exec 7>&-
    rc=0
    wait $pid || rc=$?
    is "$name: its end is told" "$rc" 4
    like "$name: in plain words" "$(cat dies.out dies.err)" "$wanted"
}

# ends NAME WANTED COMMAND…: the same of a command that reads files, with the file "written" as what it must not
# have touched. It is run until its parser was met at work.
ends() {
    local name=$1 wanted=$2 pid child tries=0
    shift 2
    rc=0
    : >dies.out
    until [ $rc -eq 4 ] && grep -qE "$wanted" dies.out dies.err || [ $tries -eq 100 ]; do
        tries=$((tries + 1))
        echo before >written
        "$@" >dies.out 2>dies.err &
        pid=$!
        child=
        while [ -z "$child" ] && kill -0 $pid 2>/dev/null; do
            child=$(parser $pid)
        done
        [ -z "$child" ] || kill -SEGV "$child" 2>/dev/null
        rc=0
        wait $pid || rc=$?
    done
    is "$name: the end of its parser is told" "$rc" 4
    like "$name: in plain words" "$(cat dies.out dies.err)" "$wanted"
    is "$name: nothing is written" "$(cat written)" before
}

[ -r "/proc/$$/task/$$/children" ] || skip_all "the kernel does not list children"

dies "bom read" 'the parser crashed \(signal 11\)' "$SW_BIN" bom read -
dies "bom validate" 'the parser crashed \(signal 11\)' "$SW_BIN" bom validate -
dies "bom score" 'the parser crashed \(signal 11\)' "$SW_BIN" bom score -
echo '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}' >other.json
dies "bom diff" '-: the parser crashed' "$SW_BIN" bom diff - other.json
echo before >merged.json
dies "bom merge" 'the parser crashed' "$SW_BIN" bom merge --name x --output merged.json -
is "bom merge: nothing is written" "$(cat merged.json)" before
dies "discover --k8s" 'the parser crashed or ran over its limits' "$SW_BIN" discover --json --k8s -
dies "discover --logs" 'the parser crashed or ran over its limits' "$SW_BIN" discover --json --logs -

# Papers that take a while.
mkdir model
echo x >model/vocabulary.txt
{
    printf -- '---\nlanguage: [a'
    yes ',
 a' | head -c 4000000
    printf ']\n---\n'
} >model/README.md
ends "bom make" 'README.md: the parser crashed \(signal 11\)' "$SW_BIN" bom make --of model --output written model
mkdir tree
echo 'import openai' >tree/a.py
{
    printf '{"entities":['
    yes '{"kind":"library","name":"a","scope":"runtime"},' | head -n 300000
    printf '{"kind":"library","name":"b","scope":"runtime"}]}'
} >was.json
ends "discover --diff" 'was.json: the parser crashed \(signal 11\)' "$SW_BIN" discover --diff was.json --output written tree
{
    printf 'version: 1\nhosts:\n'
    seq -f '  h%g.example: Somebody' 30000
} >mine.yaml
ends "discover --catalogue" "the catalogue 'mine.yaml': the parser crashed" \
    "$SW_BIN" discover --catalogue mine.yaml --unsigned-catalogue --output written tree
{
    printf '{"version":1,"kind":"model","subject":{},"tool":{"name":"t","version":"1"},"sections":{"risks":{"limitation":['
    long=$(printf 'as long as that %.0s' {1..60})
    for i in $(seq 1000 5094); do
        printf '{"value":"%s%d","origin":{"kind":"author","file":"a.yaml"}},' "$long" "$i"
    done
    printf '{"value":"last","origin":{"kind":"author","file":"a.yaml"}}]}},"unknown":[],"gaps":[]}'
} >card.json
ends "card check" 'card.json: the parser crashed \(signal 11\)' "$SW_BIN" card check card.json
ends "card render" 'card.json: the parser crashed \(signal 11\)' "$SW_BIN" card render card.json --output written
"$SW_BIN" init >/dev/null
ends "bom make --record without a key, which is looked for later" 'README.md: the parser crashed' \
    "$SW_BIN" bom make --of model --record --key nowhere.key --output written model

# late NAME PATH…: the key is opened when the last parser of what others wrote is gone, and not before.
late() {
    local name=$1 parsers gone key
    shift
    ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -o trace -e trace=openat,prctl -e signal=kill \
        "$SW_BIN" bom make --record --output record.json "$@" >/dev/null 2>late.err
    parsers=$(sed -n 's/^\([0-9]*\) .*PR_SET_PDEATHSIG.*/\1/p' trace | sort -u)
    gone=$(grep -n '+++ \(exited\|killed\)' trace | grep -wF "${parsers:-none}" | tail -n 1 | cut -d: -f1)
    key=$(grep -n 'keys/default\.key' trace | head -n 1 | cut -d: -f1)
    isnt "$name: it has parsers" "$parsers" ''
    isnt "$name: and a key" "$key" ''
    ok "$name: which is opened when they are gone" test "${gone:-999999}" -lt "${key:-0}"
}

if strace -o trace true 2>/dev/null; then
    mkdir papers
    echo x >papers/vocabulary.txt
    echo '{"model_type":"llama"}' >papers/config.json
    printf -- '---\nlanguage: en\n---\n' >papers/README.md
    late "a model" --of model papers
    late "an application" --of application papers
else
    skip 6 "strace is not installed, or may not look"
fi

# What is odd and no control is a bill's own matter; a control is not shown.
printf '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a\\u007f\\u202ez","version":"1"}]}' >odd.json
run "$SW_BIN" bom read --json odd.json
exits "a name with U+007F is read" 0
run "$SW_BIN" bom read odd.json
exits "and shown" 0
is "without it" "$(printf '%s' "$out" | LC_ALL=C grep -c $'\x7f\|\xe2\x80\xae')" 0
run "$SW_BIN" bom diff --json odd.json odd.json
exits "and compared" 0
run "$SW_BIN" bom merge --name all odd.json odd.json
exits "and merged" 0
done_testing
