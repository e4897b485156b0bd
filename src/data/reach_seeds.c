#include "data/reach.h"
#include "data/salt.h"

#include <stdlib.h>

/* --- gaps ------------------------------------------------------------------------------------ */

sw_result sw_gap_add(struct sw_gaps *gaps, enum sw_gap_kind kind, const char *fmt, ...)
{
    char line[SW_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    for (size_t i = 0; i < gaps->count; i++) {
        if (strcmp(gaps->list[i].text, line) == 0) {
            return SW_OK;
        }
    }
    struct sw_gap *list =
        sw_arena_grow(gaps->arena, gaps->list, gaps->count, &gaps->cap, sizeof(*list));
    const char *text = sw_arena_strdup(gaps->arena, line);
    if (list == NULL || text == NULL) {
        return SW_E_NOMEM;
    }
    gaps->list = list;
    list[gaps->count++] = (struct sw_gap){kind, text};
    return SW_OK;
}

const char *sw_graph_set_name(struct sw_arena *arena, const struct sw_graph *graph, uint32_t set)
{
    const struct sw_graph_set *s = &graph->sets[set];
    if (s->name.len > 0) {
        return sw_arena_printf(
            arena, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(s->name), SW_STR_ARG(s->version));
    }
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&s->manifest, text);
    return sw_arena_strdup(arena, text);
}

/* --- files ----------------------------------------------------------------------------------- */

/* Is it the file that is at fault, so that the answer has a gap, or the machine? */
static bool is_about_file(enum sw_code code)
{
    return code == SW_E_NOENT || code == SW_E_REFUSED || code == SW_E_FORMAT ||
           code == SW_E_LIMIT || code == SW_E_USAGE;
}

static sw_result lost(struct sw_gaps *gaps, enum sw_code code, const struct sw_error *why,
    const char *what, const char *name, struct sw_error *err)
{
    const char *words = why->text[0] != '\0' ? why->text : sw_code_text(code);
    if (!is_about_file(code)) {
        return sw_fail(err, code, "%s", words);
    }
    if (code == SW_E_NOENT) {
        return sw_gap_add(gaps, SW_GAP_LOST, "%s of %s is not in this store", what, name);
    }
    return sw_gap_add(gaps, SW_GAP_LOST, "%s of %s cannot be read: %s", what, name, words);
}

sw_result sw_reach_open_set(const struct sw_data *data, const struct sw_graph *graph, uint32_t set,
    struct sw_rows *rows, bool *opened, struct sw_gaps *gaps, struct sw_error *err)
{
    const struct sw_graph_set *s = &graph->sets[set];
    const char *name = sw_graph_set_name(data->arena, graph, set);
    SW_TRY_PTR(name);
    *opened = false;
    if (s->dataset == SW_GRAPH_NONE) {
        return sw_gap_add(gaps, SW_GAP_UNKNOWN, "nobody trusted claims the dataset %s", name);
    }
    const struct sw_dataset_claim *claim = &graph->datasets[s->dataset].claim;
    struct sw_error why = {0};
    if (claim->declared && claim->ordered_head.alg == 0) {
        return sw_gap_add(
            gaps, SW_GAP_UNKNOWN, "the samples of %s were declared and never seen", name);
    }
    enum sw_code code = sw_dataset_open(data, claim, rows, &why);
    *opened = code == SW_OK;
    return *opened ? SW_OK : lost(gaps, code, &why, "the file of dataset", name, err);
}

static bool fits(const struct sw_lineage *lineage, const struct sw_lineage_claim *claim)
{
    bool same = lineage->input_count == claim->input_count &&
                sw_digest_equal(&lineage->output.manifest, &claim->output.manifest);
    for (size_t i = 0; i < claim->input_count && same; i++) {
        same = sw_digest_equal(&lineage->inputs[i].manifest, &claim->inputs[i].manifest);
    }
    return same;
}

sw_result sw_reach_open_step(const struct sw_data *data, const struct sw_graph *graph,
    uint32_t step, struct sw_lineage *lineage, bool *opened, struct sw_gaps *gaps,
    struct sw_error *err)
{
    const struct sw_graph_step *s = &graph->steps[step];
    struct sw_error why = {0};
    const char *path = sw_data_file_path(data, SW_DATA_FILE_LINEAGE, &s->claim.lineage);
    const char *to = sw_graph_set_name(data->arena, graph, s->output);
    const char *name = to == NULL ? NULL
                                  : sw_arena_printf(data->arena, "step " SW_STR_FMT " to %s",
                                        SW_STR_ARG(s->claim.step_name), to);
    if (path == NULL || name == NULL) {
        return SW_E_NOMEM;
    }
    enum sw_code code = sw_lineage_open(lineage, path, &s->claim.lineage, &why);
    if (code == SW_OK && !fits(lineage, &s->claim)) {
        sw_lineage_close(lineage);
        code = sw_fail(&why, SW_E_FORMAT, "it is between other datasets than its claim says");
    }
    *opened = code == SW_OK;
    return *opened ? SW_OK : lost(gaps, code, &why, "the lineage file", name, err);
}

