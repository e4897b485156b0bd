#include "supply/vendor_questions.h"

#include "supply/pack_file.h"

#include <pthread.h>

#define LIST_MAX 64

static enum sw_code broken(struct sw_error *err, const struct sw_json *at, const char *what)
{
    return sw_fail(
        err, SW_E_FORMAT, "line %llu: %s", (unsigned long long)(at == NULL ? 0 : at->where), what);
}

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static bool truth_of(const struct sw_json *object, const char *name)
{
    bool truth = false;
    (void)sw_json_bool(sw_json_get(object, name), &truth);
    return truth;
}

/* `number` names what a choice counts by; NULL: nothing. */
struct shape {
    const char *number;
    uint64_t max;
    bool says;
};

static bool read_choice(
    const struct sw_json *item, const struct shape *shape, struct sw_vendor_choice *out)
{
    out->id = text_of(item, "id");
    out->says = text_of(item, "says");
    out->expires = truth_of(item, "expires");
    bool counts =
        shape->number == NULL ||
        (sw_json_u64(sw_json_get(item, shape->number), &out->points) && out->points <= shape->max);
    return out->id.len > 0 && (out->says.len > 0 || !shape->says) && counts;
}

static sw_result read_choices(struct sw_arena *arena, const struct sw_json *list,
    const struct shape *shape, struct sw_vendor_choices *out, struct sw_error *err)
{
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0 || list->count > LIST_MAX) {
        return broken(err, list, "a list of choices is wanted here");
    }
    struct sw_vendor_choice *choices = SW_ARENA_ARRAY(arena, struct sw_vendor_choice, list->count);
    SW_TRY_PTR(choices);
    *out = (struct sw_vendor_choices){choices, 0};
    SW_JSON_EACH (item, list) {
        if (!read_choice(item, shape, &choices[out->count]) ||
            sw_vendor_choice(out, choices[out->count].id) != NULL) {
            return broken(err, item, "this is no choice of its list");
        }
        out->count++;
    }
    return SW_OK;
}

static sw_result read_controls(struct sw_arena *arena, const struct sw_json *list,
    struct sw_vendor_question *out, struct sw_error *err)
{
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0 || list->count > LIST_MAX) {
        return broken(err, list, "a question has controls");
    }
    struct sw_str *controls = SW_ARENA_ARRAY(arena, struct sw_str, list->count);
    SW_TRY_PTR(controls);
    SW_JSON_EACH (item, list) {
        if (!sw_json_str(item, &controls[out->control_count++])) {
            return broken(err, item, "the id of a control is wanted here");
        }
    }
    out->controls = controls;
    return SW_OK;
}

/* There must be a best and a worst answer, so that no question weighs more than it says. */
static bool spans(const struct sw_vendor_choices *answers)
{
    bool best = false;
    bool worst = false;
    for (size_t i = 0; i < answers->count; i++) {
        best = best || answers->list[i].points == 0;
        worst = worst || answers->list[i].points == SW_VENDOR_POINTS_MAX;
    }
    return best && worst;
}

static sw_result read_question(struct sw_arena *arena, const struct sw_json *item,
    struct sw_vendor_question *out, struct sw_error *err)
{
    static const struct shape answer = {"points", SW_VENDOR_POINTS_MAX, true};
    *out = (struct sw_vendor_question){.id = text_of(item, "id"),
        .area = text_of(item, "area"),
        .question = text_of(item, "question"),
        .why = text_of(item, "why"),
        .proof = truth_of(item, "proof"),
        .skip = truth_of(item, "skip")};
    bool weighed = sw_json_u64(sw_json_get(item, "weight"), &out->weight) && out->weight > 0 &&
                   out->weight <= SW_VENDOR_WEIGHT_MAX;
    if (out->id.len == 0 || out->area.len == 0 || out->question.len == 0 || out->why.len == 0 ||
        !weighed) {
        return broken(err, item, "a question has id, area, question, why and a weight");
    }
    SW_TRY(read_controls(arena, sw_json_get(item, "controls"), out, err));
    SW_TRY(read_choices(arena, sw_json_get(item, "answers"), &answer, &out->answers, err));
    return spans(&out->answers) ? SW_OK
                                : broken(err, item, "a question has a best and a worst answer");
}

