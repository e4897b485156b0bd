#include "cli/bom_file.h"

struct score_args {
    bool unused;
};

static const char *const states[] = {"present", "absent", "needs a person"};

struct counts {
    uint64_t by_state[3];
};

static struct counts count(const struct sw_bom_element *list, size_t n, const char *scheme)
{
    struct counts c = {{0}};
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].scheme, scheme) == 0) {
            c.by_state[list[i].state]++;
        }
    }
    return c;
}

static sw_result print_json(const struct sw_bom_element *list, size_t n, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_array(w, "elements");
    for (size_t i = 0; i < n; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "scheme", list[i].scheme);
        sw_jw_text(w, "cluster", list[i].cluster);
        sw_jw_text(w, "name", list[i].name);
        sw_jw_text(w, "state", states[list[i].state]);
        sw_jw_u64(w, "have", list[i].have);
        sw_jw_u64(w, "of", list[i].of);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show_element(struct sw_cli *cli, const struct sw_bom_element *e)
{
    static const enum sw_tone tones[] = {SW_TONE_GOOD, SW_TONE_BAD, SW_TONE_DIM};
    sw_say(cli, tones[e->state], "  %-15s", states[e->state]);
    sw_say(cli, SW_TONE_PLAIN, "%s: %s", e->cluster, e->name);
    if (e->of > 0 && e->have < e->of) {
        sw_say(cli, SW_TONE_DIM, " (%s of %s have it)", sw_group_digits(cli, e->have),
            sw_group_digits(cli, e->of));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_scheme(struct sw_cli *cli, const struct sw_bom_element *list, size_t n,
    const char *scheme, const char *title)
{
    const struct counts c = count(list, n, scheme);
    sw_say(cli, SW_TONE_BOLD, "%s\n", title);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].scheme, scheme) == 0) {
            show_element(cli, &list[i]);
        }
    }
    sw_say(cli, SW_TONE_PLAIN, "  %llu present, %llu absent, %llu need a person\n",
        (unsigned long long)c.by_state[SW_BOM_PRESENT],
        (unsigned long long)c.by_state[SW_BOM_ABSENT],
        (unsigned long long)c.by_state[SW_BOM_PERSON]);
}

static sw_result answer(
    struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err)
{
    struct sw_bom bom;
    struct sw_bom_element *list;
    size_t n;
    (void)result;
    (void)data;
    SW_TRY(sw_bom_file_read(cli, cli->operands[0], &bom, err));
    SW_TRY(sw_bom_score(&bom, &cli->arena, &list, &n));
    if (cli->json) {
        return print_json(list, n, err);
    }
    show_scheme(cli, list, n, "G7", "G7, SBOM for AI: minimum elements (May 2026)");
    show_scheme(cli, list, n, "BSI", "BSI TR-03183-2 v2.1.0");
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    return sw_bom_confined(cli, data, answer, err);
}

const struct sw_command sw_cmd_bom_score = {
    .name = "bom score",
    .summary = "tell which elements that the G7 and BSI ask for a bill has",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = NULL,
    .args_size = sizeof(struct score_args),
    .description =
        "Holds a bill of materials against the elements of the G7's \"SBOM for AI: minimum "
        "elements\" and of BSI TR-03183-2: each is present, absent, or needs a person to tell. An "
        "element of components is present when all of them have it. There is no grade, and nothing "
        "here says that a document complies.",
    .examples = "  sealwright bom score model.cdx.json\n",
    .run = run,
};