/* --- contents -------------------------------------------------------------------------------- */

struct seeking {
    const struct sw_data *data;
    const struct sw_reach_options *options;
    const char *name; /* of the set */
    struct sw_rows *rows;
    struct sw_rowset *found;
    struct sw_gaps *gaps;
};

/* A place of the sorted order, proven to be under the root: below the content (-1) or above it. */
static sw_result prove_side(
    struct seeking *s, const uint8_t content[32], uint64_t place, int side, struct sw_error *err)
{
    uint8_t there[32];
    SW_TRY(sw_rows_proven_content(s->rows, place, there, err));
    int order = memcmp(there, content, 32);
    if (side < 0 ? order >= 0 : order <= 0) {
        return sw_fail(err, SW_E_REFUSED, "its sorted order was changed");
    }
    return SW_OK;
}

/* That it stands at these places and nowhere else: those before and behind are not it. */
static sw_result prove_places(struct seeking *s, const uint8_t content[32], uint64_t first,
    uint64_t count, struct sw_error *err)
{
    if (first > 0) {
        SW_TRY(prove_side(s, content, first - 1, -1, err));
    }
    return first + count < s->rows->count ? prove_side(s, content, first + count, 1, err) : SW_OK;
}

/* The tree binds contents, not which of equal rows stands where. */
static sw_result check_row(
    struct seeking *s, const uint8_t content[32], uint32_t index, struct sw_error *err)
{
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    struct sw_row row;
    size_t count;
    SW_TRY(sw_rows_proven(s->rows, index, &row, proof, &count, err));
    return memcmp(row.content, content, 32) == 0
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED, "its sorted order was changed");
}

static sw_result find_content(struct seeking *s, const uint8_t content[32], struct sw_error *err)
{
    uint64_t first;
    uint64_t count;
    SW_TRY(sw_rows_find(s->rows, content, &first, &count, err));
    if (s->options->prove) {
        SW_TRY(prove_places(s, content, first, count, err));
    }
    uint64_t before = sw_rowset_count(s->found);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t row;
        SW_TRY(sw_rows_sorted(s->rows, first + i, &row, err));
        SW_TRY(s->options->prove ? check_row(s, content, row, err) : SW_OK);
        SW_TRY(sw_rowset_add(s->found, row));
    }
    if (s->options->prove && sw_rowset_count(s->found) != before + count) {
        return sw_fail(err, SW_E_REFUSED, "a row stands twice in its sorted order");
    }
    return SW_OK;
}

