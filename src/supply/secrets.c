/* Source: GitHub, "Token formats"; GitLab, "Token prefixes"; AWS, "Unique identifiers" of IAM;
 * Slack, "Token types"; Stripe, "API keys"; RFC 7519 (JWT), RFC 7468 (keys as text), RFC 6750
 * (bearer tokens), RFC 3986 3.2.1 (users in addresses). */
#include "supply/secrets.h"
#include "supply/ascii.h"
#include "supply/key_shapes.h"

#include <pthread.h>

/* Prefixes of services that serve no models, and how many characters follow at least. */
static const struct {
    const char *prefix;
    const char *marks; /* characters beside letters and digits */
    size_t least;
} shapes[] = {
    {"ghp_", "", 30},
    {"gho_", "", 30},
    {"ghu_", "", 30},
    {"ghs_", "", 30},
    {"ghr_", "", 30},
    {"github_pat_", "_", 20},
    {"glpat-", "-_", 16},
    {"xoxa-", "-", 10},
    {"xoxb-", "-", 10},
    {"xoxe-", "-", 10},
    {"xoxp-", "-", 10},
    {"xoxr-", "-", 10},
    {"xoxs-", "-", 10},
    {"xapp-", "-", 10},
    {"AKIA", "", 16},
    {"ASIA", "", 16},
    {"ya29.", "-_", 20},
    {"GOCSPX-", "-_", 20},
    {"sk_live_", "", 16},
    {"sk_test_", "", 16},
    {"rk_live_", "", 16},
    {"rk_test_", "", 16},
    {"whsec_", "", 16},
    {"npm_", "", 30},
    {"pypi-", "-_", 40},
    {"dckr_pat_", "-_", 20},
    {"dop_v1_", "", 40},
    {"hvs.", "-_", 20},
    {"glsa_", "_", 30},
    {"SG.", "-_.", 40},
    {"sk-", "", 32},
    {"eyJ", "-_.", 40}, /* a JSON Web Token */
    {"AGE-SECRET-KEY-", "", 20},
};

/* Words behind whose '=' or ": " nothing is shown. */
static const char *const words[] = {"password", "passwd", "passphrase", "pwd", "secret", "token",
    "api_key", "apikey", "api-key", "access_key", "access-key", "accountkey", "authorization",
    "credential", "credentials", "private_key", "private-key", "privatekey", "secret_key",
    "secret-key", "secretkey", "signature", "sig"};

/* The first two characters of all of them, in lower case: most places of a text begin with others.
 */
static bool heads[128][128];
static pthread_once_t heads_once = PTHREAD_ONCE_INIT;

static void add_head(const char *text)
{
    heads[(unsigned char)sw_ascii_lower(text[0])][(unsigned char)sw_ascii_lower(text[1])] = true;
}

static void fill_heads(void)
{
    for (size_t i = 0; sw_key_prefix(i) != NULL; i++) {
        add_head(sw_key_prefix(i));
    }
    for (size_t i = 0; i < SW_COUNT(shapes); i++) {
        add_head(shapes[i].prefix);
    }
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        add_head(words[i]);
    }
    add_head("bearer ");
    add_head("://");
    add_head("-----BEGIN");
}

static bool may_begin(const char *at)
{
    const unsigned char a = (unsigned char)sw_ascii_lower(at[0]);
    const unsigned char b = (unsigned char)sw_ascii_lower(at[1]);
    return a < 128 && b < 128 && heads[a][b];
}

static size_t run_of(struct sw_str text, size_t at, const char *marks)
{
    while (at < text.len && (sw_ascii_alnum(text.ptr[at]) ||
                                (text.ptr[at] != '\0' && strchr(marks, text.ptr[at]) != NULL))) {
        at++;
    }
    return at;
}

/* The next quote that is not escaped. */
static size_t closing_quote(struct sw_str text, size_t at, char quote)
{
    while (at < text.len && text.ptr[at] != quote) {
        at += text.ptr[at] == '\\' ? 2 : 1;
    }
    return at < text.len ? at : text.len;
}

/* Up to white space, or to the quote that the value is in. A '/', '+' or '=' is part of it, as in
 * base64: where a path has it, the rest of the path is not shown either. */
static size_t value_end(struct sw_str text, size_t at)
{
    const char quote = at > 0 ? text.ptr[at - 1] : '\0';
    if (quote == '"' || quote == '\'') {
        return closing_quote(text, at, quote);
    }
    while (at < text.len && !sw_ascii_space(text.ptr[at])) {
        at++;
    }
    return at;
}

static struct sw_str from(struct sw_str text, size_t at)
{
    return sw_str_n(text.ptr + at, text.len - at);
}

/* "ghp_…": where it ends; 0 when it is none. */
static size_t shape_end(struct sw_str text)
{
    for (size_t i = 0; i < SW_COUNT(shapes); i++) {
        if (text.ptr[0] == shapes[i].prefix[0] && sw_str_starts(text, shapes[i].prefix)) {
            const size_t len = strlen(shapes[i].prefix);
            const size_t end = run_of(text, len, shapes[i].marks);
            if (end - len >= shapes[i].least) {
                return end;
            }
        }
    }
    return 0;
}

/* "=", ": " and quotes around them; *at is where the value begins. `bare`: a ':' counts with
 * anything behind it. */
