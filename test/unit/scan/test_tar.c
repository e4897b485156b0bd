#include "inspect_one.h"

#include "squeeze.h"
#include "tar_build.h"

#define EVIL   \
    "\x80\x02" \
    "cos\nsystem\n(X\x02\x00\x00\x00idtR."
#define EVIL_LEN (sizeof(EVIL) - 1)
#define GOOD "\x80\x02N."

static void good(struct sw_buf *out, const char *name)
{
    tar_file(out, name, GOOD, 4);
}

static void evil(struct sw_buf *out, const char *name)
{
    tar_file(out, name, EVIL, EVIL_LEN);
}

static void look_at_tar(struct looked *looked, const struct sw_buf *bytes)
{
    look(looked, bytes->data, bytes->len, "x.tar");
}

/* --- honest ones
 * ----------------------------------------------------------------------------------
 */

static void make_usual(struct sw_buf *out)
{
    (void)tar_header(out, "./", '5', 0, "");
    good(out, "./a.pkl");
    good(out, "dir/b.pkl");
    (void)tar_header(out, "dir/link", '2', 0, "../a.pkl");
    (void)tar_header(out, "hard", '1', 0, "./a.pkl");
    tar_file(out, "empty", "", 0);
}

static void make_pax(struct sw_buf *out)
{
    tar_pax(out, 'g', "30 comment=0123456789abcdef01\n");
    tar_pax(out, 'x', "19 path=long/a.pkl\n22 mtime=1700000000.5\n");
    good(out, "long/a");
}

static void make_gnu(struct sw_buf *out)
{
    static const char name[] = "a/very/long/name.pkl";
    (void)tar_header(out, "././@LongLink", 'L', sizeof(name), "");
    tar_content(out, name, sizeof(name));
    good(out, "a/very/long");
}

static void make_old(struct sw_buf *out)
{
    good(out, "a.pkl");
    memset(out->data + 257, 0, 8);
    out->data[156] = 0;
    tar_sum(out, 0);
}

static void make_base256(struct sw_buf *out)
{
    good(out, "a.pkl");
    memset(out->data + 124, 0, 12);
    out->data[124] = 0x80;
    out->data[135] = 4;
    tar_sum(out, 0);
}

static void make_prefix(struct sw_buf *out)
{
    good(out, "a.pkl");
    memcpy(out->data + 345, "some/where", 10);
    tar_sum(out, 0);
}

static void make_signed_sum(struct sw_buf *out)
{
    good(out, "caf\xc3\xa9.pkl");
    unsigned sum = 0;
    memset(out->data + 148, ' ', 8);
    for (size_t i = 0; i < SW_TAR_BLOCK; i++) {
        sum += (unsigned)(int8_t)out->data[i];
    }
    (void)snprintf((char *)out->data + 148, 7, "%06o", sum);
}

static void test_honest_archives_have_no_finding(void **state)
{
    void (*const makes[])(struct sw_buf *) = {
        make_usual, make_pax, make_gnu, make_old, make_base256, make_prefix, make_signed_sum};
    for (size_t i = 0; i < 2 * SW_COUNT(makes); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        makes[i / 2](&bytes);
        tar_zeros(&bytes, i % 2 == 0 ? 2 * SW_TAR_BLOCK : 0); /* some writers leave the end out */
        struct looked looked;
        look_at_tar(&looked, &bytes);
        assert_string_equal(looked.in.format, "tar");
        if (looked.in.status != SW_SCAN_PARSED || looked.in.finding_total > 0) {
            fail_msg("row %zu: %s, %s", i, sw_scan_status_name(looked.in.status),
                looked.in.finding_total > 0 ? looked.in.findings[0].message : "");
        }
        assert_in_range(looked.in.coverage.members_read, 1, 3);
        looked_release(&looked);
    }
}

static void test_members_are_named_as_the_last_header_says(void **state)
{
    void (*const makes[])(struct sw_buf *) = {make_pax, make_gnu, make_prefix};
    static const char *const names[] = {"long/a.pkl", "a/very/long/name.pkl", "some/where/a.pkl"};
    for (size_t i = 0; i < SW_COUNT(makes); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        makes[i](&bytes);
        struct sw_source source = sw_source_memory(sw_buf_bytes(&bytes));
        struct sw_tar tar;
        struct sw_tar_entry entry;
        struct sw_error err = {0};
        bool over;
        assert_non_null(window);
        sw_tar_init(&tar, &source, window, &arena);
        assert_int_equal(sw_tar_next(&tar, &entry, &over, &err), SW_OK);
        assert_false(over);
        assert_true(sw_str_is(entry.name, names[i]));
        assert_int_equal(entry.size, 4);
        assert_int_equal(sw_tar_next(&tar, &entry, &over, &err), SW_OK);
        assert_true(over);
    }
}

