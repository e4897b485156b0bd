#!/bin/bash
# licence check: what models say of their licences, on small models that are made here.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# model DIR MEMBER…: a model card with these lines.
model() {
    mkdir -p "$1"
    {
        echo ---
        printf '%s\n' "${@:2}"
        echo ---
        echo '# A model'
    } >"$1/README.md"
}

# --- one model -----------------------------------------------------------------------------------

model free 'license: apache-2.0'
run "$SW_BIN" licence check free
exits "a licence that everybody knows passes" 0
like "with its rules" "$out" "say what was changed  \[4\(b\)\]"
like "and what this is not" "$out" "no legal advice"
run "$SW_BIN" license check --json free
exits "both spellings are taken" 0
json "the licence is said in SPDX's words" '.models[0].concluded' Apache-2.0
json "with the line that tells it" '.models[0].sources[0].line' 2
json "it passes" '.models[0].verdict' pass
documented "its members are documented" "licence check"
expect "so does the help" 0 "$SW_BIN" help license check

model llama 'license: llama3.1'
printf ' LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n\n Llama 3.1 Version Release Date: July 23, 2024\n' >llama/LICENSE
expect "a licence of the Hub passes" 0 "$SW_BIN" licence check llama
expect "few users are no conflict" 0 "$SW_BIN" licence check --users 1000 --commercial llama
run "$SW_BIN" licence check --users 800000000 llama
exits "too many are" 1
like "the number is said" "$out" "700,000,000"
echo 'Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved.' >llama/NOTICE
run "$SW_BIN" licence check --json llama
json "a notice is found" '.models[0].findings[] | select(.rule == "notice").status' met
json "so is the copy of the licence" '.models[0].findings[] | select(.rule == "licence-copy").status' met
json "a line that is not shown is not" '.models[0].findings[] | select(.rule == "naming").status' not-found

model nc 'license: cc-by-nc-4.0'
expect "research may use it" 0 "$SW_BIN" licence check nc
expect "commerce may not" 1 "$SW_BIN" licence check --commercial nc

model added 'license: MIT WITH AdditionRef-No-Commerce'
run "$SW_BIN" licence check added
exits "what somebody adds to a licence may take everything away" 3
like "and is unknown" "$out" "what MIT WITH AdditionRef-No-Commerce says is not known"
model exception 'license: GPL-2.0-only WITH Classpath-exception-2.0'
expect "an exception of the list does not" 0 "$SW_BIN" licence check exception

# --- a model and what it was made from ------------------------------------------------------------

model washed 'license: mit' 'base_model: meta-llama/Llama-3.1-8B' 'base_model_relation: finetune'
run "$SW_BIN" licence check --json washed
exits "MIT over Llama is a conflict, by the name alone" 1
json "of this kind" '.models[0].conflicts[0].kind' relicensed
json "it says from where" '.models[0].conflicts[0].from' meta-llama/Llama-3.1-8B
json "both licences hold" '.models[0].concluded' 'LicenseRef-llama-3.1 AND MIT'
json "and MIT was declared" '.models[0].declared' MIT
json "what told its licence" '.models[0].ancestors[0].sources[0].evidence' name
json "the base was not read" '.models[0].ancestors[0].read' false
documented "its members are documented, too" "licence check"

mkdir -p copied/Llama-3.1-8B
model copied/Llama-3.1-8B 'license: mit'
run "$SW_BIN" licence check --json --parent copied/Llama-3.1-8B:finetune washed
exits "nor does a copy of the base whose card says MIT wash it" 1
json "which disagrees with its publisher" '[.models[0].conflicts[].kind] | index("sources-disagree") != null' true
json "and leaves the limits where they were" '[.models[0].conflicts[].kind] | index("relicensed") != null' true

run "$SW_BIN" licence check --json --parent llama:finetune washed
exits "the base can be given" 1
json "then it is read" '.models[0].ancestors[0].read' true
json "and stands there once" '.models[0].ancestors | length' 1

model lora 'license: mit'
echo '{"base_model_name_or_path": "meta-llama/Llama-2-7b-hf"}' >lora/adapter_config.json
expect "an adapter's settings tell its base" 1 "$SW_BIN" licence check lora

