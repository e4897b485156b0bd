#include "data/run_private.h"

#include <stdlib.h>

/* --- the step's description ------------------------------------------------------------------ */

static void step_code(struct sw_json_writer *w, const struct sw_run_step *step)
{
    sw_jw_array(w, "code");
    for (size_t i = 0; i < step->code_count; i++) {
        char digest[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&step->code[i].digest, digest);
        sw_jw_object(w, NULL);
        sw_jw_str(w, "path", step->code[i].path);
        sw_jw_text(w, "digest", digest);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

sw_result sw_run_step_write(
    const struct sw_run_step *step, struct sw_buf *out, struct sw_digest *digest)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "format", SW_STEP_FORMAT);
    sw_jw_str(&w, "name", step->name);
    sw_jw_array(&w, "command");
    for (size_t i = 0; i < step->command_count; i++) {
        sw_jw_str(&w, NULL, step->command[i]);
    }
    sw_jw_array_end(&w);
    step_code(&w, step);
    if (step->parameters != NULL) {
        sw_jw_json(&w, "parameters", step->parameters);
    }
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    size_t start = out->len;
    struct sw_error ignored = {0};
    SW_TRY(sw_json_canonicalize(out, sw_buf_bytes(&text), &ignored));
    sw_sha256(sw_bytes(out->data + start, out->len - start), digest);
    return SW_OK;
}

/* --- making ---------------------------------------------------------------------------------- */

struct making {
    const struct sw_data *data;
    struct sw_run_plan *plan;
    struct sw_run_made *made;
    const char *scratch;
    struct sw_run_digests digests;
    struct sw_lineage_set *sets;
    struct sw_run_reading *readings;
    struct sw_match_source *sources;
    struct sw_run_output output;
    struct sw_edges *edges;
    struct sw_events *events;
    struct sw_lineage_writer *lineage;
    struct sw_rows_writer *rows;
    struct sw_run_origins *origins;
};

/* Contents can be compared when they are digested alike. With one salt the output takes it over; of
 * several, none may live on in another set, so it gets its own. */
static sw_result choose_digests(struct making *making, struct sw_error *err)
{
    const struct sw_run_plan *plan = making->plan;
    struct sw_run_digests *digests = &making->digests;
    bool same = true;
    digests->one_digest = plan->input_count > 0;
    for (size_t s = 0; s < plan->input_count; s++) {
        same = same && sw_str_equal(plan->inputs[s].claim.salt, plan->inputs[0].claim.salt);
        digests->one_digest = digests->one_digest && plan->inputs[s].rows.one_digest;
    }
    digests->salt_name = plan->input_count == 0 ? sw_str("") : plan->inputs[0].claim.salt;
    if (!same) {
        SW_TRY(sw_salt_make(making->data, digests->made, err));
        digests->salt_name = sw_str(digests->made);
    }
    return sw_salt_load(making->data, digests->salt_name, &digests->salt, err);
}

static sw_result open_inputs(struct making *making, struct sw_error *err)
{
    struct sw_arena *arena = making->data->arena;
    size_t count = making->plan->input_count;
    making->sets = SW_ARENA_ARRAY(arena, struct sw_lineage_set, count);
    making->sources = SW_ARENA_ARRAY(arena, struct sw_match_source, count);
    making->readings = SW_ARENA_ARRAY(arena, struct sw_run_reading, count);
    if (making->sets == NULL || making->sources == NULL || making->readings == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t s = 0; s < count; s++) {
        making->readings[s].contents.fd = -1;
    }
    for (size_t s = 0; s < count; s++) {
        struct sw_run_input *input = &making->plan->inputs[s];
        making->sets[s] = (struct sw_lineage_set){input->claim.manifest, input->rows.count};
        SW_TRY(sw_run_reading_open(
            &making->readings[s], making->data, input, &making->digests, making->scratch, err));
        making->sources[s] = sw_run_reading_source(&making->readings[s]);
    }
    return SW_OK;
}

