#include "cli/cli.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* --- text ------------------------------------------------------------------------------------ */

static const char *const tone_codes[] = {
    [SW_TONE_PLAIN] = "",
    [SW_TONE_GOOD] = "\033[32m",
    [SW_TONE_BAD] = "\033[31m",
    [SW_TONE_WARN] = "\033[33m",
    [SW_TONE_DIM] = "\033[2m",
    [SW_TONE_BOLD] = "\033[1m",
};

#define SAY_MAX 8192

/* Where answers go: standard output, but in a process that parses for another one. */
static struct {
    FILE *to; /* NULL: standard output */
    bool asked, terminal;
} output;

void sw_output_ready(void)
{
    output.terminal = isatty(STDOUT_FILENO) != 0;
    output.asked = true;
}

void sw_output_to(FILE *to)
{
    output.to = to;
}

static FILE *out_file(void)
{
    return output.to == NULL ? stdout : output.to;
}

static bool is_terminal(void)
{
    if (!output.asked) {
        sw_output_ready();
    }
    return output.terminal;
}

/* A newline at the end of the format is ours. Everything else that would leave the line, a newline
 * in a file's name too, is escaped: no name can write lines of its own. */
void sw_say(const struct sw_cli *cli, enum sw_tone tone, const char *fmt, ...)
{
    if (cli->quiet || cli->json) {
        return;
    }
    char raw[SAY_MAX];
    char shown[SAY_MAX * 4];
    bool ends_line = sw_str_ends(sw_str(fmt), "\n");
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    size_t len = strlen(raw);
    len -= ends_line && len > 0 && raw[len - 1] == '\n' ? 1 : 0;
    sw_escape_line(raw, len, shown, sizeof(shown));
    bool coloured = cli->colour && tone != SW_TONE_PLAIN;
    (void)fprintf(out_file(), "%s%s%s%s", coloured ? tone_codes[tone] : "", shown,
        coloured ? "\033[0m" : "", ends_line ? "\n" : "");
}

void sw_note(const struct sw_cli *cli, const char *fmt, ...)
{
    char raw[SAY_MAX];
    char shown[SAY_MAX * 4];
    va_list ap;
    if (cli->quiet) {
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    sw_escape_line(raw, strlen(raw), shown, sizeof(shown));
    (void)fprintf(stderr, "sealwright %s: %s\n", cli->command->name, shown);
}

const char *sw_group_digits(struct sw_cli *cli, uint64_t value)
{
    char plain[24];
    int n = snprintf(plain, sizeof(plain), "%llu", (unsigned long long)value);
    char *out = sw_arena_alloc(&cli->arena, 32);
    if (out == NULL || n < 0) {
        return "";
    }
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            out[used++] = ',';
        }
        out[used++] = plain[i];
    }
    out[used] = '\0';
    return out;
}

const char *sw_count_show(struct sw_cli *cli, uint64_t count, const char *noun)
{
    const char *text = sw_arena_printf(
        &cli->arena, "%s %s%s", sw_group_digits(cli, count), noun, count == 1 ? "" : "s");
    return text == NULL ? "" : text;
}

const char *sw_digest_show(struct sw_cli *cli, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE] = "(none)";
    if (digest->alg != 0) {
        sw_digest_text(digest, text);
    }
    const char *copy = sw_arena_strdup(&cli->arena, text);
    return copy == NULL ? "" : copy;
}

const char *sw_time_show(struct sw_cli *cli, int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    sw_time_format(time, text);
    const char *copy = sw_arena_strdup(&cli->arena, text);
    return copy == NULL ? "" : copy;
}

/* --- JSON ------------------------------------------------------------------------------------ */

struct sw_json_writer *sw_json_out_begin(struct sw_json_out *out)
{
    sw_buf_init(&out->buf, 0);
    sw_jw_init(&out->writer, &out->buf, is_terminal() ? 2 : 0);
    return &out->writer;
}

sw_result sw_json_out_end(struct sw_json_out *out, struct sw_error *err)
{
    enum sw_code code = sw_jw_finish(&out->writer);
    if (code == SW_OK) {
        (void)fwrite(out->buf.data, 1, out->buf.len, out_file());
        (void)fputc('\n', out_file());
    }
    sw_buf_release(&out->buf);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "cannot write the JSON answer");
}

void sw_json_digest(struct sw_json_writer *w, const char *name, const struct sw_digest *digest)
{
    if (digest->alg == 0) {
        sw_jw_null(w, name);
        return;
    }
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(digest, text);
    sw_jw_text(w, name, text);
}

