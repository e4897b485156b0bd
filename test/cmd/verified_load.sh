# The verified load of the C library, as other programs use it, with somebody who changes the files meanwhile.
# (python/tests/test_load.py has the same for Python.)
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

case $(nm -D "$SW_BIN" 2>/dev/null) in
*__asan_*) skip_all "the library is tested without the sanitizers' run-time" ;;
esac
flags=(-std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror "-I$SW_SOURCE/include")
library=("-L$SW_BUILD" -lsealwright "-Wl,-rpath,$SW_BUILD")
expect "the example builds" 0 cc "${flags[@]}" -o load "$SW_SOURCE/examples/load.c" "${library[@]}"
expect "and the racer" 0 cc "${flags[@]}" -o racer "$SW_SOURCE/test/racer.c"
expect "init" 0 "$SW_BIN" init
mkdir -p m/sub
printf abc >m/sub/x
: >m/empty
head -c 300000 /dev/zero | tr '\0' g >m/weights.bin
head -c 300000 /dev/zero | tr '\0' e >evil
expect "seal" 0 "$SW_BIN" seal m
cp m/weights.bin good

# --- the example -------------------------------------------------------------------------------------------
expect "it loads what is admitted" 0 ./load .sealwright m
is "each signed file" "$out" $'empty: 0 bytes, sum 0\nsub/x: 3 bytes, sum 294\nweights.bin: 300000 bytes, sum 30900000'
echo more >>m/sub/x
expect "and nothing else" 1 ./load .sealwright m
is "not a byte" "$out" ""
like "in words" "$err" "not admitted"
printf abc >m/sub/x

