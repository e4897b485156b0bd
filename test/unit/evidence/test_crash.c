/* A writer that is stopped, or told no, at every single step. */
#include "evidence/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/evidence/claim_help.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define TYPE "urn:sealwright:claim:scan:v1"
#define STOPPED 86 /* exit status of a child that was stopped */
#define ENTRIES 270u

/* --- the work -------------------------------------------------------------------------------- */

/* What the writer was told, and what it tells. */
struct progress {
    uint64_t entries;   /* acknowledged */
    uint64_t published; /* by a publication that went well */
    uint64_t claims;    /* acknowledged */
};

struct work {
    const char *path;
    const struct test_claim *claim;
    struct progress *done;
    struct sw_store *store;
};

static enum sw_code append_up_to(struct work *work, uint64_t end)
{
    while (work->done->entries < end) {
        char text[40][256];
        struct sw_bytes entries[40];
        uint64_t from = work->done->entries;
        uint64_t count = end - from < 40 ? end - from : 40;
        uint64_t first = 0;
        for (uint64_t i = 0; i < count; i++) {
            entries[i] = test_entry(from + i, text[i]);
        }
        SW_TRY(sw_log_append(work->store, entries, count, &first, NULL));
        assert_int_equal(first, from);
        work->done->entries += count;
    }
    return SW_OK;
}

static enum sw_code publish(struct work *work)
{
    SW_TRY(sw_log_publish(work->store, NULL));
    work->done->published = work->done->entries + work->done->claims;
    return SW_OK;
}

static enum sw_code add_the_claim(struct work *work)
{
    struct sw_bytes bundle = sw_buf_bytes(&work->claim->bundle);
    struct sw_receipt receipt;
    SW_TRY(sw_evidence_add(work->store, &bundle, 1, &receipt, NULL));
    assert_int_equal(receipt.leaf, ENTRIES);
    work->done->claims = 1;
    return SW_OK;
}

/* Goes on from what is done: over the edge of a tile, with partial tiles left behind, through a new
 * journal, and to a claim with its blob and index. */
static enum sw_code do_work(struct work *work)
{
    SW_TRY(append_up_to(work, 3));
    SW_TRY(publish(work));
    SW_TRY(append_up_to(work, 250));
    SW_TRY(publish(work));
    SW_TRY(append_up_to(work, ENTRIES));
    work->store->rotate_at = 1;
    SW_TRY(publish(work));
    SW_TRY(add_the_claim(work));
    return publish(work);
}

/* --- what must hold afterwards --------------------------------------------------------------- */

static void expect_entries(struct sw_store *store, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
        char text[256];
        MUST(sw_log_entry(store, i, &entry, &must_error));
        assert_true(sw_bytes_equal(sw_buf_bytes(&entry), test_entry(i, text)));
    }
}

static void expect_clean_log(const char *path, struct sw_bytes earlier)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_log_report report;
    struct sw_store *store = open_to_read(path);
    sw_arena_init(&arena, 0);
    MUST(sw_log_verify(store, NULL, earlier, NULL, &arena, &report, &must_error));
    if (report.problem_count > 0) {
        fail_msg("%s: %s", report.problems[0].file, report.problems[0].what);
    }
    sw_store_abandon(store);
}

/* Nothing acknowledged is lost, the log goes on from what was published, and a reader finds the
 * claim; the first look is at the store as the writer left it. */
static void expect_all(struct work *work)
{
    SW_CLEANUP(buf) struct sw_buf before = SW_BUF_INIT;
    struct sw_store *store = open_to_read(work->path);
    MUST(sw_store_head(store, &must_error));
    assert_true(store->head.size >= work->done->published);
    if (store->head.size <= ENTRIES) {
        expect_root(&store->head.root, store->head.size);
        expect_entries(store, store->head.size);
    }
    MUST(sw_log_checkpoint(store, &before, &must_error));
    sw_store_abandon(store);
    expect_clean_log(work->path, sw_buf_bytes(&before));

    store = open_to_write(work->path);
    uint64_t size = store->journal.end;
    assert_true(size >= work->done->entries + work->done->claims);
    expect_entries(store, work->done->entries);
    MUST(sw_store_close(store, &must_error));
    expect_clean_log(work->path, sw_buf_bytes(&before));
    store = open_to_read(work->path);
    MUST(sw_store_head(store, &must_error));
    assert_int_equal(store->head.size, size);
    if (work->done->claims > 0) {
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        MUST(sw_evidence_load(store, &work->claim->digest, &bundle, &must_error));
        assert_true(sw_bytes_equal(sw_buf_bytes(&bundle), sw_buf_bytes(&work->claim->bundle)));
    }
    sw_store_abandon(store);
}

