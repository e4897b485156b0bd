/* Only what has a sign of its own is found, so that what is found is one.
 * doc/format/scan-repository.md, "Secrets". */
#include "scan/secret.h"

#define SAID_MAX 20
#define DISTINCT 8 /* characters that differ: fewer are filled in by hand */

enum alphabet { UPPER, ALNUM, ALNUM_BAR, ALNUM_DASH, ALL, BASE64 };

static const struct sign {
    const char *kind;
    const char *prefix;
    enum alphabet alphabet;
    size_t min, max; /* characters behind the prefix */
    const char *holds;
} signs[] = {
    {"an AWS access key id", "AKIA", UPPER, 16, 16, ""},
    {"a Hugging Face token", "hf_", ALNUM, 34, 34, ""},
    {"a GitHub token", "ghp_", ALNUM, 36, 36, ""},
    {"a GitHub token", "gho_", ALNUM, 36, 36, ""},
    {"a GitHub token", "ghs_", ALNUM, 36, 36, ""},
    {"a GitHub token", "github_pat_", ALNUM_BAR, 82, 82, ""},
    {"an OpenAI key", "sk-", ALL, 40, 250, "T3BlbkFJ"},
    {"an Anthropic key", "sk-ant-api", ALL, 80, 250, ""},
    {"a Slack token", "xoxb-", ALNUM_DASH, 40, 120, "-"},
    {"a Slack token", "xoxp-", ALNUM_DASH, 40, 120, "-"},
    {"a Google API key", "AIza", ALL, 35, 35, ""},
};

static const char pem[] = "-----BEGIN ";

static bool is_in(enum alphabet alphabet, uint8_t c)
{
    static const char *const more[] = {"", "", "_", "-", "_-", "+/="};
    bool upper = c >= 'A' && c <= 'Z';
    bool digit = c >= '0' && c <= '9';
    bool lower = c >= 'a' && c <= 'z';
    return upper || digit || (lower && alphabet != UPPER) ||
           (c != 0 && strchr(more[alphabet], c) != NULL);
}

static size_t run_of(enum alphabet alphabet, struct sw_bytes text, size_t at, size_t max)
{
    size_t len = 0;
    while (len <= max && at + len < text.len && is_in(alphabet, text.ptr[at + len])) {
        len++;
    }
    return len;
}

static size_t distinct(struct sw_bytes text)
{
    bool seen[256] = {false};
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += !seen[text.ptr[i]];
        seen[text.ptr[i]] = true;
    }
    return count;
}

static sw_result say(struct sw_inspection *in, const char *kind, struct sw_bytes text, size_t at)
{
    return sw_found(in, "secret-in-file", SW_SEVERITY_MEDIUM, at, "%s stands here: %.4s…", kind,
        (const char *)text.ptr + at);
}

static bool is_secret(const struct sign *sign, struct sw_bytes text, size_t at)
{
    size_t begin = at + strlen(sign->prefix);
    size_t len = run_of(sign->alphabet, text, begin, sign->max);
    if (len < sign->min || len > sign->max || (at > 0 && is_in(ALL, text.ptr[at - 1]))) {
        return false;
    }
    struct sw_bytes key = sw_bytes(text.ptr + begin, len);
    /* The key of Amazon's own examples. */
    bool example = len >= 7 && memcmp(key.ptr + len - 7, "EXAMPLE", 7) == 0;
    return !example && distinct(key) >= DISTINCT &&
           memmem(key.ptr, key.len, sign->holds, strlen(sign->holds)) != NULL;
}

/* A private key in PEM (RFC 7468, section 2): the label, the end of a line (in JSON its escape),
 * and what only a key would fill. */
static bool is_private_key(struct sw_bytes text, size_t at)
{
    static const char label[] = "PRIVATE KEY-----";
    size_t left = text.len - at > 64 ? 64 : text.len - at;
    const uint8_t *end = memmem(text.ptr + at, left, label, strlen(label));
    if (end == NULL) {
        return false;
    }
    size_t body = (size_t)(end - text.ptr) + strlen(label);
    for (size_t i = 0; i < 4 && body < text.len && strchr("\r\n\\", text.ptr[body]) != NULL; i++) {
        bool escape = text.ptr[body] == '\\' && body + 1 < text.len;
        body += escape ? 2 : 1;
    }
    size_t len = run_of(BASE64, text, body, 64);
    return len >= 40 && distinct(sw_bytes(text.ptr + body, len)) >= DISTINCT;
}

static const uint8_t *next(struct sw_bytes text, size_t at, const char *sign)
{
    return at >= text.len ? NULL : memmem(text.ptr + at, text.len - at, sign, strlen(sign));
}

static sw_result search(struct sw_inspection *in, const struct sign *sign, struct sw_bytes text)
{
    const uint8_t *hit = next(text, 0, sign->prefix);
    for (size_t said = 0; hit != NULL && said < SAID_MAX;) {
        size_t at = (size_t)(hit - text.ptr);
        if (is_secret(sign, text, at)) {
            SW_TRY(say(in, sign->kind, text, at));
            said++;
        }
        hit = next(text, at + strlen(sign->prefix), sign->prefix);
    }
    return SW_OK;
}

sw_result sw_secret_search(struct sw_inspection *in, struct sw_bytes text)
{
    for (size_t i = 0; i < SW_COUNT(signs); i++) {
        SW_TRY(search(in, &signs[i], text));
    }
    const uint8_t *hit = next(text, 0, pem);
    for (size_t said = 0; hit != NULL && said < SAID_MAX;) {
        size_t at = (size_t)(hit - text.ptr);
        if (is_private_key(text, at)) {
            SW_TRY(say(in, "a private key", text, at));
            said++;
        }
        hit = next(text, at + strlen(pem), pem);
    }
    return SW_OK;
}

bool sw_secret_may_be(struct sw_bytes text)
{
    for (size_t i = 0; i < SW_COUNT(signs); i++) {
        if (next(text, 0, signs[i].prefix) != NULL) {
            return true;
        }
    }
    return next(text, 0, pem) != NULL;
}
