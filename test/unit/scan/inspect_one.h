/* Looking at bytes in memory, as the worker does with a file. */
#ifndef SW_TEST_INSPECT_ONE_H
#define SW_TEST_INSPECT_ONE_H

#include "../../../src/scan/inspect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct looked {
    struct sw_arena arena;
    struct sw_inspection in;
    enum sw_severity worst;
};

/* The bytes are copied to an allocation of exactly their size, so that a sanitizer sees every read
 * past the end. */
static inline void look(struct looked *out, const void *bytes, size_t len, const char *name)
{
    sw_arena_init(&out->arena, 0);
    sw_inspection_init(&out->in, &out->arena);
    out->in.wants_profile = true;
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    if (len > 0) {
        memcpy(copy, bytes, len);
    }
    struct sw_source source = sw_source_memory(sw_bytes(copy, len));
    assert_int_equal(sw_inspect(&out->in, &source, name), SW_OK);
    free(copy);
    out->worst = SW_SEVERITY_INFO;
    for (size_t i = 0; i < out->in.finding_count; i++) {
        enum sw_severity severity = out->in.findings[i].severity;
        out->worst = severity > out->worst ? severity : out->worst;
    }
}

static inline void looked_release(struct looked *looked)
{
    sw_arena_release(&looked->arena);
}

/* The first finding of a rule whose message contains `words`, or NULL. */
static inline const struct sw_finding *found(
    const struct looked *looked, const char *rule, const char *words)
{
    for (size_t i = 0; i < looked->in.finding_count; i++) {
        const struct sw_finding *finding = &looked->in.findings[i];
        if (strcmp(finding->rule, rule) == 0 && strstr(finding->message, words) != NULL) {
            return finding;
        }
    }
    return NULL;
}

/* One row of a table of inputs: what comes out of looking at it. */
struct look_case {
    const char *what;
    const char *bytes;
    size_t len;
    const char *format; /* NULL: none that has a parser; then it may be plain as well */
    enum sw_scan_status status;
    enum sw_severity worst;
    const char *rule; /* NULL: no finding above info */
    const char *words;
};

#define BYTES(literal) (literal), sizeof(literal) - 1

/* What counts as read leaves nothing unread, and nothing else does. */
static inline bool unread_fits(const struct looked *looked)
{
    bool read = looked->in.status == SW_SCAN_PARSED || looked->in.status == SW_SCAN_PLAIN;
    return read == (looked->in.unread_count == 0);
}

/* Is this among what was not read? */
static inline bool left_unread(const struct looked *looked, const char *id)
{
    for (size_t i = 0; i < looked->in.unread_count; i++) {
        if (strcmp(looked->in.unread[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static inline void check_case(const struct look_case *row)
{
    struct looked looked;
    look(&looked, row->bytes, row->len, "file");
    bool named = row->format == NULL || strcmp(looked.in.format, row->format) == 0;
    bool plain = row->format == NULL && looked.in.status == SW_SCAN_PLAIN;
    bool right = named && (plain || looked.in.status == row->status);
    right = right && looked.worst == row->worst && unread_fits(&looked);
    right = right && (row->rule == NULL || found(&looked, row->rule, row->words) != NULL);
    if (!right) {
        const struct sw_finding *first = looked.in.findings;
        fail_msg("%s: %s, %s, %s; first finding: %s: %s", row->what, looked.in.format,
            sw_scan_status_name(looked.in.status), sw_severity_name(looked.worst),
            looked.in.finding_count > 0 ? first->rule : "none",
            looked.in.finding_count > 0 ? first->message : "");
    }
    looked_release(&looked);
}

static inline void check_cases(const struct look_case *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_case(&rows[i]);
    }
}

#endif
