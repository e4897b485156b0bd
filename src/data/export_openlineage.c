/* The chain of a dataset or model as OpenLineage events (specification 2-0-2): JSON lines, what
 * came first at the top. Our own facets are described by doc/format/openlineage-facets.schema.json.
 */
#include "data/export_private.h"

#include "version.h"

#define PRODUCER "urn:sealwright:producer:" SW_VERSION
#define SPEC "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
#define FACET(version, name) \
    "https://openlineage.io/spec/facets/" version "/" name ".json#/$defs/" name
#define OUR_FACET(name) "urn:sealwright:schema:openlineage-facets:v1#/$defs/" name

struct writing {
    const struct sw_exchange *exchange;
    struct sw_json_writer *w;
    const char *space;
};

static void open_facet(struct sw_json_writer *w, const char *name, const char *schema)
{
    sw_jw_object(w, name);
    sw_jw_text(w, "_producer", PRODUCER);
    sw_jw_text(w, "_schemaURL", schema);
}

/* --- datasets -------------------------------------------------------------------------------- */

static sw_result write_our_facet(const struct writing *wr, const struct sw_exchange_set *set)
{
    struct sw_json_writer *w = wr->w;
    struct sw_str *licences = NULL;
    size_t count = 0;
    SW_TRY(sw_export_licences(wr->exchange, set, &licences, &count));
    open_facet(w, "sealwright_manifest", OUR_FACET("SealwrightManifestDatasetFacet"));
    sw_export_digest(w, "manifest", &set->manifest);
    sw_export_digest(w, "orderedHead", &set->ordered_head);
    sw_export_digest(w, "sortedHead", &set->sorted_head);
    sw_export_digest(w, "claim", &set->claim);
    sw_export_str(w, "signer", set->signer);
    sw_export_count(w, "samples", set->samples);
    sw_export_count(w, "bytes", set->bytes);
    sw_jw_text(w, "status", sw_export_status(set->declared, set->gap_count));
    sw_export_texts(w, "gaps", set->gaps, set->gap_count);
    sw_export_texts(w, "licences", licences, count);
    sw_jw_array(w, "sources");
    for (size_t i = 0; i < set->source_count; i++) {
        sw_jw_str(w, NULL, wr->exchange->sources[set->sources[i]].name);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return SW_OK;
}

static void write_schema(struct sw_json_writer *w, const struct sw_exchange_set *set)
{
    if (set->field_count == 0) {
        return;
    }
    open_facet(w, "schema", FACET("1-2-0", "SchemaDatasetFacet"));
    sw_jw_array(w, "fields");
    for (size_t i = 0; i < set->field_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", set->fields[i].name);
        sw_export_str(w, "type", set->fields[i].type);
        sw_export_str(w, "description", set->fields[i].description);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static sw_result write_set_members(const struct writing *wr, const struct sw_exchange_set *set)
{
    struct sw_json_writer *w = wr->w;
    const char *sentence = sw_export_sentence(wr->exchange, set);
    SW_TRY_PTR(sentence);
    sw_jw_text(w, "namespace", wr->space);
    sw_jw_str(w, "name", set->name);
    sw_jw_object(w, "facets");
    if (set->version.len != 0) {
        open_facet(w, "version", FACET("1-0-1", "DatasetVersionDatasetFacet"));
        sw_jw_str(w, "datasetVersion", set->version);
        sw_jw_object_end(w);
    }
    open_facet(w, "documentation", FACET("1-1-0", "DocumentationDatasetFacet"));
    sw_jw_text(w, "description", sentence);
    sw_jw_object_end(w);
    write_schema(w, set);
    SW_TRY(write_our_facet(wr, set));
    sw_jw_object_end(w);
    return SW_OK;
}

/* Rows and bytes, as an input and as an output are said to have them. */
static void write_statistics(
    struct sw_json_writer *w, const struct sw_exchange_set *set, bool output)
{
    sw_jw_object(w, output ? "outputFacets" : "inputFacets");
    open_facet(w, output ? "outputStatistics" : "inputStatistics",
        output ? FACET("1-0-2", "OutputStatisticsOutputDatasetFacet")
               : FACET("1-0-0", "InputStatisticsInputDatasetFacet"));
    sw_export_count(w, "rowCount", set->samples);
    sw_export_count(w, "size", set->bytes);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static sw_result write_sets(
    const struct writing *wr, const uint32_t *list, size_t count, bool output)
{
    for (size_t i = 0; i < count; i++) {
        const struct sw_exchange_set *set = &wr->exchange->sets[list[i]];
        sw_jw_object(wr->w, NULL);
        SW_TRY(write_set_members(wr, set));
        write_statistics(wr->w, set, output);
        sw_jw_object_end(wr->w);
    }
    return SW_OK;
}

static void write_model(const struct writing *wr, const struct sw_exchange_model *model)
{
    struct sw_json_writer *w = wr->w;
    sw_jw_object(w, NULL);
    sw_jw_text(w, "namespace", wr->space);
    sw_jw_str(w, "name", model->name);
    sw_jw_object(w, "facets");
    open_facet(w, "datasetType", FACET("1-0-1", "DatasetTypeDatasetFacet"));
    sw_jw_text(w, "datasetType", "MODEL");
    sw_jw_object_end(w);
    open_facet(w, "sealwright_model", OUR_FACET("SealwrightModelDatasetFacet"));
    sw_export_digest(w, "root", &model->root);
    sw_export_digest(w, "manifest", &model->manifest);
    sw_export_digest(w, "claim", &model->claim);
    sw_export_str(w, "signer", model->signer);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

/* --- runs ------------------------------------------------------------------------------------ */

static void write_counts(struct sw_json_writer *w, const char *name,
    const struct sw_exchange_count *counts, size_t count)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", counts[i].name);
        sw_jw_u64(w, "count", counts[i].count);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_run(const struct writing *wr, const struct sw_exchange_step *step)
{
    struct sw_json_writer *w = wr->w;
    char uuid[SW_UUID_SIZE];
    sw_export_uuid("run", &step->claim, uuid);
    sw_jw_object(w, "run");
    sw_jw_str(w, "runId", step->run.len != 0 ? step->run : sw_str(uuid));
    sw_jw_object(w, "facets");
    open_facet(w, "sealwright_lineage", OUR_FACET("SealwrightLineageRunFacet"));
    sw_export_digest(w, "step", &step->id);
    sw_export_digest(w, "lineage", &step->lineage);
    sw_export_digest(w, "claim", &step->claim);
    sw_export_str(w, "signer", step->signer);
    sw_jw_text(w, "status", sw_export_status(step->declared, step->gap_count));
    sw_export_texts(w, "gaps", step->gaps, step->gap_count);
    write_counts(w, "outputs", step->outputs_by_kind, step->kind_count);
    write_counts(w, "droppedFor", step->dropped_for, step->reason_count);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static void write_job(const struct writing *wr, const struct sw_exchange_step *step)
{
    struct sw_json_writer *w = wr->w;
    sw_jw_object(w, "job");
    sw_jw_text(w, "namespace", wr->space);
    sw_jw_str(w, "name", step->name);
    sw_jw_object(w, "facets");
    open_facet(w, "jobType", FACET("2-0-4", "JobTypeJobFacet"));
    sw_jw_text(w, "processingType", "BATCH");
    sw_jw_text(w, "integration", "SEALWRIGHT");
    sw_jw_text(w, "jobType", step->kind == SW_EXCHANGE_TRAINING ? "TRAINING" : "STEP");
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static void write_head(struct sw_json_writer *w, const char *kind, int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    sw_time_format(time, text);
    sw_jw_text(w, "eventTime", text);
    sw_jw_text(w, "producer", PRODUCER);
    sw_jw_text(w, "schemaURL", kind);
}

static sw_result write_step_event(
    const struct writing *wr, const struct sw_exchange_step *step, const char *type, int64_t time)
{
    struct sw_json_writer *w = wr->w;
    sw_jw_object(w, NULL);
    sw_jw_text(w, "eventType", type);
    write_head(w, SPEC "RunEvent", time);
    write_run(wr, step);
    write_job(wr, step);
    sw_jw_array(w, "inputs");
    SW_TRY(write_sets(wr, step->inputs, step->input_count, false));
    for (size_t i = 0;
         step->model != SW_NO_MODEL && i < wr->exchange->models[step->model].base_count; i++) {
        write_model(wr, &wr->exchange->models[wr->exchange->models[step->model].bases[i]]);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "outputs");
    SW_TRY(write_sets(wr, step->outputs, step->output_count, true));
    if (step->model != SW_NO_MODEL) {
        write_model(wr, &wr->exchange->models[step->model]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return SW_OK;
}

/* A set that no step here made is told by an event of its own. */
static sw_result write_set_event(const struct writing *wr, const struct sw_exchange_set *set)
{
    sw_jw_object(wr->w, NULL);
    write_head(wr->w, SPEC "DatasetEvent", set->time);
    sw_jw_object(wr->w, "dataset");
    SW_TRY(write_set_members(wr, set));
    sw_jw_object_end(wr->w);
    sw_jw_object_end(wr->w);
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result end_line(struct sw_json_writer *w, struct sw_buf *out)
{
    SW_TRY(sw_jw_finish(w));
    return sw_buf_putc(out, '\n');
}

/* The specification asks for a START and an end of every run. When a run began is not always known:
 * then both have the time at which it was recorded. */
static sw_result write_step(
    const struct writing *wr, const struct sw_exchange_step *step, struct sw_buf *out)
{
    int64_t ended = step->ended != 0 ? step->ended : step->time;
    int64_t started = step->started != 0 ? step->started : ended;
    sw_jw_init(wr->w, out, 0);
    SW_TRY(write_step_event(wr, step, "START", started));
    SW_TRY(end_line(wr->w, out));
    sw_jw_init(wr->w, out, 0);
    SW_TRY(write_step_event(wr, step, "COMPLETE", ended));
    return end_line(wr->w, out);
}

sw_result sw_export_openlineage(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err)
{
    (void)err;
    struct sw_json_writer w;
    const char *space =
        sw_arena_printf(exchange->arena, "sealwright://" SW_STR_FMT, SW_STR_ARG(exchange->origin));
    SW_TRY_PTR(space);
    const struct writing wr = {exchange, &w, space};
    for (uint32_t i = 0; i < exchange->set_count; i++) {
        if (!sw_export_is_made(exchange, i)) {
            sw_jw_init(&w, out, 0);
            SW_TRY(write_set_event(&wr, &exchange->sets[i]));
            SW_TRY(end_line(&w, out));
        }
    }
    for (size_t i = 0; i < exchange->step_count; i++) {
        SW_TRY(write_step(&wr, &exchange->steps[i], out));
    }
    return SW_OK;
}
