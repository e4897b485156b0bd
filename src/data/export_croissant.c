/* A dataset version as Croissant 1.1 metadata, its provenance in PROV-O (Croissant 1.1, "Provenance
 * Representation"). */
#include "data/export_private.h"

/* The context that the specification recommends (1.1, appendix 1), with PROV-O and our own words.
 */
static const char *const context[][2] = {
    {"@language", "en"},
    {"@vocab", "https://schema.org/"},
    {"sc", "https://schema.org/"},
    {"cr", "http://mlcommons.org/croissant/"},
    {"rai", "http://mlcommons.org/croissant/RAI/"},
    {"dct", "http://purl.org/dc/terms/"},
    {"prov", "http://www.w3.org/ns/prov#"},
    {"sealwright", "urn:sealwright:croissant:"},
    {"annotation", "cr:annotation"},
    {"arrayShape", "cr:arrayShape"},
    {"citeAs", "cr:citeAs"},
    {"column", "cr:column"},
    {"conformsTo", "dct:conformsTo"},
    {"containedIn", "cr:containedIn"},
    {"equivalentProperty", "cr:equivalentProperty"},
    {"excludes", "cr:excludes"},
    {"extract", "cr:extract"},
    {"field", "cr:field"},
    {"fileProperty", "cr:fileProperty"},
    {"fileObject", "cr:fileObject"},
    {"fileSet", "cr:fileSet"},
    {"format", "cr:format"},
    {"includes", "cr:includes"},
    {"isArray", "cr:isArray"},
    {"isLiveDataset", "cr:isLiveDataset"},
    {"jsonPath", "cr:jsonPath"},
    {"key", "cr:key"},
    {"md5", "cr:md5"},
    {"parentField", "cr:parentField"},
    {"path", "cr:path"},
    {"recordSet", "cr:recordSet"},
    {"references", "cr:references"},
    {"regex", "cr:regex"},
    {"readLines", "cr:readLines"},
    {"repeated", "cr:repeated"},
    {"replace", "cr:replace"},
    {"samplingRate", "cr:samplingRate"},
    {"sdVersion", "cr:sdVersion"},
    {"separator", "cr:separator"},
    {"source", "cr:source"},
    {"subField", "cr:subField"},
    {"transform", "cr:transform"},
    {"unArchive", "cr:unArchive"},
    {"value", "cr:value"},
};

/* Terms whose values are of a kind of their own. */
static const char *const typed_context[][3] = {
    {"data", "cr:data", "@json"},
    {"dataType", "cr:dataType", "@vocab"},
    {"examples", "cr:examples", "@json"},
};

static void write_context(struct sw_json_writer *w)
{
    sw_jw_object(w, "@context");
    for (size_t i = 0; i < SW_COUNT(context); i++) {
        sw_jw_text(w, context[i][0], context[i][1]);
    }
    for (size_t i = 0; i < SW_COUNT(typed_context); i++) {
        sw_jw_object(w, typed_context[i][0]);
        sw_jw_text(w, "@id", typed_context[i][1]);
        sw_jw_text(w, "@type", typed_context[i][2]);
        sw_jw_object_end(w);
    }
    sw_jw_object_end(w);
}

struct writing {
    const struct sw_exchange *exchange;
    const struct sw_exchange_set *set;
    struct sw_json_writer *w;
};

/* --- the dataset ----------------------------------------------------------------------------- */

static sw_result write_licences(const struct writing *wr)
{
    struct sw_str *licences = NULL;
    size_t count = 0;
    SW_TRY(sw_export_licences(wr->exchange, wr->set, &licences, &count));
    if (count == 0) {
        sw_jw_text(wr->w, "license", "unknown"); /* the specification wants a word here */
        return SW_OK;
    }
    sw_jw_array(wr->w, "license");
    for (size_t i = 0; i < count; i++) {
        const char *id = sw_export_spdx(licences[i]);
        const char *url =
            id == NULL ? NULL
                       : sw_arena_printf(wr->exchange->arena, "https://spdx.org/licenses/%s", id);
        if (id != NULL && url == NULL) {
            return SW_E_NOMEM;
        }
        sw_jw_str(wr->w, NULL, id == NULL ? licences[i] : sw_str(url));
    }
    sw_jw_array_end(wr->w);
    return SW_OK;
}

static void write_person(struct sw_json_writer *w, const char *type, struct sw_str name)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "@type", type);
    sw_jw_str(w, "name", name);
    sw_jw_object_end(w);
}

/* Who issued what it is made of, and who recorded it. */
static void write_creators(const struct writing *wr)
{
    sw_jw_array(wr->w, "creator");
    for (size_t i = 0; i < wr->set->source_count; i++) {
        struct sw_str issuer = wr->exchange->sources[wr->set->sources[i]].issuer;
        if (issuer.len != 0) {
            write_person(wr->w, "sc:Organization", issuer);
        }
    }
    write_person(wr->w, "sc:Organization", wr->set->signer);
    sw_jw_array_end(wr->w);
}