/* --- stopping at step N ---------------------------------------------------------------------- */

struct plan {
    unsigned step; /* the one to stop or fail at, from 1 */
    unsigned seen;
    bool half;  /* half of what the step writes is written first */
    int errnum; /* 0: the process ends */
};

static void write_half(int fd, struct sw_bytes data)
{
    struct stat st;
    if (fd >= 0 && data.len > 0) {
        assert_int_equal(fstat(fd, &st), 0);
        assert_true(pwrite(fd, data.ptr, data.len / 2, st.st_size) >= 0);
    }
}

static int at_step(void *ctx, const char *step, int fd, struct sw_bytes data)
{
    struct plan *plan = ctx;
    if (++plan->seen != plan->step) {
        return 0;
    }
    if (plan->half) {
        write_half(fd, data);
    }
    if (plan->errnum == 0) {
        _exit(STOPPED);
    }
    return plan->errnum;
}

/* The child tells its progress through a pipe, each time before it goes on. */
static enum sw_code work_in_child(struct work *work, int fd)
{
    struct progress told = {0};
    SW_TRY(sw_store_open(work->path, SW_STORE_WRITE, &work->store, NULL));
    static enum sw_code (*const parts[])(struct work *) = {publish, add_the_claim, publish};
    for (uint64_t end = 3; end <= ENTRIES; end = end == 3 ? 250 : end == 250 ? ENTRIES : 999) {
        SW_TRY(append_up_to(work, end));
        told = *work->done;
        assert_int_equal(write(fd, &told, sizeof(told)), sizeof(told));
        work->store->rotate_at = end == ENTRIES ? 1 : 1 << 20;
        SW_TRY(publish(work));
        told = *work->done;
        assert_int_equal(write(fd, &told, sizeof(told)), sizeof(told));
    }
    for (size_t i = 1; i < SW_COUNT(parts); i++) {
        SW_TRY(parts[i](work));
        told = *work->done;
        assert_int_equal(write(fd, &told, sizeof(told)), sizeof(told));
    }
    return sw_store_close(work->store, NULL);
}

/* True when the child was stopped, false when the work has fewer steps. */
static bool run_child(struct work *work, struct plan *plan)
{
    int fds[2];
    int status = 0;
    struct progress told;
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        sw_disk_set_fault(at_step, plan);
        _exit(work_in_child(work, fds[1]) == SW_OK ? 0 : 1);
    }
    (void)close(fds[1]);
    while (read(fds[0], &told, sizeof(told)) == (ssize_t)sizeof(told)) {
        *work->done = told;
    }
    (void)close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == STOPPED);
    return WEXITSTATUS(status) == STOPPED;
}

static struct test_claim one_claim(void)
{
    SW_CLEANUP(key) struct sw_key *key = NULL;
    MUST(sw_key_generate(SW_KEY_P256, &key, &must_error));
    return make_claim(key, "model", 1, TYPE, "x");
}

/* A stop costs a process: with sanitizers odd steps are stopped before, even ones within. */
static void stop_everywhere(bool half)
{
    struct test_claim claim = one_claim();
    unsigned step = SW_SANITIZED && half ? 2 : 1;
    for (bool more = true; more; step += SW_SANITIZED ? 2 : 1) {
        struct temp_tree tree;
        struct progress done = {0};
        struct plan plan = {.step = step, .half = half};
        struct work work = {.claim = &claim, .done = &done};
        work.path = new_store_dir(&tree);
        more = run_child(&work, &plan);
        expect_all(&work);
        free((void *)(uintptr_t)work.path);
        temp_tree_remove(&tree);
    }
    assert_true(step > 60);
    test_claim_free(&claim);
}

static void loses_nothing_when_it_is_stopped_before_any_step(void **state)
{
    stop_everywhere(false);
}

static void loses_nothing_when_it_is_stopped_within_any_write(void **state)
{
    stop_everywhere(true);
}

