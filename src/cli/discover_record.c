#include "cli/discover_record.h"

#include "version.h"

#define PLACES_MAX 3 /* of one entity */

static void write_optional(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len > 0) {
        sw_jw_str(w, name, text);
    }
}

static void write_places(struct sw_json_writer *w, const struct sw_entity *entity)
{
    sw_jw_array(w, "places");
    for (size_t i = 0; i < entity->sighting_count && i < PLACES_MAX; i++) {
        const struct sw_sighting *s = &entity->sightings[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "file", s->file);
        if (s->line > 0) {
            sw_jw_u64(w, "line", s->line);
        }
        sw_jw_text(w, "signal", s->signal);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_entity(
    struct sw_json_writer *w, const struct sw_discovery *discovery, size_t number)
{
    const struct sw_entity *entity = &discovery->inventory->entities[number];
    sw_jw_object(w, NULL);
    sw_jw_text(w, "kind", sw_entity_kind_name(entity->id.kind));
    sw_jw_str(w, "name", entity->id.name);
    write_optional(w, "version", entity->id.version);
    write_optional(w, "purl", entity->id.purl);
    write_optional(w, "digest", entity->id.digest);
    sw_jw_text(w, "grade", sw_grade_name(entity->grade));
    sw_jw_double(w, "confidence", (double)entity->confidence / SW_CONFIDENCE_MAX);
    sw_jw_text(w, "scope", sw_scope_name(entity->scope));
    sw_jw_u64(w, "seen", entity->seen);
    write_places(w, entity);
    sw_registered_json(w, discovery->registered, number);
    sw_jw_object_end(w);
}

static void write_entities(struct sw_json_writer *w, const struct sw_discovery *discovery)
{
    sw_jw_array(w, "entities");
    for (size_t i = 0; i < discovery->inventory->count; i++) {
        write_entity(w, discovery, i);
    }
    sw_jw_array_end(w);
}

/* How many of those that count are of which kind and of which grade. */
static void write_summary(struct sw_json_writer *w, const struct sw_inventory *inventory)
{
    uint64_t kinds[SW_ENTITY_KINDS] = {0};
    uint64_t grades[SW_GRADE_VERIFIED + 1] = {0};
    uint64_t counted = 0;
    for (size_t i = 0; i < inventory->count; i++) {
        const struct sw_entity *entity = &inventory->entities[i];
        if (sw_entity_counts(entity)) {
            counted++;
            kinds[entity->id.kind]++;
            grades[entity->grade]++;
        }
    }
    sw_jw_object(w, "summary");
    sw_jw_u64(w, "counted", counted);
    sw_jw_u64(w, "entities", inventory->count);
    sw_jw_object(w, "grades");
    for (size_t i = 0; i < SW_COUNT(grades); i++) {
        sw_jw_u64(w, sw_grade_name((enum sw_grade)i), grades[i]);
    }
    sw_jw_object_end(w);
    sw_jw_object(w, "kinds");
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        sw_jw_u64(w, sw_entity_kind_name((enum sw_entity_kind)i), kinds[i]);
    }
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

/* A claim that approves leaves nothing of itself unregistered. */
static void write_unknown(struct sw_json_writer *w, const struct sw_discovery *discovery)
{
    const struct sw_registered none = {0};
    const struct sw_inventory empty = {0};
    const bool approved = discovery->approved;
    sw_registered_unknown_json(w, "unregistered", approved ? &none : discovery->registered,
        approved ? &empty : discovery->inventory);
    sw_jw_object(w, "counts");
    for (size_t kind = 0; kind < SW_ENTITY_KINDS; kind++) {
        sw_jw_u64(w, sw_entity_kind_name((enum sw_entity_kind)kind),
            approved ? 0 : discovery->registered->unknown_of[kind]);
    }
    sw_jw_object_end(w);
}

static void write_all(struct sw_json_writer *w, const struct sw_discovery *discovery)
{
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(discovery->time, time);
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "all_packages", discovery->all_packages);
    sw_jw_bool(w, "approved", discovery->approved);
    sw_jw_object(w, "catalogue");
    sw_catalogue_json(w, discovery->catalogue);
    sw_jw_object_end(w);
    sw_discover_write_coverage(w, discovery->coverage);
    write_entities(w, discovery);
    write_summary(w, discovery->inventory);
    sw_jw_text(w, "time", time);
    sw_jw_text(w, "tool", "sealwright " SW_VERSION);
    write_unknown(w, discovery);
    sw_discovery_vendors_write(w, discovery->vendors, discovery->time);
    sw_jw_object_end(w);
}

sw_result sw_discovery_write(
    const struct sw_discovery *discovery, struct sw_buf *out, struct sw_error *err)
{
    struct sw_json_writer w;
    if (discovery->inventory->count > SW_DISCOVERY_ENTITIES_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a claim of discovery holds at most %zu entities, not %zu",
            SW_DISCOVERY_ENTITIES_MAX, discovery->inventory->count);
    }
    sw_jw_init(&w, out, 0);
    write_all(&w, discovery);
    enum sw_code code = sw_jw_finish(&w);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "no memory for the claim");
}

static sw_result hash(struct sw_cli *cli, const char *store_path,
    const struct sw_discovery *discovery, struct sw_manifest *out, struct sw_error *err)
{
    struct sw_bar *bar = sw_bar_start(cli, "hashing");
    const struct sw_model_options options = {.hash = SW_SHA256,
        .allow_symlinks = discovery->allow_symlinks,
        .signature = sw_model_signature_path(&cli->arena, discovery->path, true),
        .progress = sw_bar_progress(bar)};
    enum sw_code code = sw_cli_store_outside(store_path, &options, discovery->path, err);
    if (code == SW_OK) {
        code = sw_model_hash(&cli->arena, discovery->path, &options, out, err);
    }
    sw_bar_stop(bar);
    return code;
}

sw_result sw_discovery_record(struct sw_cli *cli, struct sw_store *store,
    const struct sw_signer *signer, const struct sw_discovery *discovery, struct sw_discovered *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(hash(cli, sw_store_path(store), discovery, &out->manifest, err));
    SW_TRY(sw_steady_check(discovery->steady, err));
    const struct sw_subject subjects[] = {
        {sw_str(out->manifest.name), out->manifest.root},
        {sw_str("manifest"), out->manifest.manifest_digest},
    };
    SW_TRY(sw_discovery_write(discovery, &predicate, err));
    SW_TRY(sw_flow_claim(signer, subjects, SW_COUNT(subjects), SW_PREDICATE_DISCOVERY,
        sw_buf_bytes(&predicate), &bundle, err));
    SW_TRY(sw_store_promote(store, NULL, err));
    const struct sw_bytes bytes = sw_buf_bytes(&bundle);
    SW_TRY(sw_evidence_add(store, &bytes, 1, &out->receipt, err));
    return sw_log_publish(store, err);
}
