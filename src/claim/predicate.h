/* One table a predicate: from it come its reader, which refuses wrong types and passes unknown
 * names over, and its writer, which gives canonical JSON (RFC 8785). */
#ifndef SW_CLAIM_PREDICATE_H
#define SW_CLAIM_PREDICATE_H

#include "claim/statement.h"

/* A step, or another number that may be left out and was. */
#define SW_ABSENT UINT64_MAX

enum sw_agreement {
    SW_AGREEMENT_NONE, /* nothing was declared to compare with */
    SW_AGREES,
    SW_DIFFERS,
};

struct sw_reason_count {
    const char *reason;
    uint64_t count;
};

enum sw_field_kind {
    SW_FIELD_TEXT,    /* struct sw_str; a needed one may not be empty */
    SW_FIELD_WORD,    /* an enum: one of `words` */
    SW_FIELD_DIGEST,  /* struct sw_digest: "sha256:…" */
    SW_FIELD_COUNT,   /* uint64_t; absent: SW_ABSENT */
    SW_FIELD_NUMBER,  /* double, finite; absent: NAN */
    SW_FIELD_TRUTH,   /* bool */
    SW_FIELD_AGREES,  /* enum sw_agreement: true, false, or absent */
    SW_FIELD_TIME,    /* int64_t: RFC 3339; absent: 0 */
    SW_FIELD_JSON,    /* const struct sw_json *: any object; absent: NULL */
    SW_FIELD_TEXTS,   /* struct sw_str * and a count */
    SW_FIELD_DIGESTS, /* struct sw_digest * and a count */
    SW_FIELD_REASONS, /* struct sw_reason_count * and a count: a mapping of names to counts */
    SW_FIELD_OBJECT,  /* a structure inside, by the table `of` */
    SW_FIELD_POINTED, /* a pointer to a structure of `size` bytes; absent: NULL */
    SW_FIELD_LIST,    /* structures of `size` bytes each, and a count */
};

struct sw_field {
    const char *name; /* NULL ends a table */
    enum sw_field_kind kind;
    bool optional;   /* it may be absent; absent ones are not written */
    size_t at;       /* offsetof the member */
    size_t count_at; /* offsetof the size_t that counts it */
    size_t size;
    const struct sw_field *of;
    const char *const *words; /* ends with NULL */
};

#define SW_FIELD(type, member, json, which)                           \
    {                                                                 \
        .name = (json), .kind = (which), .at = offsetof(type, member) \
    }
#define SW_FIELD_OPTIONAL(type, member, json, which)                                    \
    {                                                                                   \
        .name = (json), .kind = (which), .at = offsetof(type, member), .optional = true \
    }
/* A list with its count beside it; empty ones are written. */
#define SW_FIELD_MANY(type, member, counter, json, which)              \
    {                                                                  \
        .name = (json), .kind = (which), .at = offsetof(type, member), \
        .count_at = offsetof(type, counter)                            \
    }
#define SW_FIELD_MANY_OF(type, member, counter, json, table)                                     \
    {                                                                                            \
        .name = (json), .kind = SW_FIELD_LIST, .at = offsetof(type, member),                     \
        .count_at = offsetof(type, counter), .size = sizeof(*((type *)0)->member), .of = (table) \
    }
#define SW_FIELD_END \
    {                \
        .name = NULL \
    }

/* Fills `out`, a structure of the table, from a claim's predicate; `what` is for messages
 * ("mixture"). Views are into the statement, lists in `arena`. SW_E_FORMAT. */
sw_result sw_predicate_read(struct sw_arena *arena, const struct sw_field *table, const char *what,
    const struct sw_json *predicate, void *out, struct sw_error *err);
/* Appends the canonical JSON. SW_E_FORMAT for a count over 2^53, which JSON cannot hold. */
sw_result sw_predicate_write(const struct sw_field *table, const void *from, struct sw_buf *out);

/* A claim breaks its own rules: "the mixture claim is broken: …". Gives SW_E_FORMAT. */
enum sw_code sw_claim_broken(struct sw_error *err, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
