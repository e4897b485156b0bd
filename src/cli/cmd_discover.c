#include "cli/discover_diff.h"
#include "cli/discover_log.h"
#include "cli/discover_sources.h"

#include <sys/stat.h>

struct discover_args {
    bool all;
    bool all_packages;
    const char *diff;
    const char *output;
    struct sw_discover_source_args sources;
    struct sw_catalogue_args catalogue;
    struct sw_discover_log_args log;
};

static const struct sw_option options[] = {
    {"all", SW_OPTION_FLAG, offsetof(struct discover_args, all), NULL,
        "show also what only tests, examples and documentation use"},
    {"all-packages", SW_OPTION_FLAG, offsetof(struct discover_args, all_packages), NULL,
        "list every package of manifests and lock files, not only those of AI"},
    {"diff", SW_OPTION_TEXT, offsetof(struct discover_args, diff), "FILE",
        "compare with what an earlier run wrote with --output or --json; exits 1 when there is "
        "more"},
    {"output", SW_OPTION_TEXT, offsetof(struct discover_args, output), "FILE",
        "write the inventory to a file, as --json prints it"},
    SW_DISCOVER_SOURCE_OPTIONS(struct discover_args, sources),
    SW_CATALOGUE_OPTIONS(struct discover_args, catalogue),
    SW_DISCOVER_LOG_OPTIONS(struct discover_args, log),
    {NULL, 0, 0, NULL, NULL},
};

struct discovering {
    struct sw_cli *cli;
    const struct discover_args *args;
    struct sw_inventory now;
    struct sw_discover_diff diff;
    struct sw_discover_coverage coverage;
    struct sw_catalogue_used catalogue;
    struct sw_discover_log log;
};

/* --- showing ---------------------------------------------------------------------------------- */

static const char *const headings[SW_ENTITY_KINDS] = {"Models", "Datasets", "Libraries", "Tools",
    "Services", "Agents", "MCP servers", "Prompts", "Endpoints", "Accelerators", "Containers",
    "Credentials"};

static void show_place(struct sw_cli *cli, const struct sw_entity *entity)
{
    const struct sw_sighting *s = &entity->sightings[0];
    sw_say(cli, SW_TONE_DIM, "  " SW_STR_FMT, SW_STR_ARG(s->file));
    if (s->line > 0) {
        sw_say(cli, SW_TONE_DIM, ":%u", s->line);
    }
    if (entity->seen > 1) {
        sw_say(cli, SW_TONE_DIM, " and %s more", sw_group_digits(cli, entity->seen - 1));
    }
}

