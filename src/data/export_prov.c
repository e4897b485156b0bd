/* The chain of a dataset or model as W3C PROV-JSON (W3C Member Submission, 24 April 2013): sources,
 * dataset versions and models are entities, steps and training runs activities, signers agents. */
#include "data/export_private.h"

/* An identifier is a prefix, a colon and what makes it an IRI behind the prefix's. */
static const char *const prefixes[][2] = {
    {"prov", "http://www.w3.org/ns/prov#"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
    {"sealwright", "urn:sealwright:prov:"},
    {"source", "urn:sealwright:source:"},
    {"dataset", "urn:sealwright:dataset:sha256:"},
    {"model", "urn:sealwright:model:sha256:"},
    {"step", "urn:sealwright:step:sha256:"},
    {"agent", "urn:sealwright:agent:"},
};

struct writing {
    const struct sw_exchange *exchange;
    struct sw_json_writer *w;
    size_t relation; /* their numbers: a blank identifier each */
};

/* --- identifiers ----------------------------------------------------------------------------- */

static const char *digest_id(
    const struct sw_exchange *exchange, const char *prefix, const struct sw_digest *digest)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    return sw_arena_printf(exchange->arena, "%s:%s", prefix, hex);
}

/* What a local name does not take as it is (PROV-N, PN_LOCAL) is in percent signs, '/' too. */
static const char *name_id(
    const struct sw_exchange *exchange, const char *prefix, struct sw_str name)
{
    const char *escaped = sw_export_escape(exchange, name);
    if (escaped == NULL) {
        return NULL;
    }
    SW_CLEANUP(buf) struct sw_buf id = SW_BUF_INIT;
    enum sw_code code = sw_buf_printf(&id, "%s:", prefix);
    for (size_t i = 0; code == SW_OK && escaped[i] != '\0'; i++) {
        bool edge = escaped[i + 1] == '\0' || i == 0; /* no '.' or '-' there */
        code = escaped[i] == '/'   ? sw_buf_puts(&id, "%2F")
               : escaped[i] == '~' ? sw_buf_puts(&id, "%7E")
               : edge && (escaped[i] == '.' || escaped[i] == '-')
                   ? sw_buf_printf(&id, "%%%02X", escaped[i])
                   : sw_buf_putc(&id, escaped[i]);
    }
    return code == SW_OK ? sw_arena_strndup(exchange->arena, sw_buf_str(&id)) : NULL;
}

static const char *set_id(const struct writing *wr, uint32_t set)
{
    return digest_id(wr->exchange, "dataset", &wr->exchange->sets[set].manifest);
}

static const char *model_id(const struct writing *wr, uint32_t model)
{
    return digest_id(wr->exchange, "model", &wr->exchange->models[model].root);
}

static const char *source_id(const struct writing *wr, uint32_t source)
{
    return name_id(wr->exchange, "source", wr->exchange->sources[source].name);
}

/* A training run has no digest of its own; its claim names it. */
static const char *step_id(const struct writing *wr, const struct sw_exchange_step *step)
{
    return digest_id(wr->exchange, "step", step->id.alg != 0 ? &step->id : &step->claim);
}

/* --- attributes ------------------------------------------------------------------------------ */

/* A value with its type (PROV-JSON, 2.2). */
static void write_typed(
    struct sw_json_writer *w, const char *name, const char *type, const char *value)
{
    sw_jw_object(w, name);
    sw_jw_text(w, "$", value);
    sw_jw_text(w, "type", type);
    sw_jw_object_end(w);
}

static void write_type(struct sw_json_writer *w, const char *type)
{
    write_typed(w, "prov:type", "prov:QUALIFIED_NAME", type);
}

/* As text, since a JSON reader may not keep 64 bits. */
static sw_result write_number(const struct writing *wr, const char *name, uint64_t value)
{
    if (value == SW_ABSENT) {
        return SW_OK;
    }
    const char *text = sw_arena_printf(wr->exchange->arena, "%llu", (unsigned long long)value);
    SW_TRY_PTR(text);
    write_typed(wr->w, name, "xsd:unsignedLong", text);
    return SW_OK;
}

static sw_result open_named(const struct writing *wr, const char *id)
{
    SW_TRY_PTR(id);
    sw_jw_object(wr->w, id);
    return SW_OK;
}

/* --- entities -------------------------------------------------------------------------------- */

