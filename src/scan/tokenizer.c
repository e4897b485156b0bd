/* doc/format/scan-repository.md, "Tokenizers". The members are those that the tokenizers library
 * reads. */
#include "scan/tokenizer.h"

#include "codec/codec.h"

#define SAID_MAX 50
#define DEPTH_MAX 16
#define ADDED_MAX 20000 /* tokens that are told */

struct tokenizer {
    struct sw_inspection *in;
    struct sw_arena *arena;
    struct sw_json root;
    const struct sw_json *vocab;
    size_t said;
};

/* A token, and the id that something gives it. */
struct token {
    uint64_t id;
    struct sw_str content;
    uint64_t where;
};

bool sw_is_tokenizer(const struct sw_specimen *specimen)
{
    const char *slash = strrchr(specimen->name, '/');
    struct sw_bytes head = specimen->head;
    if (strcmp(slash == NULL ? specimen->name : slash + 1, "tokenizer.json") == 0) {
        return true;
    }
    return head.len > 0 && memmem(head.ptr, head.len, "\"added_tokens\"", 14) != NULL &&
           memmem(head.ptr, head.len, "\"truncation\"", 12) != NULL;
}

static sw_result say(struct tokenizer *t, const char *rule, enum sw_severity severity,
    uint64_t where, struct sw_str text, const char *what)
{
    if (t->said++ >= SAID_MAX && severity < SW_SEVERITY_HIGH) {
        return SW_OK;
    }
    text.len = text.len > 120 ? 120 : text.len;
    return sw_found(t->in, rule, severity, where, "\"" SW_STR_FMT "\" %s", SW_STR_ARG(text), what);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    const struct token *x = a;
    const struct token *y = b;
    return x->id < y->id ? -1 : x->id > y->id ? 1 : sw_str_compare(x->content, y->content);
}

/* The vocabulary is an object of ids, or with Unigram a list of [piece, score]. */
static sw_result read_vocab(struct tokenizer *t, struct token **out, size_t *count)
{
    const struct sw_json *vocab = t->vocab;
    size_t n = vocab == NULL ? 0 : vocab->count;
    struct token *tokens = SW_ARENA_ARRAY(t->arena, struct token, n);
    SW_TRY_PTR(tokens);
    *count = 0;
    SW_JSON_EACH_MEMBER (member, vocab) {
        struct token token = {.content = member->name, .where = member->value.where};
        if (!sw_json_u64(&member->value, &token.id)) {
            SW_TRY(say(t, "tokenizer-id", SW_SEVERITY_MEDIUM, member->value.where, member->name,
                "has an id that is none"));
            continue;
        }
        tokens[(*count)++] = token;
    }
    uint64_t id = 0;
    SW_JSON_EACH (item, vocab) {
        struct token token = {.id = id++, .where = item->where};
        if (sw_json_str(sw_json_item(item, 0), &token.content)) {
            tokens[(*count)++] = token;
        }
    }
    qsort(tokens, *count, sizeof(*tokens), by_id);
    *out = tokens;
    return SW_OK;
}

static sw_result read_added(struct tokenizer *t, struct token **out, size_t *count)
{
    const struct sw_json *added = sw_json_get(&t->root, "added_tokens");
    struct token *tokens = SW_ARENA_ARRAY(t->arena, struct token, added == NULL ? 0 : added->count);
    SW_TRY_PTR(tokens);
    *count = 0;
    SW_JSON_EACH (item, added) {
        struct token token = {.where = item->where};
        if (!sw_json_u64(sw_json_get(item, "id"), &token.id) ||
            !sw_json_str(sw_json_get(item, "content"), &token.content)) {
            SW_TRY(say(t, "tokenizer-id", SW_SEVERITY_MEDIUM, item->where, sw_str("added_tokens"),
                "has an entry without an id or a content"));
            continue;
        }
        tokens[(*count)++] = token;
    }
    qsort(tokens, *count, sizeof(*tokens), by_id);
    *out = tokens;
    return SW_OK;
}

