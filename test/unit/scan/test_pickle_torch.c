/* What torch's weights_only loading takes, the sizes of storages, and pickles in pickles. */
#include "inspect_one.h"

#include "zip_build.h"

#define CLEAN "pickle", SW_SCAN_PARSED, SW_SEVERITY_INFO, NULL, NULL
#define HIGH(rule, words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_HIGH, rule, words
#define BAD(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, "pickle-import", words

/* --- weights_only ------------------------------------------------------------------------------
 */

#define U(length, text) "X" length "\x00\x00\x00" text
#define STORAGE(count) \
    "(" U("\x07", "storage") "ctorch\nFloatStorage\n" U("\x01", "0") U("\x03", "cpu") "K" count "tQ"
#define TENSOR(count)                                                                   \
    "ctorch._utils\n_rebuild_tensor_v2\n(" STORAGE(count) "K\x00K\x02\x85K\x01\x85\x89" \
                                                          "ccollections\nOrderedDict\n)RtR"

static const struct {
    const char *what;
    const char *bytes;
    size_t len;
    const char *words;
} predictions[] = {
    {"a state dict", BYTES("\x80\x02}" U("\x01", "w") TENSOR("\x02") "s."),
        "accepted by torch 2.4 to 2.10"},
    {"a set",
        BYTES("\x80\x02"
              "c__builtin__\nset\n]\x85R."),
        "accepted by torch 2.6 to 2.10"},
    {"bytes",
        BYTES("\x80\x02"
              "c_codecs\nencode\n" U("\x01", "a") U("\x06", "latin1") "\x86R."),
        "accepted by torch 2.5 to 2.10"},
    {"an ordered dict with a state",
        BYTES("\x80\x02"
              "ccollections\nOrderedDict\n)R}b."),
        "accepted by torch 2.4 to 2.10"},
    {"an object of an allowed class",
        BYTES("\x80\x02"
              "ccollections\nOrderedDict\n)\x81."),
        "accepted by torch 2.6 to 2.10"},
    {"items in a tensor", BYTES("\x80\x02" TENSOR("\x02") "K\x00K\x01s."),
        "accepted by torch 2.4 to 2.9, refused by later ones for an item for what is no dict"},
    {"items of a tensor", BYTES("\x80\x02" TENSOR("\x02") "(K\x00K\x01u."),
        "accepted by torch 2.4 to 2.9, refused by later ones"},
    {"an import",
        BYTES("\x80\x02"
              "cdatetime\ndate\n."),
        "for an import that is not on its list"},
    {"an opcode",
        BYTES("\x80\x04\x8c\x01"
              "a."),
        "refused by torch 2.4 to 2.10 for an opcode"},
    {"MEMOIZE", BYTES("\x80\x02]\x94."), "for an opcode"},
    {"a persistent id", BYTES("\x80\x02(" U("\x06", "module") "tQ."), "for a persistent id"},
    {"a list that is none",
        BYTES("\x80\x02}K\x01"
              "a."),
        "for an item for what is no list"},
    {"a state of a dict", BYTES("\x80\x02}}" U("\x01", "a") "K\x01sb."), "for a state"},
    {"a call of a result",
        BYTES("\x80\x02"
              "ccollections\nOrderedDict\n)R)R."),
        "for a call"},
    {"a break", BYTES("\x80\x02NN0N0N0N0N0\xff"), "where it breaks off"},
};

static void look_at_torch(struct looked *looked, const char *bytes, size_t len, size_t storage)
{
    static const char zeros[64];
    SW_CLEANUP(buf) struct sw_buf zip = SW_BUF_INIT;
    struct zip_member members[] = {
        zip_stored("m/data.pkl", bytes, len), zip_stored("m/data/0", zeros, storage)};
    zip_build(&zip, members, SW_COUNT(members));
    look(looked, zip.data, zip.len, "m.pt");
}

static void test_weights_only_loading_is_predicted(void **state)
{
    for (size_t i = 0; i < SW_COUNT(predictions); i++) {
        struct looked looked;
        look_at_torch(&looked, predictions[i].bytes, predictions[i].len, 8);
        if (found(&looked, "pickle-weights-only", predictions[i].words) == NULL) {
            const struct sw_finding *other = found(&looked, "pickle-weights-only", "");
            fail_msg("%s: %s", predictions[i].what, other == NULL ? "nothing" : other->message);
        }
        looked_release(&looked);
    }
}

