/* Licences in the metadata of weights. Sources: "GGUF", ggml documentation, general metadata; the
 * header of safetensors, `__metadata__`; ModelSpec 1.0, `modelspec.license`; PEFT's
 * adapter_config.json. */
#include "supply/licence_read.h"

#include "codec/codec.h"
#include "supply/ascii.h"

struct weights {
    struct sw_arena *arena;
    struct sw_str file;
    struct sw_licence_facts *facts;
    /* What was found; empty: nothing. */
    struct sw_str id, name, link;
};

static sw_result add_licence(struct weights *w)
{
    if (w->id.len == 0 && w->name.len == 0) {
        return SW_OK;
    }
    struct sw_licence_declared declared = {.text = w->id.len > 0 ? w->id : w->name,
        .evidence = SW_LICENCE_BY_METADATA,
        .file = w->file};
    declared.text = sw_str(sw_arena_strndup(w->arena, declared.text));
    declared.expression = sw_licence_named(w->arena, w->id, w->name, w->link);
    return sw_licence_add_declared(w->arena, w->facts, &declared);
}

static sw_result add_base(struct weights *w, struct sw_str name)
{
    struct sw_licence_base base = {.file = w->file};
    base.name = sw_str(sw_arena_strndup(w->arena, name));
    return sw_licence_add_base(w->arena, w->facts, &base);
}

/* --- GGUF ------------------------------------------------------------------------------------- */

enum gguf_type {
    GGUF_STRING = 8,
    GGUF_ARRAY = 9,
    GGUF_TYPES = 13,
};

/* Bytes of a value; 0: string or array. */
static const uint8_t gguf_sizes[GGUF_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

static sw_result gguf_string(struct sw_cursor *cur, struct sw_str *out)
{
    uint64_t len;
    struct sw_bytes bytes;
    SW_TRY(sw_cur_u64le(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &bytes));
    *out = sw_str_of_bytes(bytes);
    return SW_OK;
}

static sw_result gguf_skip(struct sw_cursor *cur, uint32_t type, unsigned depth);

static sw_result gguf_skip_array(struct sw_cursor *cur, unsigned depth)
{
    uint32_t type;
    uint64_t count;
    uint64_t bytes;
    SW_TRY(sw_cur_u32le(cur, &type));
    SW_TRY(sw_cur_u64le(cur, &count));
    if (type >= GGUF_TYPES || depth > 4) {
        return SW_E_FORMAT;
    }
    if (gguf_sizes[type] > 0) {
        return sw_mul_u64(count, gguf_sizes[type], &bytes) ? sw_cur_skip(cur, bytes) : SW_E_FORMAT;
    }
    for (uint64_t i = 0; i < count; i++) {
        SW_TRY(gguf_skip(cur, type, depth));
    }
    return SW_OK;
}

static sw_result gguf_skip(struct sw_cursor *cur, uint32_t type, unsigned depth)
{
    struct sw_str text;
    if (type >= GGUF_TYPES) {
        return SW_E_FORMAT;
    }
    if (gguf_sizes[type] > 0) {
        return sw_cur_skip(cur, gguf_sizes[type]);
    }
    return type == GGUF_STRING ? gguf_string(cur, &text) : gguf_skip_array(cur, depth + 1);
}

static sw_result take_gguf_text(struct weights *w, struct sw_str key, struct sw_str text)
{
    if (!sw_utf8_valid(sw_bytes_of_str(text))) {
        return SW_OK;
    }
    if (sw_str_is(key, "general.license")) {
        w->id = text;
    } else if (sw_str_is(key, "general.license.name")) {
        w->name = text;
    } else if (sw_str_is(key, "general.license.link")) {
        w->link = text;
    } else if (sw_str_starts(key, "general.base_model.") && sw_str_ends(key, ".repo_url")) {
        return add_base(w, text);
    }
    return SW_OK;
}

/* The end of the bytes ends it: what is wanted stands near the beginning, and whether a file is as
 * it should be is for the scanner to say. */
static sw_result read_gguf_pairs(struct weights *w, struct sw_cursor *cur, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct sw_str key;
        struct sw_str text;
        uint32_t type;
        if (gguf_string(cur, &key) != SW_OK || sw_cur_u32le(cur, &type) != SW_OK) {
            return SW_OK;
        }
        bool is_text = type == GGUF_STRING;
        enum sw_code code = is_text ? gguf_string(cur, &text) : gguf_skip(cur, type, 0);
        if (code != SW_OK) {
            return SW_OK;
        }
        SW_TRY(is_text ? take_gguf_text(w, key, text) : SW_OK);
    }
    return SW_OK;
}

sw_result sw_licence_read_gguf(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts)
{
    struct weights w = {.arena = arena, .file = file, .facts = facts};
    struct sw_cursor cur = sw_cursor(bytes);
    uint32_t version;
    uint64_t tensors;
    uint64_t pairs;
    if (!sw_cur_match(&cur, "GGUF") || sw_cur_u32le(&cur, &version) != SW_OK || version < 2 ||
        version > 3 || sw_cur_u64le(&cur, &tensors) != SW_OK ||
        sw_cur_u64le(&cur, &pairs) != SW_OK) {
        return SW_OK;
    }
    SW_TRY(read_gguf_pairs(&w, &cur, pairs));
    return add_licence(&w);
}

/* --- safetensors ------------------------------------------------------------------------------ */

static const char *const safetensors_names[] = {"license", "modelspec.license"};

sw_result sw_licence_read_safetensors(struct sw_arena *arena, struct sw_bytes bytes,
    struct sw_str file, struct sw_licence_facts *facts)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_LICENCE_WEIGHTS_MAX, .max_depth = 8, .max_values = 1048576};
    struct weights w = {.arena = arena, .file = file, .facts = facts};
    struct sw_cursor cur = sw_cursor(bytes);
    struct sw_bytes header;
    struct sw_json root;
    uint64_t len;
    if (sw_cur_u64le(&cur, &len) != SW_OK || sw_cur_bytes(&cur, len, &header) != SW_OK) {
        return SW_OK;
    }
    enum sw_code code = sw_json_parse(arena, header, &limits, &root, NULL);
    if (code != SW_OK) {
        return code == SW_E_NOMEM ? code : SW_OK;
    }
    const struct sw_json *metadata = sw_json_get(&root, "__metadata__");
    for (size_t i = 0; i < SW_COUNT(safetensors_names) && w.id.len == 0; i++) {
        (void)sw_json_str(sw_json_get(metadata, safetensors_names[i]), &w.id);
    }
    return add_licence(&w);
}

/* --- adapters --------------------------------------------------------------------------------- */

sw_result sw_licence_read_adapter(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_LICENCE_TEXT_MAX, .max_depth = 16, .max_values = 65536};
    struct weights w = {.arena = arena, .file = file, .facts = facts};
    struct sw_error err = {0};
    struct sw_json root;
    struct sw_str base;
    enum sw_code code = sw_json_parse(arena, bytes, &limits, &root, &err);
    if (code == SW_E_NOMEM) {
        return code;
    }
    if (code != SW_OK) {
        return sw_licence_add_problem(arena, facts, file, err.text);
    }
    bool named = sw_json_str(sw_json_get(&root, "base_model_name_or_path"), &base);
    return named ? add_base(&w, base) : SW_OK;
}