/* --- tricks
 * ---------------------------------------------------------------------------------------
 */

static void trick_twice(struct sw_buf *out)
{
    good(out, "x");
    evil(out, "./x");
    tar_end(out);
}

static void trick_twice_evil_first(struct sw_buf *out)
{
    evil(out, "x");
    good(out, "x");
    tar_end(out);
}

static void trick_broken_header(struct sw_buf *out)
{
    good(out, "x");
    size_t at = out->len;
    good(out, "y");
    out->data[at] ^= 1;
    evil(out, "z");
    tar_end(out);
}

static void trick_behind_end(struct sw_buf *out)
{
    good(out, "x");
    tar_end(out);
    evil(out, "y");
    tar_end(out);
}

static void trick_one_zero_block(struct sw_buf *out)
{
    good(out, "x");
    tar_zeros(out, SW_TAR_BLOCK);
    evil(out, "y");
    tar_end(out);
}

/* Who believes the header sees one member, who believes the extended header another one inside. */
static void trick_two_sizes(struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf inner = SW_BUF_INIT;
    evil(&inner, "y");
    tar_pax(out, 'x', "10 size=0\n");
    tar_file(out, "x", inner.data, inner.len);
    tar_end(out);
}

static void trick_two_names(struct sw_buf *out)
{
    tar_pax(out, 'x', "12 path=one\n");
    (void)tar_header(out, "././@LongLink", 'L', 4, "");
    tar_content(out, "two", 4);
    evil(out, "x");
    tar_end(out);
}

static void trick_path_twice(struct sw_buf *out)
{
    tar_pax(out, 'x', "12 path=one\n12 path=two\n");
    evil(out, "x");
    tar_end(out);
}

static void trick_directory_with_data(struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf inner = SW_BUF_INIT;
    evil(&inner, "y");
    good(out, "x");
    (void)tar_header(out, "dir/", '5', inner.len, "");
    tar_append(out, inner.data, inner.len);
    tar_end(out);
}

static void trick_number(struct sw_buf *out)
{
    evil(out, "x");
    memcpy(out->data + 124, "0x00000001a", 11);
    tar_sum(out, 0);
    tar_end(out);
}

static void trick_prefix(struct sw_buf *out)
{
    evil(out, "x");
    memcpy(out->data + 345, "some/where", 10);
    memcpy(out->data + 257, "ustar  ", 8);
    tar_sum(out, 0);
    tar_end(out);
}

static void trick_bad_record(struct sw_buf *out)
{
    tar_pax(out, 'x', "99 path=one\n");
    evil(out, "x");
    tar_end(out);
}

static void trick_global(struct sw_buf *out)
{
    tar_pax(out, 'g', "12 path=one\n");
    evil(out, "x");
    tar_end(out);
}

static void trick_type(struct sw_buf *out)
{
    (void)tar_header(out, "x", 'M', EVIL_LEN, "");
    tar_content(out, EVIL, EVIL_LEN);
    tar_end(out);
}

static const struct trick {
    const char *what;
    void (*make)(struct sw_buf *out);
    enum sw_severity severity;
    const char *words;
} tricks[] = {
    {"a name twice", trick_twice, SW_SEVERITY_HIGH, "more than once"},
    {"a name twice, the first of them evil", trick_twice_evil_first, SW_SEVERITY_HIGH,
        "more than once"},
    {"a broken header", trick_broken_header, SW_SEVERITY_HIGH, "behind a broken header"},
    {"an archive behind an archive", trick_behind_end, SW_SEVERITY_HIGH, "behind the end"},
    {"one block of zeros", trick_one_zero_block, SW_SEVERITY_HIGH, "behind the end"},
    {"two sizes", trick_two_sizes, SW_SEVERITY_HIGH, "another size"},
    {"two names", trick_two_names, SW_SEVERITY_HIGH, "different names"},
    {"two paths", trick_path_twice, SW_SEVERITY_HIGH, "different names"},
    {"a directory with data", trick_directory_with_data, SW_SEVERITY_HIGH, "can have no data"},
    {"no number", trick_number, SW_SEVERITY_HIGH, "different numbers"},
    {"a prefix in GNU's form", trick_prefix, SW_SEVERITY_MEDIUM, "prefix"},
    {"a record that is too long", trick_bad_record, SW_SEVERITY_HIGH, "breaks its rules"},
    {"a path for all", trick_global, SW_SEVERITY_HIGH, "for all members"},
    {"a part of another archive", trick_type, SW_SEVERITY_MEDIUM, "of a type"},
};