/* A keyed set is asked with its own key, as long as that is known and the words are at hand. */
static sw_result find_keyed(struct seeking *s, const struct sw_selected *what, struct sw_error *err)
{
    SW_CLEANUP(salt) struct sw_salt salt;
    struct sw_error why = {0};
    uint8_t content[32];
    SW_TRY(find_content(s, what->selector.digest.bytes, err)); /* may be of this key already */
    if (sw_rowset_count(s->found) > 0) {
        return SW_OK;
    }
    if (!what->has_text) {
        return sw_gap_add(s->gaps, SW_GAP_UNKNOWN,
            "the digests of %s are keyed: it can only be asked for a text", s->name);
    }
    enum sw_code code = sw_salt_load(s->data, s->rows->salt, &salt, &why);
    if (code == SW_E_NOENT) {
        return sw_gap_add(s->gaps, SW_GAP_UNKNOWN,
            "the salt of %s is forgotten: nobody can tell its texts any more", s->name);
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    sw_salt_digest(&salt, what->text, content);
    return find_content(s, content, err);
}

/* Records are in no order: all are looked at. */
static sw_result find_record(struct seeking *s, const uint8_t record[32], struct sw_error *err)
{
    uint64_t groups = (s->rows->count + SW_ROWS_GROUP - 1) / SW_ROWS_GROUP;
    if (s->rows->one_digest) {
        return find_content(s, record, err);
    }
    for (uint32_t g = 0; g < groups; g++) {
        const struct sw_row *rows;
        size_t count;
        SW_TRY(sw_progress_check(s->data->progress, err));
        SW_TRY(sw_rows_group(s->rows, g, &rows, &count, err));
        for (size_t i = 0; i < count; i++) {
            if (memcmp(rows[i].record, record, 32) == 0) {
                SW_TRY(sw_rowset_add(s->found, (uint32_t)(g * (uint64_t)SW_ROWS_GROUP + i)));
            }
        }
    }
    return SW_OK;
}

/* --- by kind --------------------------------------------------------------------------------- */

static bool is_name(const struct sw_dataset_name *asked, struct sw_str name, struct sw_str version)
{
    return sw_str_equal(asked->name, name) &&
           (asked->version.len == 0 || sw_str_equal(asked->version, version));
}

static bool is_selected_set(
    const struct sw_graph *graph, uint32_t set, const struct sw_selector *selector)
{
    if (selector->digest.alg != 0 && selector->kind == SW_SELECT_DATASET) {
        return sw_digest_equal(&graph->sets[set].manifest, &selector->digest);
    }
    struct sw_dataset_name name;
    const char *hash = memchr(selector->name.ptr, '#', selector->name.len);
    struct sw_str text = hash == NULL
                             ? selector->name
                             : sw_str_n(selector->name.ptr, (size_t)(hash - selector->name.ptr));
    struct sw_error ignored = {0};
    if (sw_dataset_name_parse(text, &name, &ignored) != SW_OK) {
        return false;
    }
    for (uint32_t i = 0; i < graph->dataset_count; i++) {
        const struct sw_graph_dataset *d = &graph->datasets[i];
        if (d->set == set && is_name(&name, d->claim.name, d->claim.version)) {
            return true;
        }
    }
    return is_name(&name, graph->sets[set].name, graph->sets[set].version);
}

static bool is_declared_of(
    const struct sw_graph *graph, uint32_t set, const struct sw_selector *selector)
{
    for (uint32_t d = 0; d < graph->dataset_count; d++) {
        const struct sw_dataset_claim *claim = &graph->datasets[d].claim;
        for (size_t i = 0; i < claim->source_count && graph->datasets[d].set == set; i++) {
            if (claim->declared && claim->sources[i].samples == 0 &&
                sw_str_equal(claim->sources[i].name, selector->name)) {
                return true;
            }
        }
    }
    return false;
}

bool sw_reach_is_uncounted(
    const struct sw_graph *graph, uint32_t set, const struct sw_selector *selector)
{
    const struct sw_graph_set *s = &graph->sets[set];
    if (selector->kind == SW_SELECT_SOURCE) {
        return is_declared_of(graph, set, selector);
    }
    bool seen = s->dataset != SW_GRAPH_NONE && !graph->datasets[s->dataset].claim.declared;
    return selector->kind == SW_SELECT_DATASET && !seen &&
           (s->samples == 0 || s->samples > SW_ROWS_MAX) && is_selected_set(graph, set, selector);
}

static sw_result seed_dataset(const struct sw_graph *graph, uint32_t set,
    const struct sw_selector *selector, struct sw_rowset *rows)
{
    uint64_t samples = graph->sets[set].samples;
    if (samples == 0 || samples > SW_ROWS_MAX || !is_selected_set(graph, set, selector)) {
        return SW_OK;
    }
    return sw_rowset_add_range(rows, 0, (uint32_t)(samples - 1));
}

/* A version is one set for ever, so its row is known without the file. */
static sw_result seed_row(const struct sw_graph *graph, uint32_t set,
    const struct sw_selected *what, struct sw_rowset *rows)
{
    bool there =
        what->row < graph->sets[set].samples && is_selected_set(graph, set, &what->selector);
    return there ? sw_rowset_add(rows, what->row) : SW_OK;
}

static sw_result seed_digest(
    struct seeking *s, const struct sw_selected *what, struct sw_error *err)
{
    if (what->selector.kind == SW_SELECT_SAMPLE) {
        return find_record(s, what->selector.digest.bytes, err);
    }
    SW_TRY(s->rows->salt.len > 0 ? find_keyed(s, what, err)
                                 : find_content(s, what->selector.digest.bytes, err));
    return sw_rowset_count(s->found) > 0 || !sw_rows_hold_records(s->rows)
               ? SW_OK
               : sw_gap_add(s->gaps, SW_GAP_UNKNOWN,
                     "%s has digests of whole records only: it cannot be asked for a content",
                     s->name);
}

static sw_result seed_from_file(const struct sw_data *data, const struct sw_graph *graph,
    uint32_t set, const struct sw_selected *what, const struct sw_reach_options *options,
    struct sw_rowset *rows, struct sw_gaps *gaps, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows file = SW_ROWS_INIT;
    struct sw_error why = {0};
    struct seeking s = {.data = data,
        .options = options,
        .name = sw_graph_set_name(data->arena, graph, set),
        .rows = &file,
        .found = rows,
        .gaps = gaps};
    bool opened;
    SW_TRY_PTR(s.name);
    SW_TRY(sw_reach_open_set(data, graph, set, &file, &opened, gaps, err));
    if (!opened) {
        return SW_OK;
    }
    enum sw_code code = seed_digest(&s, what, &why);
    return code == SW_OK ? SW_OK : lost(gaps, code, &why, "the file of dataset", s.name, err);
}

sw_result sw_reach_seeds(const struct sw_data *data, const struct sw_graph *graph, uint32_t set,
    const struct sw_selected *what, const struct sw_reach_options *options, struct sw_rowset *rows,
    struct sw_gaps *gaps, struct sw_error *err)
{
    switch ((int)what->selector.kind) {
    case SW_SELECT_DATASET: return seed_dataset(graph, set, &what->selector, rows);
    case SW_SELECT_SAMPLE:
        if (what->by_row) {
            return seed_row(graph, set, what, rows);
        }
        break;
    case SW_SELECT_CONTENT: break;
    default: return SW_OK;
    }
    return seed_from_file(data, graph, set, what, options, rows, gaps, err);
}
