# The command line itself: help, options, exit statuses.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

expect "no command is wrong usage" 2 "$SW_BIN"
like "and shows the commands" "$err" "seal MODEL"
expect "--help is not" 0 "$SW_BIN" --help
like "it goes to standard output" "$out" "usage: sealwright COMMAND"
expect "--version" 0 "$SW_BIN" --version
like "names the version" "$out" "^sealwright [0-9]+\.[0-9]+\.[0-9]+$"

expect "an unknown command" 2 "$SW_BIN" verfy
like "suggests the near one" "$err" "did you mean 'verify'"
one_line_error "in one line"
expect "a far one" 2 "$SW_BIN" xyzzyx
like "points to help" "$err" "see 'sealwright help'"
expect "an unknown command of a group" 2 "$SW_BIN" data ingset posts.jsonl
like "suggests the near one" "$err" "unknown command 'data ingset'; did you mean 'data ingest'"
expect "also of two words" 2 "$SW_BIN" data source ad
like "is suggested" "$err" "did you mean 'data source add'"
expect "a group with a typo" 2 "$SW_BIN" chekpoint verify run-7
like "is suggested, too" "$err" "did you mean 'checkpoint verify'"
expect "a far one of a group" 2 "$SW_BIN" data xyzzyx
like "lists the second words" "$err" "'data' needs one of: .*ingest"
expect "a group without its second word" 2 "$SW_BIN" log
like "lists the second words" "$err" "checkpoint, prove, check, verify, add"

expect "an unknown option" 2 "$SW_BIN" verify --signatur x m
like "suggests the near one" "$err" "did you mean '--signature'"
expect "an option without its value" 2 "$SW_BIN" verify m --signature
like "says what is missing" "$err" "needs a value"
expect "a flag with a value" 2 "$SW_BIN" verify --legacy=yes m
like "says so" "$err" "takes no value"
expect "a number that is none" 2 "$SW_BIN" verify --threads many m
like "says what is wanted" "$err" "whole number"
expect "an operand too many" 2 "$SW_BIN" verify a b
like "names it" "$err" "unexpected argument 'b'"
expect "an operand missing" 2 "$SW_BIN" seal
like "shows the usage" "$err" "usage: sealwright seal MODEL"
expect "an option before the command" 2 "$SW_BIN" --store s seal m
like "says where options stand" "$err" "options stand behind"
expect "a short option" 2 "$SW_BIN" seal -x m
expect "control characters are escaped" 2 "$SW_BIN" $'\033[31mred'
unlike "before they reach the terminal" "$err" $'\033'

# Every command explains itself, and its man page is sound.
while read -r group; do
    expect "help $group" 0 "$SW_BIN" help "$group"
    expect "help --scdoc $group" 0 "$SW_BIN" help --scdoc "$group"
    like "names itself" "$out" "^sealwright-$group\(1\)"
done < <("$SW_BIN" help --list-commands)
expect "help on a group's member" 0 "$SW_BIN" help log verify
like "shows its options" "$out" "--earlier FILE"
expect "COMMAND --help" 0 "$SW_BIN" admit --help
like "ends with the exit statuses" "$out" "Exit status: 0 pass, 1 fail or refused, 2 wrong usage"
expect "GROUP --help" 0 "$SW_BIN" log --help
like "lists its commands" "$out" "log checkpoint"
unlike "without blanks at the end of a line" "$out" $' \n'
longest=$(for c in $("$SW_BIN" help --list-commands); do "$SW_BIN" "$c" --help 2>/dev/null; done |
    sed '/^Examples:/,/^$/d; /^usage:/d' | awk '{ if (length > m) m = length } END { print m }')
