# The C library as another program uses it: installed, found by pkg-config, its example built and run.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

case $(nm -D "$SW_BIN" 2>/dev/null) in
*__asan_*) skip_all "the library is tested without the sanitizers' run-time" ;;
esac
expect "it installs" 0 env DESTDIR="$tmp/root" cmake --install "$SW_BUILD" --prefix /usr
lib=$(dirname "$(find root -name 'libsealwright.so')")
export PKG_CONFIG_PATH=$tmp/$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$tmp/root LD_LIBRARY_PATH=$tmp/$lib
version=$("$SW_BIN" --version | cut -d' ' -f2)
is "pkg-config knows its version" "$(pkg-config --modversion sealwright)" "$version"
# shellcheck disable=SC2046 # flags are words
run cc -Wall -Wextra -Werror -o admit "$SW_SOURCE/examples/admit.c" $(pkg-config --cflags --libs sealwright)
exits "the example builds" 0
# shellcheck disable=SC2046
run cc -x c++ -fsyntax-only $(pkg-config --cflags sealwright) "$tmp/root/usr/include/sealwright/sealwright.h"
exits "the header is C++ too" 0

ok "bash finds the completion" bash -n root/usr/share/bash-completion/completions/sealwright
ok "and zsh its own" grep -q '^#compdef sealwright$' root/usr/share/zsh/site-functions/_sealwright

exported=$(nm -D --defined-only "$lib/libsealwright.so" | awk '{print $3}' | sort)
declared=$(grep -o 'sealwright_[a-z_]*(' root/usr/include/sealwright/sealwright.h | tr -d '(' | sort -u)
is "only what the header declares is exported" "$exported" "$declared"

expect "init" 0 "$SW_BIN" init
mkdir m && echo data >m/weights
expect "seal" 0 "$SW_BIN" seal m
expect "the example admits" 0 ./admit .sealwright m
like "and says why" "$out" "pass +integrity"
like "and records" "$out" "recorded as leaf 2"
"$SW_BIN" log checkpoint --policy --out log.policy
"$SW_BIN" log checkpoint --out head
expect "it admits with the log that is kept elsewhere" 0 ./admit .sealwright m log.policy head
expect "another store" 0 "$SW_BIN" init --store other
"$SW_BIN" log checkpoint --store other --policy --out other.policy
expect "and refuses another log" 1 ./admit .sealwright m other.policy
one_line_error "in words"
like "that say why" "$err" "does not name the log"
echo more >>m/weights
expect "it refuses" 1 ./admit .sealwright m
rm m/model.sig
expect "without a signature there is no evidence" 3 ./admit .sealwright m
expect "without a store it is an error" 4 ./admit nowhere m
one_line_error "in words"

# A handle that reads takes no lock; it admits only dry.
cat >read_only.c <<'C'
#include <sealwright/sealwright.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct sealwright *sw = NULL;
    struct sealwright_decision *decision = NULL;
    if (argc != 3 || sealwright_open(argv[1], SEALWRIGHT_READ, &sw) != SEALWRIGHT_PASS) {
        return 99;
    }
    enum sealwright_status dry = sealwright_admit(sw, argv[2], SEALWRIGHT_DRY_RUN, &decision);
    sealwright_decision_free(decision);
    enum sealwright_status status = sealwright_admit(sw, argv[2], 0, &decision);
    printf("dry %d, else %d: %s\n", (int)dry, (int)status, sealwright_message(sw));
    return sealwright_close(sw) == SEALWRIGHT_PASS && decision == NULL ? 0 : 98;
}
C
# shellcheck disable=SC2046
run cc -Wall -Wextra -Werror -o read_only read_only.c $(pkg-config --cflags --libs sealwright)
exits "a program that only reads builds" 0
size=$("$SW_BIN" log checkpoint --json | jq .size)
expect "seal" 0 "$SW_BIN" seal m
exec 9<>.sealwright/lock
flock 9
expect "it runs while another writes" 0 ./read_only .sealwright m
like "admits dry, and else says what to do" "$out" "dry 0, else 2: .*SEALWRIGHT_DRY_RUN"
flock -u 9
is "and records nothing" "$("$SW_BIN" log checkpoint --json | jq .size)" "$((size + 2))"
done_testing