model tuned 'license: cc-by-4.0' 'base_model: someone/unheard-of'
run "$SW_BIN" licence check tuned
exits "a base that nobody knows is unknown" 3
like "it is told what to do" "$out" "give a copy of someone/unheard-of with --parent"
model unheard-of 'license: mit'
expect "with a copy it is known" 0 "$SW_BIN" licence check --parent unheard-of tuned
model elsewhere 'license: mit'
expect "the only one that is given is the only one that is named" 0 "$SW_BIN" licence check --parent elsewhere:merge tuned

model small 'license: mit' 'base_model: me/tuned'
model tuned2 'license: mit' 'base_model: me/nc'
run "$SW_BIN" licence check --json --parent tuned2:quantized --parent nc:finetune small
exits "limits come down a chain" 1
json "the base of the base is the one" '[.models[0].conflicts[] | select(.kind == "relicensed").licence] | unique[]' CC-BY-NC-4.0
json "it stands behind its child" '[.models[0].ancestors[] | select(.name == "me/nc").of] | unique[]' tuned2

model student 'license: mit'
expect "what was trained on outputs has Llama's name, not its limits" 0 "$SW_BIN" licence check --parent llama:distilled student
run "$SW_BIN" licence check --json --parent llama:distilled student
json "only that rule comes along" '[.models[0].findings[] | select(.licence == "LicenseRef-llama-3.1").rule] | join(" ")' name-prefix
model llama2 'license: llama2'
run "$SW_BIN" licence check --json --parent llama2:distilled student
exits "Llama 2 does not allow that" 1
json "and says so" '[.models[0].conflicts[].kind] | index("outputs") != null' true

model copyleft 'license: gpl-3.0'
run "$SW_BIN" licence check --json --parent llama2:merge --parent nc:merge copyleft
exits "copyleft takes no limits" 1
json "of either" '[.models[0].conflicts[] | select(.kind == "incompatible")] | length' 2

# --- what was signed about it ---------------------------------------------------------------------

run "$SW_BIN" licence check --claims free
exits "claims need a store" 4
expect "a store" 0 "$SW_BIN" init
mkdir models
model models/nc 'license: cc-by-nc-4.0'
model models/hidden 'license: mit'
echo weights >models/nc/weights.txt
echo weights >models/hidden/weights.txt
expect "a parent" 0 "$SW_BIN" sign models/nc
expect "its child, whose card does not name it" 0 "$SW_BIN" sign --parent models/nc:finetune models/hidden
expect "the card alone passes" 0 "$SW_BIN" licence check models/hidden
run "$SW_BIN" licence check --claims models/hidden
exits "the claim names a parent of which nothing is known" 3
like "by its name" "$out" "made from   nc \(finetune\)"
run "$SW_BIN" licence check --json --claims --parent models/nc models/hidden
exits "with a copy it is a conflict" 1
json "of MIT and NC" '.models[0].conflicts[0].licence' CC-BY-NC-4.0
json "it stands there once" '.models[0].ancestors | length' 1
json "with the claim's relation" '.models[0].ancestors[0].relation' finetune
echo more >>models/hidden/weights.txt
run "$SW_BIN" licence check --claims models/hidden
exits "a model that was changed has no claims" 1
one_line_error "and one line says so"
expect "nor has one that nobody signed" 3 "$SW_BIN" licence check --claims free

# --- a model that says two things -----------------------------------------------------------------

model two 'license: mit'
cp llama/LICENSE two/LICENSE.txt
run "$SW_BIN" licence check --json two
exits "a card against a text is a conflict" 1
json "of this kind, too" '.models[0].conflicts[0].kind' sources-disagree
model family 'license: openrail'
expect "a family is not a licence" 3 "$SW_BIN" licence check family
printf 'CreativeML Open RAIL++-M License\ndated November 24, 2022\n' >family/LICENSE.md
expect "a text says which" 0 "$SW_BIN" licence check family
model own 'license: other' 'license_name: my-own-licence'
expect "a licence that nobody knows is unknown" 3 "$SW_BIN" licence check own
mkdir silent
expect "so is a model that says nothing" 3 "$SW_BIN" licence check silent
run "$SW_BIN" licence check --json free own washed
exits "of several models the worst counts" 1
json "each has its own verdict" '[.models[].verdict] | join(" ")' 'pass unknown conflict'

# --- lists ----------------------------------------------------------------------------------------

