/* A dataset version or model as CycloneDX 1.6: sources and datasets are components of type "data",
 * a model is one of type "machine-learning-model" whose model card refers to them. */
#include "data/export_private.h"

#include "version.h"

struct writing {
    const struct sw_exchange *exchange;
    struct sw_json_writer *w;
};

/* --- parts of components --------------------------------------------------------------------- */

static void write_hash(struct sw_json_writer *w, const struct sw_digest *digest)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    if (digest->alg != SW_SHA256) {
        return;
    }
    sw_digest_hex(digest, hex);
    sw_jw_array(w, "hashes");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "alg", "SHA-256");
    sw_jw_text(w, "content", hex);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

/* A known identifier, or else the words. */
static void write_licences(struct sw_json_writer *w, const struct sw_str *licences, size_t count)
{
    if (count == 0) {
        return;
    }
    sw_jw_array(w, "licenses");
    for (size_t i = 0; i < count; i++) {
        const char *id = sw_export_spdx(licences[i]);
        sw_jw_object(w, NULL);
        sw_jw_object(w, "license");
        sw_jw_str(w, id == NULL ? "name" : "id", id == NULL ? licences[i] : sw_str(id));
        sw_jw_object_end(w);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_party(struct sw_json_writer *w, struct sw_str name)
{
    sw_jw_object(w, NULL);
    sw_jw_object(w, "organization");
    sw_jw_str(w, "name", name);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static void write_property(struct sw_json_writer *w, const char *name, const char *value)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", name);
    sw_jw_text(w, "value", value);
    sw_jw_object_end(w);
}

static void write_digest_property(
    struct sw_json_writer *w, const char *name, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE];
    if (digest->alg != 0) {
        sw_digest_text(digest, text);
        write_property(w, name, text);
    }
}

static sw_result write_count_property(const struct writing *wr, const char *name, uint64_t count)
{
    if (count == SW_ABSENT) {
        return SW_OK;
    }
    const char *text = sw_arena_printf(wr->exchange->arena, "%llu", (unsigned long long)count);
    SW_TRY_PTR(text);
    write_property(wr->w, name, text);
    return SW_OK;
}

static void write_gaps(struct sw_json_writer *w, const struct sw_str *gaps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "name", "sealwright:gap");
        sw_jw_str(w, "value", gaps[i]);
        sw_jw_object_end(w);
    }
}

/* --- sources --------------------------------------------------------------------------------- */

static const char *source_ref(const struct writing *wr, uint32_t source)
{
    return sw_export_name_urn(wr->exchange, "source", wr->exchange->sources[source].name);
}

static struct sw_str classification_of(const struct sw_exchange_source *source)
{
    return source->classification.len != 0 ? source->classification : sw_str("not stated");
}

static void write_source_data(struct sw_json_writer *w, const struct sw_exchange_source *source)
{
    sw_jw_array(w, "data");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "dataset");
    sw_jw_str(w, "name", source->name);
    sw_jw_str(w, "classification", classification_of(source));
    sw_export_str(w, "description", source->description);
    sw_jw_object(w, "governance");
    if (source->issuer.len != 0) {
        sw_jw_array(w, "owners");
        write_party(w, source->issuer);
        sw_jw_array_end(w);
    }
    sw_jw_array(w, "stewards");
    write_party(w, source->signer);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

static sw_result write_source(const struct writing *wr, uint32_t index)
{
    const struct sw_exchange_source *source = &wr->exchange->sources[index];
    struct sw_json_writer *w = wr->w;
    const char *ref = source_ref(wr, index);
    SW_TRY_PTR(ref);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "data");
    sw_jw_text(w, "bom-ref", ref);
    sw_jw_str(w, "name", source->title.len != 0 ? source->title : source->name);
    sw_export_str(w, "description", source->description);
    write_licences(w, &source->licence, source->licence.len == 0 ? 0 : 1);
    write_source_data(w, source);
    sw_jw_array(w, "properties");
    write_property(w, "sealwright:kind", "source");
    write_digest_property(w, "sealwright:claim", &source->claim);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return SW_OK;
}

/* --- datasets -------------------------------------------------------------------------------- */

static const char *set_ref(const struct writing *wr, uint32_t set)
{
    return sw_export_urn(wr->exchange, "dataset", &wr->exchange->sets[set].manifest);
}

/* What its sources say of their confidentiality, each once. */
static sw_result write_classification(const struct writing *wr, const struct sw_exchange_set *set)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < set->source_count; i++) {
        struct sw_str said = classification_of(&wr->exchange->sources[set->sources[i]]);
        bool there = text.len != 0 && memmem(text.data, text.len, said.ptr, said.len) != NULL;
        if (!there) {
            SW_TRY(sw_buf_puts(&text, text.len == 0 ? "" : ", "));
            SW_TRY(sw_buf_put_str(&text, said));
        }
    }
    sw_jw_str(wr->w, "classification", text.len == 0 ? sw_str("not stated") : sw_buf_str(&text));
    return SW_OK;
}