static sw_result read_list(struct sw_arena *arena, const struct sw_json *list,
    struct sw_vendor_questions *out, struct sw_error *err)
{
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0 || list->count > LIST_MAX) {
        return broken(err, list, "a list of questions is wanted here");
    }
    struct sw_vendor_question *questions =
        SW_ARENA_ARRAY(arena, struct sw_vendor_question, list->count);
    SW_TRY_PTR(questions);
    out->list = questions;
    SW_JSON_EACH (item, list) {
        SW_TRY(read_question(arena, item, &questions[out->count], err));
        if (sw_vendor_question(out, questions[out->count].id) != NULL) {
            return broken(err, item, "there is a question of this id already");
        }
        out->count++;
    }
    return SW_OK;
}

/* Levels rise, and the last one takes all that is left. */
static bool rises(const struct sw_vendor_choices *levels)
{
    for (size_t i = 1; i < levels->count; i++) {
        if (levels->list[i].points <= levels->list[i - 1].points) {
            return false;
        }
    }
    return levels->list[levels->count - 1].points == SW_VENDOR_SCORE_MAX;
}

static bool counts_from_one(const struct sw_vendor_choices *choices)
{
    bool most = false;
    for (size_t i = 0; i < choices->count; i++) {
        most = most || choices->list[i].points == SW_VENDOR_POINTS_MAX;
        if (choices->list[i].points == 0) {
            return false;
        }
    }
    return most;
}

sw_result sw_vendor_questions_read(struct sw_arena *arena, struct sw_bytes yaml,
    struct sw_vendor_questions *out, struct sw_error *err)
{
    static const struct shape factor = {"points", SW_VENDOR_POINTS_MAX, true};
    static const struct shape level = {"to", SW_VENDOR_SCORE_MAX, false};
    static const struct shape kind = {NULL, 0, true};
    struct sw_json root;
    *out = (struct sw_vendor_questions){0};
    sw_sha256(yaml, &out->digest);
    SW_TRY(sw_yaml_parse(arena, yaml, NULL, &root, err));
    if (!sw_json_is(sw_json_get(&root, "pack"), "vendor-questions") ||
        !sw_json_u64(sw_json_get(&root, "version"), &out->version)) {
        return broken(err, &root, "this is no pack of questions");
    }
    SW_TRY(read_choices(arena, sw_json_get(&root, "classes"), &factor, &out->classes, err));
    SW_TRY(read_choices(arena, sw_json_get(&root, "dependence"), &factor, &out->dependence, err));
    SW_TRY(read_choices(arena, sw_json_get(&root, "levels"), &level, &out->levels, err));
    SW_TRY(read_choices(arena, sw_json_get(&root, "documents"), &kind, &out->documents, err));
    if (!rises(&out->levels) || !counts_from_one(&out->classes) ||
        !counts_from_one(&out->dependence)) {
        return broken(err, &root, "the levels rise to 100, and the factors go from 1 to 4");
    }
    return read_list(arena, sw_json_get(&root, "questions"), out, err);
}

static struct {
    struct sw_arena arena;
    struct sw_vendor_questions questions;
    bool good;
} built_in;

static void read_built_in(void)
{
    struct sw_error why = {0};
    sw_arena_init(&built_in.arena, 0);
    built_in.good = sw_vendor_questions_read(&built_in.arena, sw_supply_pack("vendor-questions"),
                        &built_in.questions, &why) == SW_OK;
}

const struct sw_vendor_questions *sw_vendor_questions(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, read_built_in);
    return built_in.good ? &built_in.questions : NULL;
}

const struct sw_vendor_question *sw_vendor_question(
    const struct sw_vendor_questions *questions, struct sw_str id)
{
    for (size_t i = 0; i < questions->count; i++) {
        if (sw_str_equal(questions->list[i].id, id)) {
            return &questions->list[i];
        }
    }
    return NULL;
}

const struct sw_vendor_choice *sw_vendor_choice(
    const struct sw_vendor_choices *choices, struct sw_str id)
{
    for (size_t i = 0; i < choices->count; i++) {
        if (sw_str_equal(choices->list[i].id, id)) {
            return &choices->list[i];
        }
    }
    return NULL;
}
