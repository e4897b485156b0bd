/* The room through its public face: trees, verdicts, the predicate. With SW_SCAN_OUT set, the
 * predicates are written there too, for test/cmd/scan_schema.sh. */
#include "scan/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp_tree.h"
#include "zip_build.h"

/* Recognised, and not read. */
#define EXECUTORCH \
    "\x1c\0\0\0"   \
    "ET12\0\0\0\0"
#define EVIL   \
    "\x80\x02" \
    "cos\nsystem\n(X\x02\x00\x00\x00idtR."
#define ODD "\x80\x02N.\xff\xff"
#define GOOD "\x80\x02N."

static const struct sw_scan_options usual = {.time_limit = SW_SCAN_TIME_LIMIT};

struct fixture {
    struct temp_tree tree;
    struct sw_arena arena;
    struct sw_scan_report report;
};

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){0};
    temp_tree_make(&f.tree);
    sw_arena_init(&f.arena, 0);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    temp_tree_remove(&f->tree);
    sw_arena_release(&f->arena);
    return 0;
}

static void scan(struct fixture *f)
{
    struct sw_error err = {0};
    if (sw_scan_path(&f->arena, f->tree.path, &usual, &f->report, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

/* The predicate as a tree; its bytes also go to SW_SCAN_OUT. */
static struct sw_json predicate(struct fixture *f, const char *file)
{
    struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_scan_predicate(&f->report, 1767225600, &text), SW_OK);
    const char *copy = sw_arena_strndup(&f->arena, sw_buf_str(&text));
    assert_non_null(copy);
    const char *out = getenv("SW_SCAN_OUT");
    if (out != NULL) {
        const char *path = sw_path_join(&f->arena, out, file);
        assert_int_equal(sw_file_write(path, sw_buf_bytes(&text), 0666, 0, NULL), SW_OK);
    }
    struct sw_json root;
    assert_int_equal(sw_json_parse(&f->arena, sw_bytes(copy, text.len), NULL, &root, NULL), SW_OK);
    sw_buf_release(&text);
    return root;
}

static void is_text(const struct sw_json *root, const char *path, const char *text)
{
    const struct sw_json *value = sw_json_path(root, sw_str(path));
    struct sw_str found = sw_str("(absent)");
    (void)sw_json_str(value, &found);
    if (!sw_str_is(found, text)) {
        fail_msg("%s is " SW_STR_FMT, path, SW_STR_ARG(found));
    }
}

static void is_number(const struct sw_json *root, const char *path, uint64_t number)
{
    uint64_t found = UINT64_MAX;
    assert_true(sw_json_u64(sw_json_path(root, sw_str(path)), &found));
    assert_int_equal(found, number);
}

static void a_harmless_tree_is_clean(void **state)
{
    struct fixture *f = *state;
    temp_tree_write(&f->tree, "README.md", "A model.\n");
    temp_tree_write(&f->tree, "config.json", "{}");
    temp_tree_write_bytes(&f->tree, "a/model.pkl", GOOD, sizeof(GOOD) - 1);
    temp_tree_write_bytes(&f->tree, "a/empty", "", 0);
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_CLEAN);
    assert_int_equal(f->report.file_count, 4);
    assert_string_equal(f->report.files[0].path, "README.md");
    assert_string_equal(f->report.files[2].path, "a/model.pkl");
    assert_string_equal(f->report.files[2].format, "pickle");
    assert_int_equal(f->report.files[2].status, SW_SCAN_PARSED);
    struct sw_json root = predicate(f, "clean.json");
    is_text(&root, "verdict", "clean");
    is_text(&root, "scanner.name", "sealwright");
    is_text(&root, "scannedAt", "2026-01-01T00:00:00Z");
    is_number(&root, "summary.files", 4);
    is_number(&root, "summary.bytes", 15);
    is_number(&root, "summary.parsed", 1);
    is_number(&root, "summary.plain", 3);
    is_number(&root, "summary.unknown", 0);
    is_text(&root, "found", "clean");
    is_number(&root, "coverage.unreadFiles", 0);
    assert_int_equal(sw_json_path(&root, sw_str("coverage.unreadFormats"))->count, 0);
    is_number(&root, "formats.pickle", 1);
    is_number(&root, "formats.text", 1);
    is_number(&root, "formats.json", 1);
    is_number(&root, "formats.empty", 1);
    is_number(&root, "findingCount", 0);
    assert_int_equal(sw_json_get(&root, "findings")->count, 0);
}

static void one_bad_file_has_the_tree_refused(void **state)
{
    struct fixture *f = *state;
    temp_tree_write(&f->tree, "README.md", "A model.\n");
    temp_tree_write_bytes(&f->tree, "b/notes.txt", EVIL, sizeof(EVIL) - 1);
    temp_tree_write_bytes(&f->tree, "closed.rar", "Rar!\x1a\x07", 6);
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_REFUSED);
    struct sw_json root = predicate(f, "refused.json");
    is_text(&root, "verdict", "refused");
    is_number(&root, "findingCount", 2);
    is_text(&root, "findings.0.path", "b/notes.txt");
    is_text(&root, "findings.0.severity", "critical");
    is_text(&root, "findings.0.rule", "pickle-import");
    is_text(&root, "findings.0.message", "calls os.system('id')");
    is_number(&root, "findings.0.offset", 2);
    is_text(&root, "findings.1.rule", "not-opened");
    assert_null(sw_json_path(&root, sw_str("findings.1.offset")));
}