/* "value" is Croissant's own in the context, so schema.org's is written with its prefix. */
static void open_property(struct sw_json_writer *w, const char *name)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "@type", "sc:PropertyValue");
    sw_jw_text(w, "propertyID", name);
}

static void write_digest_property(
    struct sw_json_writer *w, const char *name, const struct sw_digest *digest)
{
    if (digest->alg != 0) {
        open_property(w, name);
        sw_export_digest(w, "sc:value", digest);
        sw_jw_object_end(w);
    }
}

static void write_count_property(struct sw_json_writer *w, const char *name, uint64_t count)
{
    if (count != SW_ABSENT) {
        open_property(w, name);
        sw_jw_u64(w, "sc:value", count);
        sw_jw_object_end(w);
    }
}

static void write_identifiers(const struct writing *wr)
{
    sw_jw_array(wr->w, "identifier");
    write_digest_property(wr->w, "urn:sealwright:manifest", &wr->set->manifest);
    write_digest_property(wr->w, "urn:sealwright:ordered-head", &wr->set->ordered_head);
    write_digest_property(wr->w, "urn:sealwright:sorted-head", &wr->set->sorted_head);
    write_digest_property(wr->w, "urn:sealwright:claim", &wr->set->claim);
    write_count_property(wr->w, "urn:sealwright:samples", wr->set->samples);
    write_count_property(wr->w, "urn:sealwright:bytes", wr->set->bytes);
    sw_jw_array_end(wr->w);
}

static void write_consents(const struct writing *wr)
{
    bool open = false;
    for (size_t i = 0; i < wr->set->source_count; i++) {
        struct sw_str consent = wr->exchange->sources[wr->set->sources[i]].consent;
        if (consent.len == 0) {
            continue;
        }
        if (!open) {
            sw_jw_array(wr->w, "usageInfo");
            open = true;
        }
        sw_jw_object(wr->w, NULL);
        sw_jw_text(wr->w, "@type", "sc:CreativeWork");
        sw_jw_str(wr->w, "name", consent);
        sw_jw_object_end(wr->w);
    }
    if (open) {
        sw_jw_array_end(wr->w);
    }
}

static sw_result write_about(const struct writing *wr)
{
    struct sw_json_writer *w = wr->w;
    const char *urn = sw_export_urn(wr->exchange, "dataset", &wr->set->manifest);
    const char *sentence = sw_export_sentence(wr->exchange, wr->set);
    if (urn == NULL || sentence == NULL) {
        return SW_E_NOMEM;
    }
    sw_jw_text(w, "@type", "sc:Dataset");
    sw_jw_text(w, "@id", urn);
    sw_jw_text(w, "conformsTo", "http://mlcommons.org/croissant/1.1");
    sw_jw_str(w, "name", wr->set->name);
    sw_export_str(w, "version", wr->set->version);
    sw_jw_text(w, "description", sentence);
    sw_jw_text(w, "url", urn);
    sw_export_time(w, "datePublished", wr->set->time);
    SW_TRY(write_licences(wr));
    write_creators(wr);
    write_identifiers(wr);
    write_consents(wr);
    sw_jw_text(w, "sealwright:status", sw_export_status(wr->set->declared, wr->set->gap_count));
    sw_export_texts(w, "sealwright:gaps", wr->set->gaps, wr->set->gap_count);
    return SW_OK;
}

/* --- provenance ------------------------------------------------------------------------------ */

static void write_agent(struct sw_json_writer *w, const char *name, struct sw_str signer)
{
    sw_jw_object(w, name);
    sw_jw_text(w, "@type", "prov:Agent");
    sw_jw_str(w, "prov:label", signer);
    sw_jw_object_end(w);
}

static sw_result write_reference(const struct writing *wr, const char *urn, const char *label)
{
    if (urn == NULL || label == NULL) {
        return SW_E_NOMEM;
    }
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "@type", "prov:Entity");
    sw_jw_text(wr->w, "@id", urn);
    sw_jw_text(wr->w, "prov:label", label);
    sw_jw_object_end(wr->w);
    return SW_OK;
}

static sw_result write_set_reference(const struct writing *wr, uint32_t index)
{
    const struct sw_exchange_set *set = &wr->exchange->sets[index];
    return write_reference(wr, sw_export_urn(wr->exchange, "dataset", &set->manifest),
        sw_export_label(wr->exchange, set));
}

