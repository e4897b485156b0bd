# verify --watch: again and again, and only what changes is said.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "init" 0 "$SW_BIN" init
mkdir m
echo data >m/weights
echo '{}' >m/config.json
expect "seal" 0 "$SW_BIN" seal m
watch=("$SW_BIN" verify --watch --interval 0s --rate 0)

# watching ARGS…: in the background, $pid; what an earlier one said is gone before that.
watching() {
    : >said
    env --default-signal=INT "${watch[@]}" "$@" >said 2>"$tmp.err" &
    pid=$!
}
# until_said PID TEXT: waits until the watcher has said it; false when it ended before.
until_said() {
    while kill -0 "$1" 2>/dev/null; do
        ! grep -qF -- "$2" said || return 0
        sleep 0.02
    done
    grep -qF -- "$2" said
}

# --- usage -------------------------------------------------------------------------------------------------
expect "--rate alone" 2 "$SW_BIN" verify --rate 5 m
one_line_error "in words"
expect "--keep-going alone" 2 "$SW_BIN" verify --keep-going m
expect "a rate that is none" 2 "$SW_BIN" verify --watch --rate fast m
expect "an interval that is none" 2 "$SW_BIN" verify --watch --interval soon m
expect "a model that is not there" 4 "${watch[@]}" nowhere

# --- the first failure ends it --------------------------------------------------------------------------------
watching m
ok "it begins with a pass" until_said "$pid" "pass"
echo evil >m/weights
wait "$pid"
is "a changed file ends it" $? 1
like "and is told" "$(cat said)" "changed +weights: sha256"
is "the pass only once" "$(grep -c ' pass ' said)" 1
echo data >m/weights

watching --json m
ok "with --json" until_said "$pid" '"pass"'
echo new >m/new
wait "$pid"
is "a new file ends it" $? 1
is "each change is a line" "$(jq -r .event said | tr '\n' ' ')" "pass fail problem "
is "that names it" "$(jq -r 'select(.event == "problem") | .path, .kind' said | tr '\n' ' ')" "new added "
cp said "$tmp.out"
documented "and is documented" "verify"
rm m/new
mv m/model.sig away.sig
expect "no signature ends it, and is no evidence" 3 "${watch[@]}" m
mv away.sig m/model.sig

# --- it goes on ------------------------------------------------------------------------------------------------
watching --keep-going m
ok "with --keep-going" until_said "$pid" "pass"
mv m/config.json away
ok "a file that is missing is told" until_said "$pid" "missing      config.json"
mv away m/config.json
ok "and that it is there again" until_said "$pid" "restored     config.json"
mv m away
until grep -q "no model at\|cannot open\|No such file" "$tmp.err" || ! kill -0 "$pid"; do sleep 0.02; done
ok "a model that is gone is no end" kill -0 "$pid"
: >said
mv away m
ok "and it is told when it is back" until_said "$pid" "pass"
kill -TERM "$pid"
wait "$pid"
is "it ends with the status of the last pass" $? 0

# --- nothing can be written for a while --------------------------------------------------------------------------
echo evil >m/weights
: >said
(
    trap '' XFSZ
    ulimit -S -f 0
    exec "${watch[@]}" --keep-going m >said 2> >(ulimit -S -f unlimited && cat >unsaid)
) &
pid=$!
until [ -s unsaid ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
like "what cannot be told is said to be" "$(head -n 1 unsaid)" "cannot write to standard output"
prlimit --pid "$pid" --fsize=unlimited:
ok "and is told when it can be" until_said "$pid" "changed      weights"
kill -TERM "$pid"
wait "$pid"
is "and is the status" $? 1
echo data >m/weights

# --- signals ---------------------------------------------------------------------------------------------------
for signal in INT TERM; do
    watching m
    ok "$signal: it runs" until_said "$pid" "pass"
    kill "-$signal" "$pid"
    wait "$pid"
    is "$signal: ends it cleanly" $? 0
    is "$signal: without a word" "$(cat "$tmp.err")" ""
done
# At a byte a second the first pass would take years; the signal ends it, and that is no pass.
truncate -s 1G m/weights
"$SW_BIN" verify --watch --rate 1 m >said 2>"$tmp.err" &
pid=$!
ok "a slow one reads" until_open "$pid" "$tmp/m/weights"
kill -TERM "$pid"
wait "$pid"
is "no pass is no evidence" $? 3
is "and nothing is said of one" "$(cat said)" ""
done_testing
