/* Digests by their first digits, for people. The index is asked, so the answer is a help to look
 * things up and nothing that a decision may rest on. */
#include "evidence/index.h"

#include <sqlite3.h>

#define KEY_SIZE (1 + SW_DIGEST_MAX)

static void finish(struct sqlite3_stmt **stmt)
{
    (void)sqlite3_finalize(*stmt);
}
#define CLEAN_STMT __attribute__((cleanup(finish)))

static bool digit_value(char c, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = memchr(digits, c, 16);
    if (at != NULL) {
        *out = (uint8_t)(at - digits);
    }
    return at != NULL;
}

bool sw_abbreviation_parse(struct sw_str text, struct sw_abbreviation *out)
{
    *out = (struct sw_abbreviation){0};
    for (enum sw_digest_alg alg = SW_SHA256; alg <= SW_BLAKE2B; alg++) {
        size_t n = strlen(sw_digest_alg_name(alg));
        if (sw_str_starts(text, sw_digest_alg_name(alg)) && text.len > n && text.ptr[n] == ':') {
            out->alg = alg;
            text = sw_str_n(text.ptr + n + 1, text.len - n - 1);
        }
    }
    if (text.len == 0 || text.len > 2 * (size_t)SW_DIGEST_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t value;
        if (!digit_value(text.ptr[i], &value)) {
            return false;
        }
    }
    out->digits = text;
    return true;
}

/* What is asked of one table: digests, behind `lead` bytes that name the algorithm. */
struct question {
    const char *sql;
    size_t lead;
    enum sw_digest_alg alg;
    struct sw_str digits;
};

struct answers {
    struct sw_arena *arena;
    struct sw_digest *digests;
    size_t count;
    size_t cap;
    size_t max;
};

/* The digits, filled up with 0 or f: the lowest and the highest key that begin with them. */
static void fill_key(const struct question *q, uint8_t fill, uint8_t key[KEY_SIZE])
{
    memset(key, fill, KEY_SIZE);
    if (q->lead != 0) {
        key[0] = (uint8_t)q->alg;
    }
    for (size_t i = 0; i < q->digits.len; i++) {
        uint8_t *byte = &key[q->lead + i / 2];
        uint8_t value = 0;
        (void)digit_value(q->digits.ptr[i], &value);
        *byte =
            i % 2 == 0 ? (uint8_t)(value << 4 | (fill & 0x0f)) : (uint8_t)((*byte & 0xf0) | value);
    }
}

static sw_result take_row(
    struct answers *answers, const struct question *q, struct sqlite3_stmt *stmt)
{
    const uint8_t *key = sqlite3_column_blob(stmt, 0);
    size_t len = sw_digest_alg_len(q->alg);
    if (key == NULL || (size_t)sqlite3_column_bytes(stmt, 0) != q->lead + len) {
        return SW_OK; /* of no digest that there is */
    }
    struct sw_digest *digests = sw_arena_grow(
        answers->arena, answers->digests, answers->count, &answers->cap, sizeof(*digests));
    SW_TRY_PTR(digests);
    answers->digests = digests;
    struct sw_digest *digest = &digests[answers->count++];
    *digest = (struct sw_digest){.alg = q->alg, .len = (uint8_t)len};
    memcpy(digest->bytes, key + q->lead, len);
    return SW_OK;
}

static sw_result ask(
    struct sw_index *index, const struct question *q, struct answers *answers, struct sw_error *err)
{
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    uint8_t low[KEY_SIZE];
    uint8_t high[KEY_SIZE];
    uint64_t limit = sw_index_limit(index);
    size_t used = q->lead + (q->digits.len + 1) / 2;
    fill_key(q, 0x00, low);
    fill_key(q, 0xff, high);
    SW_TRY(sw_index_query(index, q->sql, &stmt, err));
    (void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)(limit < INT64_MAX ? limit : INT64_MAX));
    (void)sqlite3_bind_blob(stmt, 2, low, (int)used, SQLITE_STATIC);
    (void)sqlite3_bind_blob(stmt, 3, high, KEY_SIZE, SQLITE_STATIC);
    for (bool row = true; answers->count < answers->max;) {
        SW_TRY(sw_index_step(index, stmt, &row, err));
        if (!row) {
            break;
        }
        SW_TRY(take_row(answers, q, stmt));
    }
    return SW_OK;
}

static sw_result find(struct sw_store *store, enum sw_digest_of of,
    const struct sw_abbreviation *abbreviation, struct answers *answers, struct sw_error *err)
{
    static const char claims[] =
        "SELECT claim FROM claims WHERE leaf < ?1 AND claim BETWEEN ?2 AND ?3 ORDER BY claim";
    static const char subjects[] =
        "SELECT DISTINCT digest FROM subjects WHERE leaf < ?1 AND digest "
        "BETWEEN ?2 AND ?3 ORDER BY digest";
    bool of_claims = of == SW_DIGEST_OF_CLAIMS;
    SW_TRY(sw_index_need(store, err));
    for (enum sw_digest_alg alg = SW_SHA256; alg <= SW_BLAKE2B; alg++) {
        struct question q = {
            of_claims ? claims : subjects, of_claims ? 0 : 1, alg, abbreviation->digits};
        bool wanted = abbreviation->alg == 0 || abbreviation->alg == alg;
        if (wanted && (!of_claims || alg == SW_SHA256)) {
            SW_TRY(ask(store->index, &q, answers, err));
        }
    }
    return SW_OK;
}

sw_result sw_evidence_digests(struct sw_store *store, enum sw_digest_of of,
    const struct sw_abbreviation *abbreviation, size_t max, struct sw_arena *arena,
    struct sw_digest **digests, size_t *count, struct sw_error *err)
{
    struct answers answers = {.arena = arena, .max = max};
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = find(store, of, abbreviation, &answers, err);
    (void)pthread_mutex_unlock(&store->claims);
    SW_TRY(rc);
    *digests = answers.digests;
    *count = answers.count;
    return SW_OK;
}