void sw_json_texts(
    struct sw_json_writer *w, const char *name, const struct sw_str *texts, size_t count)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_str(w, NULL, texts[i]);
    }
    sw_jw_array_end(w);
}

void sw_json_text_or_null(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len == 0) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_str(w, name, text);
}

/* --- the progress bar ------------------------------------------------------------------------ */

#define BAR_DELAY_NS 1000000000u
#define BAR_STEP_NS 100000000

struct sw_bar {
    struct sw_progress progress;
    const char *what;
    uint64_t start;
    pthread_t thread;
    bool has_thread;
    _Atomic bool stop;
    bool drawn;
};

static unsigned terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40) {
        return 80;
    }
    return size.ws_col > 160 ? 160 : size.ws_col;
}

static void format_left(double seconds, char *out, size_t size)
{
    if (seconds < 0 || seconds > 359999) {
        (void)snprintf(out, size, "--:--");
        return;
    }
    unsigned s = (unsigned)seconds;
    if (s >= 3600) {
        (void)snprintf(out, size, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
        return;
    }
    (void)snprintf(out, size, "%u:%02u", s / 60, s % 60);
}

/* "hashing  1.2 GB of 2.1 GB  [#########      ]  57 %  812.4 MB/s  0:01 left" */
static void draw(struct sw_bar *bar)
{
    uint64_t done = atomic_load(&bar->progress.bytes_done);
    uint64_t total = atomic_load(&bar->progress.bytes_total);
    double elapsed = (double)(sw_time_monotonic_ns() - bar->start) / 1e9;
    double rate = elapsed > 0 ? (double)done / elapsed : 0;
    double part = total == 0 ? 0 : (double)done / (double)total;
    part = part > 1 ? 1 : part;
    char done_text[16];
    char total_text[16];
    char rate_text[16];
    char left[16];
    sw_format_size(done, done_text);
    sw_format_size(total, total_text);
    sw_format_size((uint64_t)rate, rate_text);
    format_left(
        rate > 0 ? (double)(total - (done < total ? done : total)) / rate : -1, left, sizeof(left));
    char head[64];
    char tail[64];
    (void)snprintf(head, sizeof(head), "%s  %s of %s  ", bar->what, done_text, total_text);
    (void)snprintf(tail, sizeof(tail), "  %3.0f %%  %s/s  %s left", part * 100, rate_text, left);
    size_t width = terminal_width();
    size_t fixed = strlen(head) + strlen(tail) + 3;
    size_t cells = width > fixed + 5 ? width - fixed : 5;
    size_t filled = (size_t)(part * (double)cells);
    char cell_text[168];
    cells = cells < sizeof(cell_text) - 1 ? cells : sizeof(cell_text) - 1;
    for (size_t i = 0; i < cells; i++) {
        cell_text[i] = i < filled ? '#' : ' ';
    }
    cell_text[cells] = '\0';
    (void)fprintf(stderr, "\r%s[%s]%s\033[K", head, cell_text, tail);
    (void)fflush(stderr);
    bar->drawn = true;
}

static void *bar_main(void *arg)
{
    struct sw_bar *bar = arg;
    while (!atomic_load(&bar->stop)) {
        struct timespec step = {0, BAR_STEP_NS};
        (void)nanosleep(&step, NULL);
        bool late = sw_time_monotonic_ns() - bar->start > BAR_DELAY_NS;
        if (late && atomic_load(&bar->progress.bytes_total) != 0 && !atomic_load(&bar->stop)) {
            draw(bar);
        }
    }
    return NULL;
}

struct sw_bar *sw_bar_start(struct sw_cli *cli, const char *what)
{
    struct sw_bar *bar = SW_ARENA_NEW(&cli->arena, struct sw_bar);
    if (bar == NULL) {
        return NULL;
    }
    bar->what = what;
    bar->start = sw_time_monotonic_ns();
    bool shows = !cli->quiet && isatty(STDERR_FILENO);
    bar->has_thread = shows && pthread_create(&bar->thread, NULL, bar_main, bar) == 0;
    sw_interrupt_watch(&bar->progress);
    return bar;
}

struct sw_progress *sw_bar_progress(struct sw_bar *bar)
{
    return bar == NULL ? NULL : &bar->progress;
}

void sw_bar_stop(struct sw_bar *bar)
{
    sw_interrupt_release();
    if (bar == NULL || !bar->has_thread) {
        return;
    }
    atomic_store(&bar->stop, true);
    (void)pthread_join(bar->thread, NULL);
    bar->has_thread = false;
    if (bar->drawn) {
        (void)fprintf(stderr, "\r\033[K");
        (void)fflush(stderr);
    }
}
