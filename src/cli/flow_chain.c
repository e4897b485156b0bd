#include "cli/ancestry.h"
#include "data/data.h"

/* What a training run was begun with is a parent as well. */
static sw_result read_training(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_chain_link **links, size_t *count, struct sw_error *err)
{
    struct sw_training_claim claim;
    SW_TRY(sw_training_claim_read(arena, statement, &claim, err));
    struct sw_chain_link *made = SW_ARENA_ARRAY(arena, struct sw_chain_link, claim.base_count);
    SW_TRY_PTR(made);
    for (size_t i = 0; i < claim.base_count; i++) {
        const struct sw_training_base *base = &claim.bases[i];
        made[i] = (struct sw_chain_link){.name = base->name,
            .relation = base->relation,
            .root = base->root,
            .manifest = base->manifest};
    }
    *links = made;
    *count = claim.base_count;
    return SW_OK;
}

static const struct sw_chain_reader training = {SW_PREDICATE_TRAINING, read_training};
static const struct sw_chain_reader *const readers[] = {&sw_chain_derivations, &training};

sw_result sw_flow_chain(struct sw_arena *arena, struct sw_store *store,
    const struct sw_trust *trust, const struct sw_verification *v, const char *name,
    const struct sw_chain_reach *reach, struct sw_lineage_report *out, struct sw_error *err)
{
    struct sw_chain_options options = {.store = store,
        .trust = trust,
        .now = reach->now,
        .depth = reach->depth,
        .readers = readers,
        .reader_count = SW_COUNT(readers)};
    struct sw_chain_link start = {.name = sw_path_base(name),
        .root = v->root,
        .manifest = v->manifest_digest,
        .claim = v->claim};
    SW_TRY(sw_chain_walk(arena, &options, &start, v->signer, &out->chain, err));
    return sw_maturity_of(arena, &options, &out->chain, &out->maturity, err);
}

/* --- showing --------------------------------------------------------------------------------- */

static void show_node(struct sw_cli *cli, const struct sw_chain_node *node)
{
    static const enum sw_tone tones[] = {
        [SW_CHAIN_PASS] = SW_TONE_GOOD,
        [SW_CHAIN_NO_EVIDENCE] = SW_TONE_WARN,
        [SW_CHAIN_FAIL] = SW_TONE_BAD,
    };
    int indent = node->depth < 20 ? 2 * (int)node->depth : 40;
    const char *root = sw_digest_show(cli, &node->link.root);
    sw_say(cli, SW_TONE_PLAIN, "  %*s", indent, "");
    sw_say(cli, tones[node->verdict], "%s", sw_chain_verdict_name(node->verdict));
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT " of", SW_STR_ARG(node->link.relation));
    if (!sw_str_is(node->link.name, root)) { /* a parent that was given by its digest */
        sw_say(cli, SW_TONE_PLAIN, " " SW_STR_FMT " ", SW_STR_ARG(node->link.name));
    }
    sw_say(cli, SW_TONE_DIM, " %.19s", root);
    if (node->signer != NULL) {
        sw_say(cli, SW_TONE_PLAIN, "  signed by %s", node->signer);
    }
    if (node->why[0] != '\0') {
        sw_say(cli, SW_TONE_PLAIN, ": %s", node->why);
    }
    if (node->again || node->cut) {
        sw_say(cli, SW_TONE_DIM, "  (%s)",
            node->again ? "named twice; its parents are shown once"
                        : "its parents are not looked at");
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

/* The nodes stand a generation after the other; a reader wants a parent below its child. */
static void show_parents(struct sw_cli *cli, const struct sw_chain *chain, size_t child)
{
    for (size_t i = 1; i < chain->count; i++) {
        if (chain->nodes[i].child == child) {
            show_node(cli, &chain->nodes[i]);
            show_parents(cli, chain, i);
        }
    }
}

static void show_level(struct sw_cli *cli, const struct sw_maturity *maturity)
{
    const char *comma = "";
    sw_say(cli, SW_TONE_PLAIN, "  level       %u of 3", maturity->level);
    for (unsigned i = 0; i < SW_MATURITY_PARTS; i++) {
        enum sw_maturity_part part = (enum sw_maturity_part)i;
        if (!maturity->has[i] && sw_maturity_part_level(part) == maturity->level + 1) {
            sw_say(cli, SW_TONE_DIM, "%s%s", comma[0] == '\0' ? "; the next one needs " : comma,
                sw_maturity_part_words(part));
            comma = ", ";
        }
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static size_t count_ancestors(const struct sw_chain *chain)
{
    size_t count = 0;
    for (size_t i = 1; i < chain->count; i++) {
        count += chain->nodes[i].again ? 0 : 1;
    }
    return count;
}

void sw_show_chain(struct sw_cli *cli, const struct sw_lineage_report *report)
{
    const struct sw_chain *chain = &report->chain;
    if (chain->count == 1) {
        sw_say(cli, SW_TONE_PLAIN, "  parents     none is named%s\n",
            chain->complete ? "" : " within this depth");
    } else {
        sw_say(cli, SW_TONE_PLAIN, "  parents     %s\n",
            sw_count_show(cli, count_ancestors(chain), "ancestor"));
    }
    show_parents(cli, chain, 0);
    if (chain->untrusted > 0) {
        sw_say(cli, SW_TONE_WARN, "  note        %s about parents not signed by anybody trusted\n",
            sw_count_show(cli, chain->untrusted, "claim"));
    }
    show_level(cli, &report->maturity);
}

static void node_json(struct sw_json_writer *w, const struct sw_chain_node *node)
{
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", node->link.name);
    sw_jw_u64(w, "depth", node->depth);
    sw_jw_u64(w, "child", node->child);
    sw_json_text_or_null(w, "relation", node->link.relation);
    sw_json_digest(w, "model_root", &node->link.root);
    sw_json_digest(w, "manifest", &node->link.manifest);
    sw_json_digest(w, "claim", &node->link.claim);
    sw_jw_text(w, "verdict", sw_chain_verdict_name(node->verdict));
    sw_jw_text(w, "signer", node->signer);
    sw_jw_text(w, "why", node->why);
    sw_jw_bool(w, "again", node->again);
    sw_jw_bool(w, "cut", node->cut);
    sw_jw_object_end(w);
}

static void level_json(struct sw_json_writer *w, const struct sw_maturity *maturity)
{
    sw_jw_u64(w, "level", maturity->level);
    sw_jw_object(w, "parts");
    for (unsigned i = 0; i < SW_MATURITY_PARTS; i++) {
        sw_jw_bool(w, sw_maturity_part_name((enum sw_maturity_part)i), maturity->has[i]);
    }
    sw_jw_object_end(w);
}

void sw_chain_json(struct sw_json_writer *w, const struct sw_lineage_report *report)
{
    const struct sw_chain *chain = &report->chain;
    sw_jw_object(w, "chain");
    sw_jw_text(w, "verdict", sw_chain_verdict_name(chain->verdict));
    sw_jw_bool(w, "complete", chain->complete);
    sw_jw_u64(w, "untrusted", chain->untrusted);
    level_json(w, &report->maturity);
    sw_jw_array(w, "models");
    for (size_t i = 0; i < chain->count; i++) {
        node_json(w, &chain->nodes[i]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}
