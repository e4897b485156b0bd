# run: a command that can read only the verified bytes of a model, whatever is done to the files.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

case $(nm -D "$SW_BIN" 2>/dev/null) in
*__asan_*) skip_all "a sanitizer's run-time does not stand mounts of its own and SIGKILL" ;;
esac
expect "init" 0 "$SW_BIN" init
mkdir -p m/sub
tensors m/w.safetensors 70000
echo '{}' >m/config.json
: >m/sub/empty
echo text >m/sub/notes.txt
expect "seal" 0 "$SW_BIN" seal m
digests=$(cd m && find . -type f ! -name model.sig -exec sha256sum {} + | sort)
cp -r m m.signed

# Which modes are there? Each that is must be tested.
modes=()
run "$SW_BIN" doctor --json
for mode in copy watch; do
    if [ "$(jq -r ".[] | select(.check == \"run $mode\") | .status" "$tmp.out")" = ok ]; then
        modes+=("$mode")
    fi
done
[ ${#modes[@]} -gt 0 ] || skip_all "this machine lets no mounts be made: $out"
note "modes tested: ${modes[*]}"

# --- usage -------------------------------------------------------------------------------------------------
expect "without a model" 2 "$SW_BIN" run -- true
one_line_error "in words"
expect "without a command" 2 "$SW_BIN" run --model m
expect "with another mode" 2 "$SW_BIN" run --model m --protect best -- true
like "that is named" "$err" "copy, verity or watch"
expect "of a model that is not there" 4 "$SW_BIN" run --model nowhere -- touch started
expect "with events that cannot be written" 4 "$SW_BIN" run --model m --events /nowhere/x -- touch started
expect "told apart from the command's own" 104 "$SW_BIN" run --distinct-status --model nowhere -- touch started
one_line_error "in words"
mkfifo fifo
expect "of a FIFO" 4 "$SW_BIN" run --model fifo --protect copy -- touch started
not_ok "and nothing was started" test -e started


# --- a command that stands in the model ------------------------------------------------------------------------
# What one stands in stays what it was under a mount, so the command is put onto the cover.
for mode in "${modes[@]}"; do
    for model in . "$PWD/m"; do
        (cd m && exec "$SW_BIN" run --protect "$mode" --model "$model" -- \
            sh -c 'touch ../stands; until [ -e ../placed ]; do sleep 0.02; done; ls; cat late sub/late') >"$tmp.seen" 2>&1 &
        pid=$!
        until [ -e stands ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
        echo evil >m/late
        echo evil >m/sub/late
        : >placed
        wait "$pid"
        rm -f m/late m/sub/late stands placed
        like "$mode, from $model: the signed files are there" "$(cat "$tmp.seen")" "w.safetensors"
        unlike "$mode, from $model: and no others" "$(cat "$tmp.seen")" "evil"
    done
    (cd m/sub && "$SW_BIN" run --protect "$mode" --model .. -- cat notes.txt) >"$tmp.seen" 2>&1
    like "$mode, below it" "$(cat "$tmp.seen")" "text"
done
mkdir m/none
(cd m/none && "$SW_BIN" run --protect "${modes[0]}" --model .. -- touch ../../started) >"$tmp.seen" 2>&1
is "a directory without a signed file" $? 1
like "is told" "$(cat "$tmp.seen")" "start the command elsewhere"
not_ok "and nothing was started" test -e started
rmdir m/none
mkdir gone
(cd gone && rmdir ../gone && "$SW_BIN" --store "$PWD/../.sealwright" run --model "$tmp/m" -- touch "$tmp/started") >"$tmp.seen" 2>&1
isnt "a directory that is gone" $? 0
not_ok "starts nothing either" test -e started
# --- what is refused is not started ---------------------------------------------------------------------------
echo more >>m/config.json
expect "a changed model" 1 "$SW_BIN" run --events refused.jsonl --model m -- touch started
like "is refused in words" "$err" "config.json: changed"
expect "and told apart" 101 "$SW_BIN" run --distinct-status --model m -- touch started
cp m.signed/config.json m/config.json
is "as an event, too" "$(jq -r 'select(.event == "refused") | .detail' refused.jsonl | grep -c config.json)" 1
mv m/model.sig away.sig
expect "a model without a signature" 3 "$SW_BIN" run --model m -- touch started
mv away.sig m/model.sig
echo x >m/added
expect "a file too many" 1 "$SW_BIN" run --model m -- touch started
rm m/added
mkfifo m/pipe
expect "a FIFO in it" 1 "$SW_BIN" run --model m -- touch started
rm m/pipe
truncate -s 64T huge.bin 2>/dev/null || truncate -s 15T huge.bin
mkdir huge
mv huge.bin huge/
cp m/model.sig huge/
expect "a model that is larger than memory" 4 "$SW_BIN" run --model huge --protect copy -- touch started
like "is told before it is read" "$err" "of memory, and .* is available"
not_ok "nothing was started" test -e started

if [ "$(jq -r '.[] | select(.check == "run verity") | .status' "$tmp.out")" != ok ]; then
    expect "verity where there is none" 4 "$SW_BIN" run --model m --protect verity -- touch started
    like "says what is missing" "$err" "has no fs-verity"
    not_ok "and starts nothing" test -e started
fi

# --- each mode ----------------------------------------------------------------------------------------------
cat >look.sh <<'S'
cd "$1" || exit 99
find . -type f -exec sha256sum {} + | sort
S
for mode in "${modes[@]}"; do
    guarded=("$SW_BIN" run --model m --protect "$mode")
    expect "$mode: it runs" 0 "${guarded[@]}" -- bash look.sh m
    is "$mode: and reads the signed files, no others" "$out" "$digests"
    like "$mode: it is said" "$err" "protected by $mode"
    expect "$mode: the status is the command's" 7 "${guarded[@]}" -- sh -c 'exit 7'
    expect "$mode: also when it is one of ours" 3 "${guarded[@]}" --distinct-status -- sh -c 'exit 3'
    # shellcheck disable=SC2016 # for the shell inside
    expect "$mode: a signal shows" 143 "${guarded[@]}" -- sh -c 'kill -TERM $$'
    expect "$mode: a command that is not there" 127 "${guarded[@]}" -- ./no-such-command
    expect "$mode: one that is none" 126 "${guarded[@]}" -- "$tmp"
    run sh -c 'echo in | "$@"' sh "${guarded[@]}" -- sh -c 'cat; echo out; echo err >&2'
    is "$mode: standard input and output are the command's" "$out" $'in\nout'
    like "$mode: standard error too" "$err" $'(^|\n)err(\n|$)'
    expect "$mode: the model cannot be written to" 0 "${guarded[@]}" -- sh -c \
        '! { echo x >m/new; } && ! { echo x >m/config.json; } && ! rm m/config.json && ! mv m/sub m/bus && echo y >outside'
    is "$mode: all else can" "$(cat outside)" y
    expect "$mode: what is mounted stays" 0 "${guarded[@]}" -- sh -c \
        '! umount m 2>/dev/null && ! mount -t tmpfs none m 2>/dev/null && cat m/config.json'
    is "$mode: no privilege is gained" \
        "$("${guarded[@]}" -- sh -c "grep NoNewPrivs /proc/self/status | tr -dc 0-9" 2>/dev/null)" 1
    # Another file under the same name, and another directory: the command sees the signed ones.
    cat >swap.sh <<'S'
head -c 2 m/config.json
mv m/config.json kept && echo evil >evil && mv evil m/config.json
S
    expect "$mode: the command cannot swap files" 1 "${guarded[@]}" -- sh -c '. ./swap.sh; head -c 2 m/config.json; exit 1'
    is "$mode: and reads what was signed" "$out" '{}{}'
    rm -f evil
    expect "$mode: events" 0 "${guarded[@]}" --json --events events.jsonl -- true
    is "$mode: are lines" "$(jq -r .event events.jsonl | tail -n 2 | tr '\n' ' ')" "started ended "
    is "$mode: on standard error with --json" "$(tail -n 1 "$tmp.err" | jq -r '.event, .status' | tr '\n' ' ')" "ended 0 "
    cp "$tmp.err" "$tmp.out"
    documented "$mode: and documented" "run"
    expect "$mode: a model of one file" 0 "$SW_BIN" seal m/w.safetensors --signature one.sig
    run "$SW_BIN" run --model m/w.safetensors --signature one.sig --protect "$mode" -- sha256sum m/w.safetensors
    exits "$mode: runs" 0
    is "$mode: by its signed bytes" "$out" "$(sha256sum m/w.safetensors)"
    rm -f one.sig events.jsonl
    ok "$mode: and leaves no mount behind" sh -c "! grep -q '$tmp' /proc/self/mountinfo"
done

# --- what others do meanwhile --------------------------------------------------------------------------------
# The command says that it has begun, and waits for a line; so nothing here depends on time.
moved=
# while_running NAME STATUS MODE COMMAND-OF-OTHERS -- COMMAND AFTERWARDS
while_running() {
    local name=$1 status=$2 mode=$3 meanwhile=$4 pid
    rm -f begun go
    mkfifo go
    exec 7<>go # so that a line can be written when nobody is left to read it
    "$SW_BIN" run --model "${model:-m}" --protect "$mode" --events events.jsonl -- \
        sh -c "cat m/sub/notes.txt >/dev/null; echo >begun; read -r line <go; $5" >"$tmp.out" 2>"$tmp.err" 7>&- &
    pid=$!
    until [ -e begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    eval "$meanwhile"
    echo go >&7
    wait "$pid"
    rc=$?
    exec 7>&-
    [ -z "$moved" ] || rc=$moved
    moved=
    out=$(cat "$tmp.out")
    err=$(cat "$tmp.err")
    exits "$name" "$status"
    rm -rf m
    cp -r m.signed m
}
# Until the process was ended, or for more than a minute.
gone() {
    local i
    for ((i = 0; i < 3000; i++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.02
    done
    return 1
}
for mode in "${modes[@]}"; do
    while_running "$mode: a file that is swapped meanwhile" 0 "$mode" \
        'echo evil >evil; mv evil m/config.json' 'cat m/config.json'
    is "$mode: is read as it was signed" "$out" '{}'
    while_running "$mode: a file that is added" 0 "$mode" 'echo evil >m/evil' 'ls m'
    is "$mode: is not there" "$out" $'config.json\nsub\nw.safetensors'
    while_running "$mode: a model that is moved away" 120 "$mode" \
        'mv m m.away; cp -r m.signed m; wait "$pid"; moved=$?; rm -r m.away' 'echo reached'
    is "$mode: ends the command" "$out" ''
    like "$mode: and is told" "$err" "moved: |changed what the model's path goes through"
    is "$mode: as an event" "$(jq -r 'select(.event == "moved") | .event' events.jsonl)" moved
    ln -s m second
    ln -s second first
    model=first while_running "$mode: a link exchanged that a link leads to" 120 "$mode" \
        'ln -s m.signed other; mv -T other second; gone "$pid"' 'echo reached'
    is "$mode: ends the command" "$out" ''
    rm -f first second events.jsonl
done
# Somebody mounts another directory over one above the model, where mounts are shared with others.
if [ "$(id -u)" -eq 0 ] && unshare -m --propagation shared true 2>/dev/null; then
    mkdir -p above evil/m
    cp -r m.signed above/m
    echo evil >evil/m/config.json
    cat >mounts.sh <<'S'
mkfifo go
exec 7<>go
"$SW_BIN" run --model above/m --protect "$1" -- sh -c 'echo >begun; read -r line <go; cat above/m/config.json' 7>&- &
until [ -e begun ] || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
mount --bind evil above && cat above/m/config.json && echo go >&7
wait $!
S
    for mode in "${modes[@]}"; do
        rm -f begun go
        run unshare -m --propagation shared bash mounts.sh "$mode"
        is "$mode: a mount over a directory above the model does not come in" "$rc $out" $'0 evil\n{}'
    done
else
    skip "${#modes[@]}" "this needs root, and mounts that are shared"
fi
if [[ " ${modes[*]} " == *" copy "* ]]; then
    while_running "copy: a file that is written to" 0 copy \
        'echo evil >m/config.json; echo evil >>m/sub/notes.txt; truncate -s 0 m/w.safetensors' 'bash look.sh m'
    is "copy: is read as it was signed" "$out" "$digests"
fi
if [[ " ${modes[*]} " == *" watch "* ]]; then
    rm -f events.jsonl
    while_running "watch: a file that is written to before it is opened" 0 watch 'echo evil >m/config.json' \
        'cat m/config.json || echo denied'
    is "watch: cannot be opened" "$out" denied
    is "watch: and that is told" "$(jq -r 'select(.event == "denied") | .path' events.jsonl)" config.json
    while_running "watch: through a hard link" 0 watch 'ln m/config.json link; echo evil >link; rm link' \
        'cat m/config.json || echo denied'
    is "watch: it is the same" "$out" denied
    while_running "watch: a file that somebody has open to write" 0 watch 'exec 8>>m/config.json' \
        'cat m/config.json || echo denied'
    exec 8>&-
    is "watch: cannot be opened" "$out" denied
    like "watch: and it is said why" "$err" "open to write"
    # The writer waits until the command is gone, with what it started.
    while_running "watch: a file that was read ends the command when it is written to" 120 watch \
        'echo evil >>m/sub/notes.txt' 'echo reached'
    is "watch: before a bad byte is there" "$out" ''
    like "watch: and that is told" "$err" "sub/notes.txt: somebody wants to write to it"

    while_running "watch: mounts of the command's own" 0 watch 'echo evil >m/config.json' \
        'for o in -m -Urm; do unshare $o --propagation unchanged cat m/config.json; done; unshare -n echo -n other'
    is "watch: cannot be had, but other namespaces can" "$out" other

    # Each file that was opened is held open.
    # shellcheck disable=SC2016 # for the shell inside
    run bash -c 'ulimit -Sn 60; exec "$SW_BIN" run --model m --protect watch -- sh -c "ulimit -n"'
    is "watch: the command has the limits that it would have" "$rc $out" "0 60"
    mkdir many
    for ((i = 0; i < 80; i++)); do echo "$i" >"many/$i"; done
    expect "seal" 0 "$SW_BIN" seal many
    rm -f events.jsonl
    # shellcheck disable=SC2016 # for the shell inside
    run bash -c 'ulimit -n 60; exec "$SW_BIN" run --events events.jsonl --model many --protect watch -- sh -c "cat many/*"'
    exits "watch: more files than may be open" 1
    like "watch: cannot be read, which is told" "$(jq -r 'select(.event == "denied") | .detail' events.jsonl)" "RLIMIT_NOFILE"
    rm -rf many events.jsonl

    # What run says must not keep it from ending the command: nobody reads it, or nobody is there to.
    # shellcheck disable=SC2016 # for the shell inside
    child='cat m/sub/notes.txt >/dev/null; echo $$ >begun; read -r line <go; cat m/sub/notes.txt >seen'
    rm -f begun go seen
    mkfifo go says
    exec 7<>go 8<>says
    "$SW_BIN" run --model m --protect watch -- sh -c "$child" 2>says 7>&- 8>&- &
    pid=$!
    until [ -s begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    dd if=/dev/zero of=says bs=4096 oflag=nonblock 2>/dev/null
    dd if=/dev/zero of=says bs=1 oflag=nonblock 2>/dev/null
    echo evil >>m/sub/notes.txt &
    other=$!
    ok "watch: it is ended though nobody reads what is said" gone "$(cat begun)"
    cat <&8 >"$tmp.out" &
    reader=$!
    wait "$pid"
    is "watch: and that is its status" "$?" 120
    wait "$other"
    kill "$reader"
    rm -rf m begun
    cp -r m.signed m
    "$SW_BIN" run --model m --protect watch -- sh -c "setsid sh -c '$child' & wait" 2>says 7>&- 8>&- &
    pid=$!
    until [ -s begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    exec 8>&-
    echo evil >>m/sub/notes.txt
    wait "$pid"
    is "watch: the same where nobody can hear it" "$?" 120
    echo go >&7
    ok "watch: what the command had started is ended, too" gone "$(cat begun)"
    not_ok "watch: and did not read a bad byte" test -s seen
    exec 7>&-
    rm -rf m
    cp -r m.signed m
    state=
    while_running "watch: what asks it to stop, as Ctrl-Z" 120 watch \
        'kill -TSTP "$pid"; echo evil >>m/sub/notes.txt; state=$(sed "s/.*) //;s/ .*//" "/proc/$pid/stat" 2>/dev/null); kill -CONT "$pid" 2>/dev/null' \
        'echo reached'
    isnt "watch: does not stop it" "$state" T
    # shellcheck disable=SC2016 # for the shell inside
    expect "watch: nor the command" 0 timeout -s KILL 120 "$SW_BIN" run --model m --protect watch -- sh -c 'kill -TSTP $$'
fi

# --- what run was before -------------------------------------------------------------------------------------
# A shell that becomes run leaves it the children that it had, such as who reads what is said.
for mode in "${modes[@]}"; do
    cat >become.sh <<'S'
sh -c 'while read -r line; do echo "$line"; done >said; : >all' <says & exec "$SW_BIN" run --json --model m --protect "$1" -- true 2>says
S
    rm -f says all
    mkfifo says
    expect "$mode: a shell becomes run" 0 bash become.sh "$mode"
    for ((i = 0; i < 3000; i++)); do [ ! -e all ] || break; sleep 0.02; done
    is "$mode: whose words are heard to the last" "$(jq -r .event said | tail -n 1)" ended
done
if [ "$(id -u)" -eq 0 ] && unshare -m umount -l /proc 2>/dev/null; then
    cat >bare.sh <<'S'
umount -l /proc
mkfifo go
exec 7<>go
"$SW_BIN" run --model m --protect copy -- sh -c 'echo >begun; read -r line <go; echo reached' 7>&- &
pid=$!
until [ -e begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
mv m m.away
for ((i = 0; i < 3000; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.02; done
echo go >&7
wait "$pid"
S
    rm -f begun go
    run unshare -m bash bare.sh
    is "where there is no /proc the command is ended, too" "$rc $out" "120 "
    rm -rf m m.away
    cp -r m.signed m
else
    skip 1 "this needs root, and mounts of one's own"
fi

# --- signals -------------------------------------------------------------------------------------------------
rm -f begun go
mkfifo go
"$SW_BIN" run --model m --protect "${modes[0]}" -- \
    bash -c 'trap "echo caught; exit 9" TERM; echo >begun; read -r _ <>go' >"$tmp.out" 2>"$tmp.err" &
pid=$!
until [ -e begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
kill -TERM "$pid"
wait "$pid"
is "a signal is passed on" "$? $(cat "$tmp.out")" "9 caught"

# --- as another user ------------------------------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ] && [[ " ${modes[*]} " == *" copy "* ]] && command -v setpriv >/dev/null; then
    chmod 755 "$tap_home" "$tmp"
    mkdir user
    cp -r m.signed user/m
    rm user/m/model.sig
    cp "$SW_BIN" user/sealwright
    chown -R nobody user
    cat >user/go.sh <<'S'
cd "$(dirname "$0")" && export HOME=$PWD && ./sealwright init >/dev/null && ./sealwright seal m >/dev/null &&
    exec ./sealwright run --model m --protect copy -- sh -c \
        'cat m/config.json; ! umount m 2>/dev/null && ! { echo x >m/new; } 2>/dev/null && id -un && grep CapEff /proc/self/status'
S
    run setpriv --reuid nobody --regid nogroup --clear-groups sh user/go.sh
    if [ "$rc" -eq 4 ]; then
        skip 2 "other users can make no mounts here: $err"
    else
        exits "without privileges" 0
        like "it is the user's, with the signed bytes and no capability" "$out" $'^\{\}\nnobody\nCapEff:\t0+$'
    fi
    run setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$tmp/user" user/sealwright run \
        --store user/.sealwright --model user/m --protect watch -- true
    exits "and watching is for root" 4
    like "in words" "$err" "only root"
else
    skip 4 "this needs root, copy and setpriv"
fi
done_testing
