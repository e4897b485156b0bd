#include "cli/data_context.h"

struct diff_args {
    uint64_t limit;
};

static const struct sw_option options[] = {
    {"limit", SW_OPTION_NUMBER, offsetof(struct diff_args, limit), "N",
        "name so many samples of each kind (default: 20)"},
    {NULL, 0, 0, NULL, NULL},
};

#define LIMIT_MAX 1000000u

struct side {
    struct sw_dataset_claim claim;
    struct sw_rows rows;
};

struct comparison {
    struct side a;
    struct side b;
    struct sw_diff diff;
};

static void release(struct comparison *c)
{
    sw_rows_close(&c->a.rows);
    sw_rows_close(&c->b.rows);
}
SW_DEFINE_CLEANUP(comparison, struct comparison, release)

static bool differs(const struct sw_diff *diff)
{
    for (int kind = 0; kind < SW_DIFF_KINDS; kind++) {
        if (diff->counts[kind] > 0) {
            return true;
        }
    }
    return false;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void side_json(struct sw_json_writer *w, const char *name, const struct side *side)
{
    sw_jw_object(w, name);
    sw_jw_str(w, "name", side->claim.name);
    sw_jw_str(w, "version", side->claim.version);
    sw_json_digest(w, "manifest", &side->claim.manifest);
    sw_jw_u64(w, "samples", side->rows.count);
    sw_jw_object_end(w);
}

static void origin_json(
    struct sw_json_writer *w, const char *name, const struct sw_rows *rows, uint32_t origin)
{
    const struct sw_origin *o = &rows->origins[origin];
    sw_json_texts(w, name, o->sources, o->source_count);
}

static void content_json(struct sw_json_writer *w, const struct sw_diff_sample *s)
{
    struct sw_digest content = {.alg = SW_SHA256, .len = 32};
    memcpy(content.bytes, s->content, 32);
    sw_json_digest(w, "content", &content);
}

static void sample_json(struct sw_json_writer *w, const struct comparison *c,
    enum sw_diff_kind kind, const struct sw_diff_sample *s)
{
    sw_jw_object(w, NULL);
    if (kind != SW_DIFF_ONLY_B) {
        sw_jw_u64(w, "row_a", s->row_a);
    }
    if (kind != SW_DIFF_ONLY_A) {
        sw_jw_u64(w, "row_b", s->row_b);
    }
    if (kind != SW_DIFF_MOVED) {
        content_json(w, s);
    }
    if (kind == SW_DIFF_WEIGHT) {
        sw_jw_double(w, "weight_a", (double)s->weight_a);
        sw_jw_double(w, "weight_b", (double)s->weight_b);
    }
    if (kind == SW_DIFF_ONLY_A || kind == SW_DIFF_SOURCES) {
        origin_json(w, "sources_a", &c->a.rows, s->origin_a);
    }
    if (kind == SW_DIFF_ONLY_B || kind == SW_DIFF_SOURCES) {
        origin_json(w, "sources_b", &c->b.rows, s->origin_b);
    }
    sw_jw_object_end(w);
}

static void sources_json(struct sw_json_writer *w, const struct sw_diff *diff)
{
    sw_jw_array(w, "sources");
    for (size_t i = 0; i < diff->source_count; i++) {
        const struct sw_diff_source *s = &diff->sources[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", s->name);
        sw_jw_u64(w, "in_a", s->in_a);
        sw_jw_u64(w, "in_b", s->in_b);
        sw_jw_u64(w, "only_in_a", s->only_a);
        sw_jw_u64(w, "only_in_b", s->only_b);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result print_json(const struct comparison *c, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    side_json(w, "a", &c->a);
    side_json(w, "b", &c->b);
    sw_jw_bool(w, "same", !differs(&c->diff));
    sw_jw_u64(w, "common", c->diff.common);
    sw_jw_object(w, "counts");
    for (int kind = 0; kind < SW_DIFF_KINDS; kind++) {
        sw_jw_u64(w, sw_diff_kind_name((enum sw_diff_kind)kind), c->diff.counts[kind]);
    }
    sw_jw_object_end(w);
    sources_json(w, &c->diff);
    sw_jw_object(w, "samples");
    for (int kind = 0; kind < SW_DIFF_KINDS; kind++) {
        sw_jw_array(w, sw_diff_kind_name((enum sw_diff_kind)kind));
        for (size_t i = 0; i < c->diff.kept[kind]; i++) {
            sample_json(w, c, (enum sw_diff_kind)kind, &c->diff.samples[kind][i]);
        }
        sw_jw_array_end(w);
    }
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* --- text ------------------------------------------------------------------------------------ */

static void show_sample(struct sw_cli *cli, const struct comparison *c, enum sw_diff_kind kind,
    const struct sw_diff_sample *s)
{
    static const char *const signs[] = {"-", "+", "~", "w", "s"};
    char hex[65];
    sw_hex_encode(sw_bytes(s->content, 32), hex);
    sw_say(cli, SW_TONE_BOLD, "    %s ", signs[kind]);
    switch ((int)kind) {
    case SW_DIFF_ONLY_A: sw_say(cli, SW_TONE_PLAIN, "sample %u of A", s->row_a); break;
    case SW_DIFF_ONLY_B: sw_say(cli, SW_TONE_PLAIN, "sample %u of B", s->row_b); break;
    default: sw_say(cli, SW_TONE_PLAIN, "sample %u of A is %u of B", s->row_a, s->row_b); break;
    }
    if (kind == SW_DIFF_WEIGHT) {
        sw_say(cli, SW_TONE_PLAIN, ", weight %g, was %g", (double)s->weight_b, (double)s->weight_a);
    }
    const struct sw_rows *rows = kind == SW_DIFF_ONLY_A ? &c->a.rows : &c->b.rows;
    const struct sw_origin *origin =
        &rows->origins[kind == SW_DIFF_ONLY_A ? s->origin_a : s->origin_b];
    for (size_t i = 0; i < origin->source_count && kind != SW_DIFF_MOVED; i++) {
        sw_say(cli, SW_TONE_PLAIN, "%s" SW_STR_FMT, i == 0 ? "  source " : ", ",
            SW_STR_ARG(origin->sources[i]));
    }
    sw_say(cli, SW_TONE_DIM, kind == SW_DIFF_MOVED ? "\n" : "  content %.16s...\n", hex);
}

static void show_kind(struct sw_cli *cli, const struct comparison *c, enum sw_diff_kind kind)
{
    static const char *const words[] = {
        "only in A", "only in B", "moved", "with another weight", "from other sources"};
    uint64_t count = c->diff.counts[kind];
    sw_say(cli, count > 0 ? SW_TONE_WARN : SW_TONE_DIM, "  %-20s %16s\n", words[kind],
        sw_group_digits(cli, count));
    for (size_t i = 0; i < c->diff.kept[kind]; i++) {
        show_sample(cli, c, kind, &c->diff.samples[kind][i]);
    }
    if (count > c->diff.kept[kind] && c->diff.kept[kind] > 0) {
        sw_say(cli, SW_TONE_DIM, "    and %s more (--limit)\n",
            sw_group_digits(cli, count - c->diff.kept[kind]));
    }
}

static void show(struct sw_cli *cli, const struct comparison *c)
{
    sw_say(cli, SW_TONE_BOLD, "A " SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(c->a.claim.name),
        SW_STR_ARG(c->a.claim.version));
    sw_say(cli, SW_TONE_PLAIN, "  %s\n", sw_count_show(cli, c->a.rows.count, "sample"));
    sw_say(cli, SW_TONE_BOLD, "B " SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(c->b.claim.name),
        SW_STR_ARG(c->b.claim.version));
    sw_say(cli, SW_TONE_PLAIN, "  %s, %s in both\n", sw_count_show(cli, c->b.rows.count, "sample"),
        sw_group_digits(cli, c->diff.common));
    for (int kind = 0; kind < SW_DIFF_KINDS; kind++) {
        show_kind(cli, c, (enum sw_diff_kind)kind);
    }
    for (size_t i = 0; i < c->diff.source_count; i++) {
        const struct sw_diff_source *s = &c->diff.sources[i];
        sw_say(cli, SW_TONE_PLAIN,
            "  source %-24.*s %s in A, %s in B, only in A %s, only in B %s\n", SW_STR_ARG(s->name),
            sw_group_digits(cli, s->in_a), sw_group_digits(cli, s->in_b),
            sw_group_digits(cli, s->only_a), sw_group_digits(cli, s->only_b));
    }
}

/* --- the command ----------------------------------------------------------------------------- */

static sw_result open_side(
    const struct sw_data *data, const char *name, struct side *side, struct sw_error *err)
{
    SW_TRY(sw_dataset_find(data, sw_str(name), &side->claim, NULL, err));
    return sw_dataset_open(data, &side->claim, &side->rows, err);
}

static sw_result compare(struct sw_cli *cli, struct sw_data *data, const struct diff_args *args,
    struct comparison *c, struct sw_error *err)
{
    const char *tmp = getenv("TMPDIR");
    SW_TRY(open_side(data, cli->operands[0], &c->a, err));
    SW_TRY(open_side(data, cli->operands[1], &c->b, err));
    struct sw_bar *bar = sw_bar_start(cli, "comparing");
    data->progress = sw_bar_progress(bar);
    enum sw_code code = sw_diff(data, &c->a.rows, &c->b.rows, tmp == NULL ? "/tmp" : tmp,
        args->limit == 0 ? SW_DIFF_LIMIT : (size_t)args->limit, &c->diff, err);
    sw_bar_stop(bar);
    return code;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct diff_args *args = data;
    SW_CLEANUP(data_context) struct sw_data_context context = {0};
    SW_CLEANUP(comparison)
    struct comparison c = {.a = {.rows = SW_ROWS_INIT}, .b = {.rows = SW_ROWS_INIT}};
    if (args->limit > LIMIT_MAX) {
        return sw_fail(err, SW_E_USAGE, "--limit is at most %u", LIMIT_MAX);
    }
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(compare(cli, &context.data, args, &c, err));
    cli->status = differs(&c.diff) ? 1 : 0;
    if (cli->json) {
        return print_json(&c, err);
    }
    show(cli, &c);
    return SW_OK;
}

const struct sw_command sw_cmd_data_diff = {
    .name = "data diff",
    .summary = "show what differs between two dataset versions",
    .operands = "A B",
    .min_operands = 2,
    .max_operands = 2,
    .options = options,
    .args_size = sizeof(struct diff_args),
    .description =
        "A and B are NAME, NAME@VERSION or manifest digests. Samples are the same when their "
        "contents are; of several equal ones the first pairs with the first. Counts are exact, and "
        "memory does not grow with the sets: what does not fit is sorted in $TMPDIR, 52 bytes for "
        "each sample.\n\n"
        "Moved are those that stand in another order among the samples that are in both, as few as "
        "explain it by one of two simple counts. Exit status: 0 when nothing differs, 1 when "
        "something does.",
    .examples = "  sealwright data diff mails@1 mails@2\n"
                "  sealwright data diff mails@1 mails@2 --limit 1000 --json\n",
    .run = run,
};
