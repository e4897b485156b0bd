# Ctrl-C and kill during long work: one line, the right ending, nothing half-written.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir m slow many
echo data >m/weights
printf '\x80\x02N.' >slow/weights # a pickle, behind which the scan looks for more
truncate -s 256G slow/weights
{
    printf ']'
    yes Na | head -n 1000000 | tr -d '\n'
    printf '.'
} >many/0.pkl
for i in {1..200}; do
    ln many/0.pkl "many/$i.pkl"
done
expect "init" 0 "$SW_BIN" init
expect "seal" 0 "$SW_BIN" seal m
"$SW_BIN" log checkpoint >before.note

# interrupt NAME SIGNAL STATUS COMMAND…: in the background of a script SIGINT is ignored, hence env.
interrupt() {
    local name=$1 number=$2 status=$3 wait_for=until_open pid
    shift 3
    # A scan reads of a large file only what it needs; many long pickles keep it busy.
    [ "$1" != scan ] || wait_for=until_parent
    env --default-signal=INT "$SW_BIN" "$@" >"$tmp.out" 2>"$tmp.err" &
    pid=$!
    ok "$name reads" "$wait_for" "$pid" "$tmp/slow/weights"
    kill "-$number" "$pid"
    wait "$pid"
    is "$name dies by the signal" $? "$status"
    err=$(cat "$tmp.err")
    is "and says what became of it" "$err" "sealwright $1: interrupted; nothing was recorded"
}
interrupt "a seal" INT 130 seal slow
interrupt "a killed seal" TERM 143 seal slow
interrupt "an admission" INT 130 admit --signature m/model.sig slow
interrupt "a dry one" TERM 143 admit --dry-run --signature m/model.sig slow
interrupt "a signer" INT 130 sign slow
interrupt "a scan" INT 130 scan many
interrupt "a scan for programs" TERM 143 scan --json many
json "which get a document" .kind interrupted
json "with the status that a shell shows" .exit 143
is "nothing is left beside the model" "$(ls -A slow)" weights
"$SW_BIN" log checkpoint >after.note
ok "the log is as it was" cmp -s before.note after.note
expect "and sound" 0 "$SW_BIN" log verify
expect "and nobody holds it" 0 "$SW_BIN" seal m

# Who waits for the lock can be stopped too.
exec 9<>.sealwright/lock
flock 9
"$SW_BIN" seal m 9<&- >"$tmp.out" 2>"$tmp.err" &
pid=$!
ok "a seal waits for the lock" until_open "$pid" "$tmp/.sealwright/lock"
kill -TERM "$pid"
wait "$pid"
is "and ends when it is told to" $? 143
like "without a trace" "$(cat "$tmp.err")" "interrupted; nothing was recorded"
flock -u 9

# What was ignored from the start stays so: nohup, and the background of a script.
"$SW_BIN" seal slow >"$tmp.out" 2>"$tmp.err" &
pid=$!
ok "a seal in the background" until_open "$pid" "$tmp/slow/weights"
ignored=$((16#$(awk '$1 == "SigIgn:" { print $2 }' "/proc/$pid/status")))
is "ignores SIGINT, as it was told" $((ignored >> 1 & 1)) 1
kill -TERM "$pid"
wait "$pid"
is "and minds SIGTERM" $? 143

# On a terminal: the bar goes away, and the terminal is as it was.
cat >on_terminal.py <<'P'
"""Runs argv[2:] on a terminal of its own and presses ^C when its output matches argv[1]."""
import fcntl, os, pty, re, select, sys, termios

terminal, other_side = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(other_side, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(other_side, fd)
    os.execv(sys.argv[2], sys.argv[2:])
seen, pressed, ended = b"", False, False
while True:
    if select.select([terminal], [], [], 0 if ended else 0.05)[0]:
        seen += os.read(terminal, 65536)
    elif ended:
        break
    ended = ended or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    if not pressed and re.search(sys.argv[1].encode(), seen):
        os.write(terminal, b"\x03")
        pressed = True
status = os.waitpid(pid, 0)[1]
echo = termios.tcgetattr(other_side)[3] & termios.ECHO
print("signal", status & 127, "echo", bool(echo))
print(repr(seen[-300:]))
P
expect "^C on a terminal" 0 timeout 120 python3 on_terminal.py 'sealing .*%' "$SW_BIN" seal slow
like "ends it by SIGINT" "$out" "^signal 2 "
like "and clears the bar before it speaks" "$out" '\\r\\x1b\[K(\^C)?sealwright seal: interrupted; nothing was recorded\\r\\n'
printf 'secret\n' >word
expect "an encrypted key" 0 "$SW_BIN" key new locked --passphrase-file word
expect "^C at the passphrase" 0 timeout 120 python3 on_terminal.py 'passphrase for .*: ' "$SW_BIN" seal --key locked m
like "gives the terminal back" "$out" "^signal 2 echo True"
like "and says so" "$out" "interrupted; nothing was recorded"
done_testing
