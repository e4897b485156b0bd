/* What a document says becomes claims: all of one document, or none. */
#include "data/import_private.h"
#include "data/source.h"

#define NAME_MAX_LEN 96u /* leaves room for what is put behind it */
#define DECLARED_DOMAIN "sealwright-declared/v1"
#define UNVERSIONED "unversioned"

struct recording {
    const struct sw_data *data;
    const struct sw_exchange *exchange;
    struct sw_imported *out;
    struct sw_data_draft *drafts;
    size_t draft_count;
    struct sw_error *err;
};

/* --- names ----------------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* Each part ends with a byte that none holds, so that no two lists are hashed the same. */
static void hash_parts(const struct sw_str *parts, size_t count, struct sw_digest *out)
{
    struct sw_hash hash;
    if (sw_hash_init(&hash, SW_SHA256) != SW_OK) {
        *out = (struct sw_digest){0};
        return; /* SHA-256 needs nothing that could fail */
    }
    sw_hash_update(&hash, DECLARED_DOMAIN, sizeof(DECLARED_DOMAIN));
    for (size_t i = 0; i < count; i++) {
        uint8_t len[8];
        for (unsigned k = 0; k < sizeof(len); k++) {
            len[k] = (uint8_t)((uint64_t)parts[i].len >> (8 * k));
        }
        sw_hash_update(&hash, len, sizeof(len));
        sw_hash_update(&hash, parts[i].ptr, parts[i].len);
    }
    sw_hash_final(&hash, out);
}

/* A name as it may stand here. One that had to be changed, or that means something in its own
 * namespace only, gets digits of its digest behind it, so that two do not become one. */
static sw_result name_here(
    struct sw_arena *arena, struct sw_str space, struct sw_str name, struct sw_str *out)
{
    char text[NAME_MAX_LEN + 1];
    bool changed = space.len != 0 || name.len == 0 || name.len > NAME_MAX_LEN;
    size_t n = 0;
    for (size_t i = 0; i < name.len && n < NAME_MAX_LEN; i++) {
        bool good = is_name_char(name.ptr[i]) && (n != 0 || name.ptr[i] != '-');
        changed = changed || !good;
        if (good || (n != 0 && text[n - 1] != '-')) {
            text[n++] = good ? name.ptr[i] : '-';
        }
    }
    text[n] = '\0';
    const struct sw_str parts[] = {space, name};
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    hash_parts(parts, SW_COUNT(parts), &digest);
    sw_digest_hex(&digest, hex);
    const char *made = changed ? sw_arena_printf(arena, "%s-%.8s", n == 0 ? "dataset" : text, hex)
                               : sw_arena_strdup(arena, text);
    SW_TRY_PTR(made);
    *out = sw_str(made);
    return SW_OK;
}

/* A document that names no version is one itself, unless it is one of many about the same. */
static sw_result version_here(
    struct recording *r, const struct sw_exchange_set *set, struct sw_str *out)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    if (set->version.len != 0) {
        return name_here(r->exchange->arena, sw_str_n(NULL, 0), set->version, out);
    }
    if (set->space.len != 0) {
        *out = sw_str(UNVERSIONED);
        return SW_OK;
    }
    sw_digest_hex(&r->exchange->document, hex);
    const char *made = sw_arena_printf(r->exchange->arena, "doc-%.12s", hex);
    SW_TRY_PTR(made);
    *out = sw_str(made);
    return SW_OK;
}

/* What stands for samples that nobody here saw: the set's own manifest when the document has one,
 * else its names, and, where nothing gives names a common meaning, the document. */
static void manifest_of(
    struct recording *r, const struct sw_exchange_set *set, struct sw_digest *out)
{
    char text[SW_DIGEST_TEXT_SIZE] = "";
    if (set->manifest.alg != 0) {
        *out = set->manifest;
        return;
    }
    if (set->space.len == 0) {
        sw_digest_text(&r->exchange->document, text);
    }
    const struct sw_str parts[] = {
        sw_str(r->exchange->format), set->space, set->name, set->version, sw_str(text)};
    hash_parts(parts, SW_COUNT(parts), out);
}

/* --- what is known already ------------------------------------------------------------------- */