# --- what each call promises ----------------------------------------------------------------------------------
cat >promises.c <<'C'
#include <sealwright/sealwright.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(what)                                              \
    do {                                                         \
        if (!(what)) {                                           \
            printf("line %d: %s\n", __LINE__, #what);            \
            exit(1);                                             \
        }                                                        \
    } while (0)

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static struct sealwright_verified *open_model(struct sealwright *sw)
{
    struct sealwright_verified *model = NULL;
    CHECK(sealwright_open_verified(sw, "m", NULL, NULL, &model) == SEALWRIGHT_PASS);
    return model;
}

static void ranges(struct sealwright *sw)
{
    struct sealwright_verified *model = open_model(sw);
    char buf[8] = "";
    uint64_t got = 9;
    int fd = -1;
    CHECK(sealwright_verified_read(model, "sub/x", 1, buf, 8, &got) == SEALWRIGHT_PASS);
    CHECK(got == 2 && memcmp(buf, "bc", 2) == 0);
    CHECK(sealwright_verified_fd(model, "sub/x", &fd) == SEALWRIGHT_PASS);
    put("m/sub/x", "bad");
    CHECK(sealwright_verified_read(model, "sub/x", 0, buf, 1, &got) == SEALWRIGHT_PASS);
    CHECK(got == 1 && buf[0] == 'a'); /* from the copy that was verified */
    CHECK(sealwright_verified_read(model, "sub/x", 3, buf, 1, &got) == SEALWRIGHT_PASS && got == 0);
    CHECK(sealwright_verified_read(model, "sub/x", UINT64_MAX, buf, 1, &got) == SEALWRIGHT_USAGE);
    CHECK(sealwright_verified_close(model) == SEALWRIGHT_PASS);
    CHECK(read(fd, buf, 8) == 3 && memcmp(buf, "abc", 3) == 0);
    CHECK(write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0);
    close(fd);
}

static void spoiled(struct sealwright *sw)
{
    struct sealwright_verified *model = open_model(sw);
    char buf[3] = "???";
    int fd = -1;
    uint64_t size;
    CHECK(sealwright_verified_load(model, "sub/x", buf, 3) == SEALWRIGHT_FAIL);
    CHECK(memcmp(buf, "\0\0\0", 3) == 0);
    CHECK(strstr(sealwright_verified_message(model), "sub/x") != NULL);
    put("m/sub/x", "abc");
    memset(buf, '?', 3);
    CHECK(sealwright_verified_load(model, "sub/x", buf, 3) == SEALWRIGHT_FAIL);
    CHECK(memcmp(buf, "\0\0\0", 3) == 0);
    CHECK(sealwright_verified_fd(model, "empty", &fd) == SEALWRIGHT_FAIL && fd == -1);
    CHECK(sealwright_verified_size(model, "empty", &size) == SEALWRIGHT_FAIL);
    CHECK(sealwright_verified_close(model) == SEALWRIGHT_PASS);
}

static void odd(struct sealwright *sw)
{
    struct sealwright_verified *model = open_model(sw);
    char buf[4] = "????";
    uint64_t size = 0;
    CHECK(sealwright_verified_size(model, "nowhere", &size) == SEALWRIGHT_ERROR);
    CHECK(sealwright_verified_size(model, "../m/sub/x", &size) == SEALWRIGHT_ERROR);
    CHECK(sealwright_verified_load(model, "empty", NULL, 0) == SEALWRIGHT_PASS);
    CHECK(sealwright_verified_load(model, "sub/x", buf, 4) == SEALWRIGHT_USAGE); /* it has three */
    CHECK(memcmp(buf, "\0\0\0\0", 4) == 0);
    CHECK(sealwright_verified_load(model, "sub/x", buf, 3) == SEALWRIGHT_PASS); /* and is whole */
    CHECK(sealwright_verified_name(model, 3) == NULL && sealwright_verified_root(model) != NULL);
    sealwright_verified_close(model);
    CHECK(sealwright_open_verified(sw, "m", NULL, "sha256:00", &model) == SEALWRIGHT_USAGE);
    CHECK(sealwright_verified_name(model, 0) == NULL);
    CHECK(sealwright_verified_size(model, "empty", &size) != SEALWRIGHT_PASS);
    sealwright_verified_close(model);
    sealwright_verified_close(NULL);
}

/* Somebody swaps and rewrites the file all the while. */
static void race(struct sealwright *sw)
{
    static char bytes[300000];
    unsigned long pass = 0;
    unsigned long fail = 0;
    while (access("finished", F_OK) != 0 || pass == 0) {
        struct sealwright_verified *model = open_model(sw);
        if (sealwright_verified_load(model, "weights.bin", bytes, sizeof(bytes)) ==
            SEALWRIGHT_PASS) {
            CHECK(memchr(bytes, 'e', sizeof(bytes)) == NULL && bytes[0] == 'g');
            pass++;
        } else {
            CHECK(bytes[0] == 0 && memcmp(bytes, bytes + 1, sizeof(bytes) - 1) == 0);
            fail++;
        }
        sealwright_verified_close(model);
    }
    printf("%lu passed, %lu failed\n", pass, fail);
}

int main(int argc, char **argv)
{
    struct sealwright *sw = NULL;
    CHECK(sealwright_open(".sealwright", SEALWRIGHT_READ, &sw) == SEALWRIGHT_PASS);
    if (argc > 1 && strcmp(argv[1], "race") == 0) {
        race(sw);
    } else {
        ranges(sw);
        spoiled(sw);
        odd(sw);
    }
    return sealwright_close(sw) == SEALWRIGHT_PASS ? 0 : 1;
}
C
expect "a program builds" 0 cc "${flags[@]}" -o promises promises.c "${library[@]}"
expect "what the header promises holds" 0 ./promises
is "without a word" "$out" ""

# --- somebody changes it meanwhile -----------------------------------------------------------------------------
./promises race >said 2>&1 &
pid=$!
ok "10000 swaps" ./racer swap m/weights.bin evil 10000
ok "and 500 times written over" ./racer write m/weights.bin evil 500
echo >finished
wait "$pid"
is "no bad byte is given out" "$?" 0 || note "$(cat said)"
note "$(cat said)"
done_testing
