/* The store is killed while several threads append to it and publish, again and again. Nothing that
 * was acknowledged may be lost, no checkpoint that was seen may be contradicted, and the next start
 * must put right by itself what the killed one left behind.
 *
 * SW_KILL_ROUNDS says how often (60), SW_KILL_SEED with which numbers. */
#include "evidence/evidence.h"

#include "evidence/store.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_tree.h"

#define APPENDERS 8
#define BATCH_MAX 24
#define ROUNDS_PER_STORE 100 /* then a new one, so that checking all of it stays affordable */
#define ROTATE_AT ((uint64_t)200 << 10)
#define LIFE_MAX_US 100000

/* --- entries --------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Every entry has a number of its own, from which its bytes follow. Most are small; some are large,
 * so that the journal is begun anew now and then. */
static void put_entry(uint64_t id, struct sw_buf *out)
{
    uint64_t state = id * 0x9E3779B97F4A7C15u | 1;
    uint64_t random = next_random(&state);
    size_t size = random % 64 == 0 ? 20000 + random % 40000 : random % 300;
    enum sw_code rc = sw_buf_printf(out, "%016" PRIx64, id);
    for (size_t i = 0; i < size && rc == SW_OK; i += sizeof(random)) {
        random = next_random(&state);
        rc = sw_buf_append(out, &random, sizeof(random));
    }
    if (rc != SW_OK) {
        abort(); /* on a thread of the other process, too, where cmocka cannot be asked */
    }
}

/* --- what the killed process told ------------------------------------------------------------ */

/* One write, shorter than a pipe's atomic size: it arrives whole or not at all. */
struct message {
    bool is_head;
    uint64_t first, count, id; /* entries first to first + count - 1 are id to id + count - 1 */
    uint64_t size;             /* a published tree */
    struct sw_hash256 root;
};

/* All that must stay true of a store. */
struct ledger {
    uint64_t *ids; /* by index; 0: nobody was told */
    uint64_t id_count;
    size_t id_cap;
    struct message *heads;
    size_t head_count;
    size_t head_cap;
    uint64_t acknowledged;
};

static void *grow(void *array, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) {
        return array;
    }
    size_t bigger = need * 2 + 1000;
    char *moved = realloc(array, bigger * size);
    assert_non_null(moved);
    memset(moved + *cap * size, 0, (bigger - *cap) * size);
    *cap = bigger;
    return moved;
}

static void note_entries(struct ledger *ledger, const struct message *m)
{
    uint64_t end = m->first + m->count;
    ledger->ids = grow(ledger->ids, &ledger->id_cap, end, sizeof(ledger->ids[0]));
    for (uint64_t i = 0; i < m->count; i++) {
        assert_int_equal(ledger->ids[m->first + i], 0); /* no index is given away twice */
        ledger->ids[m->first + i] = m->id + i;
    }
    ledger->id_count = ledger->id_count > end ? ledger->id_count : end;
    ledger->acknowledged += m->count;
}

static void note_head(struct ledger *ledger, const struct message *m)
{
    ledger->heads =
        grow(ledger->heads, &ledger->head_cap, ledger->head_count + 1, sizeof(ledger->heads[0]));
    ledger->heads[ledger->head_count++] = *m;
}

static void note_message(struct ledger *ledger, const struct message *m)
{
    if (m->is_head) {
        note_head(ledger, m);
    } else {
        note_entries(ledger, m);
    }
}

static void read_head(struct sw_store *store, struct message *out)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_checkpoint checkpoint;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    if (sw_log_checkpoint(store, &text, &err) != SW_OK ||
        sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &checkpoint, &err) != SW_OK) {
        fail_msg("no checkpoint: %s", err.text);
    }
    *out = (struct message){.is_head = true, .size = checkpoint.size, .root = checkpoint.root};
}

/* --- the process that is killed -------------------------------------------------------------- */

struct child {
    struct sw_store *store;
    int pipe;
    uint64_t seed;
    uint64_t next_id; /* shared */
};

/* The process that is killed has no cmocka to report to. */
static void child_expect(bool holds, const char *what)
{
    if (!holds) {
        (void)dprintf(STDERR_FILENO, "the appending process: %s\n", what);
        _exit(9);
    }
}

static void tell(int pipe, const struct message *m)
{
    child_expect(write(pipe, m, sizeof(*m)) == (ssize_t)sizeof(*m), "cannot write to the pipe");
}