static sw_result prepare(struct making *making, struct sw_error *err)
{
    struct sw_run_plan *plan = making->plan;
    SW_CLEANUP(buf) struct sw_buf step = SW_BUF_INIT;
    if (plan->input_count > SW_LINEAGE_SETS) {
        return sw_fail(err, SW_E_LIMIT, "a step can have %u inputs at most", SW_LINEAGE_SETS);
    }
    SW_TRY(sw_run_step_write(&plan->step, &step, &making->made->step));
    void *text = sw_arena_copy(making->data->arena, sw_buf_bytes(&step));
    SW_TRY_PTR(text);
    making->made->step_text = sw_bytes(text, step.len);
    SW_TRY(choose_digests(making, err));
    SW_TRY(sw_run_drafts_open(making->data, making->made, err));
    SW_TRY(sw_data_file_dir(making->data, SW_DATA_FILE_LINEAGE, &making->scratch, err));
    SW_TRY(open_inputs(making, err));
    SW_TRY(sw_run_output_open(
        &making->output, making->data, plan, &making->digests, making->scratch, err));
    SW_TRY(sw_edges_new(&making->edges, making->scratch, plan->in_memory));
    return sw_lineage_begin(&making->lineage, making->made->lineage_draft, making->sets,
        plan->input_count, making->scratch, plan->in_memory, err);
}

static sw_result match(struct making *making, struct sw_error *err)
{
    const struct sw_run_plan *plan = making->plan;
    const struct sw_match request = {.method = plan->match,
        .min_similarity = plan->min_similarity,
        .inputs = making->sources,
        .input_count = plan->input_count,
        .output = sw_run_output_source(&making->output),
        .sets = making->sets,
        .scratch = making->scratch,
        .in_memory = plan->in_memory,
        .edges = making->edges,
        .drops = making->lineage,
        .progress = making->data->progress};
    return sw_match_run(&request, &making->made->report, err);
}

static sw_result read_events(struct making *making, struct sw_error *err)
{
    const struct sw_run_plan *plan = making->plan;
    SW_TRY(sw_run_output_take(&making->output, err));
    const struct sw_events_request request = {.path = plan->events,
        .inputs = making->sources,
        .sets = making->sets,
        .input_count = plan->input_count,
        .output = sw_run_output_source(&making->output),
        .output_rows = making->output.rows.count,
        .scratch = making->scratch,
        .in_memory = plan->in_memory,
        .edges = making->edges,
        .drops = making->lineage,
        .progress = making->data->progress};
    SW_TRY(sw_events_read(&request, &making->events, err));
    sw_events_digest(making->events, &making->made->events);
    return SW_OK;
}

/* --- writing --------------------------------------------------------------------------------- */

static enum sw_code look(void *ctx, struct sw_input_row input, uint32_t *origin,
    uint8_t content[SW_EDGE_CONTENT], struct sw_error *err)
{
    struct making *making = ctx;
    struct sw_run_reading *reading = &making->readings[input.set];
    uint8_t whole[32];
    struct sw_row row;
    SW_TRY(sw_rows_at(&reading->input->rows, input.row, &row, err));
    SW_TRY(sw_run_reading_content(reading, input.row, whole, err));
    memcpy(content, whole, SW_EDGE_CONTENT);
    *origin = row.origin;
    return SW_OK;
}

static sw_result write_row(struct making *making, uint32_t number, struct sw_error *err)
{
    struct sw_output_edge edge;
    struct sw_row row;
    SW_TRY(sw_pile_at(&making->output.rows, number, &row, err));
    SW_TRY(sw_edges_output(making->edges, number, &edge, err));
    if (making->events != NULL) {
        SW_TRY(sw_events_check(making->events, number, row.content, &edge, err));
    }
    if (edge.edge.kind == SW_EDGE_GENERATED) {
        bool declared = making->plan->generator.len > 0;
        edge.edge.confidence = declared ? SW_CONFIDENCE_FULL : edge.edge.confidence;
        row.flags |= SW_ROW_GENERATED;
    }
    SW_TRY(sw_run_origins_of(making->origins, &edge, &row.origin, err));
    SW_TRY(sw_rows_add(making->rows, &row, err));
    return sw_lineage_add(making->lineage, &edge.edge, err);
}

static sw_result write_rows(struct making *making, struct sw_error *err)
{
    struct sw_run_made *made = making->made;
    const struct sw_rows_options options = {.one_digest = making->digests.one_digest,
        .salt = making->digests.salt_name,
        .reader = making->output.format};
    SW_TRY(sw_rows_create(&making->rows, made->rows_draft, &options, err));
    SW_TRY(sw_run_origins_new(&making->origins, making->plan, &made->step, making->rows));
    for (uint64_t row = 0; row < making->output.rows.count; row++) {
        SW_TRY(write_row(making, (uint32_t)row, err));
        SW_TRY(sw_progress_check(making->data->progress, err));
    }
    return sw_run_output_extras(&making->output, making->rows, err);
}

