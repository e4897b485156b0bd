#include "evidence/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "journal_build.h"
#include "temp_tree.h"

#define ORIGIN "example.com/log"

struct fixture {
    struct temp_tree tree;
    struct sw_disk disk;
    struct sw_key *key;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    temp_tree_make(&f->tree);
    f->disk.name = f->tree.path;
    f->disk.dir = open(f->tree.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(f->disk.dir >= 0);
    assert_int_equal(sw_key_generate(SW_KEY_ED25519, &f->key, NULL), SW_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    (void)close(f->disk.dir);
    sw_key_free(f->key);
    temp_tree_remove(&f->tree);
    free(f);
    return 0;
}

/* What replaying a journal gave, as text. */
struct seen {
    char text[4096];
    size_t used;
};

static enum sw_code see(void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    struct seen *seen = ctx;
    struct sw_cursor entries = sw_cursor(record->entries);
    struct sw_cursor blobs = sw_cursor(record->blobs);
    struct sw_bytes part;
    seen->used += (size_t)snprintf(seen->text + seen->used, sizeof(seen->text) - seen->used,
        "%s %llu:", record->type == SW_JOURNAL_BASE ? "base" : "batch",
        (unsigned long long)record->first);
    while (sw_entry_next(&entries, &part) == SW_OK) {
        seen->used += (size_t)snprintf(seen->text + seen->used, sizeof(seen->text) - seen->used,
            " %.*s", (int)part.len, (const char *)part.ptr);
    }
    while (sw_journal_blob(&blobs, &part) == SW_OK) {
        seen->used += (size_t)snprintf(
            seen->text + seen->used, sizeof(seen->text) - seen->used, " [%zu]", part.len);
    }
    seen->used += (size_t)snprintf(seen->text + seen->used, sizeof(seen->text) - seen->used, "\n");
    return SW_OK;
}

static enum sw_code no_sink(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err)
{
    return SW_OK;
}

static void init(struct sw_journal *journal, const struct fixture *f)
{
    sw_journal_init(journal, &f->disk);
    sw_journal_bind(journal, ORIGIN, f->key);
}

static void start(struct sw_journal *journal, const struct fixture *f)
{
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    sw_tiles_init(&tiles, no_sink, NULL);
    init(journal, f);
    assert_int_equal(sw_journal_start(journal, &tiles, NULL), SW_OK);
}

static void put(struct sw_journal *journal, const char *a, const char *b, const char *blob)
{
    struct sw_journal_draft draft = {.bytes = SW_BUF_INIT};
    struct sw_bytes entries[] = {sw_bytes(a, strlen(a)), sw_bytes(b, strlen(b))};
    struct sw_bytes blobs[] = {sw_bytes(blob, strlen(blob))};
    struct sw_journal_batch second = {.entries = &entries[1], .count = 1};
    struct sw_journal_batch first = {
        .entries = entries, .count = 1, .blobs = blobs, .blob_count = 1, .next = &second};
    assert_int_equal(sw_journal_fits(&first, NULL), SW_OK);
    assert_int_equal(sw_journal_encode(journal, &first, &draft), SW_OK);
    assert_int_equal(second.first, first.first + 1);
    assert_int_equal(sw_journal_commit(journal, &draft, NULL), SW_OK);
    sw_buf_release(&draft.bytes);
}

#define WHOLE "base 0:\nbatch 0: one two [3]\nbatch 2: three four [0]\nbatch 4: five  [5]\n"

/* Three records, and the file's length after each. */
static void make_three(struct fixture *f, uint64_t ends[4])
{
    struct sw_journal journal;
    start(&journal, f);
    ends[0] = journal.good;
    put(&journal, "one", "two", "xyz");
    ends[1] = journal.good;
    put(&journal, "three", "four", "");
    ends[2] = journal.good;
    put(&journal, "five", "", "12345");
    ends[3] = journal.good;
    assert_int_equal(journal.end, 6);
    sw_journal_close(&journal);
}

static enum sw_code read_again(
    struct fixture *f, struct seen *seen, uint64_t *end, const char **torn, struct sw_error *err)
{
    struct sw_journal journal;
    seen->used = 0;
    seen->text[0] = '\0';
    init(&journal, f);
    enum sw_code rc = sw_journal_open(&journal, false, see, seen, torn, err);
    *end = journal.good;
    sw_journal_close(&journal);
    return rc;
}

static void gives_back_what_was_written(void **state)
{
    struct fixture *f = *state;
    struct seen seen;
    uint64_t ends[4];
    uint64_t end = 0;
    const char *torn = "";
    make_three(f, ends);
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_OK);
    assert_string_equal(seen.text, WHOLE);
    assert_null(torn);
    assert_int_equal(end, ends[3]);
}

static void goes_on_where_it_ended(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {.used = 0};
    struct sw_journal journal;
    uint64_t ends[4];
    uint64_t end = 0;
    const char *torn = "";
    make_three(f, ends);
    init(&journal, f);
    assert_int_equal(sw_journal_open(&journal, true, see, &seen, &torn, NULL), SW_OK);
    put(&journal, "seven", "eight", "");
    seen.used = 0;
    assert_int_equal(sw_journal_replay(&journal, see, &seen, NULL), SW_OK);
    assert_string_equal(seen.text, WHOLE "batch 6: seven eight [0]\n");
    sw_journal_close(&journal);
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_OK);
    assert_string_equal(seen.text, WHOLE "batch 6: seven eight [0]\n");
}

