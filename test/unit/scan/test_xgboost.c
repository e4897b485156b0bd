#include "inspect_one.h"

#define TREE(left, right, splits) \
    "{\"left_children\":[" left "],\"right_children\":[" right "],\"split_indices\":[" splits "]}"
#define MODEL(trees)                                                       \
    BYTES("{\"learner\":{\"learner_model_param\":{\"num_feature\":\"2\"}," \
          "\"gradient_booster\":{\"name\":\"gbtree\",\"model\":{\"trees\":[" trees "]}}}}")
#define BAD(words) "xgboost", SW_SCAN_PARSED, SW_SEVERITY_HIGH, "xgboost-index", words
#define BROKEN(words) "xgboost", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM, "xgboost-broken", words
#define CLEAN "xgboost", SW_SCAN_PARSED, SW_SEVERITY_INFO, NULL, NULL

static const struct look_case models[] = {
    {"a tree", MODEL(TREE("1,-1,-1", "2,-1,-1", "1,0,0")), CLEAN},
    {"weights", BYTES("{\"learner\":{\"gradient_booster\":{\"model\":{\"weights\":[1,2]}}}}"),
        CLEAN},
    {"a child outside", MODEL(TREE("1,-1,-1", "3,-1,-1", "0,0,0")), BAD("not in the tree")},
    {"a child below", MODEL(TREE("-2,-1,-1", "2,-1,-1", "0,0,0")), BAD("not in the tree")},
    {"a loop", MODEL(TREE("1,0,-1", "2,2,-1", "0,0,0")), BAD("passed already")},
    {"a feature outside", MODEL(TREE("1,-1,-1", "2,-1,-1", "2,0,0")), BAD("splits by a feature")},
    {"lists of other lengths", MODEL(TREE("1,-1", "2,-1,-1", "0,0,0")), BROKEN("do not fit")},
    {"an empty tree", MODEL(TREE("", "", "")), BROKEN("do not fit")},
    {"no model", BYTES("{\"learner\":{\"attributes\":{}}}"), BROKEN("neither trees nor weights")},
    {"no JSON", BYTES("{\"learner\":{\"attributes\":{}}"), BROKEN("")},
};

/* The same in UBJSON, as XGBoost writes it: lists of numbers have one type. */
#define LEN(n) "L\0\0\0\0\0\0\0" n
#define LIST(name, len, values) LEN(len) name "[$l#" LEN("\3") values
#define UBJ_TREE(left)                                                             \
    "{" LIST("left_children", "\x0d", left)                                        \
        LIST("right_children", "\x0e", "\0\0\0\2\xff\xff\xff\xff\xff\xff\xff\xff") \
            LIST("split_indices", "\x0d", "\0\0\0\1\0\0\0\0\0\0\0\0") "}"
#define UBJ_MODEL(trees)                                                                   \
    BYTES("{" LEN("\7") "learner{" LEN("\x10") "gradient_booster{" LEN("\5") "model{" LEN( \
        "\5") "trees[#" LEN("\1") trees "}}}}")
static const struct look_case packed[] = {
    {"a tree", UBJ_MODEL(UBJ_TREE("\0\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff")), CLEAN},
    {"a child outside", UBJ_MODEL(UBJ_TREE("\0\0\0\7\xff\xff\xff\xff\xff\xff\xff\xff")),
        BAD("not in the tree")},
    {"a loop", UBJ_MODEL(UBJ_TREE("\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff")),
        BAD("passed already")},
    {"half a model", BYTES("{" LEN("\7") "learner{" LEN("\x10") "gradient_booster{"),
        BROKEN("ends inside")},
};

static void test_packed_trees_are_walked(void **state)
{
    (void)state;
    check_cases(packed, SW_COUNT(packed));
}

static void test_trees_are_walked(void **state)
{
    (void)state;
    check_cases(models, SW_COUNT(models));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees_are_walked),
        cmocka_unit_test(test_packed_trees_are_walked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
