#!/bin/bash
# A gate that cannot refuse guards nothing: each is fed a small tree that is good, then one that is bad.
. "$SW_SOURCE/test/cmd/lib.sh"

scripts=$SW_SOURCE/scripts

# put FILE: writes stdin there, below the tree.
put() {
    mkdir -p "tree/$(dirname "$1")"
    cat >"tree/$1"
}

# A tree that every gate accepts.
good_tree() {
    rm -rf tree
    put src/base/base.h <<<$'#ifndef SW_BASE_H\n#define SW_BASE_H\nint sw_one(void);\n#endif'
    put src/base/one.c <<<$'#include "base/base.h"\n\nint sw_one(void)\n{\n    return 1;\n}'
    put src/codec/codec.h <<<$'#ifndef SW_CODEC_H\n#define SW_CODEC_H\n#include "base/base.h"\n#endif'
    put src/cli/main.c <<'END'
#include "codec/codec.h"

#include <stdio.h>

int main(void)
{
    (void)printf("getenv(\"A\") %d\n", sw_one()); /* exit(1) */
    return 0;
}
END
    put scripts/x.sh <<<$'#!/bin/bash\necho "$1"'
    put README.md <<<'[pages](doc/README.md#all), [elsewhere](https://example.com/x)'
    put doc/README.md <<<'[one](format/one.md)'
    put doc/format/one.md <<<'[up](../../README.md)'
}

accepts() {
    expect "$1 accepts ${2:-a good tree}" 0 "$scripts/$1" "$tmp/tree"
}

# refuses CHECK WHAT REGEX: the words of the refusal match.
refuses() {
    run "$scripts/$1" "$tmp/tree"
    if [ "$rc" -eq 0 ]; then
        exits "$1 refuses $2" 1
        return
    fi
    like "$1 refuses $2" "$out$err" "$3"
}

good_tree
for check in format banned arrows size headers shell papers; do
    accepts "check-$check"
    mkdir -p empty/src
    expect "check-$check refuses a tree with nothing to check" 1 "$scripts/check-$check" "$tmp/empty"
done

# --- format
good_tree
put src/base/two.c <<<$'#include "base/base.h"\nint  x( void ){return 1;}'
refuses check-format "loose formatting" 'two\.c:2.*clang-format'

# --- banned: a body, where it stands, what is said
bad_body() {
    good_tree
    put "$1" <<<$'#include "base/base.h"\n\nint f(int a)\n{\n'"    $2"$'\n    return a;\n}'
    refuses check-banned "'$2' in $1" "$1:5: $3"
}
bad_body src/base/two.c 'a = getenv("A") != 0;' 'getenv: a library does not read'
bad_body src/cli/library.c 'a = getenv("A") != 0;' 'getenv: a library does not read'
bad_body src/model/two.c 'printf("%d", a);' 'printf: a library does not print'
bad_body src/model/two.c 'fputs("x", stderr);' 'stderr: a library does not print'
bad_body src/model/two.c 'exit (1);' 'exit: a library does not end'
bad_body src/model/two.c 'assert(a);' 'assert: a library does not end'
bad_body src/model/two.c 'if (a) { abort(); }' 'abort: a library does not end'
bad_body src/model/two.c 'a = fork();' 'fork: nothing from outside'
bad_body src/model/two.c 'umask(0);' 'umask: this belongs to the whole process'
bad_body src/cli/two.c 'a = (int)strtoull("1", 0, 10);' 'strtoull: use sw_parse_u64'
bad_body src/model/two.c '/* " */ a = access("x", 0); /* " */' 'access: ask by doing'
good_tree
put src/base/worker.c <<<$'#include "base/base.h"\nint f(void)\n{\n    return fork();\n}'
accepts check-banned "the worker's fork"
good_tree
put src/base/two.c <<<$'#include "base/base.h"\nint f(int getenv_like)\n{\n    return my_exit(x->exit(getenv_like));\n}'
accepts check-banned "names that only look alike"
good_tree
put src/base/two.c <<<$'#include <stdio.h>\n#include "base/base.h"'
refuses check-banned "a system header before the room's" 'two\.c: include the room.s header first'
good_tree
put src/base/two.c <<<$'#include "base/base.h"\nint f(void)\n{\n#ifdef X\n    return 1;\n#endif\n    return 0;\n}'
refuses check-banned "#ifdef in a body" 'two\.c:4: no conditional'
good_tree
put src/base/two.c <<<$'#include "base/base.h"\nextern int x;'
refuses check-banned "a declaration past the header" 'two\.c:2: declare it'
good_tree
put src/base/two.h <<<$'typedef struct { int a; } sw_two;'
refuses check-banned "a typedef'd struct" 'two\.h:1: structs'
good_tree
put src/base/two.c <<<$'#include "base/base.h"\n/* TO''DO */'
refuses check-banned "unfinished work" 'two\.c: finish it'

