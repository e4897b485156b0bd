#include "data/reach.h"

#define FILE_MAX ((uint64_t)1 << 30)

/* --- reading one ----------------------------------------------------------------------------- */

struct parsing {
    const struct sw_data *data;
    const struct sw_graph *graph;
    struct sw_error *err;
};

static enum sw_code parse_digest(const struct parsing *p, struct sw_str text, struct sw_digest *out)
{
    if (sw_digest_parse(text, out) && out->alg == SW_SHA256) {
        return SW_OK;
    }
    return sw_fail(p->err, SW_E_USAGE,
        "'%.*s' is no digest: give sha256: and 64 hexadecimal digits", (int)(text.len & 0xff),
        text.ptr);
}

static enum sw_code keep_name(const struct parsing *p, struct sw_str name, struct sw_str *out)
{
    const char *copy = sw_arena_strndup(p->data->arena, name);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, name.len);
    return SW_OK;
}

static enum sw_code parse_source(
    const struct parsing *p, struct sw_str text, struct sw_selected *out)
{
    SW_TRY(sw_name_check(text, "source", p->err));
    bool known = sw_graph_find_source(p->graph, text) != NULL;
    for (uint32_t i = 0; i < p->graph->dataset_count && !known; i++) {
        const struct sw_dataset_claim *claim = &p->graph->datasets[i].claim;
        for (size_t k = 0; k < claim->source_count && !known; k++) {
            known = sw_str_equal(claim->sources[k].name, text);
        }
    }
    if (!known) {
        return sw_fail(p->err, SW_E_NOENT,
            "no source '" SW_STR_FMT "' is known; 'sealwright data source list' lists them",
            SW_STR_ARG(text));
    }
    return keep_name(p, text, &out->selector.name);
}

static bool is_named(const struct sw_graph_dataset *dataset, const struct sw_dataset_name *name)
{
    return sw_str_equal(dataset->claim.name, name->name) &&
           (name->version.len == 0 || sw_str_equal(dataset->claim.version, name->version));
}

/* The newest dataset of that name. */
static enum sw_code find_dataset(
    const struct parsing *p, struct sw_str text, const struct sw_graph_dataset **out)
{
    struct sw_dataset_name name;
    SW_TRY(sw_dataset_name_parse(text, &name, p->err));
    for (uint32_t i = p->graph->dataset_count; i-- > 0;) {
        if (is_named(&p->graph->datasets[i], &name)) {
            *out = &p->graph->datasets[i];
            return SW_OK;
        }
    }
    return sw_fail(p->err, SW_E_NOENT, "no dataset '" SW_STR_FMT "' is known", SW_STR_ARG(text));
}

/* With a version the manifest is named too: it is that for ever. Without one every version is
 * meant, also those still to come. */
static enum sw_code parse_dataset(
    const struct parsing *p, struct sw_str text, struct sw_selected *out)
{
    const struct sw_graph_dataset *dataset = NULL;
    if (sw_str_starts(text, "sha256:")) {
        SW_TRY(parse_digest(p, text, &out->selector.digest));
        uint32_t set = sw_graph_find_set(p->graph, &out->selector.digest);
        return set != SW_GRAPH_NONE ? SW_OK
                                    : sw_fail(p->err, SW_E_NOENT, "no such dataset is known");
    }
    SW_TRY(find_dataset(p, text, &dataset));
    if (memchr(text.ptr, '@', text.len) != NULL) {
        out->selector.digest = dataset->claim.manifest;
    }
    return keep_name(p, text, &out->selector.name);
}

static enum sw_code parse_step(const struct parsing *p, struct sw_str text, struct sw_selected *out)
{
    return parse_digest(p, text, &out->selector.digest);
}

/* The record's digest is what the claim binds; the place says where to begin. */
static enum sw_code parse_place(
    const struct parsing *p, struct sw_str name, struct sw_str row, struct sw_selected *out)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    const struct sw_graph_dataset *dataset = NULL;
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    size_t hashes;
    struct sw_row found;
    uint64_t index;
    SW_TRY(find_dataset(p, name, &dataset));
    if (!sw_parse_u64(row, &index) || index >= dataset->claim.samples) {
        return sw_fail(p->err, SW_E_USAGE,
            "there is no sample '%.*s' in " SW_STR_FMT "@" SW_STR_FMT ": it has %llu, from 0 on",
            (int)(row.len & 0x1f), row.ptr, SW_STR_ARG(dataset->claim.name),
            SW_STR_ARG(dataset->claim.version), (unsigned long long)dataset->claim.samples);
    }
    SW_TRY(sw_dataset_open(p->data, &dataset->claim, &rows, p->err));
    SW_TRY(sw_rows_proven(&rows, index, &found, proof, &hashes, p->err));
    out->selector.digest = (struct sw_digest){.alg = SW_SHA256, .len = 32};
    memcpy(out->selector.digest.bytes, found.record, 32);
    out->by_row = true;
    out->row = (uint32_t)index;
    const char *text = sw_arena_printf(p->data->arena, SW_STR_FMT "@" SW_STR_FMT "#%llu",
        SW_STR_ARG(dataset->claim.name), SW_STR_ARG(dataset->claim.version),
        (unsigned long long)index);
    SW_TRY_PTR(text);
    out->selector.name = sw_str(text);
    return SW_OK;
}