/* --- failing at step N ----------------------------------------------------------------------- */

/* Does what is left of the work; a store whose journal failed must be opened again. */
static enum sw_code work_with_failures(struct work *work)
{
    if (work->store == NULL) {
        SW_TRY(sw_store_open(work->path, SW_STORE_WRITE, &work->store, NULL));
    }
    return do_work(work);
}

static void fail_everywhere(int errnum, bool half)
{
    struct test_claim claim = one_claim();
    unsigned step = 1;
    for (bool more = true; more; step += 1 + step / 40) {
        struct temp_tree tree;
        struct progress done = {0};
        struct plan plan = {.step = step, .half = half, .errnum = errnum};
        struct work work = {.claim = &claim, .done = &done};
        work.path = new_store_dir(&tree);
        sw_disk_set_fault(at_step, &plan);
        enum sw_code rc = work_with_failures(&work);
        more = plan.seen >= plan.step;
        sw_disk_set_fault(NULL, NULL);
        assert_true(rc == SW_OK || rc == SW_E_IO);
        if (work.store != NULL && work.store->journal.broken) {
            sw_store_abandon(SW_TAKE(work.store));
        }
        MUST(work_with_failures(&work));
        MUST(sw_store_close(work.store, &must_error));
        assert_int_equal(done.entries, ENTRIES);
        assert_int_equal(done.published, ENTRIES + 1);
        expect_all(&work);
        free((void *)(uintptr_t)work.path);
        temp_tree_remove(&tree);
    }
    assert_true(step > 60);
    test_claim_free(&claim);
}

static void goes_on_after_a_full_disk(void **state)
{
    fail_everywhere(ENOSPC, true);
}

static void goes_on_after_an_io_error(void **state)
{
    fail_everywhere(EIO, false);
}

/* --- making a store -------------------------------------------------------------------------- */

static void leaves_nothing_behind_when_a_store_cannot_be_made(void **state)
{
    struct temp_tree tree;
    unsigned step = 1;
    quick_tree_make(&tree);
    for (bool more = true; more; step++) {
        const char *path = temp_tree_path(&tree, "store");
        struct plan plan = {.step = step, .half = true, .errnum = ENOSPC};
        struct sw_error err;
        sw_disk_set_fault(at_step, &plan);
        enum sw_code rc = sw_store_init(path, ORIGIN, &err);
        sw_disk_set_fault(NULL, NULL);
        more = plan.seen >= plan.step;
        assert_int_equal(rc, more ? SW_E_IO : SW_OK);
        assert_int_equal(sw_dir_exists(path), !more);
    }
    assert_true(step > 12);
    temp_tree_remove(&tree);
}

/* --- what the kernel says no to -------------------------------------------------------------- */

