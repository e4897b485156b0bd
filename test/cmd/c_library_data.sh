# The C library's part about data, as another program uses it: events of a pipeline, and checkpoints.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

case $(nm -D "$SW_BIN" 2>/dev/null) in
*__asan_*) skip_all "the library is tested without the sanitizers' run-time" ;;
esac
expect "it installs" 0 env DESTDIR="$tmp/root" cmake --install "$SW_BUILD" --prefix /usr
lib=$(dirname "$(find root -name 'libsealwright.so')")
export PKG_CONFIG_PATH=$tmp/$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$tmp/root LD_LIBRARY_PATH=$tmp/$lib
build() {
    # shellcheck disable=SC2046 # flags are words
    run cc -Wall -Wextra -Werror -o "$1" "$2" $(pkg-config --cflags --libs sealwright)
    exits "$1 builds" 0
}
build pipeline "$SW_SOURCE/examples/pipeline.c"

expect "init" 0 "$SW_BIN" init
expect "a source" 0 "$SW_BIN" data source add web --licence CC0-1.0 --from example.org --consent https://example.org/terms
printf 'kept\n  edited \n\n# gone\na; b ; c\nlast\n' >notes.txt
expect "notes" 0 "$SW_BIN" data ingest notes.txt --source web --as notes

run "$SW_BIN" data run --json --in notes --out clean=clean.txt --events events.jsonl --code pipeline -- \
    ./pipeline notes.txt clean.txt events.jsonl
exits "a step says what it does" 0
is "and does it" "$(tr '\n' , <clean.txt)" "kept,edited,a,b,c,last,"
json "it is believed" '"\(.match) \(.gaps | length)"' "events 0"
json "with what it said" '.outputs | "\(.kept) \(.edited) \(.split)"' "2 1 3"
json "and why it dropped" '.dropped_for | tojson' '{"comment":1}'
is "as lines" "$(sed -n '1p;3p;4p' events.jsonl)" '{"format":"sealwright-events/v1"}
{"out":{"row":1},"in":[{"set":0,"row":1}],"kind":"edited"}
{"drop":{"set":0,"row":2},"reason":"comment"}'

# Everything that a program can say, and what it cannot.
cat >say.c <<'C'
#include <sealwright/sealwright.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int failed;

static void want(struct sealwright_events *e, enum sealwright_status got, enum sealwright_status wanted, const char *what)
{
    const char *words = sealwright_events_message(e);
    if (got != wanted || (got == SEALWRIGHT_PASS) != (words[0] == '\0')) {
        printf("%s: %d, '%s'\n", what, (int)got, words);
        failed = 1;
    }
}

int main(int argc, char **argv)
{
    struct sealwright_events *e = NULL;
    struct sealwright_sample out = {.row = 0}, in[3] = {{.row = 1}, {.set = 1, .id = "a\"b"}, {.row = 2}};
    struct sealwright_sample empty = {.id = ""}, broken = {.id = "\xff"};
    char reason[300];
    memset(reason, 'x', sizeof(reason));
    reason[201] = '\0';
    if (argc != 2 || sealwright_events_open("/nowhere/events", &e) != SEALWRIGHT_ERROR || e == NULL) {
        return 99;
    }
    want(e, sealwright_events_output(e, &out, in, 1, NULL, 1), SEALWRIGHT_USAGE, "no stream");
    sealwright_events_close(e);
    if (sealwright_events_open(argv[1], &e) != SEALWRIGHT_PASS) {
        return 97;
    }
    want(e, sealwright_events_output(e, &out, in, 1, NULL, 1), SEALWRIGHT_PASS, "one input");
    want(e, sealwright_events_output(e, &out, in, 2, "merged", 0.25), SEALWRIGHT_PASS, "merged");
    want(e, sealwright_events_output(e, &out, in, 3, "packed", 1), SEALWRIGHT_PASS, "packed");
    want(e, sealwright_events_output(e, &out, in, 1, "duplicated", 1), SEALWRIGHT_PASS, "duplicated");
    want(e, sealwright_events_output(e, &in[1], NULL, 0, "generated", 1), SEALWRIGHT_PASS, "generated");
    want(e, sealwright_events_drop(e, &in[1], "too short"), SEALWRIGHT_PASS, "dropped");
    want(e, sealwright_events_output(e, &out, in, 2, "kept", 1), SEALWRIGHT_USAGE, "two of one");
    want(e, sealwright_events_output(e, &out, in, 1, "generated", 1), SEALWRIGHT_USAGE, "one of none");
    want(e, sealwright_events_output(e, &out, in, 1, "moved", 1), SEALWRIGHT_USAGE, "no kind");
    want(e, sealwright_events_output(e, &out, in, 1, "", 1), SEALWRIGHT_USAGE, "an empty kind");
    want(e, sealwright_events_output(e, &out, in, 1, NULL, 1.5), SEALWRIGHT_USAGE, "too sure");
    want(e, sealwright_events_output(e, &out, in, 1, NULL, NAN), SEALWRIGHT_USAGE, "no number");
    want(e, sealwright_events_output(e, &out, NULL, 0, NULL, 0), SEALWRIGHT_USAGE, "unsure of nothing");
    want(e, sealwright_events_output(e, &empty, in, 1, NULL, 1), SEALWRIGHT_USAGE, "an empty id");
    want(e, sealwright_events_output(e, &out, &broken, 1, NULL, 1), SEALWRIGHT_USAGE, "an id that is no text");
    want(e, sealwright_events_drop(e, &in[0], ""), SEALWRIGHT_USAGE, "no reason");
    want(e, sealwright_events_drop(e, &in[0], "a\nb"), SEALWRIGHT_USAGE, "two lines of reasons");
    want(e, sealwright_events_drop(e, &in[0], reason), SEALWRIGHT_USAGE, "a long reason");
    want(e, sealwright_events_output(e, &out, in, 1, NULL, 0), SEALWRIGHT_PASS, "unsure");
    if (sealwright_events_close(e) != SEALWRIGHT_PASS || sealwright_events_close(NULL) != SEALWRIGHT_PASS) {
        return 98;
    }
    return failed;
}
C
build say say.c
expect "what makes no sense is refused in words" 0 ./say said.jsonl
is "and told as promised" "$out" ""
is "and the stream has the rest" "$(cat said.jsonl)" '{"format":"sealwright-events/v1"}
{"out":{"row":0},"in":[{"set":0,"row":1}]}
{"out":{"row":0},"in":[{"set":0,"row":1},{"set":1,"id":"a\"b"}],"kind":"merged","confidence":0.25}
{"out":{"row":0},"in":[{"set":0,"row":1},{"set":1,"id":"a\"b"},{"set":0,"row":2}],"kind":"packed"}
{"out":{"row":0},"in":[{"set":0,"row":1}],"kind":"duplicated"}
{"out":{"id":"a\"b"},"in":[],"kind":"generated"}
{"drop":{"set":1,"id":"a\"b"},"reason":"too short"}
{"out":{"row":0},"in":[{"set":0,"row":1}],"confidence":0}'
cat >full.c <<'C'
#include <sealwright/sealwright.h>
#include <stdio.h>

