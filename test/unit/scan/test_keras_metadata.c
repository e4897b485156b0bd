#include "proto_files.h"

#define LAYER(class, config)                                                    \
    "{\"name\": \"layer\", \"class_name\": \"" class "\", \"config\": {" config \
                                                     "}, \"trainable\": true}"

static void look_at(struct looked *out, const char *identifier, const char *settings)
{
    struct proto saved = {0}, node = {0}, version = {0};
    proto_number(&node, 2, 1);
    proto_text(&node, 3, "root.layer");
    proto_text(&node, 4, identifier);
    proto_text(&node, 5, settings);
    proto_number(&version, 1, 2);
    proto_message(&node, 6, &version);
    proto_message(&saved, 1, &node);
    proto_look(out, &saved, "keras_metadata.pb");
    assert_true(unread_fits(out));
}

static const struct {
    const char *what;
    const char *settings;
    enum sw_scan_status status;
    enum sw_severity worst;
    const char *rule; /* NULL: nothing is found */
} rows[] = {
    {"a layer of Keras", LAYER("Dense", "\"units\": 3"), SW_SCAN_PARSED, SW_SEVERITY_INFO, NULL},
    {"a class that is made anew", LAYER("Mine", "\"units\": 3"), SW_SCAN_PARSED, SW_SEVERITY_INFO,
        NULL},
    {"code",
        LAYER("Lambda", "\"function\": {\"class_name\": \"__tuple__\", \"items\": [\"4wEA\", null, "
                        "null]}, \"function_type\": \"lambda\""),
        SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, "keras-lambda"},
    {"a name twice", "{\"class_name\": \"Dense\", \"class_name\": \"Lambda\"}", SW_SCAN_FAILED,
        SW_SEVERITY_MEDIUM, NULL},
    {"no settings", "Lambda", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM, NULL},
};

static void test_settings_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        look_at(&looked, "_tf_keras_layer", rows[i].settings);
        assert_string_equal(looked.in.format, "keras-metadata");
        if (looked.in.status != rows[i].status || looked.worst != rows[i].worst ||
            (rows[i].rule != NULL && found(&looked, rows[i].rule, "") == NULL)) {
            fail_msg("%s: status %d, %s, %s", rows[i].what, (int)looked.in.status,
                sw_severity_name(looked.worst),
                looked.in.finding_count > 0 ? looked.in.findings[0].message : "nothing");
        }
        looked_release(&looked);
    }
}

static void test_what_is_not_keras_is_something_else(void **state)
{
    (void)state;
    struct looked looked;
    look_at(&looked, "_other", LAYER("Dense", "\"units\": 3"));
    assert_string_not_equal(looked.in.format, "keras-metadata");
    looked_release(&looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_are_judged),
        cmocka_unit_test(test_what_is_not_keras_is_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
