#include "cli/discover_vendors.h"

/* What one signer says of a vendor counts, whoever's review has the service. */
static void mark(void *ctx, const struct sw_vendor_cover *cover)
{
    struct sw_discovery_vendors *vendors = ctx;
    for (size_t i = 0; i < vendors->count; i++) {
        if (sw_str_equal(vendors->reviews[i]->vendor.name, cover->claim->vendor.name)) {
            vendors->in_use[i] = true;
        }
    }
}

sw_result sw_discovery_vendors(struct sw_cli *cli, const struct sw_vendor_claims *claims,
    const struct sw_inventory *inventory, struct sw_discovery_vendors *out)
{
    *out = (struct sw_discovery_vendors){0};
    SW_TRY(sw_vendor_newest(
        &cli->arena, claims->list, claims->count, cli->now, &out->reviews, &out->count));
    out->in_use = SW_ARENA_ARRAY(&cli->arena, bool, out->count);
    out->unreviewed = SW_ARENA_ARRAY(&cli->arena, const struct sw_entity_id *, inventory->count);
    if (out->in_use == NULL || out->unreviewed == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < inventory->count; i++) {
        const struct sw_entity *entity = &inventory->entities[i];
        bool covered;
        if (!sw_entity_counts(entity)) {
            continue;
        }
        SW_TRY(sw_vendor_entity(cli, claims, entity, mark, out, &covered));
        if (!covered && entity->id.kind == SW_ENTITY_SERVICE) {
            out->unreviewed[out->unreviewed_count++] = &entity->id;
        }
    }
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
    sw_jw_array(w, "unreviewed");
    for (size_t i = 0; i < vendors->unreviewed_count; i++) {
        sw_jw_str(w, NULL, vendors->unreviewed[i]->name);
    }
    sw_jw_array_end(w);
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
    for (size_t i = 0; i < vendors->unreviewed_count; i++) {
        sw_say(cli, SW_TONE_WARN, "no supplier of " SW_STR_FMT " was reviewed\n",
            SW_STR_ARG(vendors->unreviewed[i]->name));
    }
    for (size_t i = 0; i < vendors->count; i++) {
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