ok "help fits 80 columns" test "$longest" -le 80
longest=$("$SW_BIN" help | awk '{ if (length > m) m = length } END { print m }')
ok "so does the list of commands" test "$longest" -le 80
run "$SW_BIN" data train --help
like "options stand before a command to be run" "$out" 'data train \[OPTION\]\.\.\. -- COMMAND'
expect "a command to be run is missing" 2 "$SW_BIN" data train --out m
like "and the usage says so too" "$err" 'data train \[OPTION\]\.\.\. -- COMMAND'
run "$SW_BIN" seal --help
unlike "and leaves no blanks at the end of a line" "$out" $' (\n|$)'
expect "help on nothing known" 2 "$SW_BIN" help nothing

if command -v scdoc >/dev/null && command -v mandoc >/dev/null; then
    expect "man pages are made and pass mandoc's lint" 0 "$SW_SOURCE/scripts/man" "$SW_BIN" man
    ok "there is one for the whole" test -s man/sealwright.1
    ok "and one for a command" test -s man/sealwright-admit.1
else
    skip 3 "scdoc or mandoc is not installed"
fi

expect "completion" 0 "$SW_BIN" help --completion
cp "$tmp.out" completion.bash
ok "is valid bash" bash -n completion.bash
# completes NAME WANT WORD…: what bash offers for the last word.
completes() {
    # shellcheck disable=SC2016 # for the inner shell
    run bash -c '. ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        _sealwright sealwright "${COMP_WORDS[COMP_CWORD]}" ""; printf "%s " "${COMPREPLY[@]}"' _ "${@:3}"
    is "$1" "$out" "$2"
}
mkdir dir && : >"dir/a file"
completes "a command" "seal " sealwright sea
completes "a group's second word" "checkpoint check " sealwright log che
completes "an option of a command" "--policy --private-key --passphrase-file " sealwright admit --p
completes "an option of a group's command" "--earlier " sealwright log verify --ea
completes "an option that all have" "--json " sealwright doctor --js
completes "a file" "dir/a file " sealwright seal dir/
completes "nothing where there is nothing" " " sealwright nothing --no

expect "completion for zsh" 0 "$SW_BIN" help --zsh-completion
cp "$tmp.out" _sealwright
if command -v zsh >/dev/null; then
    ok "is valid zsh" zsh -n _sealwright
    # What zsh's own functions are given for a command line whose last word is being typed.
    cat >offers.zsh <<'Z'
_describe() { print -rl -- ${(P)4} }
_arguments() { print -rl -- "$@" "word $CURRENT of $words" }
words=(sealwright "$@")
CURRENT=$#words
. ./_sealwright
Z
    run zsh -f offers.zsh ''
    like "it offers commands" "$out" $'(^|\n)seal:scan, sign and record a model in one step\n'
    like "and groups once" "$out" $'\nlog:check, prove and add to the log\n'
    run zsh -f offers.zsh log ''
    like "their second words" "$out" "checkpoint:print the log's signed head"
    run zsh -f offers.zsh log verify --ea
    like "options with their help" "$out" '--earlier=\[a checkpoint kept from before\\: the log must contain it \(default\\: that of --checkpoint\)\]:FILE:_files'
    like "for the word that is typed" "$out" "word 2 of verify --ea"
    run zsh -f offers.zsh seal ''
    like "what may be given again" "$out" '\*--ignore-paths='
    like "and files" "$out" '\*:file:_files'
else
    skip 8 "zsh is not installed"
fi

# --json answers are JSON, errors included.
expect "an error with --json" 4 "$SW_BIN" scan --json /nonexistent/model
json "is a document too" .exit 4
like "and stays a line for people" "$err" "cannot|no such|No such"
expect "wrong usage is one, wherever --json stands" 2 "$SW_BIN" scan --nothing --json x
json "with its words" '.kind + ", " + (.error | startswith("unknown option") | tostring)' "wrong usage, true"
expect "so is an unknown command" 2 "$SW_BIN" nothing --json
json "in words" .exit 2
expect "but not what is an operand" 2 "$SW_BIN" seal --nothing -- --json
is "which gets none" "$out" ""

if [ -w /dev/full ]; then
    run bash -c '"$0" --help >/dev/full' "$SW_BIN"
    exits "a full disk behind standard output is an error" 4
else
    skip 1 "no /dev/full"
fi
done_testing