/* More records than are looked at together, and some that are larger than what is read at once. */
#define MANY 300u

static size_t large_at(unsigned i)
{
    return i % 70 == 69 ? ((size_t)3 << 19) + i : 0;
}

static void make_many(struct fixture *f, uint64_t ends[MANY])
{
    struct sw_journal journal;
    char *large = calloc(1, (size_t)1 << 21);
    assert_non_null(large);
    start(&journal, f);
    for (unsigned i = 0; i < MANY; i++) {
        memset(large, 'x', large_at(i));
        large[large_at(i)] = '\0';
        put(&journal, "one", "two", large);
        ends[i] = journal.good;
    }
    sw_journal_close(&journal);
    free(large);
}

static enum sw_code count_records(
    void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    unsigned *count = ctx;
    if (record->type == SW_JOURNAL_BATCH) {
        assert_int_equal(record->first, 2 * *count);
        assert_int_equal(record->blobs.len, 8 + large_at(*count));
        *count += 1;
    }
    return SW_OK;
}

static void gives_back_many_records(void **state)
{
    struct fixture *f = *state;
    struct sw_journal journal;
    uint64_t ends[MANY];
    unsigned count = 0;
    const char *torn = "";
    make_many(f, ends);
    init(&journal, f);
    assert_int_equal(sw_journal_open(&journal, false, count_records, &count, &torn, NULL), SW_OK);
    sw_journal_close(&journal);
    assert_int_equal(count, MANY);
    assert_int_equal(journal.good, ends[MANY - 1]);
    assert_null(torn);
}

/* One signature vouches for many records. The one that is wrong is found all the same, and no
 * record from it on is given out. */
static void finds_one_wrong_signature_among_many(void **state)
{
    static const unsigned rows[] = {1, 62, 63, 64, 69, 70, 137, 280, MANY - 1};
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    uint64_t ends[MANY];
    make_many(f, ends);
    assert_int_equal(
        sw_file_read(temp_tree_path(&f->tree, "journal"), 1 << 24, &file, NULL), SW_OK);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_journal journal;
        struct sw_error err;
        unsigned count = 0;
        const char *torn = NULL;
        uint64_t at = ends[rows[i] - 1];
        SW_CLEANUP(buf) struct sw_buf forged = SW_BUF_INIT;
        assert_int_equal(sw_buf_append(&forged, file.data, file.len), SW_OK);
        uint8_t *head = forged.data + at;
        head[AT_SIGNATURE] ^= 1;
        hash_into(sw_bytes(head, AT_CHECK), head + AT_CHECK);
        temp_tree_write_bytes(&f->tree, "journal", forged.data, forged.len);
        init(&journal, f);
        assert_int_equal(
            sw_journal_open(&journal, false, count_records, &count, &torn, &err), SW_E_REFUSED);
        sw_journal_close(&journal);
        assert_int_equal(journal.good, at);
        assert_true(count <= rows[i]);
        assert_non_null(strstr(err.text, "is not signed"));
    }
}