static void says_so_when_a_file_may_not_grow(void **state)
{
    struct temp_tree tree;
    struct sw_error err;
    struct rlimit old;
    char text[256];
    uint64_t first = 0;
    uint64_t count = 0;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct rlimit small = {.rlim_cur = 20000, .rlim_max = old.rlim_max};
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum sw_code rc = SW_OK;
    while (rc == SW_OK && count < 10000) {
        struct sw_bytes entry = test_entry(count, text);
        rc = sw_log_append(store, &entry, 1, &first, &err);
        count += rc == SW_OK;
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(rc, SW_E_IO);
    assert_non_null(strstr(err.text, "journal"));
    append_entries(store, count, 10);
    MUST(sw_store_close(store, &must_error));
    expect_clean_log(path, sw_bytes(NULL, 0));
    store = open_to_read(path);
    expect_entries(store, count + 10);
    sw_store_abandon(store);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

/* Another user may read everything but the keys, and write nothing. */
static void reads_a_store_that_it_may_not_write(void **state)
{
    if (geteuid() != 0) {
        skip();
    }
    struct temp_tree tree;
    struct sw_error err;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf proof = SW_BUF_INIT;
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    struct sw_store *store = NULL;
    struct test_claim claim = one_claim();
    const char *path = new_store_dir(&tree);
    sw_arena_init(&arena, 0);
    store = open_to_write(path);
    append_entries(store, 0, ENTRIES);
    (void)add_claim(store, &claim);
    MUST(sw_store_close(store, &must_error));
    assert_int_equal(chmod(tree.path, 0755), 0);
    assert_int_equal(seteuid(65534), 0);
    enum sw_code to_write = sw_store_open(path, SW_STORE_WRITE, &store, &err);
    enum sw_code to_read = sw_store_open(path, SW_STORE_READ, &store, &must_error);
    enum sw_code found = SW_E_INTERNAL;
    enum sw_code proved = SW_E_INTERNAL;
    if (to_read == SW_OK) {
        struct sw_evidence_query query = {0};
        found = sw_evidence_find(store, &query, &arena, &records, &count, &must_error);
        proved = sw_log_prove(store, 5, &proof, &must_error);
        sw_store_abandon(store);
    }
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(to_write, SW_E_IO);
    assert_non_null(strstr(err.text, "Permission denied"));
    MUST(to_read);
    MUST(found);
    MUST(proved);
    assert_int_equal(count, 1);
    test_claim_free(&claim);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

/* --- readers beside a writer ----------------------------------------------------------------- */

struct company {
    const char *path;
    struct sw_store *writer;
    _Atomic bool over;
    _Atomic unsigned reads;
    enum sw_code failed;
    struct sw_error why;
};

static enum sw_code read_once(struct company *company, struct sw_error *err)
{
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_evidence_query query = {0};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_store_open(company->path, SW_STORE_READ, &store, err));
    SW_TRY(sw_evidence_find(store, &query, &arena, &records, &count, err));
    SW_TRY(sw_log_checkpoint(store, &text, err));
    for (uint64_t leaf = 0; leaf < store->head.size; leaf += 1 + store->head.size / 5) {
        SW_TRY(sw_log_prove(store, leaf, &text, err));
    }
    if (count > 0) {
        SW_TRY(sw_evidence_load(store, &records[0].claim, &text, err));
    }
    return SW_OK;
}

static void read_meanwhile(struct company *company)
{
    struct sw_error err;
    do { /* at least once, however late it gets a processor */
        enum sw_code rc = read_once(company, &err);
        atomic_fetch_add(&company->reads, 1);
        if (rc != SW_OK) {
            company->failed = rc;
            company->why = err;
            return;
        }
    } while (!atomic_load(&company->over));
}

static void write_meanwhile(struct company *company)
{
    SW_CLEANUP(key) struct sw_key *key = NULL;
    MUST(sw_key_generate(SW_KEY_P256, &key, &must_error));
    company->writer->rotate_at = 40000;
    for (unsigned i = 0; i < 25; i++) {
        char note[16];
        (void)snprintf(note, sizeof(note), "%u", i);
        struct test_claim claim = make_claim(key, "model", 1, TYPE, note);
        append_entries(company->writer, company->writer->journal.end, 100);
        (void)add_claim(company->writer, &claim);
        MUST(sw_log_publish(company->writer, &must_error));
        test_claim_free(&claim);
    }
    atomic_store(&company->over, true);
}

static void be_company(void *ctx, unsigned index)
{
    struct company *company = ctx;
    if (index == 0) {
        write_meanwhile(company);
    } else {
        read_meanwhile(company);
    }
}

static void readers_see_a_whole_log_beside_a_writer(void **state)
{
    struct temp_tree tree;
    struct company company = {.path = new_store_dir(&tree)};
    company.writer = open_to_write(company.path);
    sw_parallel(3, be_company, &company);
    MUST(sw_store_close(company.writer, &must_error));
    if (company.failed != SW_OK) {
        fail_msg("%s", company.why.text);
    }
    assert_true(atomic_load(&company.reads) > 0);
    expect_clean_log(company.path, sw_bytes(NULL, 0));
    free((void *)(uintptr_t)company.path);
    temp_tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_nothing_when_it_is_stopped_before_any_step),
        cmocka_unit_test(loses_nothing_when_it_is_stopped_within_any_write),
        cmocka_unit_test(goes_on_after_a_full_disk),
        cmocka_unit_test(goes_on_after_an_io_error),
        cmocka_unit_test(leaves_nothing_behind_when_a_store_cannot_be_made),
        cmocka_unit_test(says_so_when_a_file_may_not_grow),
        cmocka_unit_test(reads_a_store_that_it_may_not_write),
        cmocka_unit_test(readers_see_a_whole_log_beside_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