static void append_batch(struct child *child, uint64_t random)
{
    struct sw_buf text[BATCH_MAX];
    struct sw_bytes entries[BATCH_MAX];
    struct sw_error err = {0};
    size_t count = 1 + random % BATCH_MAX;
    struct message m = {
        .count = count, .id = __atomic_fetch_add(&child->next_id, count, __ATOMIC_RELAXED)};
    for (size_t i = 0; i < count; i++) {
        text[i] = SW_BUF_INIT;
        put_entry(m.id + i, &text[i]);
        entries[i] = sw_buf_bytes(&text[i]);
    }
    child_expect(sw_log_append(child->store, entries, count, &m.first, &err) == SW_OK, err.text);
    tell(child->pipe, &m);
    for (size_t i = 0; i < count; i++) {
        sw_buf_release(&text[i]);
    }
}

static void append_or_publish_for_ever(void *ctx, unsigned index)
{
    struct child *child = ctx;
    uint64_t random = child->seed + index * 977 + 1;
    for (;;) {
        if (index > 0) {
            append_batch(child, next_random(&random));
            continue;
        }
        struct message head;
        struct sw_error err = {0};
        child_expect(sw_log_publish(child->store, &err) == SW_OK, err.text);
        read_head(child->store, &head);
        tell(child->pipe, &head);
        (void)usleep((useconds_t)(next_random(&random) % 3000));
    }
}

static void run_child(const char *path, int pipe, uint64_t seed, uint64_t first_id)
{
    struct child child = {.pipe = pipe, .seed = seed, .next_id = first_id};
    struct sw_error err = {0};
    child_expect(sw_store_open(path, SW_STORE_WRITE, &child.store, &err) == SW_OK, err.text);
    child.store->rotate_at = ROTATE_AT;
    sw_parallel(APPENDERS + 1, append_or_publish_for_ever, &child);
    child_expect(false, "its threads came back");
}

/* --- the process that kills ------------------------------------------------------------------ */

/* Takes in what comes through the pipe until `deadline`, or to its end when that is 0. */
static void listen_until(int pipe, uint64_t deadline_ns, struct ledger *ledger)
{
    for (;;) {
        uint64_t now = sw_time_monotonic_ns();
        if (deadline_ns != 0 && now >= deadline_ns) {
            return;
        }
        struct pollfd fd = {.fd = pipe, .events = POLLIN};
        int left_ms = deadline_ns == 0 ? -1 : (int)((deadline_ns - now + 999999) / 1000000);
        if (poll(&fd, 1, left_ms) <= 0) {
            continue;
        }
        struct message m;
        ssize_t n = read(pipe, &m, sizeof(m));
        if (n == 0) {
            return;
        }
        assert_int_equal(n, sizeof(m));
        note_message(ledger, &m);
    }
}

static void live_and_die(
    const char *path, uint64_t *random, uint64_t first_id, struct ledger *ledger)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    uint64_t seed = next_random(random);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        run_child(path, ends[1], seed, first_id);
    }
    (void)close(ends[1]);
    uint64_t life_us = next_random(random) % (next_random(random) % 4 == 0 ? 4000 : LIFE_MAX_US);
    listen_until(ends[0], sw_time_monotonic_ns() + life_us * 1000, ledger);
    assert_int_equal(kill(pid, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* it did not give up itself */
    listen_until(ends[0], 0, ledger);
    (void)close(ends[0]);
}

/* --- what must hold -------------------------------------------------------------------------- */

static void expect_entries(struct sw_store *store, const struct ledger *ledger, uint64_t from)
{
    for (uint64_t i = from; i < ledger->id_count; i++) {
        if (ledger->ids[i] == 0) {
            continue; /* written, and killed before anybody was told */
        }
        SW_CLEANUP(buf) struct sw_buf want = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf got = SW_BUF_INIT;
        struct sw_error err = {0};
        put_entry(ledger->ids[i], &want);
        if (sw_log_entry(store, i, &got, &err) != SW_OK) {
            fail_msg("entry %" PRIu64 " was acknowledged and is lost: %s", i, err.text);
        }
        if (!sw_bytes_equal(sw_buf_bytes(&got), sw_buf_bytes(&want))) {
            fail_msg("entry %" PRIu64 " is not what was acknowledged", i);
        }
    }
}

static void expect_consistent(
    struct sw_store *store, const struct message *then, const struct message *now)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_hash256 *proof = NULL;
    size_t count = 0;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    assert_true(then->size <= now->size);
    if (then->size == 0) {
        return;
    }
    if (sw_log_consistency(store, then->size, now->size, &arena, &proof, &count, &err) != SW_OK) {
        fail_msg("no proof from %" PRIu64 " to %" PRIu64 ": %s", then->size, now->size, err.text);
    }
    assert_int_equal(
        sw_merkle_check_consistency(then->size, now->size, proof, count, &then->root, &now->root),
        SW_OK);
}