/* Two words under one id are one word to the model. */
static sw_result check_twice(struct tokenizer *t, const struct token *tokens, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (tokens[i].id == tokens[i - 1].id) {
            SW_TRY(say(t, "tokenizer-id", SW_SEVERITY_MEDIUM, tokens[i].where, tokens[i].content,
                "has the id of another token"));
        }
    }
    return SW_OK;
}

static sw_result check_against(struct tokenizer *t, const struct token *added, size_t count,
    const struct token *vocab, size_t vocab_count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        while (at < vocab_count && vocab[at].id < added[i].id) {
            at++;
        }
        if (at < vocab_count && vocab[at].id == added[i].id &&
            !sw_str_equal(vocab[at].content, added[i].content)) {
            SW_TRY(say(t, "tokenizer-id", SW_SEVERITY_MEDIUM, added[i].where, added[i].content,
                "is added under the id of another word of the vocabulary"));
        }
    }
    return SW_OK;
}

/* Names of marks that are spelled as words. */
static bool is_usual_mark(struct sw_str text)
{
    static const char *const words[] = {"unk", "pad", "bos", "eos", "mask", "sep", "cls"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_str_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

/* A word of text that is a mark disappears where marks are left out. */
static bool is_ordinary_word(struct sw_str text)
{
    if (text.len < 3 || is_usual_mark(text)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 'a' || text.ptr[i] > 'z') {
            return false;
        }
    }
    return true;
}

static sw_result check_special(struct tokenizer *t)
{
    SW_JSON_EACH (item, sw_json_get(&t->root, "added_tokens")) {
        struct sw_str content;
        bool special;
        if (sw_json_str(sw_json_get(item, "content"), &content) &&
            sw_json_bool(sw_json_get(item, "special"), &special) && special &&
            is_ordinary_word(content)) {
            SW_TRY(say(t, "tokenizer-special", SW_SEVERITY_MEDIUM, item->where, content,
                "is an ordinary word, and is taken for a mark that is left out of text"));
        }
    }
    return SW_OK;
}

/* --- rules ------------------------------------------------------------------------------------ */

static size_t count_letters(struct sw_str text)
{
    size_t letters = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
    return letters;
}

/* What a rule looks for: {"String": text} or {"Regex": text}. */
static bool pattern_of(const struct sw_json *rule, struct sw_str *out)
{
    const struct sw_json *pattern = sw_json_get(rule, "pattern");
    return sw_json_str(sw_json_get(pattern, "String"), out) ||
           sw_json_str(sw_json_get(pattern, "Regex"), out);
}

/* Spaces, marks of spaces, quotes and accents are replaced by many tokenizers; words by none. */
static sw_result check_replace(struct tokenizer *t, const struct sw_json *rule, bool decodes)
{
    struct sw_str from = {"", 0};
    struct sw_str to = {"", 0};
    if (!pattern_of(rule, &from) || !sw_json_str(sw_json_get(rule, "content"), &to)) {
        return SW_OK;
    }
    size_t letters = count_letters(to);
    if (letters > 3) {
        return say(t, "tokenizer-replace", SW_SEVERITY_HIGH, rule->where, to,
            decodes ? "is put into what the model says, by a rule of the decoder"
                    : "is put into what the model reads, by a rule of the normalizer");
    }
    if (letters > 0 ||
        (count_letters(from) > 3 && sw_json_get(sw_json_get(rule, "pattern"), "String") != NULL)) {
        return say(t, "tokenizer-replace", SW_SEVERITY_MEDIUM, rule->where, from,
            "is replaced or taken out by a rule of the tokenizer");
    }
    return SW_OK;
}

static sw_result check_rules(
    struct tokenizer *t, const struct sw_json *rule, bool decodes, unsigned depth)
{
    static const char *const lists[] = {"normalizers", "pretokenizers", "decoders", "processors"};
    if (rule == NULL || rule->type != SW_JSON_OBJECT) {
        return SW_OK;
    }
    if (depth == DEPTH_MAX) {
        return SW_E_LIMIT;
    }
    if (sw_json_is(sw_json_get(rule, "type"), "Replace")) {
        return check_replace(t, rule, decodes);
    }
    for (size_t i = 0; i < SW_COUNT(lists); i++) {
        SW_JSON_EACH (item, sw_json_get(rule, lists[i])) {
            SW_TRY(check_rules(t, item, decodes, depth + 1));
        }
    }
    SW_JSON_EACH_MEMBER (mark, sw_json_get(rule, "special_tokens")) {
        const struct sw_json *ids = sw_json_get(&mark->value, "ids");
        if (ids != NULL && ids->type == SW_JSON_ARRAY && ids->count > 1) {
            SW_TRY(say(t, "tokenizer-replace", SW_SEVERITY_MEDIUM, ids->where, mark->name,
                "is one mark that puts several tokens into all text"));
        }
    }
    struct sw_str prepended;
    if (sw_json_is(sw_json_get(rule, "type"), "Prepend") &&
        sw_json_str(sw_json_get(rule, "prepend"), &prepended) && count_letters(prepended) > 3) {
        return say(t, "tokenizer-replace", SW_SEVERITY_HIGH, rule->where, prepended,
            "is put before all text by a rule of the tokenizer");
    }
    return SW_OK;
}

/* --- all -------------------------------------------------------------------------------------- */

static sw_result tell(struct tokenizer *t, uint64_t top, bool any)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    const struct sw_json *added = sw_json_get(&t->root, "added_tokens");
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    if (any) {
        sw_jw_u64(&w, "top", top);
    }
    sw_jw_array(&w, "added");
    SW_JSON_EACH (item, added) {
        struct sw_str content;
        uint64_t id;
        bool special = false;
        if (added->count > ADDED_MAX || text.len > SW_FACT_BYTES_MAX / 4 ||
            !sw_json_u64(sw_json_get(item, "id"), &id) ||
            !sw_json_str(sw_json_get(item, "content"), &content)) {
            continue;
        }
        (void)sw_json_bool(sw_json_get(item, "special"), &special);
        sw_jw_array(&w, NULL);
        sw_jw_u64(&w, NULL, id);
        sw_jw_str(&w, NULL, content);
        sw_jw_bool(&w, NULL, special);
        sw_jw_array_end(&w);
    }
    sw_jw_array_end(&w);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return text.len <= SW_FACT_BYTES_MAX / 2 ? sw_tell(t->in, "tokenizer", sw_buf_bytes(&text))
                                             : SW_OK;
}

