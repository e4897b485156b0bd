/* An author's file: statements with nobody behind them but who wrote it. doc/format/card.md. */
#include "supply/ascii.h"
#include "supply/card.h"

#define LIST_MAX 256u

struct taking {
    struct sw_card *card;
    struct sw_card_source from;
    struct sw_error *err;
};

static enum sw_code wrong(const struct taking *t, const struct sw_json *at, const char *what)
{
    return sw_fail(t->err, SW_E_FORMAT, "line %llu: '" SW_STR_FMT "': %s",
        (unsigned long long)at->where, SW_STR_ARG(t->from.field), what);
}

static bool scalar(const struct sw_json *value, struct sw_str *out)
{
    if (value == NULL || (value->type != SW_JSON_STRING && value->type != SW_JSON_NUMBER)) {
        return false;
    }
    *out = sw_ascii_trim(value->text);
    return out->len > 0;
}

/* --- metrics ---------------------------------------------------------------------------------- */

static sw_result read_part(
    const struct taking *t, const struct sw_json *metric, const char *name, struct sw_str *out)
{
    const struct sw_json *value = sw_json_get(metric, name);
    *out = sw_str("");
    if (value == NULL && strcmp(name, "dataset") == 0) {
        return SW_OK;
    }
    if (!scalar(value, out) || memchr(out->ptr, '\n', out->len) != NULL) {
        return wrong(t, metric,
            "a metric has a type and a value, and may have a dataset, each a "
            "text of one line");
    }
    return SW_OK;
}

static sw_result read_metric(
    const struct taking *t, const struct sw_json *metric, struct sw_str *out)
{
    static const char *const names[] = {"type", "value", "dataset"};
    struct sw_str parts[SW_COUNT(names)];
    uint32_t known = 0;
    if (metric->type != SW_JSON_OBJECT) {
        return wrong(t, metric, "a metric is a mapping of type, value and dataset");
    }
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        known += sw_json_get(metric, names[i]) != NULL;
        SW_TRY(read_part(t, metric, names[i], &parts[i]));
    }
    if (known != metric->count) {
        return wrong(t, metric, "a metric has no other keys than type, value and dataset");
    }
    const char *text = sw_arena_printf(t->card->arena, SW_STR_FMT "\n" SW_STR_FMT "\n" SW_STR_FMT,
        SW_STR_ARG(parts[0]), SW_STR_ARG(parts[1]), SW_STR_ARG(parts[2]));
    SW_TRY_PTR(text);
    *out = sw_str(text);
    return SW_OK;
}

/* --- values ----------------------------------------------------------------------------------- */

static sw_result read_value(const struct taking *t, enum sw_card_field field,
    const struct sw_json *value, struct sw_str *out)
{
    int64_t time;
    if (field == SW_CARD_METRIC) {
        return read_metric(t, value, out);
    }
    if (!scalar(value, out)) {
        return wrong(t, value, "it is no text");
    }
    if (out->len > SW_CARD_TEXT_MAX) {
        return wrong(t, value, "it is longer than 16 KiB");
    }
    if (field == SW_CARD_RELEASED) {
        return sw_time_parse(*out, &time) ? SW_OK
                                          : wrong(t, value, "it is no time like 2026-11-23");
    }
    if (field == SW_CARD_LICENCE) {
        *out = sw_bom_licence(t->card->arena, *out);
        return out->len > 0 ? SW_OK : wrong(t, value, "it names no licence");
    }
    return SW_OK;
}

static sw_result take_one(struct taking *t, enum sw_card_field field, const struct sw_json *value)
{
    struct sw_str text;
    t->from.line = (uint32_t)value->where;
    SW_TRY(read_value(t, field, value, &text));
    return sw_card_add(t->card, field, text, &t->from);
}

static sw_result take_field(struct taking *t, enum sw_card_field field, const struct sw_json *value)
{
    if (value->type != SW_JSON_ARRAY) {
        return take_one(t, field, value);
    }
    if ((sw_card_rows[field].flags & SW_CARD_MANY) == 0) {
        return wrong(t, value, "it has one value, not a list");
    }
    if (value->count == 0 || value->count > LIST_MAX) {
        return wrong(t, value, "a list has 1 to 256 values");
    }
    SW_JSON_EACH (item, value) {
        SW_TRY(take_one(t, field, item));
    }
    return SW_OK;
}

static sw_result take_member(struct taking *t, const struct sw_json_member *member)
{
    enum sw_card_field field;
    t->from.field = member->name;
    if (!sw_card_field_of(member->name, &field) || !sw_card_has(t->card->kind, field)) {
        return sw_fail(t->err, SW_E_FORMAT, "line %llu: a %s's card has no field '" SW_STR_FMT "'",
            (unsigned long long)member->value.where, sw_card_kind_name(t->card->kind),
            SW_STR_ARG(member->name));
    }
    if (sw_card_rows[field].section == SW_CARD_SECURITY) {
        return wrong(t, &member->value, "only signed claims say this, no author");
    }
    return take_field(t, field, &member->value);
}

sw_result sw_card_add_author(
    struct sw_card *card, const char *file, struct sw_bytes text, struct sw_error *err)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_CARD_AUTHOR_MAX, .max_depth = 4, .max_values = 65536};
    struct sw_digest digest;
    char shown[SW_DIGEST_TEXT_SIZE];
    struct sw_json root;
    SW_TRY(sw_yaml_parse(card->arena, text, &limits, &root, err));
    if (root.type != SW_JSON_OBJECT || root.count == 0) {
        return sw_fail(err, SW_E_FORMAT, "line 1: an author's file is a mapping of fields");
    }
    sw_sha256(text, &digest);
    sw_digest_text(&digest, shown);
    struct taking t = {
        card, {.kind = SW_CARD_AUTHOR, .file = sw_str(file), .digest = sw_str(shown)}, err};
    SW_JSON_EACH_MEMBER (member, &root) {
        SW_TRY(take_member(&t, member));
    }
    return SW_OK;
}