static void show_entity(struct discovering *d, const struct sw_entity *entity)
{
    struct sw_cli *cli = d->cli;
    const size_t number = (size_t)(entity - d->now.entities);
    const char *change = sw_discover_diff_word(&d->diff, cli, number);
    sw_say(cli, SW_TONE_PLAIN, "  %-40.*s", (int)entity->id.name.len, entity->id.name.ptr);
    sw_say(cli, SW_TONE_PLAIN, " %-12.*s", (int)entity->id.version.len, entity->id.version.ptr);
    sw_say(cli, SW_TONE_DIM, " %-8s %3u%%", sw_grade_name(entity->grade),
        (entity->confidence + 5) / 10);
    show_place(cli, entity);
    if (!sw_entity_counts(entity)) {
        sw_say(cli, SW_TONE_DIM, " [%s]", sw_scope_name(entity->scope));
    }
    sw_say(cli, SW_TONE_WARN, "%s", change);
    if (entity->shadow) {
        sw_say(cli, SW_TONE_WARN, " in traffic alone");
    }
    if (d->log.compared && d->log.registered.who[number] == NULL) {
        sw_say(cli, SW_TONE_WARN, " unregistered");
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_kind(struct discovering *d, enum sw_entity_kind kind, bool all)
{
    bool titled = false;
    for (size_t i = 0; i < d->now.count; i++) {
        const struct sw_entity *entity = &d->now.entities[i];
        if (entity->id.kind != kind || (!all && !sw_entity_counts(entity))) {
            continue;
        }
        if (!titled) {
            sw_say(d->cli, SW_TONE_BOLD, "%s\n", headings[kind]);
            titled = true;
        }
        show_entity(d, entity);
    }
}

static void show_coverage(struct discovering *d)
{
    struct sw_cli *cli = d->cli;
    const struct sw_discover_coverage *c = &d->coverage;
    char read[16];
    char all[16];
    sw_format_size(c->read_bytes, read);
    sw_format_size(c->bytes, all);
    if (d->catalogue.text.len > 0) {
        sw_say(cli, d->catalogue.signer == NULL ? SW_TONE_WARN : SW_TONE_DIM,
            "looked for what another catalogue lists: %s, %s%s\n", d->catalogue.digest,
            d->catalogue.signer == NULL ? "signed by nobody" : "signed by ",
            d->catalogue.signer == NULL ? "" : d->catalogue.signer);
    }
    sw_say(cli, SW_TONE_DIM, "%s of %s read (%s of %s)\n", sw_group_digits(cli, c->read_files),
        sw_count_show(cli, c->files, "file"), read, all);
    sw_discover_sources_show(cli, c);
    for (size_t i = 0; i < c->gap_count; i++) {
        const struct sw_discover_gap *gap = &c->gaps[i];
        sw_say(cli, SW_TONE_DIM, "  not looked at: %s: %s (%s%s)\n",
            sw_group_digits(cli, gap->count), gap->why, gap->count > 1 ? "first " : "",
            gap->first.ptr);
    }
}

static void show(struct discovering *d, bool all)
{
    size_t counted = 0;
    for (size_t i = 0; i < d->now.count; i++) {
        counted += sw_entity_counts(&d->now.entities[i]);
    }
    for (size_t kind = 0; kind < SW_ENTITY_KINDS; kind++) {
        show_kind(d, (enum sw_entity_kind)kind, all);
    }
    sw_discover_diff_show(d->cli, &d->diff, d->catalogue.digest);
    sw_say(d->cli, SW_TONE_PLAIN, "%s found", sw_group_digits(d->cli, counted));
    if (d->now.count > counted) {
        sw_say(d->cli, SW_TONE_PLAIN, ", and %s in tests, examples and documentation alone",
            sw_group_digits(d->cli, d->now.count - counted));
    }
    sw_say(d->cli, SW_TONE_PLAIN, "\n");
    sw_discover_log_show(d->cli, &d->log);
    show_coverage(d);
}

/* --- the command ------------------------------------------------------------------------------ */

static void write_more(const void *ctx, struct sw_json_writer *w, size_t entity)
{
    const struct discovering *d = ctx;
    sw_registered_json(w, &d->log.registered, entity);
}

static void write_document(struct sw_json_writer *w, const struct discovering *d)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "catalogue", d->catalogue.digest);
    sw_jw_text(w, "catalogue_origin", d->catalogue.origin);
    if (d->catalogue.signer != NULL) {
        sw_jw_text(w, "catalogue_signer", d->catalogue.signer);
    }
    sw_jw_bool(w, "all_packages", d->args->all_packages);
    sw_inventory_write_with(w, &d->now, d->log.compared ? write_more : NULL, d);
    sw_discover_log_json(w, &d->log);
    sw_discover_diff_json(w, &d->diff, d->catalogue.digest);
    sw_discover_write_coverage(w, &d->coverage);
    sw_jw_object_end(w);
}

static sw_result write_file(const struct discovering *d, const char *path, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    struct sw_json_writer w;
    sw_jw_init(&w, &out, 2);
    write_document(&w, d);
    enum sw_code code = sw_jw_finish(&w);
    if (code != SW_OK) {
        return sw_fail(err, code, "no memory for the inventory");
    }
    return sw_output_write(path, sw_buf_bytes(&out), 0666, 0, err);
}

/* 1 is for what is new or unregistered: not for what cannot be looked at. */
static enum sw_code as_failure(enum sw_code code, struct sw_error *err)
{
    const struct sw_error why = *err;
    return code == SW_E_REFUSED || code == SW_E_LIMIT || code == SW_E_FORMAT
               ? sw_fail(err, SW_E_IO, "%s", why.text)
               : code;
}

static sw_result look_everywhere(
    struct discovering *d, const struct sw_discover_options *how, struct sw_error *err)
{
    struct sw_cli *cli = d->cli;
    const struct sw_discover_source_args *sources = &d->args->sources;
    if (cli->operand_count > 0) {
        SW_TRY(sw_discover_confined(
            &d->now, cli->operands, cli->operand_count, how, &d->coverage, err));
    }
    SW_TRY(sw_discover_sources(cli, sources, how, &d->now, &d->coverage, err));
    enum sw_code code = sw_inventory_finish(&d->now);
    if (code == SW_OK && sources->logs.count > 0 && cli->operand_count > 0) {
        (void)sw_inventory_mark_shadow(&d->now);
    }
    return code == SW_OK ? SW_OK : sw_fail(err, code, "no memory for the inventory");
}

static sw_result look(struct discovering *d, struct sw_error *err)
{
    struct sw_bar *bar = sw_bar_start(d->cli, "looking");
    const struct sw_discover_options how = {.catalogue_text = d->catalogue.text,
        .all_packages = d->args->all_packages,
        .progress = sw_bar_progress(bar)};
    enum sw_code code = as_failure(look_everywhere(d, &how, err), err);
    sw_bar_stop(bar);
    return code;
}