static enum sw_code parse_sample(
    const struct parsing *p, struct sw_str text, struct sw_selected *out)
{
    const char *hash = text.len == 0 ? NULL : memchr(text.ptr, '#', text.len);
    if (hash == NULL) {
        return parse_digest(p, text, &out->selector.digest);
    }
    size_t name = (size_t)(hash - text.ptr);
    return parse_place(p, sw_str_n(text.ptr, name), sw_str_n(hash + 1, text.len - name - 1), out);
}

static enum sw_code take_text(
    const struct parsing *p, struct sw_bytes text, struct sw_selected *out)
{
    const uint8_t *copy = sw_arena_copy(p->data->arena, text);
    SW_TRY_PTR(copy);
    out->text = sw_bytes(copy, text.len);
    out->has_text = true;
    sw_sha256(text, &out->selector.digest);
    return SW_OK;
}

static enum sw_code parse_text(const struct parsing *p, struct sw_str text, struct sw_selected *out)
{
    return take_text(p, sw_bytes_of_str(text), out);
}

static enum sw_code parse_file(const struct parsing *p, struct sw_str text, struct sw_selected *out)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    const char *path = sw_arena_strndup(p->data->arena, text);
    SW_TRY_PTR(path);
    SW_TRY(sw_file_read(path, FILE_MAX, &bytes, p->err));
    return take_text(p, sw_buf_bytes(&bytes), out);
}

static const struct prefix {
    const char *text;
    enum sw_selector_kind kind;
    enum sw_code (*parse)(const struct parsing *p, struct sw_str text, struct sw_selected *out);
} prefixes[] = {
    {"source:", SW_SELECT_SOURCE, parse_source},
    {"dataset:", SW_SELECT_DATASET, parse_dataset},
    {"step:", SW_SELECT_STEP, parse_step},
    {"sample:", SW_SELECT_SAMPLE, parse_sample},
    {"content:", SW_SELECT_CONTENT, parse_step},
    {"text:", SW_SELECT_CONTENT, parse_text},
    {"file:", SW_SELECT_CONTENT, parse_file},
    {"model:", SW_SELECT_MODEL, parse_step},
};

sw_result sw_selected_parse(const struct sw_data *data, const struct sw_graph *graph,
    struct sw_str text, struct sw_selected *out, struct sw_error *err)
{
    const struct parsing p = {data, graph, err};
    for (size_t i = 0; i < SW_COUNT(prefixes); i++) {
        if (!sw_str_starts(text, prefixes[i].text)) {
            continue;
        }
        size_t skip = strlen(prefixes[i].text);
        struct sw_selected made = {.selector = {.kind = prefixes[i].kind}};
        SW_TRY(prefixes[i].parse(&p, sw_str_n(text.ptr + skip, text.len - skip), &made));
        *out = made;
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE,
        "'%.*s' says not what it means: begin with source:, dataset:, step:, sample:, content:, "
        "text:, file: or model:",
        text.len > 64 ? 64 : (int)text.len, text.ptr);
}

/* --- from a claim, and back ------------------------------------------------------------------ */

sw_result sw_selected_of_claim(
    const struct sw_selector *selector, struct sw_selected *out, struct sw_error *err)
{
    struct sw_selected made = {.selector = *selector};
    const char *hash =
        selector->name.len == 0 ? NULL : memchr(selector->name.ptr, '#', selector->name.len);
    if (selector->kind == SW_SELECT_SAMPLE && hash != NULL) {
        size_t name = (size_t)(hash - selector->name.ptr);
        uint64_t row;
        if (!sw_parse_u64(sw_str_n(hash + 1, selector->name.len - name - 1), &row) ||
            row >= SW_ROWS_MAX) {
            return sw_fail(err, SW_E_FORMAT, "the selector's sample has no number");
        }
        made.by_row = true;
        made.row = (uint32_t)row;
    }
    *out = made;
    return SW_OK;
}

sw_result sw_selector_show(const struct sw_selector *selector, struct sw_buf *out)
{
    char text[SW_DIGEST_TEXT_SIZE];
    SW_TRY(sw_buf_printf(out, "%s:", sw_selector_kind_name(selector->kind)));
    if (selector->name.len > 0) {
        return sw_buf_put_str(out, selector->name);
    }
    sw_digest_text(&selector->digest, text);
    return sw_buf_puts(out, text);
}