static sw_result finish(struct making *making, struct sw_error *err)
{
    struct sw_run_made *made = making->made;
    struct sw_reason_count *reasons;
    size_t count;
    made->samples = making->output.rows.count;
    made->quarantined = making->output.tallies.bad;
    SW_TRY(sw_tallies_reasons(&making->output.tallies, &reasons, &count));
    SW_TRY(sw_rows_finish(
        SW_TAKE(making->rows), reasons, count, making->data->progress, &made->manifest, err));
    if (making->plan->drops.len > 0) {
        SW_TRY(sw_lineage_drop_others(making->lineage, making->plan->drops, err));
    }
    const struct sw_lineage_set output = {made->manifest, made->samples};
    return sw_lineage_finish(SW_TAKE(making->lineage), &made->step, &output, making->data->arena,
        &made->totals, &made->lineage, err);
}

/* --- what is missing ------------------------------------------------------------------------- */

static sw_result add_gap(struct making *making, const char *text)
{
    struct sw_run_made *made = making->made;
    SW_TRY_PTR(text);
    made->gaps[made->gap_count++] = sw_str(text);
    return SW_OK;
}

static sw_result add_counted(
    struct making *making, uint64_t count, const char *one, const char *several)
{
    return count == 0 ? SW_OK
                      : add_gap(making, sw_arena_printf(making->data->arena, "%llu %s",
                                            (unsigned long long)count, count == 1 ? one : several));
}

static sw_result find_gaps(struct making *making)
{
    const struct sw_run_plan *plan = making->plan;
    struct sw_run_made *made = making->made;
    const struct sw_tallies *tallies = &making->output.tallies;
    made->gaps = SW_ARENA_ARRAY(making->data->arena, struct sw_str, plan->gap_count + 8);
    SW_TRY_PTR(made->gaps);
    SW_TRY(add_counted(making, made->totals.generated_unknown,
        "output comes from no input that was found, and no generator was named",
        "outputs come from no input that was found, and no generator was named"));
    SW_TRY(add_counted(making, made->totals.dropped_unknown,
        "input was dropped, and nobody said why", "inputs were dropped, and nobody said why"));
    SW_TRY(add_counted(making, made->quarantined, "record of the output is no sample",
        "records of the output are no samples"));
    SW_TRY(add_counted(making, tallies->repeated, "sample has an id that stood before",
        "samples have an id that stood before"));
    for (size_t i = 0; i < plan->gap_count; i++) {
        made->gaps[made->gap_count++] = plan->gaps[i];
    }
    return SW_OK;
}

/* --- all ------------------------------------------------------------------------------------- */

static sw_result make(struct making *making, struct sw_error *err)
{
    struct sw_edges_inputs inputs = {look, making};
    SW_TRY(prepare(making, err));
    SW_TRY(making->plan->events != NULL ? read_events(making, err) : match(making, err));
    for (size_t s = 0; s < making->plan->input_count; s++) {
        SW_TRY(sw_run_reading_verify(&making->readings[s], err));
    }
    SW_TRY(sw_edges_turn(making->edges, &inputs, err));
    SW_TRY(write_rows(making, err));
    SW_TRY(finish(making, err));
    return find_gaps(making);
}

static void release(struct making *making)
{
    for (size_t s = 0; making->readings != NULL && s < making->plan->input_count; s++) {
        sw_run_reading_close(&making->readings[s]);
    }
    sw_run_output_close(&making->output);
    sw_cleanup_edges(&making->edges);
    sw_cleanup_events(&making->events);
    sw_cleanup_lineage_writer(&making->lineage);
    sw_cleanup_run_origins(&making->origins);
    sw_cleanup_rows_writer(&making->rows);
    sw_salt_wipe(&making->digests.salt);
}

sw_result sw_run_make(const struct sw_data *data, struct sw_run_plan *plan,
    struct sw_run_made *made, struct sw_error *err)
{
    struct making making = {
        .data = data, .plan = plan, .made = made, .output = {.rows = {.fd = -1}}};
    enum sw_code code = make(&making, err);
    if (code != SW_OK && making.digests.made[0] != '\0') {
        struct sw_error ignored = {0};
        (void)(sw_salt_forget(data, making.digests.salt_name, &ignored) == SW_OK);
    }
    release(&making);
    return code;
}
