#include "cli/discover_registered.h"

#include "cli/code_digest.h"

struct taking {
    struct sw_cli *cli;
    struct sw_store *store;
    const struct sw_trust *trust;
    struct sw_registered *out;
};

/* --- what claims register --------------------------------------------------------------------- */

static sw_result take_bom(
    struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bom bom;
    struct sw_error why;
    sw_arena_init(&arena, 0);
    sw_bom_init(&bom, &arena);
    enum sw_code code = sw_bom_read(&bom, predicate, &why);
    return code == SW_E_FORMAT ? SW_OK : code == SW_OK ? sw_register_bom(reg, &bom, who) : code;
}

static const struct {
    const char *type, *by;
    enum sw_code (*take)(
        struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who);
} kinds_of_claims[] = {
    {SW_PREDICATE_DISCOVERY, "approval", sw_register_discovery},
    {SW_BOM_PREDICATE_CYCLONEDX, "bill", take_bom},
    {SW_BOM_PREDICATE_SPDX, "bill", take_bom},
    {SW_PREDICATE_OMS, "signature", sw_register_model},
    {SW_PREDICATE_DATASET, "dataset", sw_register_dataset},
};

/* Memory that is short is not the claim's fault. */
static bool not_believed(enum sw_code code)
{
    return code == SW_E_REFUSED || code == SW_E_FORMAT || code == SW_E_LIMIT ||
           code == SW_E_UNSUPPORTED || code == SW_E_NOEVIDENCE;
}

/* `bundle` gets its bytes, which the claim refers to. */
static sw_result verify(const struct taking *t, const struct sw_evidence_record *record,
    struct sw_arena *scratch, struct sw_buf *bundle, struct sw_claim *out, bool *believed,
    struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_evidence_load(t->store, &record->claim, bundle, &why);
    if (code != SW_OK) { /* what a claim would have registered then counts as unregistered */
        *believed = false;
        return code == SW_E_NOMEM ? code : SW_OK;
    }
    const struct sw_verify_options how = {.now = t->cli->now, .signing_time = record->time};
    code = sw_claim_verify(scratch, t->trust, sw_buf_bytes(bundle), &how, out, &why);
    *believed = code == SW_OK;
    return code == SW_OK || not_believed(code) ? SW_OK : sw_fail(err, code, "%s", why.text);
}

static sw_result take(const struct taking *t, const struct sw_evidence_record *record, size_t kind,
    struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena scratch;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_claim claim;
    bool believed;
    sw_arena_init(&scratch, 0);
    SW_TRY(verify(t, record, &scratch, &bundle, &claim, &believed, err));
    if (!believed || !sw_str_is(claim.statement.predicate_type, kinds_of_claims[kind].type)) {
        t->out->passed_over++;
        return SW_OK;
    }
    struct sw_registrant *who = SW_ARENA_NEW(&t->cli->arena, struct sw_registrant);
    SW_TRY_PTR(who);
    who->claim = sw_digest_show(t->cli, &record->claim);
    who->signer = sw_arena_strdup(&t->cli->arena, claim.signer);
    who->by = kinds_of_claims[kind].by;
    if (who->claim == NULL || who->signer == NULL) {
        return SW_E_NOMEM;
    }
    t->out->claims++;
    enum sw_code code = kinds_of_claims[kind].take(&t->out->reg, claim.statement.predicate, who);
    return code == SW_OK
               ? SW_OK
               : sw_fail(err, code, "claim %s: the register has no room for it", who->claim);
}

/* 1 is for what is not registered. */
static sw_result open_vendors(const struct taking *t, struct sw_error *err)
{
    enum sw_code code = sw_vendor_claims(t->cli, t->store, t->trust, &t->out->vendors, err);
    if (code == SW_E_FORMAT || code == SW_E_REFUSED) {
        const struct sw_error why = *err;
        return sw_fail(err, SW_E_IO, "%s", why.text);
    }
    SW_TRY(code);
    t->out->claims += t->out->vendors.count;
    t->out->passed_over += t->out->vendors.ignored;
    return SW_OK;
}

sw_result sw_registered_open(struct sw_cli *cli, struct sw_store *store,
    const struct sw_trust *trust, struct sw_registered *out, struct sw_error *err)
{
    const struct taking t = {cli, store, trust, out};
    *out = (struct sw_registered){0};
    sw_register_init(&out->reg, &cli->arena);
    SW_TRY(open_vendors(&t, err));
    for (size_t kind = 0; kind < SW_COUNT(kinds_of_claims); kind++) {
        const struct sw_evidence_query query = {.predicate_type = kinds_of_claims[kind].type};
        struct sw_evidence_record *records;
        size_t count;
        SW_TRY(sw_evidence_gather(store, &query, &cli->arena, &records, &count, err));
        for (size_t i = 0; i < count; i++) {
            SW_TRY(take(&t, &records[i], kind, err));
        }
    }
    return SW_OK;
}

/* --- files of models -------------------------------------------------------------------------- */

