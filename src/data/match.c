#include "data/match_private.h"

static const char *const names[] = {
    [SW_MATCH_ID] = "id",
    [SW_MATCH_LINE] = "line",
    [SW_MATCH_CONTENT] = "content",
    [SW_MATCH_NEAR] = "near",
};

const char *sw_match_name(enum sw_match_method method)
{
    return names[method];
}

bool sw_match_parse(struct sw_str name, enum sw_match_method *out)
{
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_str_is(name, names[i])) {
            *out = (enum sw_match_method)i;
            return true;
        }
    }
    return false;
}

sw_result sw_matching_edge(struct sw_matching *matching, uint32_t output, struct sw_input_row input,
    unsigned kind, uint32_t confidence, struct sw_error *err)
{
    if (matching->near) {
        SW_TRY(sw_rowset_add(&matching->matched, output));
        SW_TRY(sw_rowset_add(&matching->used[input.set], input.row));
    }
    return sw_edges_add(matching->match->edges, output, input, kind, confidence, err);
}

/* Shingles are keyed by what goes into the step, so that it takes all of it to choose them. */
static sw_result make_shingle_key(const struct sw_match *match, struct sw_shingle_key *out)
{
    SW_CLEANUP(buf) struct sw_buf seed = SW_BUF_INIT;
    struct sw_digest digest;
    SW_TRY(sw_buf_puts(&seed, "sealwright-near/v1"));
    for (size_t s = 0; s < match->input_count; s++) {
        const struct sw_digest *manifest = &match->sets[s].manifest;
        SW_TRY(sw_buf_append(&seed, manifest->bytes, manifest->len));
    }
    sw_sha256(sw_buf_bytes(&seed), &digest);
    sw_shingle_key(sw_bytes(digest.bytes, digest.len), out);
    return SW_OK;
}

static bool is_left_over(const struct sw_matching *matching)
{
    return matching->match->input_count > 0 &&
           sw_rowset_count(&matching->matched) < matching->report.outputs;
}

static sw_result match_near(struct sw_matching *matching, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf longer = SW_BUF_INIT;
    struct sw_shingle_key key;
    if (!is_left_over(matching)) {
        return SW_OK;
    }
    SW_TRY(make_shingle_key(matching->match, &key));
    SW_TRY(sw_match_alike(matching, &key, &longer, err));
    return is_left_over(matching) || longer.len > 0
               ? sw_match_contained(matching, &key, sw_buf_bytes(&longer), err)
               : SW_OK;
}

static sw_result run(struct sw_matching *matching, struct sw_error *err)
{
    SW_TRY(sw_match_keys(matching, err));
    if (!matching->near) {
        return SW_OK;
    }
    SW_TRY(match_near(matching, err));
    return sw_match_twins(matching, err);
}

sw_result sw_match_run(
    const struct sw_match *match, struct sw_match_report *report, struct sw_error *err)
{
    struct sw_matching matching = {.match = match,
        .near = match->method == SW_MATCH_NEAR,
        .min_similarity = match->min_similarity != 0 ? match->min_similarity : SW_MATCH_SIMILARITY};
    if (match->method == SW_MATCH_LINE && match->input_count != 1) {
        return sw_fail(err, SW_E_USAGE, "lines can be matched with one input, not with %zu",
            match->input_count);
    }
    enum sw_code code = run(&matching, err);
    sw_rowset_release(&matching.matched);
    sw_cleanup_spill(&matching.twins);
    for (size_t s = 0; s < SW_LINEAGE_SETS; s++) {
        sw_rowset_release(&matching.used[s]);
        sw_rowset_release(&matching.copies[s]);
    }
    SW_TRY(code);
    *report = matching.report;
    return SW_OK;
}