/* *found is false when no trusted signer claimed it. */
static sw_result look_up(
    struct recording *r, const char *name, struct sw_dataset_claim *claim, bool *found)
{
    struct sw_error why = {0};
    enum sw_code code = sw_dataset_find(r->data, sw_str(name), claim, NULL, &why);
    *found = code == SW_OK;
    return code == SW_OK || code == SW_E_NOENT ? SW_OK : sw_fail(r->err, code, "%s", why.text);
}

static void take_over(const struct sw_dataset_claim *claim, struct sw_declared_set *set)
{
    set->name = claim->name;
    set->version = claim->version;
    set->manifest = claim->manifest;
    set->attached = !claim->declared;
}

static enum sw_code clash(struct recording *r, const struct sw_declared_set *set)
{
    return sw_fail(r->err, SW_E_REFUSED,
        SW_STR_FMT "@" SW_STR_FMT
                   " is known already and is something else than what the document describes; "
                   "choose another name with --as",
        SW_STR_ARG(set->name), SW_STR_ARG(set->version));
}

/* Its samples were seen here. A document without a manifest may be about them, but a name alone
 * does not say so: somebody must. */
static sw_result attach_by_name(struct recording *r, const struct sw_exchange_set *from,
    const struct sw_dataset_claim *claim, bool named, struct sw_declared_set *set)
{
    if (claim->declared || from->manifest.alg != 0) {
        return clash(r, set);
    }
    if (!named) {
        return sw_fail(r->err, SW_E_REFUSED,
            SW_STR_FMT "@" SW_STR_FMT
                       " was ingested here; to attach the document to it, say --as " SW_STR_FMT
                       "@" SW_STR_FMT,
            SW_STR_ARG(set->name), SW_STR_ARG(set->version), SW_STR_ARG(set->name),
            SW_STR_ARG(set->version));
    }
    take_over(claim, set);
    return SW_OK;
}

/* By the manifest that the document says, else by the name that it gets. *known is false for one
 * that must be declared. */
static sw_result settle(struct recording *r, const struct sw_exchange_set *from, bool named,
    struct sw_declared_set *set, bool *known)
{
    struct sw_dataset_claim claim;
    char manifest[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&set->manifest, manifest);
    SW_TRY(look_up(r, manifest, &claim, known));
    if (*known) {
        take_over(&claim, set);
        return SW_OK;
    }
    const char *full = sw_arena_printf(r->exchange->arena, SW_STR_FMT "@" SW_STR_FMT,
        SW_STR_ARG(set->name), SW_STR_ARG(set->version));
    SW_TRY_PTR(full);
    SW_TRY(look_up(r, full, &claim, known));
    if (!*known) {
        return SW_OK;
    }
    return attach_by_name(r, from, &claim, named, set);
}

/* --- --as ------------------------------------------------------------------------------------ */

/* A name without a version means the newest one, when that was ingested. */
static sw_result name_as(struct recording *r, const char *as, struct sw_declared_set *set)
{
    struct sw_dataset_name name;
    struct sw_dataset_claim claim;
    bool found = false;
    if (as == NULL) {
        return SW_OK;
    }
    if (r->exchange->set_count != 1) {
        return sw_fail(r->err, SW_E_USAGE,
            "the document names %zu datasets; --as is for a document with one",
            r->exchange->set_count);
    }
    SW_TRY(sw_dataset_name_parse(sw_str(as), &name, r->err));
    set->name = name.name;
    if (name.version.len != 0) {
        set->version = name.version;
        return SW_OK;
    }
    SW_TRY(look_up(r, as, &claim, &found));
    set->version = found && !claim.declared ? claim.version : set->version;
    return SW_OK;
}

/* --- drafts ---------------------------------------------------------------------------------- */

static sw_result add_draft(struct recording *r, const struct sw_subject *subjects, size_t count,
    const char *type, const struct sw_buf *predicate)
{
    struct sw_subject *kept =
        sw_arena_copy(r->exchange->arena, sw_bytes(subjects, count * sizeof(subjects[0])));
    const void *bytes = sw_arena_copy(r->exchange->arena, sw_buf_bytes(predicate));
    if (kept == NULL || bytes == NULL) {
        return SW_E_NOMEM;
    }
    r->drafts[r->draft_count++] =
        (struct sw_data_draft){kept, count, type, sw_bytes(bytes, predicate->len)};
    return SW_OK;
}

/* --- the source ------------------------------------------------------------------------------ */