/* The claim then has no verdict, so that no condition on it can hold, or fail. */
static void has_no_verdict(const struct sw_json *root)
{
    const struct sw_json *verdict = sw_json_get(root, "verdict");
    assert_non_null(verdict);
    assert_int_equal(verdict->type, SW_JSON_NULL);
}

static void what_cannot_be_opened_is_no_evidence(void **state)
{
    struct fixture *f = *state;
    temp_tree_write_bytes(&f->tree, "good.pkl", GOOD, sizeof(GOOD) - 1);
    temp_tree_write_bytes(&f->tree, "closed.rar", "Rar!\x1a\x07", 6);
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_NO_EVIDENCE);
    assert_int_equal(f->report.found, SW_SCAN_CLEAN);
    struct sw_json root = predicate(f, "no-evidence.json");
    has_no_verdict(&root);
    is_text(&root, "found", "clean");
    is_number(&root, "summary.recognised", 1);
    is_text(&root, "coverage.unreadFormats.0", "rar");
}

static void what_is_only_odd_is_a_note(void **state)
{
    struct fixture *f = *state;
    temp_tree_write_bytes(&f->tree, "odd.pkl", ODD, sizeof(ODD) - 1);
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_NOTES);
    struct sw_json root = predicate(f, "notes.json");
    is_text(&root, "verdict", "notes");
}

static void what_is_only_recognised_is_no_evidence_and_is_named(void **state)
{
    struct fixture *f = *state;
    temp_tree_write_bytes(&f->tree, "a.pte", EXECUTORCH, 12);
    temp_tree_write_bytes(&f->tree, "b.pte", EXECUTORCH, 12);
    temp_tree_write_bytes(&f->tree, "c.bin", "\x01\x02\x03\x04", 4);
    temp_tree_write_bytes(&f->tree, "d.pkl", "\x80\x02(((((((((", 11);
    temp_tree_write(&f->tree, "e.txt", "text");
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_NO_EVIDENCE);
    assert_int_equal(f->report.files[0].status, SW_SCAN_RECOGNISED);
    assert_int_equal(f->report.files[2].status, SW_SCAN_UNKNOWN);
    assert_int_equal(f->report.files[3].status, SW_SCAN_FAILED);
    assert_int_equal(f->report.files[4].unread_count, 0);
    struct sw_json root = predicate(f, "recognised.json");
    has_no_verdict(&root);
    is_text(&root, "found", "notes"); /* d.pkl is broken */
    is_number(&root, "coverage.unreadFiles", 4);
    assert_int_equal(sw_json_path(&root, sw_str("coverage.unreadFormats"))->count, 3);
    is_text(&root, "coverage.unreadFormats.0", "executorch");
    is_text(&root, "coverage.unreadFormats.1", "failed");
    is_text(&root, "coverage.unreadFormats.2", "unknown");
    is_number(&root, "coverage.unread.failed", 1);
    is_number(&root, "coverage.unread.executorch", 2);
    is_number(&root, "coverage.unread.unknown", 1);
    is_text(&root, "findings.0.severity", "info");
}