static void expect_clean(struct sw_store *store)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_log_report report;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    if (sw_log_verify(store, NULL, sw_bytes(NULL, 0), NULL, &arena, &report, &err) != SW_OK) {
        fail_msg("the log cannot be verified: %s", err.text);
    }
    if (report.problem_count != 0) {
        fail_msg("%zu problems, the first in %s: %s", report.problem_count, report.problems[0].file,
            report.problems[0].what);
    }
}

/* Opens the store as the next process would, which repairs it, and looks at everything. What is
 * older than `entries_from` and `heads_from` was looked at before. */
static void expect_sound(
    const char *path, struct ledger *ledger, uint64_t entries_from, size_t heads_from)
{
    struct sw_store *store = NULL;
    struct sw_error err = {0};
    struct message head;
    if (sw_store_open(path, SW_STORE_WRITE, &store, &err) != SW_OK ||
        sw_log_publish(store, &err) != SW_OK) {
        fail_msg("the next start does not repair the store: %s", err.text);
    }
    read_head(store, &head);
    assert_true(head.size >= ledger->id_count);
    for (size_t i = heads_from; i < ledger->head_count; i++) {
        expect_consistent(store, &ledger->heads[i], &head);
    }
    expect_entries(store, ledger, entries_from);
    expect_clean(store);
    note_head(ledger, &head);
    if (sw_store_close(store, &err) != SW_OK) {
        fail_msg("the store does not close: %s", err.text);
    }
}

/* --- rounds ---------------------------------------------------------------------------------- */

static uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t value = otherwise;
    if (text != NULL && !sw_parse_u64(sw_str(text), &value)) {
        fail_msg("%s must be a number", name);
    }
    return value;
}

/* The same store for some rounds. */
static uint64_t kill_one_store(uint64_t rounds, uint64_t *random)
{
    struct temp_tree dir;
    char path[128];
    struct ledger ledger = {0};
    struct sw_error err = {0};
    temp_tree_make(&dir);
    (void)snprintf(path, sizeof(path), "%s/store", dir.path);
    if (sw_store_init(path, "example.com/killed", &err) != SW_OK) {
        fail_msg("no store: %s", err.text);
    }
    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t entries = ledger.id_count;
        size_t heads = ledger.head_count > 0 ? ledger.head_count - 1 : 0;
        live_and_die(path, random, (round + 1) << 32, &ledger);
        expect_sound(path, &ledger, entries, heads);
    }
    expect_sound(path, &ledger, 0, 0);
    print_message("%" PRIu64 " kills: %" PRIu64 " entries acknowledged, %" PRIu64
                  " in the log, %zu checkpoints\n",
        rounds, ledger.acknowledged, ledger.heads[ledger.head_count - 1].size, ledger.head_count);
    uint64_t acknowledged = ledger.acknowledged;
    free(ledger.ids);
    free(ledger.heads);
    temp_tree_remove(&dir);
    return acknowledged;
}

static void killed_stores_lose_nothing_and_repair_themselves(void **state)
{
    uint64_t rounds = number_from_environment("SW_KILL_ROUNDS", 60);
    uint64_t seed = number_from_environment("SW_KILL_SEED", sw_time_monotonic_ns());
    uint64_t random = seed | 1;
    uint64_t acknowledged = 0;
    print_message("SW_KILL_SEED=%" PRIu64 "\n", seed);
    while (rounds > 0) {
        uint64_t now = rounds < ROUNDS_PER_STORE ? rounds : ROUNDS_PER_STORE;
        acknowledged += kill_one_store(now, &random);
        rounds -= now;
    }
    assert_true(acknowledged > 0); /* else nothing was tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_stores_lose_nothing_and_repair_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