static void write_group(struct sw_json_writer *w, const char *name, const char *const *names,
    const struct sw_str *texts, size_t count)
{
    sw_jw_object(w, name);
    for (size_t i = 0; i < count; i++) {
        if (texts[i].len != 0) {
            sw_jw_str(w, names[i], texts[i]);
        }
    }
}

static void write_organisations(
    struct sw_json_writer *w, const char *name, const struct sw_str *names, size_t count)
{
    if (count == 0) {
        return;
    }
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", names[i]);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

/* Of the standard's fields those that the document has something for. Consent is none of them, so
 * that stays a gap. */
static sw_result write_source_record(
    const struct sw_exchange_set *set, struct sw_str id, struct sw_buf *out)
{
    static const char *const source[] = {"version", "title", "id", "location", "description"};
    static const char *const provenance[] = {"date"};
    static const char *const use[] = {"license"};
    const struct sw_str about[] = {
        sw_str(SW_SOURCE_STANDARD_VERSION), set->name, id, set->url, set->description};
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    write_group(&w, "source", source, about, SW_COUNT(about));
    write_organisations(&w, "issuer", set->creators, set->creator_count);
    sw_jw_object_end(&w);
    write_group(&w, "provenance", provenance, &set->published, 1);
    write_organisations(&w, "origin", set->creators, set->creator_count == 0 ? 0 : 1);
    sw_jw_object_end(&w);
    write_group(&w, "use", use, &set->licence, 1);
    sw_jw_object_end(&w);
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}

static sw_result make_source(struct recording *r, const struct sw_exchange_set *set,
    struct sw_str name, struct sw_source_record *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    char document[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&r->exchange->document, document);
    struct sw_json *fields = SW_ARENA_NEW(r->exchange->arena, struct sw_json);
    const char *by = sw_arena_printf(
        r->exchange->arena, "declared by the %s document %s", r->exchange->format, document);
    if (fields == NULL || by == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(write_source_record(set, sw_str(document), &text));
    const void *kept = sw_arena_copy(r->exchange->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    SW_TRY(sw_json_parse(r->exchange->arena, sw_bytes(kept, text.len), NULL, fields, r->err));
    *out = (struct sw_source_record){
        .name = name, .fields = fields, .by = sw_str(by), .time = r->data->now};
    return sw_source_check(fields, r->err);
}

/* What somebody took care to describe is not overwritten by a document. */
static sw_result draft_source(
    struct recording *r, const struct sw_exchange_set *set, struct sw_str name)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_source_record record;
    struct sw_error why = {0};
    enum sw_code code = sw_source_find(r->data, name, &record, NULL, &why);
    if (code == SW_OK) {
        return SW_OK;
    }
    if (code != SW_E_NOENT) {
        return sw_fail(r->err, code, "%s", why.text);
    }
    SW_TRY(make_source(r, set, name, &record));
    SW_TRY(sw_json_canonical(&text, record.fields, r->err));
    SW_TRY(sw_source_claim_write(&record, &predicate));
    struct sw_subject subjects[] = {{.name = name}, {.name = sw_str("record")}};
    sw_name_digest(SW_NAME_SOURCE, name, &subjects[0].digest);
    sw_sha256(sw_buf_bytes(&text), &subjects[1].digest);
    r->out->new_sources[r->out->new_source_count++] = name;
    return add_draft(r, subjects, SW_COUNT(subjects), SW_PREDICATE_SOURCE, &predicate);
}

/* --- declared datasets ----------------------------------------------------------------------- */

static sw_result add_gap(struct sw_dataset_claim *claim, const char *text)
{
    SW_TRY_PTR(text);
    claim->gaps[claim->gap_count++] = sw_str(text);
    return SW_OK;
}

static sw_result make_gaps(struct recording *r, const struct sw_exchange_set *set, bool has_source,
    struct sw_dataset_claim *claim)
{
    struct sw_arena *arena = r->exchange->arena;
    claim->gaps = SW_ARENA_ARRAY(arena, struct sw_str, 5);
    SW_TRY_PTR(claim->gaps);
    SW_TRY(add_gap(claim, sw_arena_printf(arena, "declared by a document (%s); no sample was seen",
                              r->exchange->format)));
    if (!has_source) {
        return add_gap(claim, "no source is known");
    }
    const struct {
        bool said;
        const char *what;
    } needed[] = {{set->licence.len != 0, "licence"}, {set->creator_count != 0, "origin"},
        {false, "consent"}};
    for (size_t i = 0; i < SW_COUNT(needed); i++) {
        if (!needed[i].said) {
            SW_TRY(add_gap(claim, sw_arena_printf(arena, "source " SW_STR_FMT " has no %s",
                                      SW_STR_ARG(claim->name), needed[i].what)));
        }
    }
    return SW_OK;
}

static uint64_t or_none(uint64_t count)
{
    return count == SW_ABSENT ? 0 : count;
}

static sw_result draft_set(struct recording *r, const struct sw_exchange_set *from,
    const struct sw_declared_set *set, bool has_source)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_dataset_source source = {.name = set->name,
        .samples = or_none(from->samples),
        .bytes = or_none(from->bytes),
        .licence = from->licence,
        .origin = from->creator_count == 0 ? sw_str_n(NULL, 0) : from->creators[0]};
    struct sw_dataset_claim claim = {.name = set->name,
        .version = set->version,
        .manifest = set->manifest,
        .ordered_head = from->ordered_head,
        .sorted_head = from->sorted_head,
        .samples = or_none(from->samples),
        .bytes = or_none(from->bytes),
        .location = from->url,
        .sources = &source,
        .source_count = has_source ? 1 : 0,
        .declared = true,
        .time = r->data->now};
    SW_TRY(make_gaps(r, from, has_source, &claim));
    SW_TRY(sw_dataset_claim_write(&claim, &predicate));
    const char *full = sw_arena_printf(r->exchange->arena, SW_STR_FMT "@" SW_STR_FMT,
        SW_STR_ARG(set->name), SW_STR_ARG(set->version));
    SW_TRY_PTR(full);
    struct sw_subject subjects[] = {{sw_str(full), set->manifest}, {.name = sw_str("name")}};
    sw_name_digest(SW_NAME_DATASET, set->name, &subjects[1].digest);
    r->out->new_set_count++;
    return add_draft(r, subjects, SW_COUNT(subjects), SW_PREDICATE_DATASET, &predicate);
}

static void copy_said(const struct sw_exchange_set *from, struct sw_declared_set *set)
{
    *set = (struct sw_declared_set){.space = from->space,
        .title = from->name,
        .edition = from->version,
        .licence = from->licence,
        .url = from->url,
        .creators = from->creators,
        .creator_count = from->creator_count,
        .derived_from = from->derived_from,
        .derived_count = from->derived_count,
        .samples = from->samples,
        .bytes = from->bytes,
        .fields = from->field_count,
        .files = from->files,
        .file_count = from->file_count};
}

/* Croissant describes where a dataset comes from; events only name datasets. */
static bool describes_sources(const struct recording *r)
{
    return strcmp(r->exchange->format, "croissant") == 0;
}

static sw_result take_set(struct recording *r, const struct sw_exchange_set *from, const char *as,
    struct sw_declared_set *set)
{
    bool known = false;
    copy_said(from, set);
    SW_TRY(name_here(r->exchange->arena, from->space, from->name, &set->name));
    SW_TRY(version_here(r, from, &set->version));
    manifest_of(r, from, &set->manifest);
    SW_TRY(name_as(r, as, set));
    struct sw_str source = set->name;
    SW_TRY(settle(r, from, as != NULL, set, &known));
    if (describes_sources(r)) {
        SW_TRY(draft_source(r, from, source));
    }
    return known ? SW_OK : draft_set(r, from, set, describes_sources(r));
}

/* --- steps ----------------------------------------------------------------------------------- */

static sw_result manifests_of(
    struct recording *r, const uint32_t *list, size_t count, struct sw_digest **out)
{
    *out = SW_ARENA_ARRAY(r->exchange->arena, struct sw_digest, count);
    SW_TRY_PTR(*out);
    for (size_t i = 0; i < count; i++) {
        (*out)[i] = r->out->claim.sets[list[i]].manifest;
    }
    return SW_OK;
}

static sw_result take_step(
    struct recording *r, const struct sw_exchange_step *from, struct sw_declared_step *step)
{
    *step = (struct sw_declared_step){.space = from->space,
        .name = from->name,
        .run = from->run,
        .outcome = from->outcome,
        .started = from->started,
        .ended = from->ended,
        .input_count = from->input_count,
        .output_count = from->output_count,
        .columns = from->columns};
    SW_TRY(manifests_of(r, from->inputs, from->input_count, &step->inputs));
    return manifests_of(r, from->outputs, from->output_count, &step->outputs);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* The document, and every dataset that it is about. */
static sw_result draft_declaration(struct recording *r)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    const struct sw_declaration_claim *claim = &r->out->claim;
    struct sw_subject *subjects =
        SW_ARENA_ARRAY(r->exchange->arena, struct sw_subject, claim->set_count + 1);
    SW_TRY_PTR(subjects);
    subjects[0] = (struct sw_subject){sw_str("document"), claim->document};
    for (size_t i = 0; i < claim->set_count; i++) {
        const char *full = sw_arena_printf(r->exchange->arena, SW_STR_FMT "@" SW_STR_FMT,
            SW_STR_ARG(claim->sets[i].name), SW_STR_ARG(claim->sets[i].version));
        SW_TRY_PTR(full);
        subjects[i + 1] = (struct sw_subject){sw_str(full), claim->sets[i].manifest};
    }
    SW_TRY(sw_declaration_claim_write(claim, &predicate));
    return add_draft(r, subjects, claim->set_count + 1, SW_PREDICATE_DECLARATION, &predicate);
}

static sw_result refuse_contradictions(struct recording *r)
{
    for (size_t i = 0; i < r->exchange->set_count; i++) {
        const struct sw_exchange_set *set = &r->exchange->sets[i];
        for (size_t k = 0; k < set->file_count; k++) {
            if (set->files[k].proof == SW_FILE_CONTRADICTED) {
                return sw_fail(r->err, SW_E_REFUSED,
                    "the file '" SW_STR_FMT
                    "' is not the one that the document describes: its digest differs",
                    SW_STR_ARG(set->files[k].id));
            }
        }
    }
    return SW_OK;
}

static sw_result prepare(struct recording *r)
{
    struct sw_arena *arena = r->exchange->arena;
    const struct sw_exchange *x = r->exchange;
    struct sw_declaration_claim *claim = &r->out->claim;
    *claim = (struct sw_declaration_claim){.document = x->document,
        .format = sw_str(x->format),
        .conforms = x->conforms,
        .set_count = x->set_count,
        .step_count = x->step_count,
        .problems = x->problems,
        .problems_kept = x->problems_kept,
        .problem_count = x->problem_count,
        .time = r->data->now};
    claim->sets = SW_ARENA_ARRAY(arena, struct sw_declared_set, x->set_count);
    claim->steps = SW_ARENA_ARRAY(arena, struct sw_declared_step, x->step_count);
    r->out->new_sources = SW_ARENA_ARRAY(arena, struct sw_str, x->set_count);
    r->drafts = SW_ARENA_ARRAY(arena, struct sw_data_draft, 2 * x->set_count + 1);
    return claim->sets == NULL || claim->steps == NULL || r->out->new_sources == NULL ||
                   r->drafts == NULL
               ? SW_E_NOMEM
               : SW_OK;
}

static sw_result record(struct recording *r)
{
    struct sw_receipt *receipts =
        SW_ARENA_ARRAY(r->exchange->arena, struct sw_receipt, r->draft_count);
    SW_TRY_PTR(receipts);
    if (r->data->signer == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_data_record_all(r->data, r->drafts, r->draft_count, receipts, r->err));
    r->out->receipt = receipts[r->draft_count - 1];
    return SW_OK;
}

sw_result sw_import_record(const struct sw_data *data, const struct sw_exchange *exchange,
    const char *as, struct sw_imported *out, struct sw_error *err)
{
    struct sw_imported imported = {0};
    struct recording r = {.data = data, .exchange = exchange, .out = &imported, .err = err};
    SW_TRY(refuse_contradictions(&r));
    SW_TRY(prepare(&r));
    for (size_t i = 0; i < exchange->set_count; i++) {
        SW_TRY(take_set(&r, &exchange->sets[i], as, &imported.claim.sets[i]));
    }
    for (size_t i = 0; i < exchange->step_count; i++) {
        SW_TRY(take_step(&r, &exchange->steps[i], &imported.claim.steps[i]));
    }
    SW_TRY(draft_declaration(&r));
    SW_TRY(record(&r));
    *out = imported;
    return SW_OK;
}
