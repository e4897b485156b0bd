/* build.gradle, build.gradle.kts and version catalogs: coordinates behind the names of
 * configurations, with the plain assignments of the same file. No Groovy or Kotlin is run.
 * Source: Gradle User Manual, "Declaring dependencies", "Version Catalogs". */
#include "supply/look_readers.h"
#include "supply/packages.h"

enum token_type { END, WORD, TEXT, MARK };

struct token {
    enum token_type type;
    struct sw_str text;
    uint32_t line;
};

struct reading {
    struct sw_look *look;
    struct sw_str text;
    size_t at;
    uint32_t line;
    struct sw_names names; /* that were given a text */
    struct sw_str *values;
    size_t value_count, value_cap;
    struct sw_str word; /* the last word, and what stands behind it */
    bool assigns;       /* "word =" was read */
    bool active;        /* behind the name of a configuration */
    bool development;
    struct sw_str group, name, version; /* group: "…", name: "…" */
    struct sw_str key;
    uint32_t first; /* line */
};

/* --- tokens ----------------------------------------------------------------------------------- */

static char peek(const struct reading *r, size_t ahead)
{
    return r->text.len - r->at > ahead ? r->text.ptr[r->at + ahead] : '\0';
}

static void skip_to(struct reading *r, const char *end)
{
    const char *at = memmem(r->text.ptr + r->at, r->text.len - r->at, end, strlen(end));
    const size_t stop = at == NULL ? r->text.len : (size_t)(at - r->text.ptr) + strlen(end);
    while (r->at < stop) {
        r->line += r->text.ptr[r->at++] == '\n';
    }
}

static void skip_space(struct reading *r)
{
    for (;;) {
        if (peek(r, 0) == '/' && peek(r, 1) == '/') {
            skip_to(r, "\n");
        } else if (peek(r, 0) == '/' && peek(r, 1) == '*') {
            skip_to(r, "*/");
        } else if (r->at < r->text.len && sw_ascii_space(peek(r, 0))) {
            r->line += peek(r, 0) == '\n';
            r->at++;
        } else {
            return;
        }
    }
}

static bool is_word(char c)
{
    return sw_ascii_alnum(c) || c == '_';
}

/* A text on one line, or between three quotes; without its end it is what is left. */
static void take_text(struct reading *r, struct token *token)
{
    const char quote = peek(r, 0);
    const char three[] = {quote, quote, quote, '\0'};
    const char one[] = {quote, '\0'};
    const bool is_long = peek(r, 1) == quote && peek(r, 2) == quote;
    r->at += is_long ? 3 : 1;
    const size_t start = r->at;
    skip_to(r, is_long ? three : one);
    size_t end = r->at - start;
    end -= end >= (is_long ? 3u : 1u) ? (is_long ? 3u : 1u) : 0;
    token->type = TEXT;
    token->text = sw_str_n(r->text.ptr + start, end);
}

static struct token next_token(struct reading *r)
{
    skip_space(r);
    const size_t start = r->at;
    struct token token = {.type = END, .text = sw_str_n(r->text.ptr + start, 0), .line = r->line};
    if (r->at == r->text.len) {
        return token;
    }
    if (peek(r, 0) == '"' || peek(r, 0) == '\'') {
        take_text(r, &token);
        return token;
    }
    while (is_word(peek(r, 0))) {
        r->at++;
    }
    token.type = r->at > start ? WORD : MARK;
    r->at += r->at > start ? 0 : 1;
    token.text.len = r->at - start;
    return token;
}

/* --- names of this file ----------------------------------------------------------------------- */

static sw_result keep(struct reading *r, struct sw_str name, struct sw_str text)
{
    uint32_t number;
    SW_TRY(sw_names_number(&r->names, 0, name, &number));
    if (number == r->value_count) {
        void *grown = sw_arena_grow(
            r->look->arena, r->values, r->value_count, &r->value_cap, sizeof(struct sw_str));
        SW_TRY_PTR(grown);
        r->values = grown;
        r->value_count++;
    }
    r->values[number] = text;
    return SW_OK;
}