/* However much of the last write reached the medium: what was there before is there. */
static void cuts_an_unfinished_end_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct seen seen;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    uint64_t ends[4];
    uint64_t end = 0;
    make_three(f, ends);
    assert_int_equal(
        sw_file_read(temp_tree_path(&f->tree, "journal"), 1 << 20, &file, NULL), SW_OK);
    for (size_t len = 0; len < file.len; len++) {
        const char *torn = NULL;
        temp_tree_write_bytes(&f->tree, "journal", file.data, len);
        enum sw_code rc = read_again(f, &seen, &end, &torn, NULL);
        if (len < ends[0]) {
            assert_int_equal(rc, SW_E_FORMAT);
            continue;
        }
        assert_int_equal(rc, SW_OK);
        size_t whole = len < ends[1] ? 0 : len < ends[2] ? 1 : 2;
        assert_int_equal(end, ends[whole]);
        assert_memory_equal(seen.text, WHOLE, seen.used);
        assert_true((torn != NULL) == (len != ends[whole]));
    }
}

static void never_takes_a_changed_byte_for_another_record(void **state)
{
    struct fixture *f = *state;
    struct seen seen;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    uint64_t ends[4];
    uint64_t end = 0;
    make_three(f, ends);
    assert_int_equal(
        sw_file_read(temp_tree_path(&f->tree, "journal"), 1 << 20, &file, NULL), SW_OK);
    for (size_t i = 0; i < file.len; i++) {
        const char *torn = NULL;
        file.data[i] ^= (uint8_t)(1u << i % 8);
        temp_tree_write_bytes(&f->tree, "journal", file.data, file.len);
        file.data[i] ^= (uint8_t)(1u << i % 8);
        enum sw_code rc = read_again(f, &seen, &end, &torn, NULL);
        if (i < ends[0]) {
            assert_true(rc == SW_E_FORMAT || rc == SW_E_UNSUPPORTED);
            continue;
        }
        size_t record = i < ends[1] ? 1 : i < ends[2] ? 2 : 3;
        assert_int_equal(end, ends[record - 1]);
        assert_memory_equal(seen.text, WHOLE, seen.used);
        /* Behind a record's length and type, the record that follows tells damage from a torn
         * end. */
        bool told = record < 3 && i >= ends[record - 1] + 16;
        assert_int_equal(rc, told ? SW_E_FORMAT : SW_OK);
        assert_non_null(torn);
    }
}

/* --- records that were made by hand, with a right checksum ----------------------------------- */

/* A journal of an empty log with one record behind the base. */
static void make_file(struct fixture *f, const char *payload, size_t len)
{
    static const uint8_t base[8] = {0};
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    uint8_t check[SW_JOURNAL_CHECK];
    check_of_head(check);
    assert_int_equal(sw_buf_append(&file, FILE_HEAD, SW_JOURNAL_HEAD_SIZE), SW_OK);
    assert_int_equal(
        put_record(&file, ORIGIN, f->key, SW_JOURNAL_BASE, sw_bytes(base, sizeof(base)), check),
        SW_OK);
    assert_int_equal(
        put_record(&file, ORIGIN, f->key, SW_JOURNAL_BATCH, sw_bytes(payload, len), check), SW_OK);
    temp_tree_write_bytes(&f->tree, "journal", file.data, file.len);
}

#define U32(n) "\0\0\0" n
#define U64(n) "\0\0\0\0\0\0\0" n
#define ROW(text)              \
    {                          \
        text, sizeof(text) - 1 \
    }