static sw_result check_tokens(struct tokenizer *t)
{
    struct token *vocab;
    struct token *added;
    size_t vocab_count;
    size_t added_count;
    SW_TRY(read_vocab(t, &vocab, &vocab_count));
    SW_TRY(read_added(t, &added, &added_count));
    SW_TRY(check_twice(t, vocab, vocab_count));
    SW_TRY(check_twice(t, added, added_count));
    SW_TRY(check_against(t, added, added_count, vocab, vocab_count));
    SW_TRY(check_special(t));
    uint64_t top = vocab_count == 0 ? 0 : vocab[vocab_count - 1].id;
    if (added_count > 0 && added[added_count - 1].id > top) {
        top = added[added_count - 1].id;
    }
    return tell(t, top, vocab_count + added_count > 0);
}

static sw_result check_all(struct tokenizer *t)
{
    static const struct {
        const char *name;
        bool decodes;
    } rules[] = {{"normalizer", false}, {"pre_tokenizer", false}, {"post_processor", false},
        {"decoder", true}};
    t->vocab = sw_json_path(&t->root, sw_str("model.vocab"));
    SW_TRY(check_tokens(t));
    for (size_t i = 0; i < SW_COUNT(rules); i++) {
        SW_TRY(check_rules(t, sw_json_get(&t->root, rules[i].name), rules[i].decodes, 0));
    }
    return SW_OK;
}

sw_result sw_tokenizer_inspect(struct sw_inspection *in, struct sw_bytes text, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)400 << 20);
    struct tokenizer t = {.in = in, .arena = &arena};
    enum sw_code code = sw_json_parse(&arena, text, NULL, &t.root, err);
    if (code == SW_E_FORMAT) {
        return sw_give_up(in, "tokenizer-broken", SW_SEVERITY_MEDIUM,
            "the tokenizer is no strict JSON, so readers may differ in what it says: %s",
            err == NULL ? "" : err->text);
    }
    SW_TRY(code);
    return check_all(&t);
}
