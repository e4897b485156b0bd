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

/* Names come from hostile archives and trees: keep an error on one line and a terminal safe. */
static void set_text(struct sw_error *err, enum sw_code code, const char *raw)
{
    err->code = code;
    sw_escape_line(raw, strlen(raw), err->text, sizeof(err->text));
}

enum sw_code sw_fail(struct sw_error *err, enum sw_code code, const char *fmt, ...)
{
    if (err == NULL) {
        return code;
    }
    char raw[SW_ERROR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    set_text(err, code, raw);
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
    char words[SW_ERROR_TEXT_MAX - 96];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    char reason[80];
    const char *text = strerror_r(errnum, reason, sizeof(reason));
    char raw[SW_ERROR_TEXT_MAX];
    (void)snprintf(raw, sizeof(raw), "%s: %s", words, text);
    set_text(err, code, raw);
    return code;
}

enum sw_code sw_error_prefix(struct sw_error *err, enum sw_code code, const char *fmt, ...)
{
    if (err == NULL) {
        return code;
    }
    char words[SW_ERROR_TEXT_MAX / 2];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    char raw[SW_ERROR_TEXT_MAX + sizeof(words) + 2];
    const char *rest = err->text[0] != '\0' ? err->text : sw_code_text(code);
    (void)snprintf(raw, sizeof(raw), "%s: %s", words, rest);
    set_text(err, code, raw);
    return code;
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
