#include "supply/licence_terms.h"

#include "codec/codec.h"
#include "supply/ascii.h"
#include "supply/pack_file.h"

#include <pthread.h>

static const struct {
    const char *name;
    enum sw_licence_rule_class class;
    const char *words;
} kinds[] = {
    [SW_RULE_USE_LIMITS] = {"use-limits", SW_RULE_LIMIT, "some uses are forbidden"},
    [SW_RULE_ACCEPTABLE_USE] = {"acceptable-use", SW_RULE_LIMIT,
        "uses are limited by an acceptable use policy"},
    [SW_RULE_NON_COMMERCIAL] = {"non-commercial", SW_RULE_LIMIT, "no commercial use"},
    [SW_RULE_RESEARCH_ONLY] = {"research-only", SW_RULE_LIMIT, "for research only"},
    [SW_RULE_USERS_LIMIT] = {"users-limit", SW_RULE_LIMIT,
        "above a number of monthly users a licence of its own is needed"},
    [SW_RULE_REVENUE_LIMIT] = {"revenue-limit", SW_RULE_LIMIT,
        "above a yearly revenue a licence of its own is needed"},
    [SW_RULE_OUTPUT_TRAINING] = {"output-training", SW_RULE_LIMIT,
        "outputs may not be used to make other models"},
    [SW_RULE_NO_DERIVATIVES] = {"no-derivatives", SW_RULE_LIMIT,
        "changed versions may not be passed on"},
    [SW_RULE_TERRITORY] = {"territory", SW_RULE_LIMIT, "not licensed in some places"},
    [SW_RULE_SHARE_ALIKE] = {"share-alike", SW_RULE_DUTY, "derivatives stay under this licence"},
    [SW_RULE_NO_FURTHER_LIMITS] = {"no-further-limits", SW_RULE_DUTY, "no limits may be added"},
    [SW_RULE_PASS_ON] = {"pass-on", SW_RULE_DUTY, "put the limits on use into your own terms, too"},
    [SW_RULE_NAMING] = {"naming", SW_RULE_DUTY, "show a line where people see it"},
    [SW_RULE_NAME_PREFIX] = {"name-prefix", SW_RULE_DUTY, "begin the model's name with a word"},
    [SW_RULE_NOTICE] = {"notice", SW_RULE_DUTY, "keep a line in a file NOTICE"},
    [SW_RULE_LICENCE_COPY] = {"licence-copy", SW_RULE_DUTY, "pass a copy of the licence on"},
    [SW_RULE_ATTRIBUTION] = {"attribution", SW_RULE_DUTY, "keep notices of copyright and licence"},
    [SW_RULE_STATE_CHANGES] = {"state-changes", SW_RULE_DUTY, "say what was changed"},
    [SW_RULE_SOURCE] = {"source", SW_RULE_DUTY, "offer the source"},
    [SW_RULE_REGISTER] = {"register", SW_RULE_DUTY, "register before commercial use"},
    [SW_RULE_PATENT_TERMINATION] = {"patent-termination", SW_RULE_TERM,
        "the licence ends for who sues over it"},
};

const char *sw_licence_rule_name(enum sw_licence_rule_kind kind)
{
    return kinds[kind].name;
}

const char *sw_licence_rule_words(enum sw_licence_rule_kind kind)
{
    return kinds[kind].words;
}

enum sw_licence_rule_class sw_licence_rule_class(enum sw_licence_rule_kind kind)
{
    return kinds[kind].class;
}

const char *sw_licence_class_name(enum sw_licence_rule_class class)
{
    static const char *const names[] = {
        [SW_RULE_LIMIT] = "limit", [SW_RULE_DUTY] = "duty", [SW_RULE_TERM] = "term"};
    return names[class];
}

static const char *const read_names[] = {
    [SW_LICENCE_READ_TEXT] = "text",
    [SW_LICENCE_READ_KNOWN] = "known",
    [SW_LICENCE_READ_QUOTED] = "quoted",
    [SW_LICENCE_READ_NO] = "no",
};

const char *sw_licence_read_name(enum sw_licence_read read)
{
    return read_names[read];
}