/* zlib and protobuf are tried in the worker; what they are not is what it was before. */
static void what_takes_a_trial_is_tried(void **state)
{
    struct fixture *f = *state;
    temp_tree_write_bytes(&f->tree, "a.zlib", "\x78\x9c\x03\x00\x00\x00\x00\x01", 8);
    temp_tree_write_bytes(&f->tree, "b.data", "\x78\x9c\xff\xff\xff\xff\xff\xff", 8);
    temp_tree_write_bytes(&f->tree, "c.pb", "\x08\x01\x12\x02\x0a\x00", 6);
    temp_tree_write_bytes(&f->tree, "d.data", "\x08\x01\x12\x09\x0a\x00", 6);
    scan(f);
    assert_string_equal(f->report.files[0].format, "zlib");
    assert_string_equal(f->report.files[1].format, "unknown");
    assert_string_equal(f->report.files[2].format, "savedmodel");
    assert_string_equal(f->report.files[3].format, "unknown");
}

static void an_empty_tree_is_no_evidence(void **state)
{
    struct fixture *f = *state;
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_NO_EVIDENCE);
    struct sw_json root = predicate(f, "empty.json");
    has_no_verdict(&root);
    assert_int_equal(sw_json_get(&root, "found")->type, SW_JSON_NULL);
    is_number(&root, "summary.files", 0);
}

static void what_is_no_file_is_no_evidence(void **state)
{
    struct fixture *f = *state;
    temp_tree_write(&f->tree, "file", "text");
    temp_tree_link(&f->tree, "/etc", "link");
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_NO_EVIDENCE);
    assert_int_equal(f->report.finding_count, 1);
    assert_string_equal(f->report.findings[0].path, "link");
    assert_string_equal(f->report.findings[0].rule, "unreadable");
    (void)predicate(f, "link.json");
}

static void a_single_file_is_scanned_under_its_name(void **state)
{
    struct fixture *f = *state;
    temp_tree_write(&f->tree, "x.pkl", "no pickle");
    struct sw_error err = {0};
    assert_int_equal(
        sw_scan_path(&f->arena, temp_tree_path(&f->tree, "x.pkl"), &usual, &f->report, &err),
        SW_OK);
    assert_int_equal(f->report.file_count, 1);
    assert_string_equal(f->report.files[0].path, "x.pkl");
    assert_string_equal(f->report.findings[0].rule, "name-mismatch");
}

static void a_path_that_is_not_there_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct sw_error err = {0};
    assert_int_equal(
        sw_scan_path(&f->arena, temp_tree_path(&f->tree, "absent"), &usual, &f->report, &err),
        SW_E_NOENT);
    assert_non_null(strstr(err.text, "absent"));
}

static void many_files_are_scanned_in_parallel_and_in_order(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 200; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%03d.pkl", i);
        bool evil = i % 10 == 3;
        temp_tree_write_bytes(
            &f->tree, name, evil ? EVIL : GOOD, evil ? sizeof(EVIL) - 1 : sizeof(GOOD) - 1);
    }
    scan(f);
    assert_int_equal(f->report.file_count, 200);
    assert_int_equal(f->report.finding_count, 20);
    for (size_t i = 0; i < 20; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%03zu.pkl", i * 10 + 3);
        assert_string_equal(f->report.findings[i].path, name);
    }
}

/* Sorting the directory of a larger archive takes more of the C library than a small one does. */
static void archives_of_many_members_are_parsed_in_the_worker(void **state)
{
    struct fixture *f = *state;
    enum { COUNT = 3000 };
    static struct zip_member members[COUNT];
    static char names[COUNT][16];
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "m/data/%zu", i);
        members[i] = zip_stored(names[i], "1234", 4);
    }
    members[7] = zip_stored("m/data.pkl", GOOD, sizeof(GOOD) - 1);
    zip_build(&bytes, members, COUNT);
    temp_tree_write_bytes(&f->tree, "model.pt", bytes.data, bytes.len);
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_NOTES); /* no tensor has these storages */
    assert_int_equal(f->report.finding_count, 2);
    assert_string_equal(f->report.files[0].format, "torch");
}

