# Somebody changes the model in a tight loop while it is admitted and while it is read: no bad byte is ever
# read. SW_RACE_ROUNDS (10) says how often a command is started and tampered with; bench/soak_load.sh has more.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

case $(nm -D "$SW_BIN" 2>/dev/null) in
*__asan_*) skip_all "a sanitizer's run-time does not stand mounts of its own and SIGKILL" ;;
esac
rounds=${SW_RACE_ROUNDS:-10}
expect "the racer builds" 0 cc -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -o racer "$SW_SOURCE/test/racer.c"
expect "init" 0 "$SW_BIN" init
mkdir m
head -c 300000 /dev/zero | tr '\0' g >m/weights.bin
head -c 300000 /dev/zero | tr '\0' e >evil
expect "seal" 0 "$SW_BIN" seal m
cp m/weights.bin good

expect "the racer knows bad bytes" 66 ./racer read evil good good
expect "and good ones" 0 ./racer read m/weights.bin good good

"$SW_BIN" doctor --json >doctor.json
for mode in copy watch; do
    if [ "$(jq -r ".[] | select(.check == \"run $mode\") | .status" doctor.json)" != ok ]; then
        skip 5 "this machine has no $mode"
        continue
    fi
    guarded=("$SW_BIN" run --protect "$mode" --model m --)

    # 1. Between the check and the load: the swaps begin when the command does, and it reads until they end.
    rm -f finished begun go
    mkfifo go
    "${guarded[@]}" sh -c 'cat m/weights.bin >/dev/null; echo >begun; exec ./racer read m/weights.bin good finished' \
        >"$tmp.out" 2>"$tmp.err" &
    pid=$!
    until [ -e begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    ok "$mode: 10000 swaps from outside" ./racer swap m/weights.bin evil 10000
    echo >finished
    wait "$pid"
    is "$mode: no bad byte was read" "$?" 0
    like "$mode: and it was read" "$(cat "$tmp.out")" '[1-9][0-9]* reads'

    # 2. While it is admitted and covered: what is started reads good bytes, or cannot open the file.
    rm -f finished
    (
        trap - EXIT INT TERM HUP
        for ((i = 0; i < rounds; i++)); do
            ./racer swap m/weights.bin evil 1000
            ./racer write m/weights.bin evil 20
        done
        echo >finished
    ) &
    other=$!
    started=0
    bad=0
    until [ -e finished ] || ! kill -0 "$other" 2>/dev/null; do
        "${guarded[@]}" ./racer read m/weights.bin good good >"$tmp.out" 2>"$tmp.err"
        case $? in
        0 | 120) started=$((started + 1)) ;; # it ran, or was ended before it could read more
        1 | 4) ;;                            # refused: evil, or changing while it was read
        *) bad=$((bad + 1)) && note "$(cat "$tmp.out" "$tmp.err")" ;;
        esac
    done
    wait "$other"
    is "$mode: none that was started in a storm read a bad byte" "$bad" 0
    note "$mode: $started commands were started in it"
    cmp -s m/weights.bin good || cp good m/weights.bin

    # 3. Writing into the file while the command reads it, again and again.
    bad=0
    for ((i = 0; i < rounds; i++)); do
        rm -f finished begun
        "${guarded[@]}" sh -c 'echo >begun; exec ./racer read m/weights.bin good finished' >"$tmp.out" 2>"$tmp.err" &
        pid=$!
        until [ -e begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
        ./racer write m/weights.bin evil 20 || bad=$((bad + 1))
        echo >finished
        wait "$pid"
        case $? in
        0 | 120) ;;
        *) bad=$((bad + 1)) && note "$(cat "$tmp.out" "$tmp.err")" ;;
        esac
    done
    is "$mode: $rounds commands whose file was written to read no bad byte" "$bad" 0
done
done_testing
