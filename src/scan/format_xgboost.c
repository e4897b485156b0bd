/* XGBoost models in JSON and UBJSON: the trees, whose numbers loaders follow without a look
 * (XGBoost, "Introduction to Model IO"). The old binary form is recognised alone.
 * doc/format/scan.md, "XGBoost". */
#include "codec/codec.h"
#include "scan/format.h"

#define MODEL_MAX ((uint64_t)64 << 20)
#define SAID_MAX 20

struct model {
    struct sw_inspection *in;
    struct sw_arena *arena;
    struct sw_error *err;
    uint64_t features; /* 0: not known */
    size_t said;
};

/* One tree: a node is a leaf when it has no left child. */
struct tree {
    const struct sw_json *left, *right, *splits;
    size_t count;
    uint64_t number;
};

static bool begins_with(struct sw_bytes head, const char *word)
{
    return head.len >= strlen(word) && memcmp(head.ptr, word, strlen(word)) == 0;
}

static bool is_ubjson(struct sw_bytes head)
{
    return head.len >= 16 && head.ptr[0] == '{' && memchr("LliUI", head.ptr[1], 5) != NULL &&
           memmem(head.ptr, head.len < 64 ? head.len : 64, "learner", 7) != NULL;
}

static bool sniff(const struct sw_specimen *specimen)
{
    struct sw_bytes head = specimen->head;
    bool json = head.len >= 16 && head.ptr[0] == '{' &&
                memmem(head.ptr, head.len, "\"learner\"", 9) != NULL;
    return begins_with(head, "binf") || is_ubjson(head) || json;
}

static sw_result say(struct model *m, const struct tree *tree, size_t node, const char *what)
{
    if (m->said++ >= SAID_MAX) {
        return SW_OK;
    }
    return sw_found(m->in, "xgboost-index", SW_SEVERITY_HIGH, UINT64_MAX,
        "node %zu of tree %llu %s", node, (unsigned long long)tree->number, what);
}

static sw_result check_split(struct model *m, const struct tree *tree, size_t node)
{
    uint64_t feature;
    if (!sw_json_u64(sw_json_item(tree->splits, node), &feature) ||
        (m->features > 0 && feature >= m->features)) {
        return say(m, tree, node, "splits by a feature that the model does not have");
    }
    return SW_OK;
}

/* Follows a child: *next is its node, or `count` when there is none to follow. */
static sw_result follow(struct model *m, const struct tree *tree, const struct sw_json *children,
    size_t node, bool *seen, size_t *next)
{
    uint64_t child;
    *next = tree->count;
    if (!sw_json_u64(sw_json_item(children, node), &child) || child >= tree->count) {
        return say(m, tree, node, "has a child that is not in the tree");
    }
    if (seen[child]) {
        return say(m, tree, node, "has a child that was passed already: a walk may not end");
    }
    seen[child] = true;
    *next = (size_t)child;
    return SW_OK;
}

static bool is_leaf(const struct tree *tree, size_t node)
{
    int64_t left;
    return sw_json_i64(sw_json_item(tree->left, node), &left) && left == -1;
}

/* Each node is put on the stack at most once. */
static sw_result walk(struct model *m, const struct tree *tree)
{
    bool *seen = SW_ARENA_ARRAY(m->arena, bool, tree->count);
    size_t *stack = SW_ARENA_ARRAY(m->arena, size_t, tree->count);
    SW_TRY_PTR(seen);
    SW_TRY_PTR(stack);
    memset(seen, 0, tree->count * sizeof(*seen));
    size_t depth = 0;
    stack[depth++] = 0;
    seen[0] = true;
    while (depth > 0) {
        size_t node = stack[--depth];
        const struct sw_json *const children[] = {tree->left, tree->right};
        if (is_leaf(tree, node)) {
            continue;
        }
        SW_TRY(check_split(m, tree, node));
        for (size_t i = 0; i < SW_COUNT(children); i++) {
            size_t next;
            SW_TRY(follow(m, tree, children[i], node, seen, &next));
            if (next < tree->count) {
                stack[depth++] = next;
            }
        }
    }
    return SW_OK;
}

static const struct sw_json *numbers(const struct sw_json *tree, const char *name)
{
    const struct sw_json *value = sw_json_get(tree, name);
    return value != NULL && value->type == SW_JSON_ARRAY && value->count > 0 ? value : NULL;
}

static sw_result check_tree(struct model *m, const struct sw_json *value, uint64_t number)
{
    struct tree tree = {.left = numbers(value, "left_children"),
        .right = numbers(value, "right_children"),
        .splits = numbers(value, "split_indices"),
        .number = number};
    if (tree.left == NULL || tree.right == NULL || tree.splits == NULL ||
        tree.left->count != tree.right->count || tree.left->count != tree.splits->count) {
        return sw_fail(m->err, SW_E_FORMAT, "byte %llu: a tree's lists do not fit each other",
            (unsigned long long)value->where);
    }
    tree.count = tree.left->count;
    return walk(m, &tree);
}

/* gbtree has its model by itself, dart in a gbtree of its own; gblinear has weights alone. */
static sw_result check_booster(struct model *m, const struct sw_json *root)
{
    const struct sw_json *booster = sw_json_path(root, sw_str("learner.gradient_booster"));
    const struct sw_json *inner = sw_json_get(booster, "gbtree");
    const struct sw_json *model = sw_json_get(inner == NULL ? booster : inner, "model");
    const struct sw_json *trees = sw_json_get(model, "trees");
    struct sw_str features;
    if (model == NULL || (trees == NULL && sw_json_get(model, "weights") == NULL)) {
        return sw_fail(m->err, SW_E_FORMAT, "it has neither trees nor weights");
    }
    if (sw_json_str(
            sw_json_path(root, sw_str("learner.learner_model_param.num_feature")), &features)) {
        (void)sw_parse_u64(features, &m->features);
    }
    uint64_t number = 0;
    SW_JSON_EACH (tree, trees) {
        SW_TRY(check_tree(m, tree, number++));
    }
    return SW_OK;
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)400 << 20);
    struct model m = {.in = in, .arena = &arena, .err = err};
    struct sw_json root;
    if (begins_with(specimen->head, "binf")) {
        SW_TRY(sw_unread(in, "xgboost"));
        return sw_found(in, "not-read", SW_SEVERITY_INFO, UINT64_MAX,
            "an XGBoost model in the old binary form: recognised, its content was not read");
    }
    if (specimen->source.size > MODEL_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a model of more than 64 MiB");
    }
    SW_TRY(sw_source_append(&specimen->source, 0, specimen->source.size, &text, err));
    SW_TRY(is_ubjson(specimen->head)
               ? sw_ubjson_parse(&arena, sw_buf_bytes(&text), NULL, &root, err)
               : sw_json_parse(&arena, sw_buf_bytes(&text), NULL, &root, err));
    return check_booster(&m, &root);
}

const struct sw_format sw_format_xgboost = {.id = "xgboost",
    .names = ".ubj .xgb",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM};
