#include "data/salt.h"

/* The options that are texts, by their names in JSON. */
static const struct {
    const char *name;
    size_t at;
} texts[] = {
    {"format", offsetof(struct sw_record_options, format)},
    {"text_field", offsetof(struct sw_record_options, text_field)},
    {"id_field", offsetof(struct sw_record_options, id_field)},
    {"label_field", offsetof(struct sw_record_options, label_field)},
    {"weight_field", offsetof(struct sw_record_options, weight_field)},
    {"language_field", offsetof(struct sw_record_options, language_field)},
    {"csv_delimiter", offsetof(struct sw_record_options, csv_delimiter)},
    {"attributes", offsetof(struct sw_record_options, attributes)},
};

static const char **text_of(struct sw_record_options *options, size_t at)
{
    return (const char **)(void *)((char *)options + at);
}

sw_result sw_record_options_write(const struct sw_record_options *options, struct sw_buf *out)
{
    struct sw_record_options copy = *options;
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        const char *text = *text_of(&copy, texts[i].at);
        if (text != NULL) {
            sw_jw_text(&w, texts[i].name, text);
        }
    }
    if (copy.csv_no_header) {
        sw_jw_bool(&w, "csv_no_header", true);
    }
    if (copy.record_max != 0) {
        sw_jw_u64(&w, "record_max", copy.record_max);
    }
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}

static sw_result read_texts(struct sw_arena *arena, const struct sw_json *json,
    struct sw_record_options *out, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        const struct sw_json *value = sw_json_get(json, texts[i].name);
        struct sw_str text;
        if (value == NULL) {
            continue;
        }
        if (!sw_json_str(value, &text) || memchr(text.ptr, '\0', text.len) != NULL) {
            return sw_fail(err, SW_E_FORMAT, "the option '%s' is no text", texts[i].name);
        }
        const char *copy = sw_arena_strndup(arena, text);
        SW_TRY_PTR(copy);
        *text_of(out, texts[i].at) = copy;
    }
    return SW_OK;
}

sw_result sw_record_options_read(struct sw_arena *arena, const struct sw_json *json,
    struct sw_record_options *out, struct sw_error *err)
{
    struct sw_record_options options = {0};
    const struct sw_json *no_header = sw_json_get(json, "csv_no_header");
    const struct sw_json *max = sw_json_get(json, "record_max");
    SW_TRY(read_texts(arena, json, &options, err));
    if ((no_header != NULL && !sw_json_bool(no_header, &options.csv_no_header)) ||
        (max != NULL && !sw_json_u64(max, &options.record_max))) {
        return sw_fail(err, SW_E_FORMAT, "the options of a dataset's reader are broken");
    }
    *out = options;
    return SW_OK;
}