static sw_result write_activity(const struct writing *wr, const struct sw_exchange_step *step)
{
    const char *urn = sw_export_urn(wr->exchange, "step", &step->id);
    SW_TRY_PTR(urn);
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "@type", "prov:Activity");
    sw_jw_text(wr->w, "@id", urn);
    sw_jw_str(wr->w, "prov:label", step->name);
    sw_export_time(wr->w, "prov:startedAtTime", step->started);
    sw_export_time(wr->w, "prov:endedAtTime", step->ended != 0 ? step->ended : step->time);
    write_agent(wr->w, "prov:wasAssociatedWith", step->signer);
    sw_jw_array(wr->w, "prov:used");
    for (size_t i = 0; i < step->input_count; i++) {
        const char *input =
            sw_export_urn(wr->exchange, "dataset", &wr->exchange->sets[step->inputs[i]].manifest);
        SW_TRY_PTR(input);
        sw_jw_object(wr->w, NULL);
        sw_jw_text(wr->w, "@id", input);
        sw_jw_object_end(wr->w);
    }
    sw_jw_array_end(wr->w);
    sw_export_digest(wr->w, "sealwright:lineage", &step->lineage);
    sw_jw_text(wr->w, "sealwright:status", sw_export_status(step->declared, step->gap_count));
    sw_jw_object_end(wr->w);
    return SW_OK;
}

static sw_result write_sources(const struct writing *wr)
{
    for (size_t i = 0; i < wr->set->source_count; i++) {
        const struct sw_exchange_source *source = &wr->exchange->sources[wr->set->sources[i]];
        struct sw_str label = source->title.len != 0 ? source->title : source->name;
        SW_TRY(write_reference(wr, sw_export_name_urn(wr->exchange, "source", source->name),
            sw_arena_strndup(wr->exchange->arena, label)));
    }
    for (size_t i = 0; i < wr->set->derived_count; i++) {
        const char *name = sw_arena_strndup(wr->exchange->arena, wr->set->derived_from[i]);
        SW_TRY(write_reference(wr, name, name));
    }
    return SW_OK;
}

/* Each once: an @id must say something in one place only. */
static sw_result write_inputs(const struct writing *wr, uint32_t set)
{
    const struct sw_exchange *x = wr->exchange;
    bool *seen = SW_ARENA_ARRAY(x->arena, bool, x->set_count);
    SW_TRY_PTR(seen);
    seen[set] = true; /* the document is about it */
    for (size_t i = 0; i < x->step_count; i++) {
        bool makes = sw_export_makes(&x->steps[i], set);
        for (size_t k = 0; makes && k < x->steps[i].input_count; k++) {
            uint32_t input = x->steps[i].inputs[k];
            SW_TRY(seen[input] ? SW_OK : write_set_reference(wr, input));
            seen[input] = true;
        }
    }
    return SW_OK;
}

static sw_result write_provenance(const struct writing *wr)
{
    uint32_t index = (uint32_t)(wr->set - wr->exchange->sets);
    sw_jw_array(wr->w, "prov:wasDerivedFrom");
    SW_TRY(write_sources(wr));
    SW_TRY(write_inputs(wr, index));
    sw_jw_array_end(wr->w);
    sw_jw_array(wr->w, "prov:wasGeneratedBy");
    for (size_t i = 0; i < wr->exchange->step_count; i++) {
        if (sw_export_makes(&wr->exchange->steps[i], index)) {
            SW_TRY(write_activity(wr, &wr->exchange->steps[i]));
        }
    }
    sw_jw_array_end(wr->w);
    write_agent(wr->w, "prov:wasAttributedTo", wr->set->signer);
    return SW_OK;
}

/* --- files and records ----------------------------------------------------------------------- */

static sw_result write_size(const struct writing *wr, const struct sw_exchange_file *file)
{
    if (file->size == SW_ABSENT) {
        return SW_OK;
    }
    const char *size =
        sw_arena_printf(wr->exchange->arena, "%llu B", (unsigned long long)file->size);
    SW_TRY_PTR(size);
    sw_jw_text(wr->w, "contentSize", size);
    return SW_OK;
}

#define INCLUDES_NAMED 1000u

/* A name as a pattern that means this name alone. */
static sw_result write_pattern(const struct writing *wr, struct sw_str name)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < name.len; i++) {
        bool special = name.ptr[i] == '*' || name.ptr[i] == '?' || name.ptr[i] == '[';
        SW_TRY(
            special ? sw_buf_printf(&text, "[%c]", name.ptr[i]) : sw_buf_putc(&text, name.ptr[i]));
    }
    sw_jw_str(wr->w, NULL, sw_buf_str(&text));
    return SW_OK;
}

/* The files by their names, so that what else lies there is not meant. Of very many all that is
 * below; in two ways, since for some readers '*' stops at a '/' and for some it does not. */
