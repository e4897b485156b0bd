#include "cli/cli.h"

#include "version.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

static bool terminal_has_colours(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL && term != NULL &&
           strcmp(term, "dumb") != 0;
}

/* One line on standard error, and for --json the same as a document on standard output. */
static int report_failure(const struct sw_cli *cli, enum sw_code code, const struct sw_error *err)
{
    const char *text = err->text[0] != '\0' ? err->text : sw_code_text(code);
    int status = sw_code_exit(code);
    if (code == SW_E_INTERRUPTED) {
        /* Work is only stopped before it begins to record; what it left for the next time, it says
         * itself. */
        text = strchr(text, ';') != NULL ? text : "interrupted; nothing was recorded";
        status = 128 + sw_interrupt_caught();
    }
    const char *name = cli->command == NULL ? "" : cli->command->name;
    (void)fprintf(stderr, "sealwright%s%s: %s\n", name[0] == '\0' ? "" : " ", name, text);
    if (cli->json) {
        struct sw_json_out out;
        struct sw_json_writer *w = sw_json_out_begin(&out);
        sw_jw_object(w, NULL);
        sw_jw_text(w, "error", text);
        sw_jw_text(w, "kind", sw_code_text(code));
        sw_jw_i64(w, "exit", status);
        sw_jw_object_end(w);
        (void)!sw_json_out_end(&out, NULL);
    }
    return status;
}

static bool is_among(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* "log --help", "data source --help". */
static bool help_of_group(int argc, char **argv)
{
    char group[64];
    if (argc < 3 || argc > 4 || strcmp(argv[argc - 1], "--help") != 0) {
        return false;
    }
    int len = snprintf(group, sizeof(group), argc == 4 ? "%s %s" : "%s", argv[1], argv[2]);
    return len > 0 && (size_t)len < sizeof(group) && sw_help_group(stdout, group);
}

static int run(struct sw_cli *cli, int argc, char **argv)
{
    struct sw_error err = {0};
    void *args = NULL;
    if (help_of_group(argc, argv)) {
        return 0;
    }
    enum sw_code code = sw_cli_parse(cli, argc, argv, &args, &err);
    if (code != SW_OK) {
        /* It may have stopped before it came to --json. */
        cli->json = cli->json || is_among(argc, argv, "--json");
        return report_failure(cli, code, &err);
    }
    if (cli->help) {
        sw_help_command(stdout, cli->command);
        return 0;
    }
    code = cli->command->run(cli, args, &err);
    if (code != SW_OK) {
        return report_failure(cli, code, &err);
    }
    if (sw_interrupt_caught() != 0) {
        (void)fprintf(stderr, "sealwright %s: interrupted when it was done\n", cli->command->name);
    }
    return cli->status;
}

/* What was printed must have arrived: a full disk behind standard output is a failure. */
static int finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "sealwright: cannot write to standard output\n");
        return 4;
    }
    return status;
}

/* A standard descriptor that is closed would become the first file that is opened. In its place
 * stands one that gives nothing and takes nothing, so that output to it still fails. */
static bool hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd) {
            return false;
        }
    }
    return true;
}

/* A command frees a buffer of some hundred kilobytes to ask for the next one. Given back to the
 * kernel each time, the pages cost a tenth of what a question about a sample costs. */
static void keep_freed_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 4 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

/* The field writes it both ways. */
static void spell_licence(int argc, char **argv)
{
    static char word[] = "licence";
    bool help = argc > 2 && strcmp(argv[1], "help") == 0;
    char **at = &argv[help ? 2 : 1];
    if (argc > 1 && strcmp(*at, "license") == 0) {
        *at = word;
    }
}

int main(int argc, char **argv)
{
    keep_freed_memory();
    if (!hold_standard_descriptors()) {
        return 4;
    }
    if (argc < 2) {
        sw_help_overview(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("sealwright %s\n", SW_VERSION);
        return finish(0);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        sw_help_overview(stdout);
        return finish(0);
    }
    spell_licence(argc, argv);
    struct sw_cli cli = {.colour = terminal_has_colours(), .now = sw_time_now()};
    sw_arena_init(&cli.arena, 0);
    int status = run(&cli, argc, argv);
    sw_arena_release(&cli.arena);
    status = finish(status);
    sw_interrupt_die();
    return status;
}
