# shellcheck shell=bash disable=SC2034 # out, err and rc are for the tests that read this file
# TAP for the end-to-end tests. A test is a bash file that begins with
#
#     . "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
#
# and ends with `done_testing`. It starts in an empty directory ($tmp) that is removed at the end, with
# no standard input, HOME inside $tmp and nothing of the caller's settings. The name always comes first:
#
#     plan N                       says beforehand how many checks there are (may be left out)
#     run CMD…                     runs it: $rc, $out and $err (files: $tmp.out, $tmp.err)
#     exits NAME RC                the last run ended with RC; shows its output otherwise
#     expect NAME RC CMD…          run and exits in one
#     ok NAME CMD…                 CMD gives 0        not_ok NAME CMD…     it does not
#     is NAME GOT WANT             the same text      isnt NAME GOT OTHER
#     like NAME GOT REGEX          bash =~            unlike NAME GOT REGEX
#     json NAME FILTER WANT        jq -r FILTER over the output of the last run gives WANT
#     documented NAME SECTION      each member of the last run's document is named in that section of doc/json.md
#     one_line_error NAME          the last run said one line on stderr, and it is not empty
#     until_open PID FILE          waits until the process has the file open; false when it ends before
#     until_parent PID             waits until the process has a child; false when it ends before
#     next_second                  waits until the clock shows another one: the newest of two claims is told by it
#     sized N M                    prints N, or M when the binary has sanitizers and each step takes longer
#     tensors FILE BYTES           writes a model that the scan reads: random bytes as safetensors
#     skip N REASON                counts N checks as skipped
#     skip_all REASON              ends the file as skipped (exit status 77)
#     note TEXT                    a remark in the output
#
# A check that fails does not stop the file, but the file then exits 1. So does a file without any check,
# one that ends before done_testing, one whose plan was wrong, and one in which a run crashed or a
# sanitizer spoke up.

: "${SW_BIN:?the sealwright binary to test}" "${SW_SOURCE:?the source tree}"

set -u
exec </dev/null
export LC_ALL=C TZ=UTC
while read -r tap_variable; do
    unset "$tap_variable"
done < <(compgen -e | grep '^SEALWRIGHT_')
umask 022

tap_home=$(mktemp -d "${TMPDIR:-/tmp}/sealwright-test.XXXXXX") || exit 99
tmp=$tap_home/work
export HOME=$tap_home/home
mkdir "$tmp" "$HOME"
cd "$tmp" || exit 99

tap_planned=
tap_count=0
tap_failed=0
tap_done=
out=
err=
rc=

sized() {
    if [ "${SW_SANITIZED:-0}" = 1 ]; then
        echo "$2"
    else
        echo "$1"
    fi
}

tensors() {
    local header
    header=$(printf '{"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' "$2" "$2")
    {
        # shellcheck disable=SC2059 # the length, in eight bytes
        printf "$(printf '\\x%02x' ${#header})\0\0\0\0\0\0\0"
        printf '%s' "$header"
        head -c "$2" /dev/urandom
    } >"$1"
}

tap_finish() {
    local status=$?
    cd /
    chmod -R u+rwX "$tap_home" 2>/dev/null
    rm -rf "$tap_home"
    if [ "$status" -eq 77 ] && [ "$tap_done" = skipped ]; then
        exit 77
    fi
    if [ -z "$tap_done" ]; then
        echo "Bail out! ended before done_testing (exit status $status)"
        exit 1
    fi
    if [ "$tap_count" -eq 0 ]; then
        echo "# no check was made"
        exit 1
    fi
    if [ -n "$tap_planned" ] && [ "$tap_planned" -ne "$tap_count" ]; then
        echo "# planned $tap_planned checks, made $tap_count"
        exit 1
    fi
    if [ "$tap_failed" -ne 0 ]; then
        echo "# $tap_failed of $tap_count checks failed"
        exit 1
    fi
    exit 0
}
trap tap_finish EXIT
trap 'exit 1' INT TERM HUP

note() {
    printf '%s\n' "$*" | sed 's/^/# /'
}

plan() {
    tap_planned=$1
    echo "1..$1"
}

done_testing() {
    [ -n "$tap_planned" ] || echo "1..$tap_count"
    tap_done=yes
    exit 0
}