static void refuses_records_that_make_no_sense(void **state)
{
    static const struct {
        const char *payload;
        size_t len;
    } good = ROW(U64("\0") U32("\1") U32("\1") U64("\3") "\0\1a" U64("\1") "b"),
      rows[] = {
          ROW(""),
          ROW(U64("\0")),
          ROW(U64("\1") U32("\1") U32("\0") U64("\3") "\0\1a"),  /* begins too late */
          ROW(U64("\0") U32("\0") U32("\0") U64("\0")),          /* no entry */
          ROW(U64("\0") "\1\0\0\1" U32("\0") U64("\3") "\0\1a"), /* too many entries */
          ROW(U64("\0") U32("\2") U32("\0") U64("\3") "\0\1a"),  /* one entry of two */
          ROW(U64("\0") U32("\1") U32("\0") U64("\4") "\0\1ab"), /* more than the entry */
          ROW(U64("\0") U32("\1") U32("\0") U64("\3") "\0\2a"),  /* the entry ends early */
          ROW(U64("\0") U32("\1") U32("\0") U64("\11") "\0\1a"), /* the entries end early */
          ROW(U64("\0") U32("\1") U32("\0") U64("\3") "\0\1a"
                                                      "x"), /* something behind it */
          ROW(U64("\0") U32("\1") U32("\1") U64("\3") "\0\1a" U64("\2") "b"),
          ROW(U64("\0") U32("\1") U32("\2") U64("\3") "\0\1a" U64("\1") "b"),
          ROW(U64("\0") U32("\1") U32("\1") U64("\3") "\0\1a"
                                                      "\377\377\377\377\377\377\377\377"
                                                      "b"),
          ROW(U64("\0") U32("\1") "\377\377\377\377" U64("\3") "\0\1a" U64("\1") "b"),
          ROW("\377\377\377\377\377\377\377\377" U32("\1") U32("\0") U64("\3") "\0\1a"),
      };
    struct fixture *f = *state;
    struct seen seen;
    uint64_t end = 0;
    const char *torn = NULL;
    make_file(f, good.payload, good.len);
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_OK);
    assert_string_equal(seen.text, "base 0:\nbatch 0: a [1]\n");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_error err;
        make_file(f, rows[i].payload, rows[i].len);
        assert_int_equal(read_again(f, &seen, &end, &torn, &err), SW_E_FORMAT);
        assert_non_null(strstr(err.text, "the journal"));
    }
}

static void refuses_files_that_are_no_journal(void **state)
{
    static const struct {
        const char *data;
        size_t len;
        enum sw_code rc;
    } rows[] = {
        {"", 0, SW_E_FORMAT}, {"SWJOURNL", 8, SW_E_FORMAT},
        {"SWJOURNM\0\0\0\1\0\0\0\0", 16, SW_E_FORMAT},
        {"SWJOURNL\0\0\0\0\0\0\0\0", 16, SW_E_FORMAT},
        {"SWJOURNL\0\0\0\2\0\0\0\1", 16, SW_E_FORMAT},
        {"SWJOURNL\0\0\0\1\0\0\0\0", 16, SW_E_UNSUPPORTED}, /* unsigned */
        {"SWJOURNL\0\0\0\3\0\0\0\0", 16, SW_E_UNSUPPORTED},
        {"SWJOURNL\0\0\0\2\0\0\0\0", 16, SW_E_FORMAT}, /* no base */
    };
    struct fixture *f = *state;
    struct seen seen;
    uint64_t end = 0;
    const char *torn = NULL;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        temp_tree_write_bytes(&f->tree, "journal", rows[i].data, rows[i].len);
        assert_int_equal(read_again(f, &seen, &end, &torn, NULL), rows[i].rc);
    }
    assert_int_equal(remove(temp_tree_path(&f->tree, "journal")), 0);
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_E_NOENT);
}

/* --- faults ---------------------------------------------------------------------------------- */

struct fault {
    const char *step;
    int errnum;
    bool half; /* half of the data is written first */
};

static int fail_at_step(void *ctx, const char *step, int fd, struct sw_bytes data)
{
    const struct fault *fault = ctx;
    if (strcmp(step, fault->step) != 0) {
        return 0;
    }
    if (fault->half) {
        struct stat st;
        assert_int_equal(fstat(fd, &st), 0);
        ssize_t half = (ssize_t)data.len / 2;
        assert_int_equal(pwrite(fd, data.ptr, (size_t)half, st.st_size), half);
    }
    return fault->errnum;
}

static void takes_back_a_write_that_failed(void **state)
{
    struct fixture *f = *state;
    struct fault fault = {"journal-write", ENOSPC, true};
    struct seen seen;
    struct sw_error err;
    struct sw_journal journal;
    struct sw_journal_draft draft = {.bytes = SW_BUF_INIT};
    struct sw_bytes entry = sw_bytes("lost", 4);
    struct sw_journal_batch batch = {.entries = &entry, .count = 1};
    uint64_t end = 0;
    const char *torn = NULL;
    start(&journal, f);
    put(&journal, "one", "two", "xyz");
    assert_int_equal(sw_journal_encode(&journal, &batch, &draft), SW_OK);
    sw_disk_set_fault(fail_at_step, &fault);
    assert_int_equal(sw_journal_commit(&journal, &draft, &err), SW_E_IO);
    sw_disk_set_fault(NULL, NULL);
    assert_non_null(strstr(err.text, "No space left"));
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_OK);
    assert_null(torn);
    put(&journal, "three", "four", "");
    put(&journal, "five", "", "12345");
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_OK);
    assert_string_equal(seen.text, WHOLE);
    sw_buf_release(&draft.bytes);
    sw_journal_close(&journal);
}