/* --- reading the pack ------------------------------------------------------------------------- */

static struct {
    struct sw_arena arena;
    struct sw_licence_terms *rows;
    size_t count;
} table;

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static const struct sw_str *texts_of(const struct sw_json *object, const char *name, size_t *count)
{
    const struct sw_json *list = sw_json_get(object, name);
    size_t n = list == NULL || list->type != SW_JSON_ARRAY ? 0 : list->count;
    struct sw_str *texts = SW_ARENA_ARRAY(&table.arena, struct sw_str, n);
    *count = texts == NULL ? 0 : n;
    for (size_t i = 0; i < *count; i++) {
        (void)sw_json_str(sw_json_item(list, i), &texts[i]);
    }
    return texts;
}

static bool read_rule(const struct sw_json *item, struct sw_licence_rule *rule)
{
    struct sw_str name = text_of(item, "rule");
    size_t kind = 0;
    while (kind < SW_COUNT(kinds) && !sw_str_is(name, kinds[kind].name)) {
        kind++;
    }
    *rule = (struct sw_licence_rule){
        .kind = (enum sw_licence_rule_kind)kind,
        .clause = text_of(item, "clause"),
        .text = text_of(item, "text"),
        .url = text_of(item, "url"),
        .only = text_of(item, "only"),
    };
    (void)sw_json_u64(sw_json_get(item, "value"), &rule->value);
    (void)sw_json_bool(sw_json_get(item, "outputs"), &rule->outputs);
    rule->accepts = texts_of(item, "accepts", &rule->accept_count);
    return kind < SW_COUNT(kinds);
}

/* A row of which a rule is not understood is taken for one that was not read. */
static void read_rules(const struct sw_json *list, struct sw_licence_terms *terms)
{
    struct sw_licence_rule *rules = SW_ARENA_ARRAY(
        &table.arena, struct sw_licence_rule, list == NULL ? 0 : (size_t)list->count);
    bool good = rules != NULL;
    SW_JSON_EACH (item, list) {
        good = good && read_rule(item, &rules[terms->rule_count]);
        terms->rule_count += good ? 1 : 0;
    }
    terms->rules = rules;
    terms->read = good ? terms->read : SW_LICENCE_READ_NO;
}

static enum sw_licence_read read_of(const struct sw_json *item)
{
    for (size_t i = 0; i < SW_COUNT(read_names); i++) {
        if (sw_json_is(sw_json_get(item, "read"), read_names[i])) {
            return (enum sw_licence_read)i;
        }
    }
    return SW_LICENCE_READ_NO;
}

static void read_row(const struct sw_json *item, struct sw_licence_terms *out)
{
    *out = (struct sw_licence_terms){
        .id = text_of(item, "id"),
        .source = text_of(item, "source"),
        .note = text_of(item, "note"),
        .read = read_of(item),
    };
    (void)sw_json_bool(sw_json_get(item, "family"), &out->family);
    out->also = texts_of(item, "also", &out->also_count);
    out->hub = texts_of(item, "hub", &out->hub_count);
    out->names = texts_of(item, "names", &out->name_count);
    out->titles = texts_of(item, "titles", &out->title_count);
    out->digests = texts_of(item, "digests", &out->digest_count);
    out->links = texts_of(item, "links", &out->link_count);
    out->bases = texts_of(item, "bases", &out->base_count);
    read_rules(sw_json_get(item, "rules"), out);
}

static void read_table(void)
{
    struct sw_json root;
    sw_arena_init(&table.arena, 0);
    if (sw_yaml_parse(&table.arena, sw_supply_pack("model-licences"), NULL, &root, NULL) != SW_OK) {
        return;
    }
    const struct sw_json *list = sw_json_get(&root, "licences");
    table.rows = SW_ARENA_ARRAY(
        &table.arena, struct sw_licence_terms, list == NULL ? 0 : (size_t)list->count);
    if (table.rows == NULL) {
        return;
    }
    SW_JSON_EACH (item, list) {
        read_row(item, &table.rows[table.count++]);
    }
}

const struct sw_licence_terms *sw_licence_all(size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, read_table);
    *count = table.count;
    return table.rows;
}