static void test_storages_have_the_size_that_the_pickle_says(void **state)
{
    static const char pickle[] = "\x80\x02" TENSOR("\x02") ".";
    static const char other[] = "\x80\x02(" U("\x07", "storage") "ctorch\nFloatStorage\n" U(
        "\x01", "7") U("\x03", "cpu") "K\x02tQ.";
    static const char huge[] = "\x80\x02(" U("\x07", "storage") "ctorch\nDoubleStorage\n" U(
        "\x01", "0") U("\x03", "cpu") "\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x7ftQ.";
    struct looked looked;
    look_at_torch(&looked, pickle, sizeof(pickle) - 1, 8);
    assert_int_equal(looked.worst, SW_SEVERITY_INFO);
    looked_release(&looked);
    look_at_torch(&looked, pickle, sizeof(pickle) - 1, 4);
    assert_non_null(
        found(&looked, "torch-storage-size", "m/data/0 has 4 bytes where the pickle needs 8"));
    looked_release(&looked);
    look_at_torch(&looked, other, sizeof(other) - 1, 8);
    assert_non_null(
        found(&looked, "torch-storage-size", "m/data/7, which the archive does not have"));
    looked_release(&looked);
    look_at_torch(&looked, huge, sizeof(huge) - 1, 8);
    assert_non_null(found(&looked, "torch-storage-size", "needs 18446744073709551615"));
    looked_release(&looked);
}

/* --- pickles in pickles ------------------------------------------------------------------------
 */

static const struct look_case nested[] = {
    {"raw",
        BYTES("\x80\x03"
              "C\x1a\x80\x02"
              "cos\nsystem\n(X\x02\x00\x00\x00idtR.xx."),
        BAD("calls os.system('id')")},
    {"as text",
        BYTES("\x80\x02X\x16\x00\x00\x00"
              "cos\nsystem\n(S'id'\ntR.xxx."),
        BAD("calls os.system('id')")},
    {"as hexadecimal",
        BYTES("\x80\x02U\x2e"
              "8002636f730a73797374656d0a2853276964270a74522e"
              "."),
        BAD("calls os.system('id')")},
    {"as base64",
        BYTES("\x80\x02U\x20"
              "gAJjb3MKc3lzdGVtCihTJ2lkJwp0Ui4="
              "."),
        BAD("calls os.system('id')")},
    {"as base64 in lines",
        BYTES("\x80\x02U\x21"
              "gAJjb3MKc3lzdGVt\nCihTJ2lkJwp0Ui4="
              "."),
        BAD("calls os.system('id')")},
    {"compressed",
        BYTES("\x80\x03"
              "C\x1f"
              "\x78\x9c\x6b\x60\x4a\xce\x2f\xe6\x2a\xae\x2c\x2e\x49\xcd\xe5\xd2\x08\x56\xcf\x4c\x51"
              "\xe7\x2a\x09\xd2\x03\x00\x5a\xc1\x07\x15"
              "."),
        BAD("calls os.system('id')")},
    {"that only holds data",
        BYTES("\x80\x03"
              "C\x06\x80\x02}K\x01.."),
        CLEAN},
    {"that only begins like one",
        BYTES("\x80\x03"
              "C\x06\x80\x02\xff\xff\xff\xff."),
        CLEAN},
    {"words in lines",
        BYTES("\x80\x02U\x0c"
              "cos\nsin\ntan\n."),
        CLEAN},
};

static void test_constants_that_are_pickles_are_walked(void **state)
{
    for (size_t i = 0; i < SW_COUNT(nested); i++) {
        check_case(&nested[i]);
    }
}

/* One in another, each as a constant: deeper than it goes is no evidence, never clean. */
static void test_pickles_in_pickles_are_bounded(void **state)
{
    SW_CLEANUP(buf) struct sw_buf inner = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&inner, "\x80\x02"
                                         "cos\nsystem\n(S'id'\ntR."),
        SW_OK);
    for (unsigned i = 0; i < 8; i++) {
        SW_CLEANUP(buf) struct sw_buf outer = SW_BUF_INIT;
        const uint8_t head[] = {0x80, 3, 'B', (uint8_t)inner.len, (uint8_t)(inner.len >> 8), 0, 0};
        assert_int_equal(sw_buf_append(&outer, head, sizeof(head)), SW_OK);
        assert_int_equal(sw_buf_append(&outer, inner.data, inner.len), SW_OK);
        assert_int_equal(sw_buf_putc(&outer, '.'), SW_OK);
        sw_buf_clear(&inner);
        assert_int_equal(sw_buf_append(&inner, outer.data, outer.len), SW_OK);
        struct looked looked;
        look(&looked, inner.data, inner.len, "x.pkl");
        bool bad = found(&looked, "pickle-import", "calls os.system('id')") != NULL;
        assert_true(bad == (i < 4));
        assert_true(bad || looked.in.status == SW_SCAN_FAILED);
        looked_release(&looked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_only_loading_is_predicted),
        cmocka_unit_test(test_storages_have_the_size_that_the_pickle_says),
        cmocka_unit_test(test_constants_that_are_pickles_are_walked),
        cmocka_unit_test(test_pickles_in_pickles_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
