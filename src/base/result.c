#include "base/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One row per code: its words and its exit status (DESIGN, "What a user does"). */
static const struct {
    const char *text;
    int exit_status;
} code_table[] = {
    [SW_OK] = {"no error", 0},
    [SW_E_USAGE] = {"wrong usage", 2},
    [SW_E_REFUSED] = {"refused", 1},
    [SW_E_FORMAT] = {"malformed input", 1},
    [SW_E_LIMIT] = {"input is over a limit", 1},
    [SW_E_NOEVIDENCE] = {"no evidence", 3},
    [SW_E_UNSUPPORTED] = {"not supported by this build", 3},
    [SW_E_NOENT] = {"not found", 4},
    [SW_E_IO] = {"input or output failed", 4},
    [SW_E_BUSY] = {"in use by another process", 4},
    [SW_E_NOMEM] = {"out of memory", 4},
    [SW_E_INTERRUPTED] = {"interrupted", 4},
    [SW_E_INTERNAL] = {"internal error", 4},
};

const char *sw_code_text(enum sw_code code)
{
    return (size_t)code < SW_COUNT(code_table) ? code_table[code].text : "unknown error";
}

int sw_code_exit(enum sw_code code)
{
    return (size_t)code < SW_COUNT(code_table) ? code_table[code].exit_status : 4;
}

/* Names come from hostile archives and trees: keep an error on one line and a terminal safe. The
 * room for the raw words is a little more than can be shown, so that what is cut says so. */
__attribute__((format(printf, 3, 0))) static void format_line(
    char *out, size_t size, const char *fmt, va_list ap)
{
    char raw[SW_ERROR_TEXT_MAX + 8];
    (void)vsnprintf(raw, sizeof(raw), fmt, ap);
    sw_escape_line(raw, strlen(raw), out, size);
}

enum sw_code sw_fail(struct sw_error *err, enum sw_code code, const char *fmt, ...)
{
    if (err == NULL) {
        return code;
    }
    char line[SW_ERROR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    format_line(line, sizeof(line), fmt, ap);
    va_end(ap);
    err->code = code;
    memcpy(err->text, line, strlen(line) + 1);
    return code;
}

static enum sw_code code_of_errno(int errnum)
{
    switch (errnum) {
    case ENOENT: return SW_E_NOENT;
    case ENOMEM: return SW_E_NOMEM;
    default: return SW_E_IO;
    }
}

enum sw_code sw_fail_errno(struct sw_error *err, int errnum, const char *fmt, ...)
{
    enum sw_code code = code_of_errno(errnum);
    if (err == NULL) {
        return code;
    }
    char words[SW_ERROR_TEXT_MAX - 80]; /* the reason always fits behind them */
    va_list ap;
    va_start(ap, fmt);
    format_line(words, sizeof(words), fmt, ap);
    va_end(ap);
    char reason[64];
    return sw_fail(err, code, "%s: %s", words, strerror_r(errnum, reason, sizeof(reason)));
}

enum sw_code sw_error_prefix(struct sw_error *err, enum sw_code code, const char *fmt, ...)
{
    if (err == NULL) {
        return code;
    }
    char words[SW_ERROR_TEXT_MAX / 2];
    va_list ap;
    va_start(ap, fmt);
    format_line(words, sizeof(words), fmt, ap);
    va_end(ap);
    const char *rest = err->text[0] != '\0' ? err->text : sw_code_text(code);
    return sw_fail(err, code, "%s: %s", words, rest);
}

void sw_cleanup_free(void *pointer_to_pointer)
{
    void *p;
    memcpy(&p, pointer_to_pointer, sizeof(p));
    free(p);
}

void sw_cleanup_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}