static sw_result tell(struct discovering *d, struct sw_error *err)
{
    if (d->args->output != NULL) {
        SW_TRY(write_file(d, d->args->output, err));
    }
    if (d->cli->json) {
        struct sw_json_out out;
        write_document(sw_json_out_begin(&out), d);
        return sw_json_out_end(&out, err);
    }
    show(d, d->args->all);
    return SW_OK;
}

static sw_result discover(struct discovering *d, struct sw_error *err)
{
    SW_CLEANUP(steady) struct sw_steady steady = SW_STEADY_INIT;
    struct sw_discovery discovery = {.path = d->cli->operand_count > 0 ? d->cli->operands[0] : NULL,
        .inventory = &d->now,
        .coverage = &d->coverage,
        .catalogue = &d->catalogue,
        .steady = &steady,
        .all_packages = d->args->all_packages};
    if (d->args->log.record) {
        const bool follow = d->args->log.allow_symlinks;
        SW_TRY(as_failure(sw_steady_begin(&steady, discovery.path, follow, err), err));
    }
    SW_TRY(look(d, err));
    SW_TRY(sw_discover_diff_compare(&d->diff, &d->now));
    d->cli->status = d->diff.counts ? 1 : 0;
    SW_TRY(sw_discover_log_run(d->cli, &d->args->log, &discovery, &d->now, &d->log, err));
    d->cli->status = d->coverage.refused > 0 ? 4 : d->cli->status;
    return tell(d, err);
}

/* A run that finds something new would make it the state to compare with, and pass the next time.
 */
static sw_result refuse_to_replace(const struct discover_args *args, struct sw_error *err)
{
    struct stat before;
    struct stat after;
    const bool same = args->diff != NULL && args->output != NULL &&
                      stat(args->diff, &before) == 0 && stat(args->output, &after) == 0 &&
                      before.st_dev == after.st_dev && before.st_ino == after.st_ino;
    return same ? sw_fail(err, SW_E_USAGE,
                      "--output would replace what --diff compares with: write '%s' elsewhere",
                      args->output)
                : SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct discover_args *args = data;
    struct discovering d = {.cli = cli, .args = args};
    sw_inventory_init(&d.now, &cli->arena);
    SW_TRY(refuse_to_replace(args, err));
    SW_TRY(sw_discover_sources_check(cli, &args->sources, err));
    SW_TRY(sw_discover_log_check(cli, &args->log, sw_discover_sources_given(&args->sources), err));
    if (args->diff != NULL) {
        SW_TRY(sw_discover_diff_read(&d.diff, &cli->arena, args->diff, args->all_packages, err));
    }
    SW_TRY(sw_catalogue_choose(cli, &args->catalogue, &d.catalogue, err));
    return sw_discover_log_end(&d.log, discover(&d, err), err);
}

const struct sw_command sw_cmd_discover = {
    .name = "discover",
    .summary = "find the models, libraries and services that are in use",
    .operands = "[PATH...]",
    .min_operands = 0,
    .max_operands = 64,
    .options = options,
    .args_size = sizeof(struct discover_args),
    .description =
        "Reads source trees, without running anything of them, and lists what of AI they use: "
        "models, datasets, libraries, services, MCP servers, containers and the names of "
        "credentials (never their values), each once, with the places where it was seen.\n\n"
        "Each entity has a grade: *verified* (a digest or a signature was checked), *declared* "
        "(a manifest or a configuration says so), *observed* (its content was seen), *inferred* "
        "(concluded from code). What only tests, examples or documentation use is kept with its "
        "scope and not counted.\n\n" SW_DISCOVER_SOURCES_DESCRIPTION
        "What was not looked at is told at the end; directories of installed packages and of "
        "version control are left out.\n\n"
        "With *--registered* it is compared with what trusted claims in the log register: bills of "
        "materials, vendors, signed models, datasets, and earlier discoveries that were recorded "
        "with *--approve*. With *--record* it becomes such a claim itself.\n\n"
        "Exits 0, or with *--diff* 1 when something counts that was not there before, or with "
        "*--registered* 1 when something that counts is not registered, 3 when nothing is or "
        "there was no file; and 4 "
        "when a file could not be looked at because its parser, which has nothing but the trees, "
        "crashed or ran over its limits.",
    .examples =
        "  sealwright discover .\n"
        "  sealwright discover --output ai.json services/ && git add ai.json\n"
        "  sealwright discover --diff ai.json services/\n"
        "  sealwright discover --registered --record services/\n" SW_DISCOVER_SOURCES_EXAMPLES,
    .run = run,
};