static bool is_file(const struct sw_sighting *s)
{
    return strcmp(s->signal, "model-file") == 0 || strcmp(s->signal, "process-file") == 0;
}

/* What a model in files is called says nothing of what is in them, whatever else names it. */
static bool is_in_files(const struct sw_entity *entity)
{
    if (entity->id.kind != SW_ENTITY_MODEL || entity->id.purl.len > 0 ||
        entity->id.digest.len > 0) {
        return false;
    }
    for (size_t i = 0; i < entity->sighting_count; i++) {
        if (is_file(&entity->sightings[i])) {
            return true;
        }
    }
    return false;
}

/* The path of a file in a tree; NULL when it has none there. */
static const char *path_in(struct sw_arena *arena, const char *tree, struct sw_str name)
{
    if (!sw_dir_exists(tree)) {
        return tree;
    }
    return sw_path_is_plain(name) ? sw_arena_printf(arena, "%s/" SW_STR_FMT, tree, SW_STR_ARG(name))
                                  : NULL;
}

/* The path of what was seen in one of the trees; NULL when it is in none. */
static const char *path_of(
    struct sw_arena *arena, const char *const *paths, size_t count, struct sw_str file)
{
    for (size_t i = 0; i < count && count > 1; i++) {
        const struct sw_str prefix = sw_str(sw_discover_prefix(paths, count, i));
        const size_t len = prefix.len;
        if (file.len > len + 1 && memcmp(file.ptr, prefix.ptr, len) == 0 && file.ptr[len] == '/') {
            return path_in(arena, paths[i], sw_str_n(file.ptr + len + 1, file.len - len - 1));
        }
    }
    return count == 1 ? path_in(arena, paths[0], file) : NULL;
}

static bool hash_seen(struct sw_cli *cli, const struct sw_sighting *s, const char *const *paths,
    size_t path_count, struct sw_digest *out)
{
    struct sw_error why;
    const char *path =
        s->source == SW_SOURCE_FILES ? path_of(&cli->arena, paths, path_count, s->file) : NULL;
    return path != NULL && sw_file_exists(path) && sw_code_digest(cli, path, out, &why) == SW_OK;
}

/* A model in one file gets the file's digest; one in several the digest of theirs, in the order of
 * their paths, and is also registered when each of them is. When one of them is not known, or
 * cannot be read (any more), it has none. */
static sw_result ask_files(struct sw_cli *cli, const struct sw_register *reg,
    struct sw_entity *entity, const char *const *paths, size_t path_count,
    const struct sw_registrant **out)
{
    SW_CLEANUP(buf) struct sw_buf digests = SW_BUF_INIT;
    struct sw_digest digest = {.len = 0};
    const struct sw_registrant *who = NULL;
    bool each = true;
    if (entity->seen != entity->sighting_count) {
        return SW_OK; /* of some, the place was not kept */
    }
    for (size_t i = 0; i < entity->sighting_count; i++) {
        const struct sw_sighting *s = &entity->sightings[i];
        if (!is_file(s) || (i > 0 && is_file(s - 1) && sw_str_equal(s->file, s[-1].file))) {
            continue;
        }
        if (!hash_seen(cli, s, paths, path_count, &digest)) {
            return SW_OK;
        }
        const char *text = sw_digest_show(cli, &digest);
        SW_TRY_PTR(text);
        who = sw_register_digest(reg, sw_str(text));
        each = each && who != NULL;
        SW_TRY(sw_buf_append(&digests, digest.bytes, digest.len));
    }
    *out = each ? who : NULL;
    if (digests.len > digest.len) {
        sw_sha256(sw_buf_bytes(&digests), &digest);
    }
    const char *text = sw_digest_show(cli, &digest);
    SW_TRY_PTR(text);
    entity->id.digest = sw_str(text);
    return SW_OK;
}

/* --- comparing -------------------------------------------------------------------------------- */

struct covered {
    const struct sw_vendor_claim *claim;
    bool refused;
};

static void see_cover(void *ctx, const struct sw_vendor_cover *cover)
{
    struct covered *c = ctx;
    c->claim = c->claim == NULL ? cover->claim : c->claim;
    c->refused = c->refused || cover->state == SW_VENDOR_STATE_REFUSED;
}

/* Who was refused is known, which is no leave to use it. */
static sw_result ask_vendors(struct sw_cli *cli, const struct sw_registered *r,
    const struct sw_entity *entity, const struct sw_registrant **out)
{
    struct covered c = {0};
    bool covered;
    SW_TRY(sw_vendor_entity(cli, &r->vendors, entity, see_cover, &c, &covered));
    if (!covered || c.refused) {
        return SW_OK;
    }
    struct sw_registrant *who = SW_ARENA_NEW(&cli->arena, struct sw_registrant);
    SW_TRY_PTR(who);
    *who = (struct sw_registrant){
        .by = "vendor", .claim = sw_digest_show(cli, &c.claim->claim), .signer = c.claim->signer};
    SW_TRY_PTR(who->claim);
    *out = who;
    return SW_OK;
}