int main(void)
{
    struct sealwright_events *e = NULL;
    struct sealwright_sample s = {.row = 0};
    enum sealwright_status status = sealwright_events_open("/dev/full", &e);
    for (int i = 0; i < 10000 && status == SEALWRIGHT_PASS; i++) {
        status = sealwright_events_drop(e, &s, "no room");
    }
    enum sealwright_status again = sealwright_events_drop(e, &s, "no room");
    printf("%d %d %s", (int)status, (int)again, sealwright_events_message(e));
    return (int)sealwright_events_close(e);
}
C
build full full.c
expect "a stream that cannot be written is not whole" 4 ./full
like "from the first failure on" "$out" "^4 4 cannot write '/dev/full': No space left"

# Checkpoints, from inside of the training.
cat >trainer.c <<'C'
#include <sealwright/sealwright.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct sealwright *sw = NULL;
    unsigned long long leaf = 0;
    uint64_t place = 0;
    const char *mode = argc > 4 ? argv[4] : "";
    if (argc < 4) {
        return 99;
    }
    enum sealwright_status status =
        sealwright_open(argv[1], mode[0] == 'r' ? SEALWRIGHT_READ : SEALWRIGHT_RECORD, &sw);
    if (status == SEALWRIGHT_PASS) {
        status = sealwright_data_checkpoint(sw, argv[2], argv[3], mode[0] == 'n' ? UINT64_MAX : 500, &place);
    }
    leaf = place;
    if (status == SEALWRIGHT_PASS) {
        printf("leaf %llu\n", leaf);
    } else {
        fprintf(stderr, "%s\n", sealwright_message(sw));
    }
    enum sealwright_status closed = sealwright_close(sw);
    return status != SEALWRIGHT_PASS ? (int)status : (int)closed;
}
C
build trainer trainer.c
cat >train.sh <<'SH'
set -e
echo 1 >model.bin
./trainer "$SEALWRIGHT_STORE" "$SEALWRIGHT_RUN" model.bin >said
echo 2 >model.bin
SH
expect "a run whose command records a checkpoint" 0 "$SW_BIN" data train --run r1 --dataset clean --code train.sh --out model.bin -- sh train.sh
like "says where" "$(cat said)" "^leaf [0-9]+$"
run "$SW_BIN" evidence show --json "$(cut -d' ' -f2 said)"
json "it is a claim about the checkpoint" .statement.predicate.kind checkpoint
json "of the run and step" '.statement.predicate | "\(.run) \(.step)"' "r1 500"
json "that knows its data" '.statement.predicate.datasets[0].name' clean
json "and is trusted" .trusted true
expect "a checkpoint afterwards" 0 ./trainer .sealwright r1 model.bin
size=$("$SW_BIN" log checkpoint --json | jq .size)
expect "of no run" 4 ./trainer .sealwright nope model.bin
one_line_error "in words"
expect "of no model" 4 ./trainer .sealwright r1 nope
like "in words" "$err" "there is no model 'nope'"
expect "of a name that is none" 2 ./trainer .sealwright a/b model.bin
expect "of the store itself" 2 ./trainer .sealwright r1 .
expect "of no step" 2 ./trainer .sealwright r1 model.bin none
expect "with a handle that reads" 2 ./trainer .sealwright r1 model.bin reading
like "is told what to do" "$err" "SEALWRIGHT_RECORD"
is "nothing of this was recorded" "$("$SW_BIN" log checkpoint --json | jq .size)" "$size"
expect "the log holds" 0 "$SW_BIN" log verify
done_testing