static void of_too_many_findings_the_worst_are_listed(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 1200; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%04d.pt", i);
        temp_tree_write(&f->tree, name, "text");
    }
    temp_tree_write_bytes(&f->tree, "zz", EVIL, sizeof(EVIL) - 1);
    scan(f);
    assert_int_equal(f->report.finding_count, 1201);
    struct sw_json root = predicate(f, "many.json");
    is_number(&root, "findingCount", 1201);
    assert_int_equal(sw_json_get(&root, "findings")->count, 1);
    is_text(&root, "findings.0.path", "zz");
}

/* A file cannot hide what is bad behind a thousand trifles. */
static void a_bad_finding_behind_too_many_harmless_ones_is_kept(void **state)
{
    struct fixture *f = *state;
    enum { COUNT = 1500 };
    static struct zip_member members[COUNT + 1];
    static char names[COUNT][16];
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "%zu.pte", i);
        members[i] = zip_stored(names[i], EXECUTORCH, 12);
    }
    members[COUNT] = zip_stored("zz", EVIL, sizeof(EVIL) - 1);
    zip_build(&bytes, members, COUNT + 1);
    temp_tree_write_bytes(&f->tree, "model.zip", bytes.data, bytes.len);
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_REFUSED);
    assert_int_equal(f->report.finding_count, 1000);
}

/* Nor the findings of a whole scan fill the memory, and the worst still counts. */
static void of_too_many_findings_in_all_the_worst_of_each_file_is_kept(void **state)
{
    struct fixture *f = *state;
    enum { MEMBERS = 1000, ARCHIVES = 101 };
    static struct zip_member members[MEMBERS];
    static char names[MEMBERS][16];
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    for (size_t i = 0; i < MEMBERS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "%zu.pte", i);
        members[i] = zip_stored(names[i], EXECUTORCH, 12);
    }
    zip_build(&bytes, members, MEMBERS);
    for (int i = 0; i < ARCHIVES; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "%03d", i);
        temp_tree_write_bytes(&f->tree, name, bytes.data, bytes.len);
    }
    temp_tree_write_bytes(&f->tree, "zz.pkl", EVIL, sizeof(EVIL) - 1);
    scan(f);
    assert_int_equal(f->report.verdict, SW_SCAN_REFUSED);
    assert_int_equal(f->report.file_count, ARCHIVES + 1);
    assert_in_range(
        f->report.finding_count, SW_SCAN_FINDINGS_MAX - MEMBERS, SW_SCAN_FINDINGS_MAX + 2);
    const struct sw_finding *last = &f->report.findings[f->report.finding_count - 1];
    assert_string_equal(last->path, "zz.pkl");
    assert_int_equal(last->severity, SW_SEVERITY_CRITICAL);
}

/* --- budgets --------------------------------------------------------------------------------- */

/* What needs no parser is known all the same; what does is not read, and is named by nothing that
 * a policy could take for its format. */
static void without_time_left_files_are_not_read_and_say_so(void **state)
{
    struct fixture *f = *state;
    static const struct sw_scan_options none = {.time_limit = 0};
    struct sw_error err = {0};
    temp_tree_write_bytes(&f->tree, "a.pkl", EVIL, sizeof(EVIL) - 1);
    temp_tree_write_bytes(&f->tree, "b.pb", "\x08\x01\x12\x02\x0a\x00", 6);
    temp_tree_write(&f->tree, "c.txt", "text");
    temp_tree_write_bytes(&f->tree, "d.rar", "Rar!\x1a\x07", 6);
    assert_int_equal(sw_scan_path(&f->arena, f->tree.path, &none, &f->report, &err), SW_OK);
    assert_int_equal(f->report.verdict, SW_SCAN_NO_EVIDENCE);
    assert_int_equal(f->report.files[0].status, SW_SCAN_FAILED);
    assert_int_equal(f->report.files[1].status, SW_SCAN_FAILED);
    assert_string_equal(f->report.files[1].format, "unknown");
    assert_int_equal(f->report.files[2].status, SW_SCAN_PLAIN);
    assert_int_equal(f->report.files[3].status, SW_SCAN_RECOGNISED);
    assert_string_equal(f->report.findings[0].rule, "time-limit");
    assert_non_null(strstr(f->report.findings[0].message, "time limit of the whole scan"));
    assert_string_equal(f->report.findings[1].rule, "time-limit");
    struct sw_json root = predicate(f, "time-limit.json");
    is_number(&root, "coverage.unread.failed", 2);
}