# --- arrows: file, include, what is said
bad_arrow() {
    good_tree
    put "$1" <<<"#include $2"
    refuses check-arrows "$2 in $1" "$1:1: .*$3"
}
bad_arrow src/base/two.c '"codec/codec.h"' 'base must not see codec'
bad_arrow src/codec/two.h '"evidence/evidence.h"' 'codec must not see evidence'
bad_arrow src/model/two.c '"scan/scan.h"' 'model must not see scan'
bad_arrow src/policy/two.c '"cli/cli.h"' 'policy must not see cli'
bad_arrow src/codec/two.c '"base/buf.h"' '"base/buf.h" is private to base'
bad_arrow src/cli/two.c '"claim/dsse_parts.h"' 'is private to claim'
bad_arrow src/cli/two.c '"cli.h"' 'write "room/name.h"'
bad_arrow src/cli/two.c '"../base/base.h"' 'write "room/name.h"'
bad_arrow src/cli/two.c '"base/one.c"' 'write "room/name.h"'
bad_arrow src/cli/two.c '"attic/attic.h"' 'there is no room "attic"'
bad_arrow src/cli/two.c 'HEADER' 'an include must name its file'
bad_arrow src/policy/two.c '"sealwright/sealwright.h"' 'only the roof serves'
bad_arrow src/model/two.c '<sqlite3.h>' 'belongs to: evidence'
bad_arrow include/sealwright/two.h '"base/base.h"' 'only system headers'
good_tree
put src/attic/two.c <<<'#include "base/base.h"'
refuses check-arrows "a folder that is no room" 'src/attic/two\.c: does not stand in a room'
good_tree
put src/cli/two.c <<<$'#include "codec/codec.h"\n#include "cli/cli.h"\n#include "version.h"\n#include <stdio.h>\n#include "sealwright/sealwright.h"'
put src/model/two.c <<<$'# include "evidence/evidence.h"\n#include "model/private.h"'
accepts check-arrows "arrows that run down"

# --- size: functions of N lines
functions() {
    echo '#include "base/base.h"'
    local i j
    for ((i = 0; i < $1; i++)); do
        printf 'int f%d(int a)\n{\n' "$i"
        for ((j = 0; j < $2 - 4; j++)); do
            echo "    a += $j;"
        done
        printf '    return a;\n}\n'
    done
}
good_tree
functions 30 5 | put src/codec/many.c
functions 1 80 | put src/base/two.c
accepts check-size "one function of 80 lines"
functions 1 81 | put src/base/two.c
refuses check-size "a function of 81 lines" 'over the limit: .*two\.c.*81 lines'
functions 10 46 | put src/base/two.c
refuses check-size "too many long functions" '90th percentile is over 45'
functions 40 16 | put src/base/two.c
refuses check-size "a median over 15" 'median is over 15'
{
    printf 'int f(int a)\n{\n'
    for ((i = 0; i < 15; i++)); do echo "    if (a == $i) return 1;"; done
    printf '    return a;\n}\n'
} | put src/base/two.c
refuses check-size "a complexity of 16" 'over the limit: .*complexity 16'

# --- headers
good_tree
put src/base/two.h <<<$'#ifndef SW_TWO_H\n#define SW_TWO_H\nsize_t sw_two(void);\n#endif'
refuses check-headers "a header that needs another one" 'size_t'
good_tree
put src/base/two.h <<<'int sw_two(void);'
refuses check-headers "a header without a guard" 'no include guard'