/* "$version", "${versions.langchain}": what the last part was given; anything else is itself. */
static struct sw_str resolve(const struct reading *r, struct sw_str text)
{
    uint32_t number;
    if (text.len == 0 || text.ptr[0] != '$') {
        return text;
    }
    size_t end = text.len - (text.ptr[text.len - 1] == '}' ? 1 : 0);
    size_t start = end;
    while (start > 0 && is_word(text.ptr[start - 1])) {
        start--;
    }
    struct sw_str name = sw_str_n(text.ptr + start, end - start);
    return sw_names_find(&r->names, 0, name, &number) ? r->values[number] : sw_str("");
}

/* --- dependencies ----------------------------------------------------------------------------- */

static sw_result see(struct reading *r, struct sw_str name, struct sw_str version, uint32_t line)
{
    struct sw_str rest;
    (void)sw_cut(resolve(r, version), '@', &version, &rest);
    (void)sw_cut(version, '!', &version, &rest);
    const struct sw_package package = {.ecosystem = SW_CATALOGUE_MAVEN,
        .name = name,
        .range = version,
        .version = version,
        .line = line,
        .development = r->development};
    return sw_package_wanted(r->look, &package);
}

/* "group:artifact:version:classifier" */
static sw_result see_coordinates(struct reading *r, struct sw_str text, uint32_t line)
{
    struct sw_str group;
    struct sw_str artifact;
    struct sw_str version;
    struct sw_str rest;
    if (!sw_cut(text, ':', &group, &rest)) {
        return SW_OK;
    }
    (void)sw_cut(rest, ':', &artifact, &version);
    (void)sw_cut(version, ':', &version, &rest);
    return see(r, sw_str_n(text.ptr, group.len + 1 + artifact.len), version, line);
}

/* group: "g", name: "a" have come together. */
static sw_result see_parts(struct reading *r)
{
    struct sw_str group = r->group;
    struct sw_str name = r->name;
    r->group = r->name = r->key = sw_str("");
    if (group.len == 0 || name.len == 0) {
        return SW_OK;
    }
    const char *both = sw_arena_printf(
        r->look->arena, SW_STR_FMT ":" SW_STR_FMT, SW_STR_ARG(group), SW_STR_ARG(name));
    SW_TRY_PTR(both);
    return see(r, sw_str(both), r->version, r->first);
}