/* Larger text is read to its end by a parser, and so is bounded like one. */
static void large_text_is_known_by_its_end_too(void **state)
{
    struct fixture *f = *state;
    enum { SIZE = (16 << 20) + 100 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    memset(bytes, 'a', SIZE);
    temp_tree_write_bytes(&f->tree, "a", bytes, SIZE);
    bytes[SIZE - 1] = 0;
    temp_tree_write_bytes(&f->tree, "b", bytes, SIZE);
    free(bytes);
    scan(f);
    assert_string_equal(f->report.files[0].format, "text");
    assert_int_equal(f->report.files[0].status, SW_SCAN_PLAIN);
    assert_int_equal(f->report.files[1].status, SW_SCAN_UNKNOWN);
    static const struct sw_scan_options none = {.time_limit = 0};
    assert_int_equal(sw_scan_path(&f->arena, f->tree.path, &none, &f->report, NULL), SW_OK);
    assert_string_equal(f->report.files[0].format, "unknown");
    assert_int_equal(f->report.files[0].status, SW_SCAN_FAILED);
}

/* --- the pass -------------------------------------------------------------------------------- */

static void run_pass(
    struct fixture *f, struct sw_scan *scan, const struct sw_tree *tree, uint64_t range_size)
{
    struct sw_error err = {0};
    const struct sw_consumer *consumer = sw_scan_consumer(scan);
    const struct sw_reader_options options = {.range_size = range_size};
    sw_scan_tree(scan, tree);
    assert_int_equal(sw_reader_run(tree, &consumer, 1, &options, &err), SW_OK);
    assert_int_equal(sw_scan_finish(scan, &f->arena, &f->report, &err), SW_OK);
}

/* Where files are hashed by ranges, the scan takes part in the same read, and again in the next. */
static void files_in_ranges_are_scanned_whole_in_the_same_pass(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_CLEANUP(tree) struct sw_tree tree = {.root_fd = -1};
    const struct sw_tree_options options = {.follow_symlinks = true};
    char late[9000];
    memset(late, 'N', sizeof(late));
    memcpy(late, "\x80\x02", 2);
    for (size_t i = 2; i + 1 < 8000; i += 2) {
        late[i + 1] = '0'; /* POP: the stack stays small */
    }
    memcpy(late + 8000, &EVIL[2], sizeof(EVIL) - 3);
    temp_tree_write_bytes(&f->tree, "a-late.pkl", late, 8000 + sizeof(EVIL) - 3);
    temp_tree_write_bytes(&f->tree, "b-good.pkl", GOOD, sizeof(GOOD) - 1);
    temp_tree_write(&f->tree, "c-empty", "");
    assert_int_equal(sw_scan_new(&scan, NULL), SW_OK);
    assert_int_equal(sw_tree_open(&tree, f->tree.path, &options, NULL), SW_OK);
    static const uint64_t sizes[] = {1000, 1, 0};
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        run_pass(f, scan, &tree, sizes[i]);
        assert_int_equal(f->report.verdict, SW_SCAN_REFUSED);
        assert_int_equal(f->report.file_count, 3);
        assert_int_equal(f->report.finding_count, 1);
        assert_int_equal(f->report.findings[0].offset, 8000);
        assert_int_equal(f->report.files[1].status, SW_SCAN_PARSED);
        assert_string_equal(f->report.files[2].format, "empty");
    }
}