static sw_result ask(struct sw_cli *cli, struct sw_registered *r, struct sw_entity *entity,
    const char *const *paths, size_t path_count, const struct sw_registrant **out)
{
    *out = NULL;
    const bool in_files = is_in_files(entity);
    if (in_files) {
        SW_TRY(ask_files(cli, &r->reg, entity, paths, path_count, out));
    }
    if (*out != NULL || (in_files && entity->id.digest.len == 0)) {
        return SW_OK;
    }
    SW_TRY(sw_register_find(&r->reg, entity, out));
    return *out != NULL ? SW_OK : ask_vendors(cli, r, entity, out);
}

sw_result sw_registered_compare(struct sw_cli *cli, struct sw_registered *registered,
    struct sw_inventory *inventory, const char *const *paths, size_t path_count,
    struct sw_error *err)
{
    struct sw_registered *r = registered;
    r->known = 0;
    r->unknown = 0;
    memset(r->unknown_of, 0, sizeof(r->unknown_of));
    r->who = SW_ARENA_ARRAY(&cli->arena, const struct sw_registrant *, inventory->count);
    SW_TRY_PTR(r->who);
    for (size_t i = 0; i < inventory->count; i++) {
        struct sw_entity *entity = &inventory->entities[i];
        enum sw_code code = ask(cli, r, entity, paths, path_count, &r->who[i]);
        if (code != SW_OK) {
            return sw_fail(err, code, "no memory to compare with what is registered");
        }
        if (sw_entity_counts(entity)) {
            r->known += r->who[i] != NULL;
            r->unknown += r->who[i] == NULL;
            r->unknown_of[entity->id.kind] += r->who[i] == NULL;
        }
    }
    return SW_OK;
}

/* --- telling ---------------------------------------------------------------------------------- */

void sw_registered_json(
    struct sw_json_writer *w, const struct sw_registered *registered, size_t entity)
{
    const struct sw_registrant *who = registered->who[entity];
    if (who == NULL) {
        sw_jw_null(w, "registered");
        return;
    }
    sw_jw_object(w, "registered");
    sw_jw_text(w, "by", who->by);
    sw_jw_text(w, "claim", who->claim);
    sw_jw_text(w, "signer", who->signer);
    sw_jw_object_end(w);
}

void sw_registered_summary_json(struct sw_json_writer *w, const struct sw_registered *registered)
{
    sw_jw_u64(w, "registered", registered->known);
    sw_jw_u64(w, "claims", registered->claims);
    sw_jw_u64(w, "passed_over", registered->passed_over);
    sw_jw_object(w, "counts");
    for (size_t kind = 0; kind < SW_ENTITY_KINDS; kind++) {
        sw_jw_u64(w, sw_entity_kind_name((enum sw_entity_kind)kind), registered->unknown_of[kind]);
    }
    sw_jw_object_end(w);
}

void sw_registered_unknown_json(struct sw_json_writer *w, const char *name,
    const struct sw_registered *registered, const struct sw_inventory *inventory)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < inventory->count; i++) {
        const struct sw_entity *entity = &inventory->entities[i];
        if (registered->who[i] != NULL || !sw_entity_counts(entity)) {
            continue;
        }
        sw_jw_object(w, NULL);
        sw_jw_text(w, "kind", sw_entity_kind_name(entity->id.kind));
        sw_jw_str(w, "name", entity->id.name);
        if (entity->id.purl.len > 0) {
            sw_jw_str(w, "purl", entity->id.purl);
        }
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static const char *const plurals[SW_ENTITY_KINDS] = {"models", "datasets", "libraries", "tools",
    "services", "agents", "MCP servers", "prompts", "endpoints", "accelerators", "containers",
    "credentials"};

static void show_unknown(struct sw_cli *cli, const uint64_t counts[SW_ENTITY_KINDS])
{
    bool first = true;
    for (size_t kind = 0; kind < SW_ENTITY_KINDS; kind++) {
        if (counts[kind] == 0) {
            continue;
        }
        const char *noun =
            counts[kind] > 1 ? plurals[kind] : sw_entity_kind_name((enum sw_entity_kind)kind);
        sw_say(cli, SW_TONE_PLAIN, "%s%s %s", first ? ": " : ", ",
            sw_group_digits(cli, counts[kind]), noun);
        first = false;
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

void sw_registered_show(struct sw_cli *cli, const struct sw_registered *registered)
{
    const struct sw_registered *r = registered;
    if (r->reg.count == 0) {
        sw_say(cli, SW_TONE_WARN, "nothing is registered in this log by anybody trusted\n");
    }
    sw_say(cli, r->unknown > 0 ? SW_TONE_WARN : SW_TONE_GOOD, "%s registered, %s not",
        sw_group_digits(cli, r->known), sw_group_digits(cli, r->unknown));
    show_unknown(cli, r->unknown_of);
    if (r->passed_over > 0) {
        sw_say(cli, SW_TONE_WARN, "passed over: %s of nobody trusted\n",
            sw_count_show(cli, r->passed_over, "claim"));
    }
}