static bool is_configuration(struct sw_str word)
{
    static const char *const endings[] = {"implementation", "api", "compileonly", "runtimeonly",
        "compile", "runtime", "classpath", "kapt", "ksp", "annotationprocessor", "developmentonly"};
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        const size_t len = strlen(endings[i]);
        if (word.len >= len &&
            sw_ascii_equal(sw_str_n(word.ptr + word.len - len, len), sw_str(endings[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_key(struct sw_str word)
{
    return sw_str_is(word, "group") || sw_str_is(word, "name") || sw_str_is(word, "version");
}

static sw_result take_word(struct reading *r, const struct token *token)
{
    if (is_configuration(token->text)) {
        SW_TRY(see_parts(r));
        r->active = true;
        r->development = sw_ascii_starts(token->text, "test") ||
                         sw_ascii_starts(token->text, "androidTest") ||
                         sw_ascii_starts(token->text, "development");
        r->version = sw_str("");
        r->first = token->line;
    } else if (r->active && is_key(token->text)) {
        r->key = token->text;
    } else if (r->active && !sw_str_is(token->text, "platform") &&
               !sw_str_is(token->text, "enforcedPlatform")) {
        SW_TRY(see_parts(r));
        r->active = false;
    }
    r->word = token->text;
    r->assigns = false;
    return SW_OK;
}

static sw_result take_string(struct reading *r, const struct token *token)
{
    if (!r->active) {
        const bool assigns = r->assigns && r->word.len > 0;
        r->assigns = false;
        return assigns ? keep(r, r->word, token->text) : SW_OK;
    }
    if (r->key.len == 0) {
        return see_coordinates(r, token->text, token->line);
    }
    if (sw_str_is(r->key, "group")) {
        r->group = token->text;
    } else if (sw_str_is(r->key, "name")) {
        r->name = token->text;
    } else {
        r->version = token->text;
    }
    r->key = sw_str("");
    return SW_OK;
}

static sw_result take_mark(struct reading *r, const struct token *token)
{
    const char c = token->text.ptr[0];
    r->assigns = c == '=' && !r->active;
    if (r->active && strchr("(,:=[", c) == NULL) {
        SW_TRY(see_parts(r));
        r->active = false;
    }
    return SW_OK;
}

static sw_result look_at_build(struct sw_look *look)
{
    struct reading r = {.look = look, .text = look->text, .line = 1};
    sw_names_init(&r.names, look->arena);
    for (;;) {
        const struct token token = next_token(&r);
        switch (token.type) {
        case END: return see_parts(&r);
        case WORD: SW_TRY(take_word(&r, &token)); break;
        case TEXT: SW_TRY(take_string(&r, &token)); break;
        case MARK: SW_TRY(take_mark(&r, &token)); break;
        }
    }
}

/* --- version catalogs ------------------------------------------------------------------------- */

static sw_result collect_versions(struct reading *r, const struct sw_json *versions)
{
    SW_JSON_EACH_MEMBER (member, versions) {
        SW_TRY(keep(r, member->name, sw_text_of(&member->value)));
    }
    return SW_OK;
}

static struct sw_str version_of(const struct reading *r, const struct sw_json *library)
{
    uint32_t number;
    const struct sw_json *version = sw_json_get(library, "version");
    struct sw_str reference = sw_text_of(sw_json_get(version, "ref"));
    if (reference.len == 0) {
        return sw_text_of(version);
    }
    return sw_names_find(&r->names, 0, reference, &number) ? r->values[number] : sw_str("");
}

static sw_result see_library(struct reading *r, const struct sw_json *library)
{
    const uint32_t line = (uint32_t)library->where;
    struct sw_str module = sw_text_of(sw_json_get(library, "module"));
    if (library->type == SW_JSON_STRING) {
        return see_coordinates(r, library->text, line);
    }
    if (module.len > 0) {
        return see(r, module, version_of(r, library), line);
    }
    r->group = sw_text_of(sw_json_get(library, "group"));
    r->name = sw_text_of(sw_json_get(library, "name"));
    r->version = version_of(r, library);
    r->first = line;
    return see_parts(r);
}

static sw_result look_at_catalog(struct sw_look *look, struct sw_error *err)
{
    struct sw_json root;
    struct reading r = {.look = look};
    SW_TRY(sw_package_toml(look, &root, err));
    sw_names_init(&r.names, look->arena);
    SW_TRY(collect_versions(&r, sw_json_get(&root, "versions")));
    SW_JSON_EACH_MEMBER (member, sw_json_get(&root, "libraries")) {
        SW_TRY(see_library(&r, &member->value));
    }
    return SW_OK;
}

static sw_result look_at_gradle(struct sw_look *look, struct sw_error *err)
{
    return sw_look_ends(look, ".toml") ? look_at_catalog(look, err) : look_at_build(look);
}

static bool takes_gradle(const struct sw_look *look)
{
    return sw_look_ends(look, ".gradle") || sw_look_ends(look, ".gradle.kts") ||
           sw_look_ends(look, ".versions.toml");
}

const struct sw_look_reader sw_look_gradle = {
    .name = "gradle",
    .takes = takes_gradle,
    .look = look_at_gradle,
    .gap = "no TOML",
};