/* A range of which nothing is known outweighs what the parser said, but hides nothing bad. */
static void a_range_that_was_dropped_leaves_the_file_without_evidence(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_CLEANUP(tree) struct sw_tree tree = {.root_fd = -1};
    const struct sw_tree_options options = {0};
    temp_tree_write_bytes(&f->tree, "evil.pkl", EVIL, sizeof(EVIL) - 1);
    temp_tree_write_bytes(&f->tree, "good.pkl", GOOD, sizeof(GOOD) - 1);
    assert_int_equal(sw_scan_new(&scan, NULL), SW_OK);
    assert_int_equal(sw_tree_open(&tree, f->tree.path, &options, NULL), SW_OK);
    for (int order = 0; order < 2; order++) {
        const struct sw_consumer *consumer = sw_scan_consumer(scan);
        struct sw_reader_options reader = {0};
        struct sw_error err = {0};
        sw_scan_tree(scan, &tree);
        for (int step = 0; step < 2; step++) {
            if (step == order) {
                assert_int_equal(sw_reader_run(&tree, &consumer, 1, &reader, &err), SW_OK);
                continue;
            }
            for (size_t i = 0; i < tree.count; i++) {
                const struct sw_unit unit = {.entry = i, .start = 1, .end = 2};
                consumer->drop(consumer->ctx, NULL, &unit);
            }
        }
        assert_int_equal(sw_scan_finish(scan, &f->arena, &f->report, &err), SW_OK);
        assert_int_equal(f->report.verdict, SW_SCAN_REFUSED);
        assert_int_equal(f->report.files[0].status, SW_SCAN_FAILED);
        assert_int_equal(f->report.files[1].status, SW_SCAN_FAILED);
        assert_int_equal(f->report.finding_count, 3);
        assert_string_equal(f->report.unread[0].id, "failed");
        assert_int_equal(f->report.unread[0].files, 2);
    }
}

static void the_digest_of_the_rules_is_stable_and_in_the_report(void **state)
{
    struct fixture *f = *state;
    struct sw_digest one;
    struct sw_digest two;
    sw_scan_rules_digest(&one);
    sw_scan_rules_digest(&two);
    assert_true(sw_digest_equal(&one, &two));
    assert_int_equal(one.len, 32);
    temp_tree_write(&f->tree, "x", "text");
    scan(f);
    assert_true(sw_digest_equal(&one, &f->report.rules));
}

static void every_name_has_words(void **state)
{
    assert_string_equal(sw_severity_name(SW_SEVERITY_CRITICAL), "critical");
    assert_string_equal(sw_scan_status_name(SW_SCAN_FAILED), "failed");
    assert_string_equal(sw_scan_verdict_name(SW_SCAN_NO_EVIDENCE), "refused");
    assert_string_equal(sw_scan_verdict_reason(SW_SCAN_NO_EVIDENCE), "not-read");
    assert_string_equal(sw_scan_verdict_reason(SW_SCAN_REFUSED), "found");
    assert_null(sw_scan_verdict_reason(SW_SCAN_NOTES));
}

/* Ids are what others refer to: each once, and of the letters that the claim's schema allows. */
static void every_rule_is_told_whole(void **state)
{
    const struct sw_rule *rule;
    for (size_t i = 0; (rule = sw_scan_rule_at(i)) != NULL; i++) {
        assert_ptr_equal(sw_scan_rule(rule->id), rule);
        assert_int_equal(
            strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(rule->id));
        assert_true(strlen(rule->title) > 10 && strlen(rule->advice) > 10);
        assert_true(rule->title[strlen(rule->title) - 1] != '.');
        assert_non_null(rule->advisories);
        assert_non_null(rule->atlas);
        assert_non_null(rule->cosai);
    }
    assert_null(sw_scan_rule("no-such-rule"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        /* first: a sort in this process would prepare the children's */
        TEST(archives_of_many_members_are_parsed_in_the_worker),
        TEST(a_harmless_tree_is_clean),
        TEST(one_bad_file_has_the_tree_refused),
        TEST(what_cannot_be_opened_is_no_evidence),
        TEST(what_is_only_odd_is_a_note),
        TEST(what_is_only_recognised_is_no_evidence_and_is_named),
        TEST(what_takes_a_trial_is_tried),
        TEST(an_empty_tree_is_no_evidence),
        TEST(what_is_no_file_is_no_evidence),
        TEST(a_single_file_is_scanned_under_its_name),
        TEST(a_path_that_is_not_there_is_an_error),
        TEST(many_files_are_scanned_in_parallel_and_in_order),
        TEST(of_too_many_findings_the_worst_are_listed),
        TEST(a_bad_finding_behind_too_many_harmless_ones_is_kept),
        TEST(of_too_many_findings_in_all_the_worst_of_each_file_is_kept),
        TEST(without_time_left_files_are_not_read_and_say_so),
        TEST(large_text_is_known_by_its_end_too),
        TEST(files_in_ranges_are_scanned_whole_in_the_same_pass),
        TEST(a_range_that_was_dropped_leaves_the_file_without_evidence),
        TEST(the_digest_of_the_rules_is_stable_and_in_the_report),
        TEST(every_name_has_words),
        TEST(every_rule_is_told_whole),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