/* Owners are who issued the sources; who recorded the set keeps it. */
static void write_governance(const struct writing *wr, const struct sw_exchange_set *set)
{
    bool open = false;
    sw_jw_object(wr->w, "governance");
    for (size_t i = 0; i < set->source_count; i++) {
        struct sw_str issuer = wr->exchange->sources[set->sources[i]].issuer;
        if (issuer.len == 0) {
            continue;
        }
        if (!open) {
            sw_jw_array(wr->w, "owners");
            open = true;
        }
        write_party(wr->w, issuer);
    }
    if (open) {
        sw_jw_array_end(wr->w);
    }
    sw_jw_array(wr->w, "custodians");
    write_party(wr->w, set->signer);
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
}

static sw_result write_set_data(const struct writing *wr, const struct sw_exchange_set *set)
{
    struct sw_json_writer *w = wr->w;
    const char *sentence = sw_export_sentence(wr->exchange, set);
    SW_TRY_PTR(sentence);
    sw_jw_array(w, "data");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "dataset");
    sw_jw_str(w, "name", set->name);
    sw_jw_object(w, "contents");
    sw_jw_array(w, "properties");
    SW_TRY(write_count_property(wr, "sealwright:samples", set->samples));
    SW_TRY(write_count_property(wr, "sealwright:bytes", set->bytes));
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    SW_TRY(write_classification(wr, set));
    sw_jw_text(w, "description", sentence);
    write_governance(wr, set);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    return SW_OK;
}

static sw_result write_set(const struct writing *wr, uint32_t index, const char *member)
{
    const struct sw_exchange_set *set = &wr->exchange->sets[index];
    struct sw_json_writer *w = wr->w;
    struct sw_str *licences = NULL;
    size_t count = 0;
    const char *ref = set_ref(wr, index);
    SW_TRY_PTR(ref);
    SW_TRY(sw_export_licences(wr->exchange, set, &licences, &count));
    sw_jw_object(w, member);
    sw_jw_text(w, "type", "data");
    sw_jw_text(w, "bom-ref", ref);
    sw_jw_str(w, "name", set->name);
    sw_export_str(w, "version", set->version);
    write_hash(w, &set->manifest);
    write_licences(w, licences, count);
    SW_TRY(write_set_data(wr, set));
    sw_jw_array(w, "properties");
    write_property(w, "sealwright:kind", "dataset");
    write_property(w, "sealwright:status", sw_export_status(set->declared, set->gap_count));
    write_digest_property(w, "sealwright:ordered-head", &set->ordered_head);
    write_digest_property(w, "sealwright:sorted-head", &set->sorted_head);
    write_digest_property(w, "sealwright:claim", &set->claim);
    write_gaps(w, set->gaps, set->gap_count);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return SW_OK;
}

/* --- models ---------------------------------------------------------------------------------- */

static const char *model_ref(const struct writing *wr, uint32_t model)
{
    return sw_export_urn(wr->exchange, "model", &wr->exchange->models[model].root);
}

/* Calls `each` with the reference of every set that trained the model, once. */
static sw_result write_trained_on(const struct writing *wr, uint32_t model,
    void (*each)(struct sw_json_writer *w, const char *ref))
{
    const struct sw_exchange *x = wr->exchange;
    bool *seen = SW_ARENA_ARRAY(x->arena, bool, x->set_count);
    SW_TRY_PTR(seen);
    for (size_t i = 0; i < x->step_count; i++) {
        for (size_t k = 0; x->steps[i].model == model && k < x->steps[i].input_count; k++) {
            uint32_t input = x->steps[i].inputs[k];
            const char *ref = set_ref(wr, input);
            SW_TRY_PTR(ref);
            if (!seen[input]) {
                each(wr->w, ref);
            }
            seen[input] = true;
        }
    }
    return SW_OK;
}

static void write_ref_object(struct sw_json_writer *w, const char *ref)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "ref", ref);
    sw_jw_object_end(w);
}

static void write_ref(struct sw_json_writer *w, const char *ref)
{
    sw_jw_text(w, NULL, ref);
}

static sw_result write_model(const struct writing *wr, uint32_t index, const char *member)
{
    const struct sw_exchange_model *model = &wr->exchange->models[index];
    struct sw_json_writer *w = wr->w;
    const char *ref = model_ref(wr, index);
    SW_TRY_PTR(ref);
    sw_jw_object(w, member);
    sw_jw_text(w, "type", "machine-learning-model");
    sw_jw_text(w, "bom-ref", ref);
    sw_jw_str(w, "name", model->name);
    write_hash(w, &model->root);
    sw_jw_object(w, "modelCard");
    sw_jw_object(w, "modelParameters");
    sw_jw_array(w, "datasets");
    SW_TRY(write_trained_on(wr, index, write_ref_object));
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_array(w, "properties");
    write_property(w, "sealwright:kind", "model");
    write_digest_property(w, "sealwright:manifest", &model->manifest);
    write_digest_property(w, "sealwright:claim", &model->claim);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return SW_OK;
}

/* --- dependencies ---------------------------------------------------------------------------- */

