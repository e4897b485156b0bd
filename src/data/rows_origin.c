#include "data/rows_private.h"

sw_result sw_origin_write(const struct sw_origin *origin, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_jw_array(&w, "sources");
    for (size_t i = 0; i < origin->source_count; i++) {
        sw_jw_str(&w, NULL, origin->sources[i]);
    }
    sw_jw_array_end(&w);
    sw_jw_array(&w, "steps");
    for (size_t i = 0; i < origin->step_count; i++) {
        char digest[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&origin->steps[i], digest);
        sw_jw_text(&w, NULL, digest);
    }
    sw_jw_array_end(&w);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    struct sw_error ignored = {0};
    return sw_json_canonicalize(out, sw_buf_bytes(&text), &ignored);
}

sw_result sw_origin_digest(const struct sw_origin *origin, uint8_t out[32])
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_origin_write(origin, &text));
    struct sw_digest digest;
    sw_sha256(sw_buf_bytes(&text), &digest);
    memcpy(out, digest.bytes, 32);
    return SW_OK;
}

static sw_result bad_origin(const char *why, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "an origin of a dataset is broken: %s", why);
}

static sw_result read_sources(
    struct sw_arena *arena, const struct sw_json *list, struct sw_origin *out, struct sw_error *err)
{
    struct sw_str *sources = SW_ARENA_ARRAY(arena, struct sw_str, list->count);
    SW_TRY_PTR(sources);
    size_t n = 0;
    SW_JSON_EACH (item, list) {
        if (!sw_json_str(item, &sources[n])) {
            return bad_origin("a source is no text", err);
        }
        if (n > 0 && sw_str_compare(sources[n - 1], sources[n]) >= 0) {
            return bad_origin("its sources are not in order", err);
        }
        n++;
    }
    out->sources = sources;
    out->source_count = n;
    return SW_OK;
}

static sw_result read_steps(
    struct sw_arena *arena, const struct sw_json *list, struct sw_origin *out, struct sw_error *err)
{
    struct sw_digest *steps = SW_ARENA_ARRAY(arena, struct sw_digest, list->count);
    SW_TRY_PTR(steps);
    size_t n = 0;
    SW_JSON_EACH (item, list) {
        struct sw_str text;
        if (!sw_json_str(item, &text) || !sw_digest_parse(text, &steps[n++])) {
            return bad_origin("a step is no digest", err);
        }
    }
    out->steps = steps;
    out->step_count = n;
    return SW_OK;
}

sw_result sw_origin_read(
    struct sw_arena *arena, const struct sw_json *json, struct sw_origin *out, struct sw_error *err)
{
    const struct sw_json *sources = sw_json_get(json, "sources");
    const struct sw_json *steps = sw_json_get(json, "steps");
    if (sources == NULL || sources->type != SW_JSON_ARRAY || steps == NULL ||
        steps->type != SW_JSON_ARRAY) {
        return bad_origin("it has no sources or no steps", err);
    }
    struct sw_origin origin = {0};
    SW_TRY(read_sources(arena, sources, &origin, err));
    SW_TRY(read_steps(arena, steps, &origin, err));
    *out = origin;
    return SW_OK;
}

sw_result sw_origins_read(struct sw_arena *arena, struct sw_bytes text,
    struct sw_origin_entry **out, size_t *count, struct sw_error *err)
{
    struct sw_json list;
    SW_TRY(sw_json_parse(arena, text, NULL, &list, err));
    if (list.type != SW_JSON_ARRAY || list.count > SW_ORIGINS_MAX) {
        return bad_origin("they are no list, or too many", err);
    }
    struct sw_origin_entry *entries = SW_ARENA_ARRAY(arena, struct sw_origin_entry, list.count);
    SW_TRY_PTR(entries);
    size_t n = 0;
    SW_JSON_EACH (item, &list) {
        if (!sw_json_u64(sw_json_get(item, "samples"), &entries[n].samples) ||
            !sw_json_u64(sw_json_get(item, "bytes"), &entries[n].bytes)) {
            return bad_origin("it has no counts", err);
        }
        SW_TRY(sw_origin_read(arena, sw_json_get(item, "origin"), &entries[n++].origin, err));
    }
    *out = entries;
    *count = n;
    return SW_OK;
}

bool sw_origin_equal(const struct sw_origin *a, const struct sw_origin *b)
{
    if (a->source_count != b->source_count || a->step_count != b->step_count) {
        return false;
    }
    for (size_t i = 0; i < a->source_count; i++) {
        if (!sw_str_equal(a->sources[i], b->sources[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->step_count; i++) {
        if (!sw_digest_equal(&a->steps[i], &b->steps[i])) {
            return false;
        }
    }
    return true;
}

sw_result sw_origin_copy(
    struct sw_arena *arena, const struct sw_origin *from, struct sw_origin *out)
{
    struct sw_str *sources = SW_ARENA_ARRAY(arena, struct sw_str, from->source_count);
    SW_TRY_PTR(sources);
    for (size_t i = 0; i < from->source_count; i++) {
        const char *copy = sw_arena_strndup(arena, from->sources[i]);
        SW_TRY_PTR(copy);
        sources[i] = sw_str_n(copy, from->sources[i].len);
    }
    struct sw_digest *steps = SW_ARENA_ARRAY(arena, struct sw_digest, from->step_count);
    SW_TRY_PTR(steps);
    for (size_t i = 0; i < from->step_count; i++) {
        steps[i] = from->steps[i];
    }
    *out = (struct sw_origin){sources, from->source_count, steps, from->step_count};
    return SW_OK;
}