skip_all() {
    echo "1..0 # skipped: $*"
    tap_done=skipped
    exit 77
}

skip() {
    local i
    for ((i = 0; i < $1; i++)); do
        tap_count=$((tap_count + 1))
        echo "ok $tap_count # skipped: ${*:2}"
    done
}

tap_pass() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1"
}

# Gives 1, so that `is … || return` works.
tap_fail() {
    tap_count=$((tap_count + 1))
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $1"
    local file line
    read -r line file < <(tap_where)
    note "at $file line $line"
    return 1
}

# The line of the test file, past the functions of this one.
tap_where() {
    local i
    for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
        if [ "${BASH_SOURCE[i]}" != "${BASH_SOURCE[0]}" ]; then
            echo "${BASH_LINENO[i - 1]} ${BASH_SOURCE[i]}"
            return
        fi
    done
}

run() {
    "$@" >"$tmp.out" 2>"$tmp.err"
    rc=$?
    out=$(tr -d '\0' <"$tmp.out")
    err=$(tr -d '\0' <"$tmp.err")
    case $rc in
    132 | 134 | 135 | 136 | 139)
        tap_fail "'$*' must not crash" || note "exit status $rc" "$err"
        ;;
    esac
    if grep -qE 'ERROR: (Address|Leak|Thread)Sanitizer|: runtime error: ' "$tmp.err"; then
        tap_fail "no sanitizer report from '$*'" || note "$err"
    fi
}

ok() {
    if "${@:2}"; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "this gave $?: ${*:2}"
        return 1
    fi
}

not_ok() {
    if "${@:2}"; then
        tap_fail "$1" || note "this should have failed: ${*:2}"
        return 1
    else
        tap_pass "$1"
    fi
}

is() {
    if [ "$2" = "$3" ]; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "     got: $2"
        note "expected: $3"
        return 1
    fi
}

isnt() {
    if [ "$2" != "$3" ]; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "got what it must not be: $2"
        return 1
    fi
}

like() {
    if [[ $2 =~ $3 ]]; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "          got: $2"
        note "does not match: $3"
        return 1
    fi
}

unlike() {
    if [[ ! $2 =~ $3 ]]; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "              got: $2"
        note "must not match: $3"
        return 1
    fi
}

exits() {
    if [ "$rc" = "$2" ]; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "exit status $rc, expected $2"
        note "stdout: $out"
        note "stderr: $err"
        return 1
    fi
}

expect() {
    run "${@:3}"
    exits "$1" "$2"
}

# The sleep only spares the processor: what is waited for is seen, or the process is over.
until_open() {
    local fd
    while kill -0 "$1" 2>/dev/null; do
        for fd in /proc/"$1"/fd/*; do
            [ "$(readlink "$fd")" != "$2" ] || return 0
        done
        sleep 0.02
    done
    return 1
}

# The clock that claims are dated by; $EPOCHSECONDS may lag a little behind it.
next_second() {
    local now=${EPOCHREALTIME%.*}
    while [ "${EPOCHREALTIME%.*}" = "$now" ]; do
        sleep 0.02
    done
}

until_parent() {
    while kill -0 "$1" 2>/dev/null; do
        [ -z "$(cat "/proc/$1/task/$1/children" 2>/dev/null)" ] || return 0
        sleep 0.02
    done
    return 1
}

json() {
    local got
    if ! got=$(jq -r "$2" "$tmp.out" 2>&1); then
        tap_fail "$1" || note "jq: $got"
        note "stdout: $out"
        return 1
    fi
    is "$1" "$got" "$3"
}

documented() {
    local section member missing=
    section=$(awk -v title="## $2" '/^## / { on = $0 == title } on' "$SW_SOURCE/doc/json.md")
    while read -r member; do
        [[ $section == *\"$member\"* || $section == *"\`$member\`"* ]] || missing+=" $member"
    done < <(jq -r '[.. | objects | keys[]] | unique[]' "$tmp.out")
    if [ -n "$section" ] && [ -z "$missing" ]; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "section '$2' of doc/json.md does not name:$missing"
        return 1
    fi
}

one_line_error() {
    if [ -n "$err" ] && [ "$(wc -l <"$tmp.err")" -eq 1 ]; then
        tap_pass "$1"
    else
        tap_fail "$1" || note "expected one line on stderr, got: $err"
        return 1
    fi
}