/* After a failed sync nobody knows what is on the medium, and a second sync may lie. */
static void writes_no_more_after_a_failed_sync(void **state)
{
    struct fixture *f = *state;
    struct fault fault = {"journal-sync", EIO, false};
    struct seen seen;
    struct sw_error err;
    struct sw_journal journal;
    struct sw_journal_draft draft = {.bytes = SW_BUF_INIT};
    struct sw_bytes entry = sw_bytes("lost", 4);
    struct sw_journal_batch batch = {.entries = &entry, .count = 1};
    uint64_t end = 0;
    const char *torn = NULL;
    start(&journal, f);
    assert_int_equal(sw_journal_encode(&journal, &batch, &draft), SW_OK);
    sw_disk_set_fault(fail_at_step, &fault);
    assert_int_equal(sw_journal_commit(&journal, &draft, &err), SW_E_IO);
    sw_disk_set_fault(NULL, NULL);
    assert_int_equal(sw_journal_commit(&journal, &draft, &err), SW_E_IO);
    assert_non_null(strstr(err.text, "open it again"));
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_OK);
    assert_string_equal(seen.text, "base 0:\n");
    sw_buf_release(&draft.bytes);
    sw_journal_close(&journal);
}

static void keeps_the_old_journal_when_no_new_one_can_begin(void **state)
{
    static const char *const steps[] = {"journal-new", "journal-new-sync", "journal-rename"};
    struct fixture *f = *state;
    struct seen seen;
    struct sw_journal journal;
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    uint64_t end = 0;
    const char *torn = NULL;
    sw_tiles_init(&tiles, no_sink, NULL);
    start(&journal, f);
    put(&journal, "one", "two", "xyz");
    for (size_t i = 0; i < SW_COUNT(steps); i++) {
        struct fault fault = {steps[i], ENOSPC, false};
        sw_disk_set_fault(fail_at_step, &fault);
        assert_int_equal(sw_journal_start(&journal, &tiles, NULL), SW_E_IO);
        sw_disk_set_fault(NULL, NULL);
        assert_false(sw_file_exists(temp_tree_path(&f->tree, "journal.new")));
    }
    put(&journal, "three", "four", "");
    put(&journal, "five", "", "12345");
    assert_int_equal(read_again(f, &seen, &end, &torn, NULL), SW_OK);
    assert_string_equal(seen.text, WHOLE);
    sw_journal_close(&journal);
}

static void refuses_batches_that_no_record_holds(void **state)
{
    uint8_t *large = calloc(1, SW_ENTRY_MAX + 1);
    assert_non_null(large);
    struct sw_bytes entry = sw_bytes(large, SW_ENTRY_MAX + 1);
    struct sw_journal_batch batch = {.entries = &entry, .count = 1};
    assert_int_equal(sw_journal_fits(&batch, NULL), SW_E_LIMIT);
    entry.len = SW_ENTRY_MAX;
    assert_int_equal(sw_journal_fits(&batch, NULL), SW_OK);
    batch.count = 0;
    assert_int_equal(sw_journal_fits(&batch, NULL), SW_E_USAGE);
    free(large);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_back_what_was_written),
        TEST(goes_on_where_it_ended),
        TEST(gives_back_many_records),
        TEST(finds_one_wrong_signature_among_many),
        TEST(cuts_an_unfinished_end_and_nothing_else),
        TEST(never_takes_a_changed_byte_for_another_record),
        TEST(refuses_records_that_make_no_sense),
        TEST(refuses_files_that_are_no_journal),
        TEST(takes_back_a_write_that_failed),
        TEST(writes_no_more_after_a_failed_sync),
        TEST(keeps_the_old_journal_when_no_new_one_can_begin),
        TEST(refuses_batches_that_no_record_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
