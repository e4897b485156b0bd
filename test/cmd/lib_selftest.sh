#!/bin/bash
# The library of these tests must itself be able to fail: each small file below has a known end.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# Runs the lines of stdin as a test file of its own.
try() {
    cat >inner.sh
    run env SW_BIN="$SW_BIN" SW_SOURCE="$SW_SOURCE" bash -c '. "$SW_SOURCE/test/cmd/lib.sh"; . "$1"' \
        inner "$tmp/inner.sh"
}

try <<<'ok works true; done_testing'
exits "a passing file exits 0" 0
is "a passing file prints TAP" "$out" $'ok 1 - works\n1..1'

for line in 'ok x false' 'not_ok x true' 'is x a b' 'isnt x a a' 'like x a b' 'unlike x a a' \
    'run true; exits x 1' 'expect x 1 true' 'run echo "{}"; json x .a b' 'run echo "{"; json x .a b' \
    'run true; one_line_error x' 'run sh -c "echo a >&2; echo b >&2"; one_line_error x'; do
    try <<<"$line; done_testing"
    is "'$line' fails the file" "$rc" 1
    like "'$line' says where" "$out" 'not ok 1 - x'
done

for line in 'ok x true' 'not_ok x false' 'is x a a' 'isnt x a b' 'like x abc b.' 'unlike x a b' \
    'run false; exits x 1' 'expect x 0 true' 'run echo "{\"a\":2}"; json x .a 2' \
    'run sh -c "echo a >&2"; one_line_error x'; do
    try <<<"$line; done_testing"
    is "'$line' passes the file" "$rc" 0
done

try <<<'ok x true'
is "a file that ends before done_testing fails" "$rc" 1
try <<<'done_testing'
is "a file without a check fails" "$rc" 1
try <<<'plan 2; ok x true; done_testing'
is "a wrong plan fails" "$rc" 1
try <<<'plan 3; ok x true; skip 2 "no reason"; done_testing'
is "skipped checks count in the plan" "$rc" 0
like "skipped checks say why" "$out" 'ok 3 # skipped: no reason'
try <<<'skip_all "nothing here"'
is "a skipped file exits 77" "$rc" 77
like "a skipped file says why" "$out" 'skipped: nothing here'
try <<<'exit 77'
is "77 without a reason is a failure" "$rc" 1
try <<<'run sh -c "kill -SEGV \$\$"; ok x true; done_testing'
is "a crash in a run fails the file" "$rc" 1
try <<<'run sh -c "echo a.c:1:2: runtime error: overflow >&2"; ok x true; done_testing'
is "a sanitizer report in a run fails the file" "$rc" 1
try <<<'echo "$tap_home" >&2; mkdir d; touch d/f; chmod 0 d; ok x true; done_testing'
not_ok "the directory is removed at the end" test -e "$err"
try <<<'run cat; is x "$out" ""; run wc -c <<<abc; is y "${out// /}" 4; done_testing'
is "runs have no input but what they are given" "$rc" 0
done_testing