static sw_result open_dependency(const struct writing *wr, const char *ref)
{
    SW_TRY_PTR(ref);
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "ref", ref);
    sw_jw_array(wr->w, "dependsOn");
    return SW_OK;
}

static void close_dependency(const struct writing *wr)
{
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
}

/* Each once, as the schema wants: several steps may have made one set from the same inputs. */
static sw_result write_set_inputs(const struct writing *wr, uint32_t set)
{
    const struct sw_exchange *x = wr->exchange;
    bool *seen = SW_ARENA_ARRAY(x->arena, bool, x->set_count);
    SW_TRY_PTR(seen);
    seen[set] = true;
    for (size_t i = 0; i < x->step_count; i++) {
        bool made = sw_export_makes(&x->steps[i], set);
        for (size_t k = 0; made && k < x->steps[i].input_count; k++) {
            uint32_t input = x->steps[i].inputs[k];
            const char *ref = set_ref(wr, input);
            SW_TRY_PTR(ref);
            if (!seen[input]) {
                write_ref(wr->w, ref);
            }
            seen[input] = true;
        }
    }
    return SW_OK;
}

static sw_result write_set_dependency(const struct writing *wr, uint32_t index)
{
    const struct sw_exchange_set *set = &wr->exchange->sets[index];
    SW_TRY(open_dependency(wr, set_ref(wr, index)));
    for (size_t i = 0; i < set->source_count; i++) {
        const char *ref = source_ref(wr, set->sources[i]);
        SW_TRY_PTR(ref);
        write_ref(wr->w, ref);
    }
    SW_TRY(write_set_inputs(wr, index));
    close_dependency(wr);
    return SW_OK;
}

static sw_result write_model_dependency(const struct writing *wr, uint32_t index)
{
    const struct sw_exchange_model *model = &wr->exchange->models[index];
    SW_TRY(open_dependency(wr, model_ref(wr, index)));
    SW_TRY(write_trained_on(wr, index, write_ref));
    for (size_t i = 0; i < model->base_count; i++) {
        const char *ref = model_ref(wr, model->bases[i]);
        SW_TRY_PTR(ref);
        write_ref(wr->w, ref);
    }
    close_dependency(wr);
    return SW_OK;
}

static sw_result write_dependencies(const struct writing *wr)
{
    sw_jw_array(wr->w, "dependencies");
    for (uint32_t i = 0; i < wr->exchange->set_count; i++) {
        SW_TRY(write_set_dependency(wr, i));
    }
    for (uint32_t i = 0; i < wr->exchange->model_count; i++) {
        SW_TRY(write_model_dependency(wr, i));
    }
    sw_jw_array_end(wr->w);
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result write_components(const struct writing *wr)
{
    const struct sw_exchange *x = wr->exchange;
    sw_jw_array(wr->w, "components");
    for (uint32_t i = 0; i < x->source_count; i++) {
        SW_TRY(write_source(wr, i));
    }
    for (uint32_t i = 0; i < x->set_count; i++) {
        SW_TRY(i == x->about_set ? SW_OK : write_set(wr, i, NULL));
    }
    for (uint32_t i = 0; i < x->model_count; i++) {
        SW_TRY(i == x->about_model ? SW_OK : write_model(wr, i, NULL));
    }
    sw_jw_array_end(wr->w);
    return SW_OK;
}

static sw_result write_metadata(const struct writing *wr)
{
    const struct sw_exchange *x = wr->exchange;
    struct sw_json_writer *w = wr->w;
    bool model = x->about_set == SW_NO_SET;
    sw_jw_object(w, "metadata");
    sw_export_time(
        w, "timestamp", model ? x->models[x->about_model].time : x->sets[x->about_set].time);
    sw_jw_object(w, "tools");
    sw_jw_array(w, "components");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "application");
    sw_jw_text(w, "name", "sealwright");
    sw_jw_text(w, "version", SW_VERSION);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    SW_TRY(model ? write_model(wr, x->about_model, "component")
                 : write_set(wr, x->about_set, "component"));
    sw_jw_object_end(w);
    return SW_OK;
}

sw_result sw_export_cyclonedx(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err)
{
    (void)err;
    struct sw_json_writer w;
    char uuid[SW_UUID_SIZE];
    const struct writing wr = {exchange, &w};
    sw_export_uuid("bom",
        exchange->about_set == SW_NO_SET ? &exchange->models[exchange->about_model].claim
                                         : &exchange->sets[exchange->about_set].claim,
        uuid);
    const char *serial = sw_arena_printf(exchange->arena, "urn:uuid:%s", uuid);
    SW_TRY_PTR(serial);
    sw_jw_init(&w, out, 2);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
    sw_jw_text(&w, "bomFormat", "CycloneDX");
    sw_jw_text(&w, "specVersion", "1.6");
    sw_jw_text(&w, "serialNumber", serial);
    sw_jw_u64(&w, "version", 1);
    SW_TRY(write_metadata(&wr));
    SW_TRY(write_components(&wr));
    SW_TRY(write_dependencies(&wr));
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_buf_putc(out, '\n');
}
