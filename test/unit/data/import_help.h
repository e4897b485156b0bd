/* Documents as texts, and what is read from them. */
#ifndef SW_TEST_IMPORT_HELP_H
#define SW_TEST_IMPORT_HELP_H

#include "data/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct import_test {
    struct sw_arena arena;
    struct sw_exchange exchange;
    struct sw_error err;
    enum sw_code code;
};

static inline void import_text(struct import_test *t, const char *text, const char *format)
{
    *t = (struct import_test){.code = SW_OK};
    sw_arena_init(&t->arena, (size_t)256 << 20);
    t->code =
        sw_import_read(&t->arena, sw_bytes(text, strlen(text)), format, &t->exchange, &t->err);
}

static inline void import_release(struct import_test *t)
{
    sw_arena_release(&t->arena);
}
SW_DEFINE_CLEANUP(import, struct import_test, import_release)

static inline size_t import_problems(const struct import_test *t, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < t->exchange.problems_kept; i++) {
        count += sw_str_is(t->exchange.problems[i].kind, kind) ? 1 : 0;
    }
    return count;
}

#define assert_str(got, want) assert_true(sw_str_is((got), (want)))

#endif