/* Whatever it is, the member that any reader finds is looked at. */
static void test_every_difference_between_readers_is_said(void **state)
{
    for (size_t i = 0; i < SW_COUNT(tricks); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        tricks[i].make(&bytes);
        struct looked looked;
        look_at_tar(&looked, &bytes);
        const struct sw_finding *finding = found(&looked, "tar-structure", tricks[i].words);
        if (finding == NULL || finding->severity != tricks[i].severity) {
            fail_msg("%s: %s", tricks[i].what,
                looked.in.finding_total > 0 ? looked.in.findings[0].message : "no finding");
        }
        bool number = strcmp(tricks[i].what, "no number") == 0;
        if (!number && found(&looked, "pickle-import", "calls os.system") == NULL) {
            fail_msg("%s: the pickle was not found", tricks[i].what);
        }
        looked_release(&looked);
    }
}

static void test_names_and_links_that_leave_are_said(void **state)
{
    static const struct {
        const char *name;
        char type;
        const char *link, *rule; /* NULL: nothing */
    } rows[] = {
        {"../x", '0', "", "tar-traversal"},
        {"a/../../x", '0', "", "tar-traversal"},
        {"/etc/x", '0', "", "tar-traversal"},
        {"a\\..\\x", '0', "", "tar-traversal"},
        {"c:x", '0', "", "tar-traversal"},
        {"a\nb", '0', "", "tar-traversal"},
        {"../d/", '5', "", "tar-traversal"},
        {"./././x", '0', "", NULL},
        {"x", '2', "/etc/passwd", "tar-link"},
        {"x", '2', "../x", "tar-link"},
        {"a/x", '2', "../../x", "tar-link"},
        {"a/b/x", '2', "../../x", NULL},
        {"a/x", '2', ".", NULL},
        {"a/x", '1', "../x", "tar-link"},
        {"a/x", '1', "/etc/passwd", "tar-link"},
        {"a/x", '1', "b/c", NULL},
        {"x", '3', "", "tar-device"},
        {"x", '4', "", "tar-device"},
        {"x", '6', "", "tar-device"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        (void)tar_header(&bytes, rows[i].name, rows[i].type, 0, rows[i].link);
        tar_end(&bytes);
        struct looked looked;
        look_at_tar(&looked, &bytes);
        bool said = rows[i].rule != NULL && found(&looked, rows[i].rule, "") != NULL;
        if (said != (rows[i].rule != NULL) || (!said && looked.in.finding_total > 0)) {
            fail_msg("%s -> %s: %zu findings", rows[i].name, rows[i].link, looked.in.finding_total);
        }
        assert_int_equal(looked.worst, said ? SW_SEVERITY_HIGH : SW_SEVERITY_INFO);
        looked_release(&looked);
    }
}

static void test_writing_through_a_link_is_said(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    (void)tar_header(&bytes, "a", '2', 0, "b");
    good(&bytes, "./a/x");
    tar_end(&bytes);
    struct looked looked;
    look_at_tar(&looked, &bytes);
    assert_non_null(found(&looked, "tar-link", "through a symbolic link"));
    looked_release(&looked);
}

static void test_archives_that_end_early_are_no_evidence(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    evil(&bytes, "x");
    good(&bytes, "y");
    tar_end(&bytes);
    const struct {
        size_t len;
        const char *words;
    } rows[] = {{SW_TAR_BLOCK + 10, "in the content of x"}, {2 * SW_TAR_BLOCK + 100, "in a header"},
        {3 * SW_TAR_BLOCK + 2, "in the content of y"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        look(&looked, bytes.data, rows[i].len, "x.tar");
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        assert_non_null(found(&looked, "tar-broken", rows[i].words));
        looked_release(&looked);
    }
}

static void test_bytes_behind_the_end_are_looked_at(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    good(&bytes, "x");
    tar_end(&bytes);
    tar_append(&bytes, EVIL, EVIL_LEN);
    struct looked looked;
    look_at_tar(&looked, &bytes);
    assert_non_null(found(&looked, "tar-trailing", "behind the end"));
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
}

static void test_sparse_members_are_no_evidence(void **state)
{
    for (int pax = 0; pax < 2; pax++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        if (pax == 1) {
            tar_pax(&bytes, 'x', "22 GNU.sparse.major=1\n23 GNU.sparse.name=a.b\n");
        }
        (void)tar_header(&bytes, "x", pax == 1 ? '0' : 'S', 4, "");
        tar_content(&bytes, GOOD, 4);
        tar_end(&bytes);
        struct looked looked;
        look_at_tar(&looked, &bytes);
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        assert_non_null(
            found(&looked, "tar-structure", pax == 1 ? "a.b is sparse" : "x is sparse"));
        looked_release(&looked);
    }
}

static void test_packed_archives_are_opened(void **state)
{
    static const enum sw_packing packings[] = {
        SW_PACK_GZIP, SW_PACK_BZIP2, SW_PACK_XZ, SW_PACK_ZSTD, SW_PACK_LZ4};
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    good(&bytes, "a.pkl");
    evil(&bytes, "b.pkl");
    tar_end(&bytes);
    for (size_t i = 0; i < SW_COUNT(packings); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        squeeze(&packed, packings[i], sw_buf_bytes(&bytes));
        struct looked looked;
        look(&looked, packed.data, packed.len, "x.tar.gz");
        const struct sw_finding *finding = found(&looked, "pickle-import", "os.system");
        assert_non_null(finding);
        assert_string_equal(finding->member, "x.tar!b.pkl");
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        looked_release(&looked);
    }
}

/* --- what is built on tar
 * ------------------------------------------------------------------------- */

static void test_nemo_names_what_it_calls(void **state)
{
    static const struct {
        const char *yaml;
        enum sw_severity worst;
        const char *words; /* NULL: nothing */
        const char *rule;
    } rows[] = {
        {"target: nemo.collections.asr.models.EncDecCTCModel\n"
         "optim:\n  name: adamw\n  target: 5\n",
            SW_SEVERITY_INFO, NULL, NULL},
        {"preprocessor:\n  _target_: nemo.collections.asr.modules.AudioPreprocessor\n"
         "loss:\n- _target_: torch.nn.CrossEntropyLoss\n",
            SW_SEVERITY_INFO, NULL, NULL},
        {"a:\n  b:\n  - c:\n      _target_: os.system\n", SW_SEVERITY_CRITICAL, "os.system",
            "config-target"},
        {"_target_: torch.hub.load\n", SW_SEVERITY_CRITICAL, "torch.hub.load", "config-target"},
        {"_target_: nemox.y\n", SW_SEVERITY_CRITICAL, "nemox.y", "config-target"},
        {"_target_: nemo.__builtins__.exec\n", SW_SEVERITY_CRITICAL, "__builtins__",
            "config-target"},
        {"_target_: ${x}\nx: os.system\n", SW_SEVERITY_CRITICAL, "${x}", "config-target"},
        {"target: ${x}\nx: os.system\n", SW_SEVERITY_HIGH, "${x}", "config-target"},
        {"target: subprocess.run\n", SW_SEVERITY_HIGH, "subprocess.run", "config-target"},
        {"cls: subprocess.run\n", SW_SEVERITY_HIGH, "subprocess.run", "config-target"},
        {"a: &x\n  _target_: os.system\n", SW_SEVERITY_LOW, "not known", "config-broken"},
        {"a: !!python/object/apply:os.system [id]\n", SW_SEVERITY_LOW, "not known",
            "config-broken"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        tar_file(&bytes, "./model_config.yaml", rows[i].yaml, strlen(rows[i].yaml));
        good(&bytes, "./model_weights.ckpt");
        tar_end(&bytes);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "model.nemo");
        assert_string_equal(looked.in.format, "nemo");
        bool right = looked.worst == rows[i].worst &&
                     (rows[i].words == NULL || found(&looked, rows[i].rule, rows[i].words) != NULL);
        bool failed = rows[i].words != NULL && strcmp(rows[i].rule, "config-broken") == 0;
        if (!right || looked.in.status != (failed ? SW_SCAN_FAILED : SW_SCAN_PARSED)) {
            fail_msg("%s: %s, %s", rows[i].yaml, sw_scan_status_name(looked.in.status),
                looked.in.finding_total > 0 ? looked.in.findings[0].message : "no finding");
        }
        looked_release(&looked);
    }
}

static void test_old_torch_archives_are_searched_and_not_read(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    static const char tensors[] = "\x80\x02K\1.\1\2\3\4" EVIL "\0\0\0\0";
    good(&bytes, "sys_info");
    good(&bytes, "pickle");
    tar_file(&bytes, "tensors", tensors, sizeof(tensors) - 1);
    tar_file(&bytes, "storages", "\x80\x02K\1.\1\2\3\4", 9);
    tar_end(&bytes);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "model.pt");
    assert_string_equal(looked.in.format, "torch-tar");
    assert_true(left_unread(&looked, "torch-tar"));
    assert_int_equal(looked.in.status, SW_SCAN_RECOGNISED);
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_honest_archives_have_no_finding),
        cmocka_unit_test(test_members_are_named_as_the_last_header_says),
        cmocka_unit_test(test_every_difference_between_readers_is_said),
        cmocka_unit_test(test_names_and_links_that_leave_are_said),
        cmocka_unit_test(test_writing_through_a_link_is_said),
        cmocka_unit_test(test_archives_that_end_early_are_no_evidence),
        cmocka_unit_test(test_bytes_behind_the_end_are_looked_at),
        cmocka_unit_test(test_sparse_members_are_no_evidence),
        cmocka_unit_test(test_packed_archives_are_opened),
        cmocka_unit_test(test_nemo_names_what_it_calls),
        cmocka_unit_test(test_old_torch_archives_are_searched_and_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