# --- shell
good_tree
put scripts/x.sh <<<$'#!/bin/bash\ncd $1'
refuses check-shell "an unquoted word" 'SC2086'
good_tree
put .ci/run <<<$'#!/bin/bash\nif true; then'
refuses check-shell "a broken script without a suffix" 'SC10'

# --- papers
good_tree
put doc/format/one.md <<<$'fine\n[gone](two.md)'
refuses check-papers "a link that leads nowhere" 'doc/format/one\.md:2: two\.md is not there'
good_tree
put src/base/two.c <<<'/* see doc/format/two.md */'
refuses check-papers "a comment that names a page which is not there" 'two\.c:1: doc/format/two\.md is not'
good_tree
put doc/claims/two.md <<<'nobody knows me'
refuses check-papers "a page that the index does not name" 'doc/claims/two\.md: doc/README\.md does not name it'

# --- warnings, with the real flags
real_tree() {
    rm -rf tree
    mkdir tree
    cp -r "$SW_SOURCE/CMakeLists.txt" "$SW_SOURCE/CMakePresets.json" "$SW_SOURCE/cmake" tree/
    mkdir -p tree/src/base
    cp "$SW_SOURCE"/src/base/*.h tree/src/base/
    cp "$SW_SOURCE/src/version.h.in" tree/src/
    put src/cli/main.c <<<$'int main(void)\n{\n    return 0;\n}'
    put src/base/two.c <<<$'#include "base/base.h"\n\n'"$1"
}
real_tree $'static int sw_two(void)\n{\n    return 2;\n}'
expect "clang: an unused function is refused" 123 "$scripts/check-warnings" clang "$tmp/tree"
like "clang: it is named" "$out$err" 'two\.c:3.*unused function'
expect "gcc: an unused function is refused" 1 "$scripts/check-warnings" gcc "$tmp/tree"
like "gcc: it is named" "$out$err" 'two\.c:3.*defined but not used'
real_tree $'sw_result sw_two(struct sw_buf *b);\nsw_result sw_two(struct sw_buf *b)\n{\n    sw_buf_puts(b, "x");\n    return SW_OK;\n}'
expect "an ignored result is refused" 1 "$scripts/check-warnings" gcc "$tmp/tree"
like "it is named" "$out$err" 'ignoring return value'
real_tree $'int sw_two(char *a, const char *b);\nint sw_two(char *a, const char *b)\n{\n    (void)strcpy(a, b);\n    return 0;\n}'
expect "a banned function does not compile" 1 "$scripts/check-warnings" gcc "$tmp/tree"
like "the refusal says why" "$out$err" 'sorry_strcpy_is_a_banned_function'
real_tree $'int sw_two(void);\nint sw_two(void)\n{\n    return 2;\n}'
expect "clang accepts a good tree" 0 "$scripts/check-warnings" clang "$tmp/tree"
expect "gcc accepts a good tree" 0 "$scripts/check-warnings" gcc "$tmp/tree"

# --- the same bytes twice
expect "check-reproducible accepts a good tree" 0 "$scripts/check-reproducible" "$tmp/tree"
put src/version.h.in <<<$'#define SW_WHERE "@CMAKE_BINARY_DIR@"'
put src/base/two.c <<<$'#include "base/base.h"\n#include "version.h"\nconst char *sw_two(void);\nconst char *sw_two(void)\n{\n    return SW_WHERE;\n}'
expect "check-reproducible refuses a path in the bytes" 1 "$scripts/check-reproducible" "$tmp/tree"
like "it names the file" "$out" 'libsw_rooms\.a'

# --- symbols
library() {
    printf '%s\n' '#define SEALWRIGHT_API __attribute__((visibility("default")))' "$1" >lib.h
    printf '%s\n' '#include "lib.h"' "$2" >lib.c
    gcc -shared -fPIC -fvisibility=hidden -I. -o lib.so lib.c
}
library $'SEALWRIGHT_API int sw_a(void);\n/* SEALWRIGHT_API int sw_x(void); */\nSEALWRIGHT_API const char *\nsw_b(int);\nint sw_c(void);' \
    $'int sw_a(void){return 1;}\nconst char *sw_b(int x){(void)x;return "";}\nint sw_c(void){return 1;}'
expect "check-symbols accepts what is marked" 0 "$scripts/check-symbols" lib.so lib.h
library 'SEALWRIGHT_API int sw_a(void);' $'int sw_a(void){return 1;}\nSEALWRIGHT_API int sw_d(void);int sw_d(void){return 1;}'
expect "check-symbols refuses an export that is not marked" 1 "$scripts/check-symbols" lib.so lib.h
like "it is named" "$out" 'exports sw_d'
library $'SEALWRIGHT_API int sw_a(void);\nSEALWRIGHT_API int sw_e(void);' 'int sw_a(void){return 1;}'
expect "check-symbols refuses a missing export" 1 "$scripts/check-symbols" lib.so lib.h
like "it is named" "$out" 'marks sw_e'
library 'int sw_a(void);' 'int sw_a(void){return 1;}'
run "$scripts/check-symbols" lib.so lib.h
isnt "check-symbols refuses a header that marks nothing" "$rc" 0

# --- man pages, from a binary that prints what `page` holds
cat >binary <<'END'
#!/bin/bash
[ "$2" != --list-commands ] || exec cat list
sed "s/NAME/$3/" page
END
chmod +x binary
printf 'sign\nkey new\nkey show\n' >list
printf 'NAME(1)\n\n# NAME\n\nNAME - does something\n\n# OPTIONS\n\n*-a*\n\tAll.\n\n# SEE ALSO\n\nothers\n' >page
expect "man accepts good pages" 0 "$scripts/man" ./binary pages
is "man makes a page per command and one of all" "$(cd pages && echo *)" \
    "sealwright-key.1 sealwright-sign.1 sealwright.1"
printf 'NAME(one)\n\n# NAME\n\nNAME - does something\n' >page
expect "man refuses what scdoc refuses" 1 "$scripts/man" ./binary pages
printf 'NAME(1)\n\n# OPTIONS\n\n*-a*\n\tAll, and the block stays open.\n' >page
expect "man refuses what mandoc warns of" 1 "$scripts/man" ./binary pages
: >list
expect "man refuses a binary without commands" 1 "$scripts/man" ./binary pages

# --- fuzzing
real_tree ''
mkdir -p tree/scripts tree/test/fuzz/corpus/trap
cp "$scripts/fuzz" tree/scripts/
put test/fuzz/fuzz_trap.c <<<$'#include "base/base.h"
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return size == 3 && data[size] == 7 ? -1 : 0;
}'
expect "fuzz refuses a target without seeds" 1 tree/scripts/fuzz 0
put test/fuzz/corpus/trap/harmless <<<x
expect "fuzz accepts a corpus that is read well" 0 tree/scripts/fuzz 0
put test/fuzz/corpus/trap/harmful <<<xy
expect "fuzz refuses a corpus that is read past its end" 1 tree/scripts/fuzz 0
like "it says how to replay" "$out" 'replay: .*/fuzz-trap .*/crash-'
rm tree/test/fuzz/corpus/trap/harmful
expect "fuzz finds a read past the end" 1 tree/scripts/fuzz 20
like "it keeps the input" "$out" 'replay: .*/fuzz-trap .*/crash-'

# --- the runner itself
mkdir -p house/scripts
cp "$scripts/gates" house/scripts/
printf '#!/bin/bash\necho fine\n' >house/scripts/check-format
printf '#!/bin/bash\necho "x.c:1: broken"\nexit 1\n' >house/scripts/check-banned
chmod +x house/scripts/*
expect "gates passes when its gates pass" 0 house/scripts/gates format
like "it says a line" "$out" 'pass +format .*fine'
expect "gates refuses when one gate refuses" 1 house/scripts/gates format banned
like "it shows the words of the gate" "$out" 'x\.c:1: broken'
expect "gates refuses a gate that is missing" 1 house/scripts/gates arrows
expect "gates knows the names of its gates" 2 house/scripts/gates nonsense
done_testing
