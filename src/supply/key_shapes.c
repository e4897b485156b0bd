#include "supply/key_shapes.h"
#include "supply/ascii.h"

#define DISTINCT_LEAST 10 /* different characters of a key: fewer are a placeholder */

/* As their makers give them out; the longer prefix first. */
static const struct sw_key_shape shapes[] = {
    {"sk-ant-", "Anthropic", true, 80, 250, ""},
    {"sk-proj-", "OpenAI", true, 40, 250, ""},
    {"sk-svcacct-", "OpenAI", true, 40, 250, ""},
    {"sk-admin-", "OpenAI", true, 40, 250, ""},
    {"sk-or-v1-", "OpenRouter", false, 64, 64, ""},
    {"sk-lf-", "Langfuse", true, 36, 36, ""},
    {"sk-", "OpenAI", false, 40, 64, "T3BlbkFJ"},
    {"hf_", "Hugging Face", false, 34, 40, ""},
    {"gsk_", "Groq", false, 48, 56, ""},
    {"r8_", "Replicate", false, 37, 40, ""},
    {"nvapi-", "NVIDIA", true, 60, 80, ""},
    {"AIza", "Google", true, 35, 35, ""},
    {"pplx-", "Perplexity", false, 40, 64, ""},
    {"xai-", "xAI", false, 70, 90, ""},
    {"tvly-", "Tavily", true, 32, 64, ""},
    {"lsv2_pt_", "LangSmith", true, 43, 43, ""},
    {"lsv2_sk_", "LangSmith", true, 43, 43, ""},
    {"pcsk_", "Pinecone", true, 60, 90, ""},
    {"csk-", "Cerebras", false, 48, 48, ""},
    {"jina_", "Jina AI", true, 50, 70, ""},
};

static bool is_key_char(char c, bool marks)
{
    return sw_ascii_alnum(c) || (marks && (c == '-' || c == '_'));
}

static bool is_placeholder(struct sw_str body)
{
    static const char *const words[] = {"xxxx", "your", "example", "placeholder", "redacted"};
    bool seen[256] = {false};
    unsigned distinct = 0;
    for (size_t i = 0; i < body.len; i++) {
        const struct sw_str rest = sw_str_n(body.ptr + i, body.len - i);
        distinct += seen[(unsigned char)body.ptr[i]] ? 0 : 1;
        seen[(unsigned char)body.ptr[i]] = true;
        for (size_t w = 0; w < SW_COUNT(words); w++) {
            if (sw_ascii_starts(rest, words[w])) {
                return true;
            }
        }
    }
    return distinct < DISTINCT_LEAST;
}

/* Most texts are told from a prefix by one of their first two characters. */
static bool begins(const struct sw_key_shape *shape, struct sw_str text)
{
    return text.len > 1 && text.ptr[0] == shape->prefix[0] && text.ptr[1] == shape->prefix[1] &&
           sw_str_starts(text, shape->prefix);
}

/* The length of the key that stands at the start of `text`; 0 when there is none. */
static size_t key_of(const struct sw_key_shape *shape, struct sw_str text)
{
    if (!begins(shape, text)) {
        return 0;
    }
    size_t end = strlen(shape->prefix);
    const size_t past = end + shape->most + 1;
    while (end < text.len && end < past && is_key_char(text.ptr[end], shape->marks)) {
        end++;
    }
    const struct sw_str body =
        sw_str_n(text.ptr + strlen(shape->prefix), end - strlen(shape->prefix));
    const size_t holds = strlen(shape->holds);
    return body.len < shape->least || body.len > shape->most ||
                   (holds > 0 && memmem(body.ptr, body.len, shape->holds, holds) == NULL) ||
                   is_placeholder(body)
               ? 0
               : end;
}

const char *sw_key_prefix(size_t i)
{
    return i < SW_COUNT(shapes) ? shapes[i].prefix : NULL;
}

size_t sw_key_like(struct sw_str text)
{
    for (size_t s = 0; s < SW_COUNT(shapes); s++) {
        if (!begins(&shapes[s], text)) {
            continue;
        }
        const size_t prefix = strlen(shapes[s].prefix);
        size_t end = prefix;
        while (end < text.len && is_key_char(text.ptr[end], shapes[s].marks)) {
            end++;
        }
        if (end - prefix >= shapes[s].least) {
            return end;
        }
    }
    return 0;
}

const struct sw_key_shape *sw_key_find(struct sw_str text, size_t *at)
{
    static const char firsts[] = "shgrnApxtlcj";
    for (size_t i = *at; i + 4 < text.len; i++) {
        if ((i > 0 && is_key_char(text.ptr[i - 1], false)) ||
            memchr(firsts, text.ptr[i], sizeof(firsts) - 1) == NULL) {
            continue;
        }
        for (size_t s = 0; s < SW_COUNT(shapes); s++) {
            const size_t len = key_of(&shapes[s], sw_str_n(text.ptr + i, text.len - i));
            if (len > 0) {
                *at = i + len;
                return &shapes[s];
            }
        }
    }
    *at = text.len;
    return NULL;
}
