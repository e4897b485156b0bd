/* A JSON document that holds many records: an array of objects, or objects one after another. */
#include "data/reader.h"

#include <stdlib.h>

/* --- where a value ends ---------------------------------------------------------------------- */

enum state {
    BEFORE,
    WITHIN,  /* an array or object */
    STRING,  /* … or a string, in one or not */
    ESCAPED, /* behind the backslash in one */
    WORD,    /* a number or a literal */
};

struct value_end {
    enum state state;
    uint64_t depth;
};

static bool ends_word(uint8_t c)
{
    return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes one byte of an array or object, or the first of any value. True when it is its last. */
static bool take_within(struct value_end *end, uint8_t c)
{
    if (c == '"') {
        end->state = STRING;
        return false;
    }
    if (c == '{' || c == '[') {
        end->state = WITHIN;
        end->depth++;
        return false;
    }
    if (end->state == BEFORE) {
        end->state = WORD;
        return false;
    }
    return (c == '}' || c == ']') && --end->depth == 0;
}

/* The same in a string. */
static bool take_string(struct value_end *end, uint8_t c)
{
    if (end->state == ESCAPED) {
        end->state = STRING;
        return false;
    }
    if (c == '\\') {
        end->state = ESCAPED;
        return false;
    }
    if (c == '"') {
        end->state = WITHIN;
        return end->depth == 0;
    }
    return false;
}

/* Only counts brackets: which of them belong together, and all else, the scanner checks. */
static bool find_value_end(void *ctx, struct sw_bytes unseen, size_t *len)
{
    struct value_end *end = ctx;
    for (size_t i = 0; i < unseen.len; i++) {
        uint8_t c = unseen.ptr[i];
        if (end->state == WORD) {
            *len = i;
            if (ends_word(c)) {
                return true;
            }
            continue;
        }
        bool text = end->state == STRING || end->state == ESCAPED;
        if (text ? take_string(end, c) : take_within(end, c)) {
            *len = i + 1;
            return true;
        }
    }
    return false;
}

/* --- the reader ------------------------------------------------------------------------------ */

struct json {
    struct sw_json_fields fields;
    bool begun;
    bool array; /* the file is one array */
    bool comma; /* a comma must stand before the next item */
};

static sw_result json_init(struct sw_records *r, struct sw_error *err)
{
    struct json *json = calloc(1, sizeof(*json));
    SW_TRY_PTR(json);
    r->state = json;
    struct sw_roles roles;
    sw_roles_init(&roles, &r->options);
    return sw_json_fields_init(&json->fields, &roles, err);
}

static void json_release(struct sw_records *r)
{
    struct json *json = r->state;
    if (json != NULL) {
        sw_json_fields_release(&json->fields);
    }
    free(json);
}

static sw_result json_begin(struct sw_records *r, struct sw_error *err)
{
    struct json *json = r->state;
    json->begun = false;
    json->array = false;
    json->comma = false;
    r->numbered = false;
    return SW_OK;
}

/* Gives the next byte that is no white space, without taking it; 0 at the end of the file. */
static sw_result next_byte(struct sw_feed *feed, uint8_t *out, struct sw_error *err)
{
    *out = 0;
    for (;;) {
        SW_TRY(sw_feed_need(feed, 1, err));
        if (feed->pos == feed->end) {
            return SW_OK;
        }
        uint8_t c = feed->data[feed->pos];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            *out = c;
            return SW_OK;
        }
        feed->pos++;
    }
}

/* The rest of the file has no items that could be told apart. A file that is broken says that of
 * itself. */
static sw_result refuse_rest(
    struct sw_records *r, struct sw_record_step *step, const char *why, struct sw_error *err)
{
    struct sw_item rest = {.offset = sw_feed_offset(&r->feed)};
    if (r->feed.broken.code != SW_OK && r->feed.pos == r->feed.end) {
        return SW_OK;
    }
    SW_TRY(sw_feed_pass_all(&r->feed, &rest.length, err));
    (void)sw_fail(&r->detail, SW_E_FORMAT, "%s", why);
    sw_step_bad(r, step, &rest, SW_BAD_JSON);
    r->past = true;
    return SW_OK;
}

static sw_result begin_items(struct sw_records *r, struct sw_error *err)
{
    struct json *json = r->state;
    uint8_t c;
    json->begun = true;
    SW_TRY(next_byte(&r->feed, &c, err));
    json->array = c == '[';
    r->feed.pos += json->array;
    return r->start == 0 ? SW_OK : sw_feed_seek(&r->feed, r->start, err);
}

/* Behind the array's end. */
static sw_result end_array(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    uint8_t c;
    r->feed.pos++;
    SW_TRY(next_byte(&r->feed, &c, err));
    if (r->feed.pos < r->feed.end) {
        return refuse_rest(r, step, "something stands behind the array", err);
    }
    r->past = true;
    return SW_OK;
}

/* Stands on the next item. *found is false when there is none: the step may be BAD then. */
static sw_result find_item(
    struct sw_records *r, struct sw_record_step *step, bool *found, struct sw_error *err)
{
    struct json *json = r->state;
    uint8_t c;
    *found = false;
    SW_TRY(next_byte(&r->feed, &c, err));
    if (!json->array && r->feed.pos == r->feed.end) {
        return SW_OK;
    }
    if (json->array && c == ']' && r->feed.pos < r->feed.end) {
        return end_array(r, step, err);
    }
    if (json->array && json->comma) {
        if (c != ',') {
            return refuse_rest(
                r, step, "no comma stands behind an item, and the array does not end", err);
        }
        r->feed.pos++;
        SW_TRY(next_byte(&r->feed, &c, err));
    }
    if (r->feed.pos == r->feed.end || ends_word(c)) {
        return refuse_rest(r, step, "no item stands where one should", err);
    }
    *found = true;
    return SW_OK;
}

static sw_result json_next(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct json *json = r->state;
    bool found;
    if (!json->begun) {
        SW_TRY(begin_items(r, err));
    }
    SW_TRY(find_item(r, step, &found, err));
    if (!found) {
        return SW_OK;
    }
    struct value_end end = {.state = BEFORE};
    struct sw_item item;
    SW_TRY(sw_feed_item(&r->feed, find_value_end, &end, 0, &item, &found, err));
    if (!found) {
        return SW_OK;
    }
    json->comma = true;
    if (item.too_long) {
        sw_step_bad(r, step, &item, SW_BAD_LONG);
        return SW_OK;
    }
    sw_step_sample(r, step, &item);
    return sw_json_fields_fill(&json->fields, r, step, &item, err);
}

static const char *const json_names[] = {".json", NULL};

const struct sw_record_reader sw_record_reader_json = {
    .suffixes = json_names,
    .fields = true,
    .header = true,
    .init = json_init,
    .release = json_release,
    .begin = json_begin,
    .next = json_next,
};
