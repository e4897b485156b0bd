/* Results and errors. A function that can fail returns sw_result, which must be used; the words go
 * into an error context that the caller hands in. Pattern: s2n-tls utils/s2n_result.h. */
#ifndef SW_BASE_RESULT_H
#define SW_BASE_RESULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What went wrong, by what a caller can do about it. The order is free; the numbers never leave the
 * process. sw_code_exit() maps a code to the exit status that a command gives for it. */
enum sw_code {
    SW_OK = 0,
    SW_E_USAGE,       /* the caller asked for something that makes no sense (exit 2) */
    SW_E_REFUSED,     /* a check was made and its answer is no (exit 1) */
    SW_E_FORMAT,      /* the input breaks its format (exit 1) */
    SW_E_LIMIT,       /* the input is over a size, depth, count or ratio limit (exit 1) */
    SW_E_NOEVIDENCE,  /* what was to be checked is absent (exit 3) */
    SW_E_UNSUPPORTED, /* known, but this build cannot check it (exit 3) */
    SW_E_NOENT,       /* a named file or record does not exist (exit 4) */
    SW_E_IO,          /* the operating system or a database said no (exit 4) */
    SW_E_BUSY,        /* somebody else holds the lock (exit 4) */
    SW_E_NOMEM,       /* out of memory (exit 4) */
    SW_E_INTERRUPTED, /* somebody asked to stop (exit 4) */
    SW_E_INTERNAL,    /* a bug in sealwright (exit 4) */
};

#define SW_MUST_USE __attribute__((warn_unused_result))

/* The return type of every function that can fail. For a variable write `enum sw_code`. */
#define sw_result SW_MUST_USE enum sw_code

#define SW_ERROR_TEXT_MAX 512

/* Words about a failure, one line, no trailing full stop; control characters from hostile names are
 * escaped as \xNN before they get here. Empty while nothing failed. */
struct sw_error {
    enum sw_code code;
    char text[SW_ERROR_TEXT_MAX];
};

/* Sets `err` (which may be NULL) and returns `code`. */
enum sw_code sw_fail(struct sw_error *err, enum sw_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As sw_fail, with ": " and the words for `errnum` behind the message. ENOENT gives SW_E_NOENT,
 * ENOMEM gives SW_E_NOMEM, every other number gives SW_E_IO. */
enum sw_code sw_fail_errno(struct sw_error *err, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts words and ": " before what `err` already says (where it says nothing, before the words for
 * its code). Returns err->code, so that `return sw_error_prefix(…)` passes the failure up. */
enum sw_code sw_error_prefix(struct sw_error *err, enum sw_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Words for a bare code, for failures that were passed up without any. */
const char *sw_code_text(enum sw_code code);

/* The exit status for a code: 0 pass, 1 refused, 2 wrong usage, 3 no evidence, 4 could not do it.
 */
int sw_code_exit(enum sw_code code);

/* Passes a failure up. */
#define SW_TRY(expr)                        \
    do {                                    \
        enum sw_code sw_try_code_ = (expr); \
        if (sw_try_code_ != SW_OK) {        \
            return sw_try_code_;            \
        }                                   \
    } while (0)

/* Passes SW_E_NOMEM up when an allocation gave NULL. */
#define SW_TRY_PTR(ptr)        \
    do {                       \
        if ((ptr) == NULL) {   \
            return SW_E_NOMEM; \
        }                      \
    } while (0)

/* Runs `sw_cleanup_FN(&var)` when `var` leaves its scope, which may be all that it is there for.
 * Pattern: systemd _cleanup_. */
#define SW_CLEANUP(fn) __attribute__((cleanup(sw_cleanup_##fn), unused))

/* Hands a pointer over: gives its value and leaves NULL behind. Pattern: systemd TAKE_PTR. */
#define SW_TAKE(ptr)                                     \
    ({                                                   \
        __typeof__(ptr) *sw_take_from_ = &(ptr);         \
        __typeof__(ptr) sw_take_value_ = *sw_take_from_; \
        *sw_take_from_ = NULL;                           \
        sw_take_value_;                                  \
    })

/* Hands a file descriptor over: gives its value and leaves -1 behind. */
#define SW_TAKE_FD(fd)                       \
    ({                                       \
        int *sw_take_from_ = &(fd);          \
        int sw_take_value_ = *sw_take_from_; \
        *sw_take_from_ = -1;                 \
        sw_take_value_;                      \
    })

/* Makes sw_cleanup_NAME for a type whose release function takes a pointer to it. */
#define SW_DEFINE_CLEANUP(name, type, release)        \
    static inline void sw_cleanup_##name(type *value) \
    {                                                 \
        release(value);                               \
    }

/* Makes sw_cleanup_NAME for a pointer whose free function takes the pointer (NULL is fine). */
#define SW_DEFINE_CLEANUP_PTR(name, type, free_fn)     \
    static inline void sw_cleanup_##name(type **value) \
    {                                                  \
        if (*value != NULL) {                          \
            free_fn(*value);                           \
        }                                              \
    }

void sw_cleanup_free(void *pointer_to_pointer); /* SW_CLEANUP(free) char *p = NULL; */
void sw_cleanup_fd(int *fd);                    /* SW_CLEANUP(fd) int fd = -1; */

/* Checked arithmetic: false on overflow, and *out is untouched then. */
static inline bool sw_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t r;
    if (__builtin_add_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

static inline bool sw_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t r;
    if (__builtin_mul_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

static inline bool sw_add_size(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_add_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

static inline bool sw_mul_size(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_mul_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

#define SW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