static sw_result write_set(const struct writing *wr, uint32_t index)
{
    const struct sw_exchange_set *set = &wr->exchange->sets[index];
    struct sw_json_writer *w = wr->w;
    const char *label = sw_export_label(wr->exchange, set);
    SW_TRY_PTR(label);
    SW_TRY(open_named(wr, set_id(wr, index)));
    sw_jw_text(w, "prov:label", label);
    write_type(w, "sealwright:Dataset");
    SW_TRY(write_number(wr, "sealwright:samples", set->samples));
    SW_TRY(write_number(wr, "sealwright:bytes", set->bytes));
    sw_export_digest(w, "sealwright:orderedHead", &set->ordered_head);
    sw_export_digest(w, "sealwright:sortedHead", &set->sorted_head);
    sw_export_digest(w, "sealwright:claim", &set->claim);
    sw_jw_text(w, "sealwright:status", sw_export_status(set->declared, set->gap_count));
    sw_export_texts(w, "sealwright:gap", set->gaps, set->gap_count);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result write_source(const struct writing *wr, uint32_t index)
{
    const struct sw_exchange_source *source = &wr->exchange->sources[index];
    struct sw_json_writer *w = wr->w;
    SW_TRY(open_named(wr, source_id(wr, index)));
    sw_jw_str(w, "prov:label", source->title.len != 0 ? source->title : source->name);
    write_type(w, "sealwright:Source");
    sw_export_str(w, "sealwright:origin", source->origin);
    sw_export_str(w, "sealwright:licence", source->licence);
    sw_export_str(w, "sealwright:consent", source->consent);
    sw_export_digest(w, "sealwright:claim", &source->claim);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result write_model(const struct writing *wr, uint32_t index)
{
    const struct sw_exchange_model *model = &wr->exchange->models[index];
    struct sw_json_writer *w = wr->w;
    SW_TRY(open_named(wr, model_id(wr, index)));
    sw_jw_str(w, "prov:label", model->name);
    write_type(w, "sealwright:Model");
    sw_export_digest(w, "sealwright:manifest", &model->manifest);
    sw_export_digest(w, "sealwright:claim", &model->claim);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result write_entities(const struct writing *wr)
{
    sw_jw_object(wr->w, "entity");
    for (uint32_t i = 0; i < wr->exchange->source_count; i++) {
        SW_TRY(write_source(wr, i));
    }
    for (uint32_t i = 0; i < wr->exchange->set_count; i++) {
        SW_TRY(write_set(wr, i));
    }
    for (uint32_t i = 0; i < wr->exchange->model_count; i++) {
        SW_TRY(write_model(wr, i));
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

/* --- activities ------------------------------------------------------------------------------ */

static sw_result write_counts(const struct writing *wr, const char *what,
    const struct sw_exchange_count *counts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *escaped = sw_export_escape(wr->exchange, counts[i].name);
        const char *name = escaped == NULL ? NULL
                                           : sw_arena_printf(wr->exchange->arena,
                                                 "sealwright:%s-%s", what, escaped);
        SW_TRY_PTR(name);
        SW_TRY(write_number(wr, name, counts[i].count));
    }
    return SW_OK;
}

static sw_result write_activity(const struct writing *wr, const struct sw_exchange_step *step)
{
    struct sw_json_writer *w = wr->w;
    SW_TRY(open_named(wr, step_id(wr, step)));
    sw_jw_str(w, "prov:label", step->name);
    write_type(w, step->kind == SW_EXCHANGE_TRAINING ? "sealwright:Training" : "sealwright:Step");
    sw_export_time(w, "prov:startTime", step->started);
    sw_export_time(w, "prov:endTime", step->ended);
    sw_export_digest(w, "sealwright:lineage", &step->lineage);
    sw_export_digest(w, "sealwright:claim", &step->claim);
    sw_jw_text(w, "sealwright:status", sw_export_status(step->declared, step->gap_count));
    sw_export_texts(w, "sealwright:gap", step->gaps, step->gap_count);
    SW_TRY(write_counts(wr, "outputs", step->outputs_by_kind, step->kind_count));
    SW_TRY(write_counts(wr, "dropped", step->dropped_for, step->reason_count));
    sw_jw_object_end(w);
    return SW_OK;
}

/* One step may have made several things; it is one activity. */
static bool is_first(const struct sw_exchange *exchange, size_t index)
{
    const struct sw_exchange_step *step = &exchange->steps[index];
    for (size_t i = 0; i < index; i++) {
        const struct sw_exchange_step *other = &exchange->steps[i];
        if (step->id.alg != 0 ? sw_digest_equal(&step->id, &other->id)
                              : sw_digest_equal(&step->claim, &other->claim)) {
            return false;
        }
    }
    return true;
}

static sw_result write_activities(const struct writing *wr)
{
    sw_jw_object(wr->w, "activity");
    for (size_t i = 0; i < wr->exchange->step_count; i++) {
        if (is_first(wr->exchange, i)) {
            SW_TRY(write_activity(wr, &wr->exchange->steps[i]));
        }
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

/* --- agents ---------------------------------------------------------------------------------- */

struct signers {
    struct sw_str *names;
    size_t count;
};

static void add_signer(struct signers *list, struct sw_str name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (sw_str_equal(list->names[i], name)) {
            return;
        }
    }
    if (name.len != 0) {
        list->names[list->count++] = name;
    }
}

static sw_result gather_signers(const struct sw_exchange *x, struct signers *out)
{
    struct signers list = {.count = 0};
    list.names = SW_ARENA_ARRAY(
        x->arena, struct sw_str, x->set_count + x->source_count + x->step_count + x->model_count);
    SW_TRY_PTR(list.names);
    for (size_t i = 0; i < x->source_count; i++) {
        add_signer(&list, x->sources[i].signer);
    }
    for (size_t i = 0; i < x->set_count; i++) {
        add_signer(&list, x->sets[i].signer);
    }
    for (size_t i = 0; i < x->step_count; i++) {
        add_signer(&list, x->steps[i].signer);
    }
    for (size_t i = 0; i < x->model_count; i++) {
        add_signer(&list, x->models[i].signer);
    }
    *out = list;
    return SW_OK;
}

static sw_result write_agents(const struct writing *wr)
{
    struct signers list;
    SW_TRY(gather_signers(wr->exchange, &list));
    sw_jw_object(wr->w, "agent");
    for (size_t i = 0; i < list.count; i++) {
        SW_TRY(open_named(wr, name_id(wr->exchange, "agent", list.names[i])));
        sw_jw_str(wr->w, "prov:label", list.names[i]);
        write_type(wr->w, "sealwright:Signer");
        sw_jw_object_end(wr->w);
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

/* --- relations ------------------------------------------------------------------------------- */

static sw_result open_relation(struct writing *wr)
{
    return open_named(wr, sw_arena_printf(wr->exchange->arena, "_:r%zu", ++wr->relation));
}

static sw_result write_relation(
    struct writing *wr, const char *a, const char *a_id, const char *b, const char *b_id)
{
    if (a_id == NULL || b_id == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(open_relation(wr));
    sw_jw_text(wr->w, a, a_id);
    sw_jw_text(wr->w, b, b_id);
    sw_jw_object_end(wr->w);
    return SW_OK;
}

static sw_result write_generations(struct writing *wr)
{
    sw_jw_object(wr->w, "wasGeneratedBy");
    for (size_t i = 0; i < wr->exchange->step_count; i++) {
        const struct sw_exchange_step *step = &wr->exchange->steps[i];
        for (size_t k = 0; k < step->output_count; k++) {
            SW_TRY(write_relation(wr, "prov:entity", set_id(wr, step->outputs[k]), "prov:activity",
                step_id(wr, step)));
        }
        if (step->model != SW_NO_MODEL) {
            SW_TRY(write_relation(
                wr, "prov:entity", model_id(wr, step->model), "prov:activity", step_id(wr, step)));
        }
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

/* Inputs of a step by their number: its sets, then the models that its model was made from. */
static size_t input_count(const struct writing *wr, const struct sw_exchange_step *step)
{
    size_t bases = step->model == SW_NO_MODEL ? 0 : wr->exchange->models[step->model].base_count;
    return step->input_count + bases;
}

static const char *input_id(
    const struct writing *wr, const struct sw_exchange_step *step, size_t number)
{
    return number < step->input_count
               ? set_id(wr, step->inputs[number])
               : model_id(wr, wr->exchange->models[step->model].bases[number - step->input_count]);
}

static sw_result write_usages(struct writing *wr)
{
    sw_jw_object(wr->w, "used");
    for (size_t i = 0; i < wr->exchange->step_count; i++) {
        const struct sw_exchange_step *step = &wr->exchange->steps[i];
        for (size_t k = 0; k < input_count(wr, step); k++) {
            SW_TRY(write_relation(
                wr, "prov:activity", step_id(wr, step), "prov:entity", input_id(wr, step, k)));
        }
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

static sw_result write_derivation(
    struct writing *wr, const struct sw_exchange_step *step, const char *generated)
{
    for (size_t k = 0; k < input_count(wr, step); k++) {
        const char *used = input_id(wr, step, k);
        const char *activity = step_id(wr, step);
        if (generated == NULL || used == NULL || activity == NULL) {
            return SW_E_NOMEM;
        }
        SW_TRY(open_relation(wr));
        sw_jw_text(wr->w, "prov:generatedEntity", generated);
        sw_jw_text(wr->w, "prov:usedEntity", used);
        sw_jw_text(wr->w, "prov:activity", activity);
        sw_jw_object_end(wr->w);
    }
    return SW_OK;
}

/* A set comes from its sources too; they are not said of a set that only took them over from its
 * inputs. */
static sw_result write_source_derivations(struct writing *wr)
{
    for (uint32_t i = 0; i < wr->exchange->set_count; i++) {
        const struct sw_exchange_set *set = &wr->exchange->sets[i];
        for (size_t k = 0; !sw_export_is_made(wr->exchange, i) && k < set->source_count; k++) {
            SW_TRY(write_relation(wr, "prov:generatedEntity", set_id(wr, i), "prov:usedEntity",
                source_id(wr, set->sources[k])));
        }
    }
    return SW_OK;
}

static sw_result write_derivations(struct writing *wr)
{
    sw_jw_object(wr->w, "wasDerivedFrom");
    SW_TRY(write_source_derivations(wr));
    for (size_t i = 0; i < wr->exchange->step_count; i++) {
        const struct sw_exchange_step *step = &wr->exchange->steps[i];
        for (size_t k = 0; k < step->output_count; k++) {
            SW_TRY(write_derivation(wr, step, set_id(wr, step->outputs[k])));
        }
        if (step->model != SW_NO_MODEL) {
            SW_TRY(write_derivation(wr, step, model_id(wr, step->model)));
        }
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

static sw_result write_attribution(struct writing *wr, const char *id, struct sw_str signer)
{
    return signer.len == 0 ? SW_OK
                           : write_relation(wr, "prov:entity", id, "prov:agent",
                                 name_id(wr->exchange, "agent", signer));
}

static sw_result write_attributions(struct writing *wr)
{
    const struct sw_exchange *x = wr->exchange;
    sw_jw_object(wr->w, "wasAttributedTo");
    for (uint32_t i = 0; i < x->source_count; i++) {
        SW_TRY(write_attribution(wr, source_id(wr, i), x->sources[i].signer));
    }
    for (uint32_t i = 0; i < x->set_count; i++) {
        SW_TRY(write_attribution(wr, set_id(wr, i), x->sets[i].signer));
    }
    for (uint32_t i = 0; i < x->model_count; i++) {
        SW_TRY(write_attribution(wr, model_id(wr, i), x->models[i].signer));
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

static sw_result write_associations(struct writing *wr)
{
    sw_jw_object(wr->w, "wasAssociatedWith");
    for (size_t i = 0; i < wr->exchange->step_count; i++) {
        const struct sw_exchange_step *step = &wr->exchange->steps[i];
        if (step->signer.len != 0) {
            SW_TRY(write_relation(wr, "prov:activity", step_id(wr, step), "prov:agent",
                name_id(wr->exchange, "agent", step->signer)));
        }
    }
    sw_jw_object_end(wr->w);
    return SW_OK;
}

sw_result sw_export_prov(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err)
{
    (void)err;
    struct sw_json_writer w;
    struct writing wr = {exchange, &w, 0};
    sw_jw_init(&w, out, 2);
    sw_jw_object(&w, NULL);
    sw_jw_object(&w, "prefix");
    for (size_t i = 0; i < SW_COUNT(prefixes); i++) {
        sw_jw_text(&w, prefixes[i][0], prefixes[i][1]);
    }
    sw_jw_object_end(&w);
    SW_TRY(write_entities(&wr));
    SW_TRY(write_activities(&wr));
    SW_TRY(write_agents(&wr));
    SW_TRY(write_generations(&wr));
    SW_TRY(write_usages(&wr));
    SW_TRY(write_derivations(&wr));
    SW_TRY(write_attributions(&wr));
    SW_TRY(write_associations(&wr));
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_buf_putc(out, '\n');
}