expect "what is allowed passes" 0 "$SW_BIN" licence check --allow 'mit, apache-2.0' free
expect "what is not among them does not" 1 "$SW_BIN" licence check --allow MIT free
expect "nor what is denied" 1 "$SW_BIN" licence check --deny apache-2.0 free
model choice 'license: MIT OR CC-BY-NC-4.0'
expect "of a choice the better one counts" 0 "$SW_BIN" licence check --commercial --deny CC-BY-NC-4.0 choice

# --- a tired user ---------------------------------------------------------------------------------

while IFS='|' read -r name words; do
    # shellcheck disable=SC2086 # words
    run "$SW_BIN" licence check $words
    exits "wrong usage: $name" 2
    one_line_error "and one line says so: $name"
done <<'ROWS'
no model|
a licence that is none|--allow Apache2 free
nothing in a list|--deny , free
a relation that is none|--parent llama:cousin free
a count that is none|--users many free
a negative count|--users -5 free
an option that is none|--comercial free
ROWS
run "$SW_BIN" licence check nowhere
exits "a model that is not there cannot be read" 4
one_line_error "and one line says so"
expect "nor a parent that is not there" 4 "$SW_BIN" licence check --parent nowhere:merge free
expect "a file alone can be read" 0 "$SW_BIN" licence check free/README.md
run "$SW_BIN" license
exits "half a command is wrong usage" 2

# --- an attacker ----------------------------------------------------------------------------------

# bad DIR: one that must be unknown, with the reason.
bad() {
    run "$SW_BIN" licence check --json "$1"
    exits "unknown: $1" 3
    like "with the reason: $1" "$(jq -r '.models[0].unknown[].why' "$tmp.out")" "$2"
}

mkdir aliases deep long bytes open odd
printf -- '---\na: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nlicense: mit\n---\n' >aliases/README.md
bad aliases "anchors"
printf -- '---\nlicense: %s%s\n---\n' "$(printf '[%.0s' {1..500})" "$(printf ']%.0s' {1..500})" >deep/README.md
bad deep "deeper"
printf -- '---\nlicense: MIT%s\n---\n' "$(printf ' OR (MIT%.0s' {1..3000})" >long/README.md
bad long "says is not known here"
printf -- '---\nlicense: \xff\xfe\n---\n' >bytes/README.md
bad bytes "cannot be read"
printf -- '---\nlicense: mit\n' >open/README.md
truncate -s 1G open/README.md
bad open "has no end"
printf 'A licence of our own, do nothing at all with this\n' >odd/LICENSE
bad odd "no licence text that is known here"
mkdir loop out
ln -s README.md loop/README.md
bad loop "not followed"
ln -s "$tmp/free/README.md" out/README.md
bad out "leads out of the model"
mkdir pipe
mkfifo pipe/LICENSE
bad pipe "no file"
ln -s self self
run "$SW_BIN" licence check self
exits "a link to itself cannot be read" 4

model 'name' $'license: "mit\\n\\e[31mred"'
run "$SW_BIN" licence check name
exits "a name that would colour the terminal" 3
unlike "does not" "$out" $'\e'

model ring1 'license: mit' 'base_model: x/ring2'
model ring2 'license: mit' 'base_model: x/ring1'
run "$SW_BIN" licence check --json --parent ring1 --parent ring2 ring1
exits "models that were made from each other end" 0
json "each stands there once" '.models[0].ancestors | length' 2
{
    echo ---
    echo 'license: mit'
    echo 'base_model:'
    seq -f '- x/m%g' 300
    echo ---
} >ring1/README.md
run "$SW_BIN" licence check ring1
exits "too many ancestors are refused" 1
one_line_error "and one line says so"

# Weights that tell it. The bytes of a GGUF: a header, and one pair.
gguf() {
    printf 'GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0'
    printf '\17\0\0\0\0\0\0\0general.license\10\0\0\0\3\0\0\0\0\0\0\0mit'
}
mkdir weights
gguf >weights/m.gguf
run "$SW_BIN" licence check --json weights
exits "GGUF tells its licence" 0
json "as metadata" '.models[0].sources[0].evidence' metadata
model weights 'license: apache-2.0'
expect "it must be that of the card" 1 "$SW_BIN" licence check weights
gguf | head -c 40 >weights/m.gguf
expect "a cut one tells nothing" 0 "$SW_BIN" licence check weights

done_testing
