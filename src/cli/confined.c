#include "cli/confined.h"

#include <stdlib.h>
#include <unistd.h>

#define MEMORY_MAX ((uint64_t)4 << 30)
#define CPU_SECONDS 300
#define REPLY_MAX ((size_t)512 << 20)

struct running {
    struct sw_cli *cli;
    const struct sw_confined *what;
    size_t last; /* the operand that was asked for last */
};

/* --- there ------------------------------------------------------------------------------------ */

sw_result sw_confined_operand(
    struct sw_cli *cli, const char *operand, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    size_t i = 0;
    while (i < cli->operand_count && cli->operands[i] != operand) {
        i++;
    }
    SW_TRY(sw_buf_put_u32be(&question, (uint32_t)i));
    return sw_worker_ask(sw_buf_bytes(&question), out, err);
}

/* A reply: the exit status, how long the result is, the result, what is printed. */
static sw_result put_reply(int status, const struct sw_buf *result, const char *printed,
    size_t printed_len, struct sw_buf *reply)
{
    SW_TRY(sw_buf_putc(reply, (char)status));
    SW_TRY(sw_buf_put_u64be(reply, result->len));
    SW_TRY(sw_buf_append(reply, result->data, result->len));
    return sw_buf_append(reply, printed, printed_len);
}

static sw_result run_there(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    const struct running *r = ctx;
    SW_CLEANUP(buf) struct sw_buf result = SW_BUF_INIT;
    char *printed = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&printed, &len);
    (void)fd;
    (void)request;
    SW_TRY_PTR(out);
    sw_output_to(out);
    SW_TRY(r->what->run(r->cli, r->what->data, &result, err));
    if (fclose(out) != 0) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the answer");
    }
    return put_reply(r->cli->status, &result, printed, len, reply);
}

/* --- here ------------------------------------------------------------------------------------- */

static sw_result serve(
    void *ctx, struct sw_bytes question, struct sw_buf *answer, struct sw_error *err)
{
    struct running *r = ctx;
    struct sw_cursor cur = sw_cursor(question);
    uint32_t at = 0;
    if (sw_cur_u32be(&cur, &at) != SW_OK || at >= r->cli->operand_count) {
        return sw_fail(err, SW_E_REFUSED, "the parser answered nonsense: no such file");
    }
    const char *path = r->cli->operands[at];
    r->last = at;
    return strcmp(path, "-") == 0
               ? sw_fd_read(STDIN_FILENO, "standard input", r->what->file_max, answer, err)
               : sw_file_read(path, r->what->file_max, answer, err);
}

/* "\033[1m", as sw_say() writes it. */
static size_t colour_len(struct sw_str text)
{
    size_t i = 2;
    if (text.len < 3 || text.ptr[0] != '\033' || text.ptr[1] != '[') {
        return 0;
    }
    while (i < text.len && i < 5 && text.ptr[i] >= '0' && text.ptr[i] <= '9') {
        i++;
    }
    return i < text.len && text.ptr[i] == 'm' ? i + 1 : 0;
}

/* A document's lines: no controls, as the writer of JSON leaves none. */
static bool is_document(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < ' ' && text.ptr[i] != '\n') {
            return false;
        }
    }
    return sw_utf8_valid(sw_bytes_of_str(text));
}

/* The process may have been taken over: no terminal gets more from it than from sw_say(). */
static bool can_be_shown(const struct sw_cli *cli, struct sw_str text)
{
    size_t start = 0;
    if (cli->json) {
        return is_document(text);
    }
    for (size_t i = 0; i <= text.len; i++) {
        const struct sw_str rest = sw_str_n(text.ptr + i, text.len - i);
        const size_t coloured = cli->colour ? colour_len(rest) : 0;
        if (rest.len > 0 && rest.ptr[0] != '\n' && coloured == 0) {
            continue;
        }
        if (!sw_shows_itself(sw_str_n(text.ptr + start, i - start))) {
            return false;
        }
        i += coloured == 0 ? 0 : coloured - 1;
        start = i + 1;
    }
    return true;
}

static sw_result take_reply(const struct running *r, struct sw_bytes reply, struct sw_error *err)
{
    struct sw_cli *cli = r->cli;
    struct sw_cursor cur = sw_cursor(reply);
    uint8_t status = 0;
    uint64_t len = 0;
    struct sw_bytes result = {0};
    struct sw_bytes printed = {0};
    const bool good = sw_cur_u8(&cur, &status) == SW_OK && status <= 1 &&
                      sw_cur_u64be(&cur, &len) == SW_OK &&
                      sw_cur_bytes(&cur, len, &result) == SW_OK &&
                      sw_cur_bytes(&cur, sw_cur_left(&cur), &printed) == SW_OK &&
                      can_be_shown(cli, sw_str_of_bytes(printed));
    if (!good) {
        return sw_fail(err, SW_E_IO, "the parser answered nonsense");
    }
    cli->status = status;
    SW_TRY(r->what->deliver == NULL ? SW_OK : r->what->deliver(cli, r->what->data, result, err));
    (void)fwrite(printed.ptr, 1, printed.len, stdout);
    return SW_OK;
}

sw_result sw_confined_print(struct sw_bytes document, struct sw_error *err)
{
    if (!is_document(sw_str_of_bytes(document))) {
        return sw_fail(err, SW_E_IO, "the parser answered nonsense");
    }
    (void)fwrite(document.ptr, 1, document.len, stdout);
    return SW_OK;
}

sw_result sw_confined_run(struct sw_cli *cli, const struct sw_confined *what, struct sw_error *err)
{
    const struct sw_worker_options limits = {
        .memory_max = MEMORY_MAX, .cpu_seconds = CPU_SECONDS, .reply_max = REPLY_MAX};
    struct running r = {.cli = cli, .what = what};
    const struct sw_worker_task task = {.fd = -1, .serve = serve, .serve_ctx = &r};
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    sw_output_ready();
    enum sw_code code = sw_worker_once(run_there, &r, &limits, &task, &reply, err);
    if (code == SW_E_REFUSED) { /* 1 is for what a file says: not for one that cannot be read */
        const struct sw_error why = *err;
        return sw_fail(err, SW_E_IO, "%s: %s", cli->operands[r.last], why.text);
    }
    SW_TRY(code);
    return take_reply(&r, sw_buf_bytes(&reply), err);
}
