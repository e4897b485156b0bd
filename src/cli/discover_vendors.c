#include "cli/discover_vendors.h"

struct looking {
    struct sw_cli *cli;
    const struct sw_vendor_claims *claims;
    struct sw_discovery_vendors *out;
};

/* What one signer says of a vendor counts, whoever's review has the service. */
static void mark(struct sw_discovery_vendors *vendors, struct sw_str name)
{
    for (size_t i = 0; i < vendors->count; i++) {
        if (sw_str_equal(vendors->reviews[i]->vendor.name, name)) {
            vendors->in_use[i] = true;
        }
    }
}

static sw_result ask(const struct looking *l, const struct sw_vendor_asked *asked)
{
    SW_CLEANUP(arena) struct sw_arena scratch;
    struct sw_vendor_cover cover;
    sw_arena_init(&scratch, 0);
    SW_TRY(
        sw_vendor_cover(&scratch, l->claims->list, l->claims->count, asked, l->cli->now, &cover));
    if (cover.claim != NULL) {
        mark(l->out, cover.claim->vendor.name);
    }
    return SW_OK;
}

/* A service is asked for by each host that was seen of it; by its name where none was. */
static sw_result ask_entity(const struct looking *l, const struct sw_entity *entity)
{
    struct sw_vendor_asked asked;
    bool seen = false;
    if (!sw_entity_counts(entity) || !sw_vendor_asked_of(&entity->id, &asked)) {
        return SW_OK;
    }
    for (size_t i = 0; i < entity->sighting_count; i++) {
        const struct sw_sighting *s = &entity->sightings[i];
        if (entity->id.kind == SW_ENTITY_SERVICE && strcmp(s->signal, "endpoint-host") == 0) {
            asked.host = s->detail;
            seen = true;
            SW_TRY(ask(l, &asked));
        }
    }
    return seen ? SW_OK : ask(l, &asked);
}

sw_result sw_discovery_vendors(struct sw_cli *cli, struct sw_store *store,
    const struct sw_trust *trust, const struct sw_inventory *inventory,
    struct sw_discovery_vendors *out, struct sw_error *err)
{
    struct sw_vendor_claims claims;
    const struct looking l = {cli, &claims, out};
    *out = (struct sw_discovery_vendors){0};
    enum sw_code code = sw_vendor_claims(cli, store, trust, &claims, err);
    if (code == SW_E_FORMAT) { /* it may be the one that refuses: say nothing rather than less */
        sw_note(cli, "what is recorded tells of no suppliers: %s", err->text);
        return SW_OK;
    }
    SW_TRY(code);
    SW_TRY(sw_vendor_newest(
        &cli->arena, claims.list, claims.count, cli->now, &out->reviews, &out->count));
    out->in_use = SW_ARENA_ARRAY(&cli->arena, bool, out->count);
    SW_TRY_PTR(out->in_use);
    for (size_t i = 0; i < inventory->count && out->count > 0; i++) {
        SW_TRY(ask_entity(&l, &inventory->entities[i]));
    }
    out->known = true;
    return SW_OK;
}

static void write_review(struct sw_json_writer *w, const struct sw_vendor_claim *review, int64_t at)
{
    const struct sw_vendor *vendor = &review->vendor;
    char due[SW_TIME_TEXT_SIZE];
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", vendor->name);
    sw_jw_text(w, "state", sw_vendor_state_name(sw_vendor_state(vendor, at)));
    /* The day of the next review belongs to it. */
    (void)snprintf(due, sizeof(due), SW_STR_FMT "T23:59:59Z", SW_STR_ARG(vendor->review.due));
    if (vendor->review.due.len > 0) {
        sw_jw_text(w, "reviewDue", due);
    } else {
        sw_jw_null(w, "reviewDue");
    }
    sw_json_digest(w, "claim", &review->claim);
    sw_jw_text(w, "signer", review->signer);
    sw_jw_object_end(w);
}

void sw_discovery_vendors_write(
    struct sw_json_writer *w, const struct sw_discovery_vendors *vendors, int64_t at)
{
    if (!vendors->known) {
        return;
    }
    sw_jw_array(w, "vendors");
    for (size_t i = 0; i < vendors->count; i++) {
        if (vendors->in_use[i]) {
            write_review(w, vendors->reviews[i], at);
        }
    }
    sw_jw_array_end(w);
}

void sw_discovery_vendors_show(struct sw_cli *cli, const struct sw_discovery_vendors *vendors)
{
    for (size_t i = 0; i < vendors->count && vendors->known; i++) {
        const struct sw_vendor_claim *review = vendors->reviews[i];
        if (!vendors->in_use[i]) {
            continue;
        }
        const enum sw_vendor_state state = sw_vendor_state(&review->vendor, cli->now);
        sw_say(cli, state >= SW_VENDOR_STATE_EXPIRED ? SW_TONE_WARN : SW_TONE_PLAIN,
            "supplier " SW_STR_FMT ": %s, by %s\n", SW_STR_ARG(review->vendor.name),
            sw_vendor_state_name(state), review->signer);
    }
}
