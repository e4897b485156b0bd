/* A card's own document. doc/format/card.md. */
#include "supply/card.h"

/* --- writing ---------------------------------------------------------------------------------- */

static void write_text(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len > 0) {
        sw_jw_str(w, name, text);
    }
}

static void write_source(struct sw_json_writer *w, const struct sw_card_source *from)
{
    sw_jw_object(w, "origin");
    sw_jw_text(w, "kind", sw_card_origin_name(from->kind));
    write_text(w, "digest", from->digest);
    write_text(w, "type", from->type);
    write_text(w, "signer", from->signer);
    write_text(w, "file", from->file);
    if (from->line > 0) {
        sw_jw_u64(w, "line", from->line);
    }
    write_text(w, "field", from->field);
    sw_jw_object_end(w);
}

static void write_values(struct sw_json_writer *w, const struct sw_card *card, size_t *at)
{
    const enum sw_card_field field = card->values[*at].field;
    sw_jw_array(w, sw_card_rows[field].key);
    for (; *at < card->count && card->values[*at].field == field; (*at)++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "value", card->values[*at].text);
        write_source(w, &card->values[*at].from);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_sections(struct sw_json_writer *w, const struct sw_card *card)
{
    size_t at = 0;
    sw_jw_object(w, "sections");
    while (at < card->count) {
        const enum sw_card_section section = sw_card_rows[card->values[at].field].section;
        sw_jw_object(w, sw_card_section_keys[section]);
        while (at < card->count && sw_card_rows[card->values[at].field].section == section) {
            write_values(w, card, &at);
        }
        sw_jw_object_end(w);
    }
    sw_jw_object_end(w);
}

static void write_subject(struct sw_json_writer *w, const struct sw_card *card)
{
    sw_jw_object(w, "subject");
    write_text(w, "name", card->name);
    write_text(w, "root", card->root);
    write_text(w, "manifest", card->manifest);
    if (card->root.len > 0) {
        sw_jw_u64(w, "files", card->files);
        sw_jw_u64(w, "bytes", card->bytes);
    }
    sw_jw_object_end(w);
}

static void write_unknown(struct sw_json_writer *w, const struct sw_card *card)
{
    sw_jw_array(w, "unknown");
    for (size_t i = 0; i < SW_CARD_FIELDS; i++) {
        const enum sw_card_field field = (enum sw_card_field)i;
        if ((sw_card_rows[i].flags & SW_CARD_EXPECTED) != 0 && sw_card_has(card->kind, field) &&
            sw_card_value(card, field) == NULL) {
            sw_jw_text(w, NULL, sw_card_rows[i].key);
        }
    }
    sw_jw_array_end(w);
}

static void write_gaps(struct sw_json_writer *w, const struct sw_card *card)
{
    sw_jw_array(w, "gaps");
    for (size_t i = 0; i < card->gap_count; i++) {
        sw_jw_str(w, NULL, card->gaps[i]);
    }
    sw_jw_array_end(w);
}

sw_result sw_card_write(struct sw_card *card, struct sw_buf *out)
{
    struct sw_json_writer w;
    char time[SW_TIME_TEXT_SIZE];
    sw_card_sort(card);
    sw_jw_init(&w, out, 2);
    sw_jw_object(&w, NULL);
    sw_jw_u64(&w, "version", 1);
    sw_jw_text(&w, "kind", sw_card_kind_name(card->kind));
    write_subject(&w, card);
    if (card->timed) {
        sw_time_format(card->time, time);
        sw_jw_text(&w, "time", time);
    }
    sw_jw_object(&w, "tool");
    sw_jw_str(&w, "name", card->tool);
    sw_jw_str(&w, "version", card->tool_version);
    sw_jw_object_end(&w);
    write_sections(&w, card);
    write_unknown(&w, card);
    write_gaps(&w, card);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_buf_putc(out, '\n');
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reading {
    struct sw_card *card;
    struct sw_error *err;
};

static enum sw_code wrong(const struct reading *r, const struct sw_json *at, const char *what)
{
    return sw_fail(r->err, SW_E_FORMAT, "byte %llu: %s",
        (unsigned long long)(at == NULL ? 0 : at->where), what);
}

/* Only members of the list, which ends with NULL. */
static sw_result only(
    const struct reading *r, const struct sw_json *object, const char *const *names)
{
    if (object == NULL || object->type != SW_JSON_OBJECT) {
        return wrong(r, object, "a mapping is missing or is none");
    }
    SW_JSON_EACH_MEMBER (member, object) {
        const char *const *name = names;
        while (*name != NULL && !sw_str_is(member->name, *name)) {
            name++;
        }
        if (*name == NULL) {
            return sw_fail(r->err, SW_E_FORMAT, "byte %llu: a card has no '" SW_STR_FMT "' here",
                (unsigned long long)member->value.where, SW_STR_ARG(member->name));
        }
    }
    return SW_OK;
}

static sw_result read_text(const struct reading *r, const struct sw_json *object, const char *name,
    bool needed, struct sw_str *out)
{
    const struct sw_json *value = sw_json_get(object, name);
    struct sw_str text = sw_str("");
    if (value == NULL && !needed) {
        *out = text;
        return SW_OK;
    }
    if (!sw_json_str(value, &text) || text.len == 0 || text.len > SW_CARD_TEXT_MAX) {
        return sw_fail(r->err, SW_E_FORMAT, "byte %llu: '%s' is no text of 1 to 16,384 bytes",
            (unsigned long long)(value == NULL ? object->where : value->where), name);
    }
    *out = text;
    return SW_OK;
}

static sw_result read_digest(const struct reading *r, const struct sw_json *object,
    const char *name, bool needed, struct sw_str *out)
{
    struct sw_digest digest;
    SW_TRY(read_text(r, object, name, needed, out));
    return out->len == 0 || sw_digest_parse(*out, &digest)
               ? SW_OK
               : wrong(r, sw_json_get(object, name), "it is no digest");
}

static sw_result read_subject(const struct reading *r, const struct sw_json *subject)
{
    static const char *const names[] = {"name", "root", "manifest", "files", "bytes", NULL};
    struct sw_card *card = r->card;
    SW_TRY(only(r, subject, names));
    SW_TRY(read_text(r, subject, "name", false, &card->name));
    SW_TRY(read_digest(r, subject, "root", false, &card->root));
    SW_TRY(read_digest(r, subject, "manifest", false, &card->manifest));
    const bool counted = sw_json_u64(sw_json_get(subject, "files"), &card->files) &&
                         sw_json_u64(sw_json_get(subject, "bytes"), &card->bytes);
    return card->root.len == 0 || counted
               ? SW_OK
               : wrong(r, subject, "'files' and 'bytes' say how many the root is of");
}

static bool origin_of(const struct sw_json *value, enum sw_card_origin *out)
{
    for (size_t i = 0; i < SW_CARD_ORIGINS; i++) {
        if (sw_json_is(value, sw_card_origin_name((enum sw_card_origin)i))) {
            *out = (enum sw_card_origin)i;
            return true;
        }
    }
    return false;
}

static sw_result read_source(
    const struct reading *r, const struct sw_json *object, struct sw_card_source *out)
{
    static const char *const names[] = {
        "kind", "digest", "type", "signer", "file", "line", "field", NULL};
    uint64_t line = 0;
    SW_TRY(only(r, object, names));
    if (!origin_of(sw_json_get(object, "kind"), &out->kind)) {
        return wrong(r, object, "an origin is 'claim', 'citation' or 'author'");
    }
    const bool claim = out->kind == SW_CARD_CLAIM;
    SW_TRY(read_digest(r, object, "digest", claim, &out->digest));
    SW_TRY(read_text(r, object, "type", false, &out->type));
    SW_TRY(read_text(r, object, "signer", false, &out->signer));
    SW_TRY(read_text(r, object, "file", !claim, &out->file));
    SW_TRY(read_text(r, object, "field", false, &out->field));
    const struct sw_json *number = sw_json_get(object, "line");
    if (number != NULL && (!sw_json_u64(number, &line) || line == 0 || line > UINT32_MAX)) {
        return wrong(r, number, "it is no line");
    }
    out->line = (uint32_t)line;
    return SW_OK;
}

static sw_result read_values(
    const struct reading *r, enum sw_card_field field, const struct sw_json *values)
{
    static const char *const names[] = {"value", "origin", NULL};
    if (values->type != SW_JSON_ARRAY || values->count == 0) {
        return wrong(r, values, "the values of a field are a list");
    }
    SW_JSON_EACH (item, values) {
        struct sw_card_source from = {0};
        struct sw_str text;
        SW_TRY(only(r, item, names));
        SW_TRY(read_text(r, item, "value", true, &text));
        SW_TRY(read_source(r, sw_json_get(item, "origin"), &from));
        if (r->card->count == SW_CARD_VALUES_MAX) {
            return sw_fail(
                r->err, SW_E_LIMIT, "the card has more than %u values", SW_CARD_VALUES_MAX);
        }
        SW_TRY(sw_card_add(r->card, field, text, &from));
    }
    return SW_OK;
}

static sw_result read_section(
    const struct reading *r, const struct sw_json *object, enum sw_card_section section)
{
    if (object->type != SW_JSON_OBJECT) {
        return wrong(r, object, "a section is a mapping");
    }
    SW_JSON_EACH_MEMBER (member, object) {
        enum sw_card_field field;
        if (!sw_card_field_of(member->name, &field) || sw_card_rows[field].section != section ||
            !sw_card_has(r->card->kind, field)) {
            return sw_fail(r->err, SW_E_FORMAT, "byte %llu: '" SW_STR_FMT "' is no field here",
                (unsigned long long)member->value.where, SW_STR_ARG(member->name));
        }
        SW_TRY(read_values(r, field, &member->value));
    }
    return SW_OK;
}

static bool section_of(struct sw_str key, enum sw_card_section *out)
{
    for (size_t i = 0; i < SW_CARD_SECTIONS; i++) {
        if (sw_str_is(key, sw_card_section_keys[i])) {
            *out = (enum sw_card_section)i;
            return true;
        }
    }
    return false;
}

static sw_result read_sections(const struct reading *r, const struct sw_json *sections)
{
    if (sections == NULL || sections->type != SW_JSON_OBJECT) {
        return wrong(r, sections, "'sections' is missing or no mapping");
    }
    SW_JSON_EACH_MEMBER (member, sections) {
        enum sw_card_section section;
        if (!section_of(member->name, &section)) {
            return wrong(r, &member->value, "no section of cards");
        }
        SW_TRY(read_section(r, &member->value, section));
    }
    return SW_OK;
}

static sw_result read_tool(const struct reading *r, const struct sw_json *tool)
{
    static const char *const names[] = {"name", "version", NULL};
    SW_TRY(only(r, tool, names));
    SW_TRY(read_text(r, tool, "name", true, &r->card->tool));
    return read_text(r, tool, "version", true, &r->card->tool_version);
}

/* "unknown" follows from the rest, and is not believed. */
static sw_result read_lists(const struct reading *r, const struct sw_json *document)
{
    const struct sw_json *gaps = sw_json_get(document, "gaps");
    const struct sw_json *unknown = sw_json_get(document, "unknown");
    struct sw_str text;
    if (gaps == NULL || gaps->type != SW_JSON_ARRAY || gaps->count > SW_CARD_VALUES_MAX) {
        return wrong(r, gaps, "'gaps' is missing, or no list of at most 4,096");
    }
    SW_JSON_EACH (gap, gaps) {
        if (!sw_json_str(gap, &text)) {
            return wrong(r, gap, "a gap is a text");
        }
        SW_TRY(sw_card_gap(r->card, text));
    }
    return unknown != NULL && unknown->type == SW_JSON_ARRAY
               ? SW_OK
               : wrong(r, unknown, "'unknown' is missing or no list");
}

static sw_result read_head(const struct reading *r, const struct sw_json *document)
{
    static const char *const names[] = {
        "version", "kind", "subject", "time", "tool", "sections", "unknown", "gaps", NULL};
    const struct sw_json *kind = sw_json_get(document, "kind");
    const struct sw_json *time = sw_json_get(document, "time");
    uint64_t version = 0;
    struct sw_str text;
    SW_TRY(only(r, document, names));
    if (!sw_json_u64(sw_json_get(document, "version"), &version) || version != 1) {
        return wrong(r, sw_json_get(document, "version"), "it is no card of version 1");
    }
    if (!sw_json_is(kind, "model") && !sw_json_is(kind, "dataset")) {
        return wrong(r, kind, "its kind is neither 'model' nor 'dataset'");
    }
    r->card->kind = sw_json_is(kind, "model") ? SW_CARD_MODEL : SW_CARD_DATASET;
    r->card->timed = time != NULL;
    return time == NULL || (sw_json_str(time, &text) && sw_time_parse(text, &r->card->time))
               ? SW_OK
               : wrong(r, time, "it is no time");
}

sw_result sw_card_read(struct sw_card *card, struct sw_arena *arena, const struct sw_json *document,
    struct sw_error *err)
{
    struct reading r = {card, err};
    sw_card_init(card, arena, SW_CARD_MODEL);
    SW_TRY(read_head(&r, document));
    SW_TRY(read_subject(&r, sw_json_get(document, "subject")));
    SW_TRY(read_tool(&r, sw_json_get(document, "tool")));
    SW_TRY(read_sections(&r, sw_json_get(document, "sections")));
    SW_TRY(read_lists(&r, document));
    sw_card_sort(card);
    return SW_OK;
}

sw_result sw_card_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_json *out, struct sw_error *err)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_CARD_BYTES_MAX, .max_depth = 8, .max_values = 131072};
    return sw_json_parse(arena, text, &limits, out, err);
}
