#include "cli/ancestry.h"
#include "cli/claim_record.h"
#include "cli/show_licence.h"
#include "cli/steady.h"

struct licence_args {
    struct sw_signer_args signer;
    struct sw_text_list parents;
    struct sw_text_list allow;
    struct sw_text_list deny;
    bool claims;
    bool commercial;
    bool record;
    const char *users;
    const char *revenue;
};

static const struct sw_option options[] = {
    {"parent", SW_OPTION_LIST, offsetof(struct licence_args, parents), "PATH:RELATION",
        "the model was made from this one by finetune, adapter, merge, quantized, conversion, "
        "pruned or distilled; may be given again"},
    {"claims", SW_OPTION_FLAG, offsetof(struct licence_args, claims), NULL,
        "verify the model, and follow the signed claims of the store about what it was made from"},
    {"allow", SW_OPTION_LIST, offsetof(struct licence_args, allow), "LIST",
        "licences that are allowed, with commas; every other one is a conflict"},
    {"deny", SW_OPTION_LIST, offsetof(struct licence_args, deny), "LIST",
        "licences that are denied, with commas"},
    {"commercial", SW_OPTION_FLAG, offsetof(struct licence_args, commercial), NULL,
        "the model is for commercial use"},
    {"users", SW_OPTION_TEXT, offsetof(struct licence_args, users), "N",
        "how many people use your products in a month"},
    {"revenue", SW_OPTION_TEXT, offsetof(struct licence_args, revenue), "USD",
        "your revenue of a year, in US dollars"},
    {"record", SW_OPTION_FLAG, offsetof(struct licence_args, record), NULL,
        "sign the answer about each MODEL as a claim about its root, and put it into the log"},
    SW_SIGNER_OPTIONS(struct licence_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* A model of --parent. */
struct parent {
    const char *path;
    struct sw_str relation; /* empty: not said */
    struct sw_licence_facts facts;
    bool used;
};

struct checking {
    struct sw_cli *cli;
    struct sw_licence_reader *reader;
    struct sw_licence_policy policy;
    struct parent *parents;
    size_t parent_count;
    struct sw_licence_answer *answer; /* the one that is being made */
    struct sw_store *store;           /* NULL without --claims */
    struct sw_trust *trust;
    struct sw_steady *steady; /* beside each operand; begun with --record */
};

/* --- the user's words ------------------------------------------------------------------------- */

static sw_result read_count(
    const char *option, const char *text, bool *known, uint64_t *out, struct sw_error *err)
{
    *known = text != NULL;
    if (text == NULL || sw_parse_u64(sw_str(text), out)) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE, "option '--%s' takes a whole number, not '%s'", option, text);
}

/* An id of the Hub, of the SPDX list or a name of the table; a LicenseRef may be anything. */
static sw_result read_id(struct checking *c, struct sw_str word, struct sw_str *out,
    const char *option, struct sw_error *err)
{
    const struct sw_licence_terms *terms = sw_licence_by_name(word);
    terms = terms == NULL ? sw_licence_by_id(word) : terms;
    const struct sw_spdx_expression *e =
        sw_spdx_single(&c->cli->arena, terms == NULL ? word : terms->id);
    if (e == NULL) {
        return sw_fail(err, SW_E_USAGE,
            "--%s '" SW_STR_FMT "' is no licence of the SPDX list or of the Hub, and no "
            "LicenseRef-…",
            option, SW_STR_ARG(word));
    }
    *out = e->id;
    return SW_OK;
}

static size_t count_words(const struct sw_text_list *texts)
{
    size_t count = 0;
    for (size_t i = 0; i < texts->count; i++) {
        for (const char *at = texts->items[i]; at != NULL; at = strchr(at + 1, ',')) {
            count++;
        }
    }
    return count;
}

static struct sw_str take_word(const char **rest)
{
    const char *start = *rest + strspn(*rest, " ,");
    size_t len = strcspn(start, ",");
    *rest = start + len;
    while (len > 0 && start[len - 1] == ' ') {
        len--;
    }
    return sw_str_n(start, len);
}

static sw_result read_ids(struct checking *c, const struct sw_text_list *texts, const char *option,
    const struct sw_str **out, size_t *count, struct sw_error *err)
{
    struct sw_str *ids = SW_ARENA_ARRAY(&c->cli->arena, struct sw_str, count_words(texts));
    SW_TRY_PTR(ids);
    for (size_t i = 0; i < texts->count; i++) {
        const char *rest = texts->items[i];
        for (struct sw_str word = take_word(&rest); word.len > 0; word = take_word(&rest)) {
            SW_TRY(read_id(c, word, &ids[*count], option, err));
            (*count)++;
        }
    }
    *out = ids;
    return texts->count > 0 && *count == 0
               ? sw_fail(err, SW_E_USAGE, "option '--%s' names no licence", option)
               : SW_OK;
}

static sw_result read_policy(
    struct checking *c, const struct licence_args *args, struct sw_error *err)
{
    struct sw_licence_policy *p = &c->policy;
    p->commercial = args->commercial;
    SW_TRY(read_ids(c, &args->allow, "allow", &p->allow, &p->allow_count, err));
    SW_TRY(read_ids(c, &args->deny, "deny", &p->deny, &p->deny_count, err));
    SW_TRY(read_count("users", args->users, &p->users_known, &p->users, err));
    return read_count("revenue", args->revenue, &p->revenue_known, &p->revenue, err);
}

static sw_result read_parent(
    struct checking *c, const char *text, struct parent *out, struct sw_error *err)
{
    enum sw_licence_relation relation;
    const char *word = NULL;
    SW_TRY(sw_cli_split_model(c->cli, text, &out->path, &word));
    out->relation = sw_str(word);
    if (!sw_licence_relation_parse(out->relation, &relation)) {
        return sw_fail(err, SW_E_USAGE,
            "--parent '%s': '%s' is no relation; put finetune, adapter, merge, quantized, "
            "conversion, pruned or distilled behind ':'",
            text, word);
    }
    return sw_licence_read_model(c->reader, &c->cli->arena, out->path, &out->facts, err);
}

static sw_result read_parents(
    struct checking *c, const struct sw_text_list *texts, struct sw_error *err)
{
    c->parents = SW_ARENA_ARRAY(&c->cli->arena, struct parent, texts->count);
    SW_TRY_PTR(c->parents);
    for (size_t i = 0; i < texts->count; i++) {
        SW_TRY(read_parent(c, texts->items[i], &c->parents[i], err));
        c->parent_count++;
    }
    return SW_OK;
}

/* --- ancestors -------------------------------------------------------------------------------- */

static struct sw_str last_part(struct sw_str name)
{
    const char *slash = name.len == 0 ? NULL : memrchr(name.ptr, '/', name.len);
    size_t before = slash == NULL ? 0 : (size_t)(slash - name.ptr) + 1;
    return sw_str_n(name.ptr + before, name.len - before);
}

static bool equals(struct sw_str a, struct sw_str b)
{
    return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* "org/name" and a directory called "name" are the same model. */
static bool is_called(const char *path, struct sw_str name)
{
    return equals(sw_path_base(path), last_part(name));
}

/* So are "org/name" and a claim's "name". */
static bool is_same_name(struct sw_str a, struct sw_str b)
{
    bool bare = last_part(a).len == a.len || last_part(b).len == b.len;
    return bare ? equals(last_part(a), last_part(b)) : equals(a, b);
}

/* The model of --parent that a card names. Where one is named and one was given, it is that one. */
static struct parent *parent_called(struct checking *c, size_t model, struct sw_str name)
{
    for (size_t i = 0; i < c->parent_count; i++) {
        if (is_called(c->parents[i].path, name)) {
            return &c->parents[i];
        }
    }
    bool only = model == 0 && c->parent_count == 1 && c->answer->models[0].facts->base_count == 1;
    return only ? &c->parents[0] : NULL;
}

static bool is_distilled(const struct checking *c, size_t child, struct sw_str relation)
{
    enum sw_licence_relation word = SW_LICENCE_MADE_FROM;
    const struct sw_licence_model *models = c->answer->models;
    (void)sw_licence_relation_parse(relation, &word);
    while (word != SW_LICENCE_DISTILLED && child != 0) {
        (void)sw_licence_relation_parse(models[child].relation, &word);
        child = models[child].child;
    }
    return word == SW_LICENCE_DISTILLED;
}

/* Whether it stands there already, as closely related: also what keeps circles from going on. */
static bool is_there(const struct checking *c, const struct sw_licence_model *model)
{
    bool distilled = is_distilled(c, model->child, model->relation);
    for (size_t m = 0; m < c->answer->count; m++) {
        const struct sw_licence_model *other = &c->answer->models[m];
        bool same = model->facts != NULL ? other->facts == model->facts
                                         : is_same_name(other->name, model->name);
        if (same && (distilled || !is_distilled(c, other->child, other->relation))) {
            return true;
        }
    }
    return false;
}

static sw_result add_model(
    struct checking *c, const struct sw_licence_model *model, struct sw_error *err)
{
    struct sw_licence_answer *a = c->answer;
    if (a->count > 0 && is_there(c, model)) {
        return SW_OK;
    }
    if (a->count == SW_LICENCE_MODELS_MAX) {
        return sw_fail(
            err, SW_E_LIMIT, "%s has more than %d ancestors", a->path, SW_LICENCE_MODELS_MAX - 1);
    }
    struct sw_licence_model *grown =
        sw_arena_grow(&c->cli->arena, a->models, a->count, &a->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    a->models = grown;
    grown[a->count++] = *model;
    return SW_OK;
}

static sw_result add_base(
    struct checking *c, size_t child, const struct sw_licence_base *base, struct sw_error *err)
{
    struct parent *parent = parent_called(c, child, base->name);
    struct sw_licence_model model = {
        .name = base->name, .relation = c->answer->models[child].facts->relation, .child = child};
    if (parent != NULL) {
        parent->used = true;
        model.facts = &parent->facts;
        model.relation = parent->relation.len > 0 ? parent->relation : model.relation;
    }
    return add_model(c, &model, err);
}

/* The bases of what was added since, and theirs. */
static sw_result follow_bases(struct checking *c, size_t from, struct sw_error *err)
{
    for (size_t m = from; m < c->answer->count; m++) {
        const struct sw_licence_facts *facts = c->answer->models[m].facts;
        for (size_t i = 0; facts != NULL && i < facts->base_count; i++) {
            SW_TRY(add_base(c, m, &facts->bases[i], err));
        }
    }
    return SW_OK;
}

static sw_result add_parents(struct checking *c, struct sw_error *err)
{
    for (size_t i = 0; i < c->parent_count; i++) {
        struct parent *p = &c->parents[i];
        size_t before = c->answer->count;
        const struct sw_licence_model model = {
            .name = sw_str(p->path), .relation = p->relation, .facts = &p->facts};
        if (!p->used) {
            SW_TRY(add_model(c, &model, err));
            SW_TRY(follow_bases(c, before, err));
        }
    }
    return SW_OK;
}

/* --- signed claims ---------------------------------------------------------------------------- */

/* Somebody trusted must have signed the model: else nobody's word about its parents counts. */
static sw_result verify(
    struct checking *c, const char *path, struct sw_verification *v, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    const struct sw_verify_request request = {
        .path = path, .trust = c->trust, .store = c->store, .options = {.now = c->cli->now}};
    SW_TRY(sw_flow_verify(&c->cli->arena, &request, &signature, v, err));
    if (v->verdict == SW_VERDICT_PASS) {
        return SW_OK;
    }
    return sw_fail(err, v->verdict == SW_VERDICT_FAIL ? SW_E_REFUSED : SW_E_NOEVIDENCE,
        "%s is not as somebody trusted signed it, so claims about it are not followed; "
        "'sealwright verify %s' says why",
        path, path);
}

/* A claim that is not good is no reason to leave the ancestor out: it is one more that counts. */
static sw_result add_claimed(struct checking *c, const struct sw_chain_node *node, size_t child,
    size_t *index, struct sw_error *err)
{
    struct parent *parent = parent_called(c, SIZE_MAX, node->link.name);
    struct sw_licence_model model = {
        .name = node->link.name, .relation = node->link.relation, .child = child};
    if (parent != NULL) {
        parent->used = true;
        model.facts = &parent->facts;
    }
    SW_TRY(add_model(c, &model, err));
    *index = c->answer->count - 1;
    for (size_t m = 1; m < c->answer->count; m++) {
        const struct sw_licence_model *other = &c->answer->models[m];
        bool same = model.facts != NULL ? other->facts == model.facts
                                        : is_same_name(other->name, model.name);
        *index = same ? m : *index;
    }
    return SW_OK;
}

static sw_result follow_claims(struct checking *c, const char *path, struct sw_error *err)
{
    const struct sw_chain_reach reach = {.depth = UINT64_MAX, .now = c->cli->now};
    struct sw_lineage_report report;
    struct sw_verification v;
    if (c->store == NULL) {
        return SW_OK;
    }
    SW_TRY(verify(c, path, &v, err));
    SW_TRY(sw_flow_chain(&c->cli->arena, c->store, c->trust, &v, path, &reach, &report, err));
    size_t *index = SW_ARENA_ARRAY(&c->cli->arena, size_t, report.chain.count);
    SW_TRY_PTR(index);
    for (size_t i = 1; i < report.chain.count; i++) {
        const struct sw_chain_node *node = &report.chain.nodes[i];
        SW_TRY(add_claimed(c, node, index[node->child], &index[i], err));
    }
    return SW_OK;
}

/* --- the command ------------------------------------------------------------------------------ */

static sw_result check(
    struct checking *c, const char *path, struct sw_licence_answer *out, struct sw_error *err)
{
    struct sw_licence_facts *facts = SW_ARENA_NEW(&c->cli->arena, struct sw_licence_facts);
    struct sw_licence_model model = {.name = sw_str(path), .facts = facts};
    SW_TRY_PTR(facts);
    c->answer = out;
    out->path = path;
    for (size_t i = 0; i < c->parent_count; i++) {
        c->parents[i].used = false;
    }
    SW_TRY(sw_licence_read_model(c->reader, &c->cli->arena, path, facts, err));
    SW_TRY(add_model(c, &model, err));
    SW_TRY(follow_bases(c, 0, err)); /* first, since a card's names say more than a claim's */
    size_t before = out->count;
    SW_TRY(follow_claims(c, path, err));
    SW_TRY(follow_bases(c, before, err));
    SW_TRY(add_parents(c, err));
    return sw_licence_evaluate(
        &c->cli->arena, out->models, out->count, &c->policy, &out->verdict, err);
}

/* --- the claim -------------------------------------------------------------------------------- */

static sw_result record(struct checking *c, struct sw_data_context *context,
    struct sw_licence_answer *answer, const struct sw_steady *steady, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_claim_about about = {.count = 0};
    struct sw_receipt receipt;
    const struct sw_licence_claim claim = {.models = answer->models,
        .count = answer->count,
        .policy = &c->policy,
        .verdict = &answer->verdict,
        .word = sw_licence_answer_word(answer),
        .time = c->cli->now};
    SW_TRY(sw_claim_about_model(c->cli, sw_store_path(context->store), answer->path, &about, err));
    SW_TRY(sw_steady_check(steady, err));
    SW_TRY(sw_licence_write(&c->cli->arena, &claim, &predicate));
    SW_TRY(sw_claim_record(
        c->cli, context, &about, SW_LICENCE_PREDICATE, sw_buf_bytes(&predicate), &receipt, err));
    answer->claim = receipt.claim;
    return SW_OK;
}

/* After all were read: the store is not held meanwhile, and nothing is recorded when one fails. */
static sw_result record_all(struct checking *c, const struct licence_args *args,
    struct sw_licence_answer *answers, struct sw_error *err)
{
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(c->cli, SW_STORE_READ, &args->signer, &context, err));
    for (size_t i = 0; i < c->cli->operand_count; i++) {
        SW_TRY(record(c, &context, &answers[i], &c->steady[i], err));
    }
    return SW_OK;
}

/* A conflict outweighs what is not known. */
static int worse(int a, int b)
{
    return a == 1 || b == 1 ? 1 : a > b ? a : b;
}

static sw_result check_all(struct checking *c, const struct licence_args *args,
    struct sw_licence_answer *answers, struct sw_error *err)
{
    struct sw_cli *cli = c->cli;
    for (size_t i = 0; i < cli->operand_count; i++) {
        SW_TRY(args->record ? sw_steady_begin(&c->steady[i], cli->operands[i], true, err) : SW_OK);
        SW_TRY(check(c, cli->operands[i], &answers[i], err));
        cli->status = worse(cli->status, sw_licence_answer_status(&answers[i]));
    }
    SW_TRY(args->record ? record_all(c, args, answers, err) : SW_OK);
    if (cli->json) {
        return sw_licence_print_json(cli, answers, cli->operand_count, err);
    }
    for (size_t i = 0; i < cli->operand_count; i++) {
        sw_show_licence(cli, &answers[i]);
    }
    sw_say(cli, SW_TONE_DIM, "a reading of what was declared, no legal advice\n");
    return SW_OK;
}

static sw_result check_with(
    struct checking *c, const struct licence_args *args, struct sw_error *err)
{
    SW_CLEANUP(licence_reader) struct sw_licence_reader *reader = NULL;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    struct sw_cli *cli = c->cli;
    struct sw_licence_answer *answers =
        SW_ARENA_ARRAY(&cli->arena, struct sw_licence_answer, cli->operand_count);
    SW_TRY_PTR(answers);
    SW_TRY(read_policy(c, args, err));
    SW_TRY(sw_licence_reader_new(&reader, err));
    if (args->claims) {
        SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
        SW_TRY(sw_cli_trust(cli, sw_store_path(store), &trust, err));
    }
    c->reader = reader;
    c->store = store;
    c->trust = trust;
    SW_TRY(read_parents(c, &args->parents, err));
    return check_all(c, args, answers, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    struct checking c = {.cli = cli};
    c.steady = SW_ARENA_ARRAY(&cli->arena, struct sw_steady, cli->operand_count);
    SW_TRY_PTR(c.steady);
    for (size_t i = 0; i < cli->operand_count; i++) {
        c.steady[i] = SW_STEADY_INIT;
    }
    enum sw_code code = check_with(&c, data, err);
    for (size_t i = 0; i < cli->operand_count; i++) {
        sw_steady_release(&c.steady[i]);
    }
    return code;
}

const struct sw_command sw_cmd_licence_check = {
    .name = "licence check",
    .summary = "say what the licences of models ask for, and where they conflict",
    .operands = "MODEL...",
    .min_operands = 1,
    .max_operands = 1024,
    .options = options,
    .args_size = sizeof(struct licence_args),
    .description =
        "Reads what a model says of its licence: the front matter of README.md, texts named "
        "LICENSE, LICENCE or COPYING by how they begin, and the metadata of GGUF and safetensors. "
        "The same is read of the models that it was made from, as far as they are given with "
        "*--parent*; those that a card names are matched by the last part of their name. Of some "
        "publishers' models the licence is known by the name alone. With *--claims* the "
        "model is verified, and what signed derivation and training claims name is taken, too.\n\n"
        "Then the rules of all these licences are put together, the strictest counts, and each is "
        "told with its clause and the model that it comes from: limits on use, on users or on "
        "revenue, lines that must be shown, what stays on derivatives. It is a conflict when the "
        "declared licence leaves out what an ancestor's asks for, when two licences do not go "
        "together, when a model says two things of itself, or when the policy of the options says "
        "no. A licence whose rules are not known here is unknown, never a pass.\n\n"
        "Only what was declared is read: nobody checks here that it is true. This is no legal "
        "advice.\n\n"
        "With *--record* the answer, whatever it is, is signed and put into the log as a claim "
        "about the root of the model's files, for rules of the gate.\n\n"
        "Exits 0 when all is known and nothing conflicts, 1 at a conflict, 3 when a licence is "
        "unknown. The command may be spelled *license check*, too.",
    .examples = "  sealwright licence check tuned/\n"
                "  sealwright licence check --parent llama/:finetune --commercial tuned/\n"
                "  sealwright licence check --record tuned/\n"
                "  sealwright licence check --allow Apache-2.0,MIT --users 1000000 --json tuned/\n",
    .run = run,
};