static sw_result write_includes(const struct writing *wr, const struct sw_exchange_file *file)
{
    static const char *const all[] = {"*", "**/*"};
    bool named = wr->set->file_count > 1 && wr->set->file_count <= INCLUDES_NAMED;
    sw_jw_array(wr->w, "includes");
    for (size_t i = 0; named && i < wr->set->file_count; i++) {
        if (!wr->set->files[i].pattern) {
            SW_TRY(write_pattern(wr, wr->set->files[i].url));
        }
    }
    for (size_t i = 0; !named && i < SW_COUNT(all); i++) {
        const char *pattern =
            sw_arena_printf(wr->exchange->arena, SW_STR_FMT "%s", SW_STR_ARG(file->url), all[i]);
        SW_TRY_PTR(pattern);
        sw_jw_text(wr->w, NULL, pattern);
    }
    sw_jw_array_end(wr->w);
    return SW_OK;
}

static sw_result write_file(const struct writing *wr, const struct sw_exchange_file *file)
{
    struct sw_json_writer *w = wr->w;
    const char *url = sw_export_escape(wr->exchange, file->url);
    SW_TRY_PTR(url);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "@type", file->pattern ? "cr:FileSet" : "cr:FileObject");
    sw_jw_str(w, "@id", file->id);
    sw_jw_str(w, "name", file->name);
    sw_export_str(w, "encodingFormat", file->media_type);
    if (file->pattern) {
        SW_TRY(write_includes(wr, file));
    } else {
        sw_jw_text(w, "contentUrl", url);
    }
    SW_TRY(write_size(wr, file));
    if (file->digest.alg != 0) {
        char hex[2 * SW_DIGEST_MAX + 1];
        sw_digest_hex(&file->digest, hex);
        sw_jw_text(w, "sha256", hex);
    }
    sw_jw_text(w, "sealwright:proof", sw_file_proof_name(file->proof));
    sw_jw_object_end(w);
    return SW_OK;
}

static const struct sw_exchange_file *file_named(const struct writing *wr, struct sw_str id)
{
    for (size_t i = 0; i < wr->set->file_count; i++) {
        if (sw_str_equal(wr->set->files[i].id, id)) {
            return &wr->set->files[i];
        }
    }
    return NULL;
}

static void write_source(const struct writing *wr, const struct sw_exchange_field *field)
{
    const struct sw_exchange_file *file = file_named(wr, field->file);
    if (file == NULL) {
        return;
    }
    sw_jw_object(wr->w, "source");
    sw_jw_object(wr->w, file->pattern ? "fileSet" : "fileObject");
    sw_jw_str(wr->w, "@id", field->file);
    sw_jw_object_end(wr->w);
    if (field->how != NULL) {
        sw_jw_object(wr->w, "extract");
        sw_jw_str(wr->w, field->how, field->what);
        sw_jw_object_end(wr->w);
    }
    sw_jw_object_end(wr->w);
}

static sw_result write_field(const struct writing *wr, const struct sw_exchange_field *field)
{
    const char *id =
        sw_arena_printf(wr->exchange->arena, "samples/" SW_STR_FMT, SW_STR_ARG(field->name));
    SW_TRY_PTR(id);
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "@type", "cr:Field");
    sw_jw_text(wr->w, "@id", id);
    sw_jw_str(wr->w, "name", field->name);
    sw_export_str(wr->w, "description", field->description);
    sw_export_str(wr->w, "dataType", field->type);
    write_source(wr, field);
    sw_jw_object_end(wr->w);
    return SW_OK;
}

static sw_result write_content(const struct writing *wr)
{
    sw_jw_array(wr->w, "distribution");
    for (size_t i = 0; i < wr->set->file_count; i++) {
        SW_TRY(write_file(wr, &wr->set->files[i]));
    }
    sw_jw_array_end(wr->w);
    if (wr->set->field_count == 0) {
        return SW_OK;
    }
    sw_jw_array(wr->w, "recordSet");
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "@type", "cr:RecordSet");
    sw_jw_text(wr->w, "@id", "samples");
    sw_jw_text(wr->w, "name", "samples");
    sw_jw_array(wr->w, "field");
    for (size_t i = 0; i < wr->set->field_count; i++) {
        SW_TRY(write_field(wr, &wr->set->fields[i]));
    }
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
    sw_jw_array_end(wr->w);
    return SW_OK;
}

sw_result sw_export_croissant(
    const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err)
{
    (void)err;
    struct sw_json_writer w;
    sw_jw_init(&w, out, 2);
    const struct writing wr = {exchange, &exchange->sets[exchange->about_set], &w};
    sw_jw_object(&w, NULL);
    write_context(&w);
    SW_TRY(write_about(&wr));
    SW_TRY(write_provenance(&wr));
    SW_TRY(write_content(&wr));
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_buf_putc(out, '\n');
}