/* --- finding ---------------------------------------------------------------------------------- */

static bool has(const struct sw_str *texts, size_t count, struct sw_str text)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_ascii_equal(texts[i], text)) {
            return true;
        }
    }
    return false;
}

static bool has_id(const struct sw_licence_terms *t, struct sw_str id)
{
    return sw_ascii_equal(t->id, id) || has(t->also, t->also_count, id);
}

static bool has_hub(const struct sw_licence_terms *t, struct sw_str id)
{
    return has(t->hub, t->hub_count, id);
}

static bool has_name(const struct sw_licence_terms *t, struct sw_str name)
{
    return has(t->names, t->name_count, name) || has_hub(t, name);
}

static bool has_digest(const struct sw_licence_terms *t, struct sw_str hex)
{
    return has(t->digests, t->digest_count, hex);
}

static struct sw_str without_slash(struct sw_str url)
{
    while (url.len > 0 && url.ptr[url.len - 1] == '/') {
        url.len--;
    }
    return url;
}

static bool has_link(const struct sw_licence_terms *t, struct sw_str url)
{
    for (size_t i = 0; i < t->link_count; i++) {
        if (sw_ascii_equal(without_slash(t->links[i]), url)) {
            return true;
        }
    }
    return sw_ascii_equal(without_slash(t->source), url);
}

/* A name that ends in '*' stands for all that begin so. */
static bool has_base(const struct sw_licence_terms *t, struct sw_str model)
{
    for (size_t i = 0; i < t->base_count; i++) {
        struct sw_str base = t->bases[i];
        bool open = sw_str_ends(base, "*");
        base.len -= open ? 1 : 0;
        size_t len = open && model.len > base.len ? base.len : model.len;
        if (sw_ascii_equal(base, sw_str_n(model.ptr, len))) {
            return true;
        }
    }
    return false;
}

static const struct sw_licence_terms *find(
    bool (*fits)(const struct sw_licence_terms *t, struct sw_str text), struct sw_str text)
{
    size_t count;
    const struct sw_licence_terms *rows = sw_licence_all(&count);
    for (size_t i = 0; i < count && text.len > 0; i++) {
        if (fits(&rows[i], text)) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct sw_licence_terms *sw_licence_by_id(struct sw_str id)
{
    return find(has_id, id);
}

const struct sw_licence_terms *sw_licence_by_hub(struct sw_str id)
{
    return find(has_hub, id);
}

const struct sw_licence_terms *sw_licence_by_name(struct sw_str name)
{
    return find(has_name, name);
}

const struct sw_licence_terms *sw_licence_by_link(struct sw_str url)
{
    return find(has_link, without_slash(url));
}

const struct sw_licence_terms *sw_licence_by_digest(struct sw_str hex)
{
    return find(has_digest, hex);
}

const struct sw_licence_terms *sw_licence_by_base(struct sw_str model)
{
    return find(has_base, model);
}

/* The title's bytes when the text begins with it, at the end of a word; else 0. */
static size_t title_fits(struct sw_str title, struct sw_str text)
{
    if (title.len == 0 || text.len < title.len || memcmp(text.ptr, title.ptr, title.len) != 0) {
        return 0;
    }
    return text.len == title.len || text.ptr[title.len] == ' ' ? title.len : 0;
}

const struct sw_licence_terms *sw_licence_by_title(struct sw_str beginning)
{
    size_t count;
    const struct sw_licence_terms *rows = sw_licence_all(&count);
    const struct sw_licence_terms *best = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < rows[i].title_count; k++) {
            size_t len = title_fits(rows[i].titles[k], beginning);
            best = len > longest ? &rows[i] : best;
            longest = len > longest ? len : longest;
        }
    }
    return best;
}

const struct sw_licence_rule *sw_licence_rule_of(
    const struct sw_licence_terms *terms, enum sw_licence_rule_kind kind)
{
    for (size_t i = 0; i < terms->rule_count; i++) {
        if (terms->rules[i].kind == kind) {
            return &terms->rules[i];
        }
    }
    return NULL;
}