static bool skip_equals(struct sw_str text, bool bare, size_t *at)
{
    while (*at < text.len && memchr("\"' ", text.ptr[*at], 3) != NULL) {
        (*at)++;
    }
    const bool equals = *at < text.len && text.ptr[*at] == '=';
    const bool colon = *at + 1 < text.len && text.ptr[*at] == ':' &&
                       (bare || memchr("\"' ", text.ptr[*at + 1], 3) != NULL);
    if (!equals && !colon) {
        return false;
    }
    (*at)++;
    while (*at < text.len && memchr("=\"' ", text.ptr[*at], 4) != NULL) {
        (*at)++;
    }
    return true;
}

/* "Basic dXNlcjpw": the word alone is no secret. */
static size_t skip_scheme(struct sw_str text, size_t at)
{
    static const char *const schemes[] = {"basic ", "bearer ", "token ", "digest ", "apikey "};
    for (size_t i = 0; i < SW_COUNT(schemes); i++) {
        if (sw_ascii_starts(from(text, at), schemes[i])) {
            at += strlen(schemes[i]);
            break;
        }
    }
    while (at < text.len && text.ptr[at] == ' ') {
        at++;
    }
    return at;
}

/* Words that no image or model is called, so that a ':' behind them begins no tag. */
static bool is_plain_secret(const char *word)
{
    static const char *const plain[] = {"api_key", "apikey", "api-key", "access_key", "access-key",
        "accountkey", "authorization", "private_key", "private-key", "privatekey", "secret_key",
        "secret-key", "secretkey"};
    for (size_t i = 0; i < SW_COUNT(plain); i++) {
        if (strcmp(word, plain[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Behind "password=", "Token: " and "Bearer ": where the value begins; 0 when it is none of them.
 */
static size_t value_start(struct sw_str text)
{
    if (sw_ascii_starts(text, "bearer ")) {
        return skip_scheme(text, 0);
    }
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_ascii_lower(text.ptr[0]) != words[i][0] || !sw_ascii_starts(text, words[i])) {
            continue;
        }
        size_t at = strlen(words[i]);
        if (skip_equals(text, is_plain_secret(words[i]), &at)) {
            return skip_scheme(text, at);
        }
    }
    return 0;
}

/* Whether "host:8080" or "[::1]:8080" stands there, and no user: digits alone are a port. */
static bool is_host_and_port(struct sw_str text)
{
    const char *colon = memrchr(text.ptr, ':', text.len);
    if (text.len == 0 || text.ptr[0] == '[' || colon == NULL) {
        return true;
    }
    for (const char *c = colon + 1; c < text.ptr + text.len; c++) {
        if (!sw_ascii_digit(*c)) {
            return false;
        }
    }
    return true;
}

/* "://user:password@": where the '@' is; 0 when there is none. One that stands behind a '/' ends a
 * password that has one in it, unless what stands before is a host. */
static size_t user_end(struct sw_str text)
{
    if (!sw_str_starts(text, "://")) {
        return 0;
    }
    size_t at = 3;
    while (at < text.len && !sw_ascii_space(text.ptr[at]) && text.ptr[at] != '/') {
        at++;
    }
    const char *mark = memrchr(text.ptr, '@', at);
    if (mark == NULL && !is_host_and_port(sw_str_n(text.ptr + 3, at - 3))) {
        mark = memrchr(text.ptr, '@', value_end(text, 3));
    }
    return mark == NULL ? 0 : (size_t)(mark - text.ptr);
}

static bool is_private_key(struct sw_str text)
{
    static const char mark[] = "PRIVATE KEY";
    return sw_str_starts(text, "-----BEGIN") &&
           memmem(text.ptr, text.len < 64 ? text.len : 64, mark, sizeof(mark) - 1) != NULL;
}

/* What begins right here: where it is secret from and up to. */
static bool secret_at(struct sw_str text, size_t *start, size_t *end)
{
    *start = 0;
    if (is_private_key(text)) {
        *end = text.len;
        return true;
    }
    *end = sw_key_like(text);
    *end = *end == 0 ? shape_end(text) : *end;
    if (*end > 0) {
        return true;
    }
    *start = 3;
    *end = user_end(text);
    if (*end > 0) {
        return true;
    }
    *start = value_start(text);
    /* Behind "Authorization:" more words may follow, of any scheme. */
    *end = sw_ascii_starts(text, "authorization") ? text.len : value_end(text, *start);
    return *start > 0 && *end > *start;
}

bool sw_secret_find(struct sw_str text, size_t *start, size_t *end)
{
    (void)pthread_once(&heads_once, fill_heads);
    for (size_t i = *start; i + 1 < text.len; i++) {
        size_t begins;
        size_t ends;
        if (may_begin(text.ptr + i) && secret_at(from(text, i), &begins, &ends)) {
            *start = i + begins;
            *end = i + ends;
            return true;
        }
    }
    return false;
}

sw_result sw_secret_mask(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf masked = SW_BUF_INIT;
    size_t start = 0;
    size_t end = 0;
    size_t done = 0;
    while (sw_secret_find(text, &start, &end)) {
        SW_TRY(sw_buf_append(&masked, text.ptr + done, start - done));
        SW_TRY(sw_buf_puts(&masked, "***"));
        start = done = end;
    }
    if (done == 0) {
        *out = text;
        return SW_OK;
    }
    SW_TRY(sw_buf_append(&masked, text.ptr + done, text.len - done));
    const char *copy = sw_arena_strndup(arena, sw_buf_str(&masked));
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, masked.len);
    return SW_OK;
}
