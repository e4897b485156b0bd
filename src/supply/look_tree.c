/* Trees of source code, as discovery walks them. */
#include "supply/look_tree.h"
#include "supply/ascii.h"
#include "supply/python_values.h"

#define TREE_DEPTH 4096

static const struct sw_signal argument = {"model-argument", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
static const struct sw_signal through = {
    "model-through-names", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};
static const struct sw_signal keyed = {"model-by-key", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};
static const struct sw_signal body = {"model-in-body", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};
static const struct sw_signal pretrained = {
    "pretrained-weights", SW_SOURCE_CODE, SW_GRADE_INFERRED, 850};
static const struct sw_signal dataset = {
    "dataset-argument", SW_SOURCE_CODE, SW_GRADE_INFERRED, 850};

struct reading {
    struct sw_look *look;
    const struct sw_look_language *language;
    struct sw_py_values *values;
    bool about_models; /* the file imports something of the catalogue */
    bool lost;         /* an expression may be more than was looked at */
    const struct sw_look_tree *trees;
    size_t tree_count;
    struct sw_names *own; /* names that are of the file or its program; NULL: not listed yet */
};

/* --- imports ---------------------------------------------------------------------------------- */

static bool package_of(const struct reading *r, struct sw_str module, struct sw_str *out)
{
    return module.len > 0 && module.ptr[0] != '.' && r->language->package_of(r->look, module, out);
}

static sw_result see_import(struct reading *r, struct sw_str module, uint32_t line)
{
    const struct sw_look_language *language = r->language;
    struct sw_str package;
    SW_TRY(sw_look_see_module(r->look, language->ecosystem, module, line));
    if (!package_of(r, module, &package)) {
        return SW_OK;
    }
    const struct sw_signal *signal =
        language->signal_of == NULL ? language->import : language->signal_of(r->look, module);
    return sw_look_see_package(r->look, signal, language->ecosystem, package, sw_str(""), line);
}

/* require("x") and import("x"); in Python import_module("x"), and what programs call the functions
 * and classes that put an import off: LazyLoader("x"). */
static bool is_importer(const struct reading *r, struct sw_str callee)
{
    static const char *const scripts[] = {"require", "import"};
    static const char *const python[] = {"import_module", "__import__", "LazyLoader", "LazyModule",
        "LazyImport", "lazy_import", "optional_import", "try_import", "import_optional"};
    const char *const *names = r->language->clike ? scripts : python;
    const size_t count = r->language->clike ? SW_COUNT(scripts) : SW_COUNT(python);
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(callee, names[i])) {
            return true;
        }
    }
    return false;
}

/* What a call imports: of Python's the first text that names a package, since some give the name to
 * import as, or the package to install, too. */
static struct sw_str imported_by_call(const struct reading *r, const struct sw_py_node *call)
{
    struct sw_str package;
    const struct sw_py_node *callee = call->first;
    const struct sw_py_node *given = callee == NULL ? NULL : callee->next;
    const bool text = given != NULL && given->kind == SW_PY_TEXT;
    const bool named = text && (callee->kind == SW_PY_NAME ||
                                   (!r->language->clike && callee->kind == SW_PY_ATTRIBUTE));
    if (!named || !is_importer(r, callee->name)) {
        return sw_str("");
    }
    if (r->language->clike) {
        return given->name;
    }
    for (const struct sw_py_node *n = given; n != NULL; n = n->next) {
        if (n->kind == SW_PY_TEXT && package_of(r, n->name, &package)) {
            return n->name;
        }
    }
    return sw_str("");
}

/* import x, require("x"): what it imports; nothing when it is another node. */
static struct sw_str imported(const struct reading *r, const struct sw_py_node *node)
{
    if (node->kind == SW_PY_IMPORT) {
        bool whole = node->first != NULL && node->first->kind == SW_PY_PATH;
        return whole ? node->first->name : node->module;
    }
    return node->kind == SW_PY_CALL ? imported_by_call(r, node) : sw_str("");
}

static sw_result find_imports(struct reading *r, const struct sw_py_node *node, unsigned depth)
{
    struct sw_str package;
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    r->about_models = r->about_models || package_of(r, imported(r, node), &package);
    for (const struct sw_py_node *n = node->first; n != NULL && !r->about_models; n = n->next) {
        SW_TRY(find_imports(r, n, depth + 1));
    }
    return SW_OK;
}

/* --- names of models -------------------------------------------------------------------------- */

/* A commit that the call names, too: it is the version then. */
static struct sw_str revision_of(const struct reading *r, const struct sw_py_node *call)
{
    struct sw_py_value_list values = {0};
    for (const struct sw_py_node *n = call->first->next; n != NULL; n = n->next) {
        if (n->kind == SW_PY_KEYWORD && sw_str_is(n->name, "revision")) {
            sw_py_values_of(r->values, n->first, &values);
        }
    }
    return values.count == 1 ? values.list[0].text : sw_str("");
}

/* "openai/whisper-" and "large-v3" */
static sw_result with_prefix(
    struct reading *r, const struct sw_catalogue_call *call, struct sw_str text, struct sw_str *out)
{
    *out = text;
    if (call->prefix.len == 0 || memchr(text.ptr, '/', text.len) != NULL) {
        return SW_OK;
    }
    const char *name = sw_arena_printf(
        r->look->arena, SW_STR_FMT SW_STR_FMT, SW_STR_ARG(call->prefix), SW_STR_ARG(text));
    SW_TRY_PTR(name);
    *out = sw_str(name);
    return SW_OK;
}

static sw_result see_value(struct reading *r, const struct sw_catalogue_call *call,
    const struct sw_py_value *value, const struct sw_py_node *node)
{
    const struct sw_signal *signal = value->hops == 0 ? &argument : &through;
    struct sw_str name;
    if (call->of == SW_ENTITY_DATASET) {
        return sw_look_see_dataset(r->look, &dataset, value->text, node->line);
    }
    const bool named = value->hops == 0 || sw_look_is_model_like(value->text) ||
                       memchr(value->text.ptr, ':', value->text.len) != NULL;
    if (call->from == SW_FROM_MAKER && named) {
        return sw_look_see_model_by(r->look, signal, value->text, call->whose, node->line);
    }
    if (call->whose.len > 0 && call->from != SW_FROM_MAKER) {
        return sw_look_see_model_of(r->look, signal, value->text, call->whose, node->line);
    }
    SW_TRY(with_prefix(r, call, value->text, &name));
    return call->from == SW_FROM_HUB
               ? sw_look_see_pinned_model(r->look, signal, name, revision_of(r, node), node->line)
               : sw_look_see_model(r->look, signal, name, call->from, false, node->line);
}

static sw_result see_values(struct reading *r, const struct sw_catalogue_call *call,
    const struct sw_py_node *expression, const struct sw_py_node *node)
{
    struct sw_py_value_list values;
    sw_py_values_of(r->values, expression, &values);
    r->lost = r->lost || values.lost;
    for (size_t i = 0; i < values.count; i++) {
        SW_TRY(see_value(r, call, &values.list[i], node));
    }
    return SW_OK;
}

static bool is_keyword_of(const struct sw_catalogue_call *call, struct sw_str name)
{
    for (size_t i = 0; i < call->keyword_count; i++) {
        if (sw_str_equal(name, call->keywords[i])) {
            return true;
        }
    }
    return false;
}

static const struct sw_py_node *argument_of(
    const struct sw_catalogue_call *call, const struct sw_py_node *node)
{
    uint32_t at = 0;
    for (const struct sw_py_node *n = node->first->next; n != NULL; n = n->next) {
        if (n->kind == SW_PY_KEYWORD && is_keyword_of(call, n->name)) {
            return n->first;
        }
        if (n->kind != SW_PY_KEYWORD && at++ == call->at) {
            return n;
        }
    }
    return NULL;
}

enum keyness {
    NO_KEY,
    LIKE_A_KEY, /* it speaks of models: what it has counts when it is in the catalogue */
    A_KEY,
};

/* "chat_model", "llm"; of "model_type" and the like the value is no name. */
static bool is_key_like(struct sw_str lower)
{
    static const char *const others[] = {"type", "class", "kind", "family", "provider", "format",
        "types", "classes", "kinds", "families", "providers", "formats", "architectures"};
    for (size_t i = 0; i < SW_COUNT(others); i++) {
        if (sw_str_ends(lower, others[i])) {
            return false;
        }
    }
    if (sw_look_names_output(lower)) {
        return false;
    }
    static const char *const words[] = {"model", "llm", "checkpoint", "ckpt", "pretrained",
        "backbone", "controlnet", "embedder", "reranker", "encoder", "whisper", "repo_id",
        "hf_repo", "lora"};
    static const char *const ends[] = {
        "deployment", "deployment_name", "deployment-name", "engine", "adapter"};
    bool speaks = false;
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        speaks = speaks || memmem(lower.ptr, lower.len, words[i], strlen(words[i])) != NULL;
    }
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        speaks = speaks || sw_str_ends(lower, ends[i]);
    }
    return speaks;
}

/* "diarization_model", "--judge-model-name" */
static bool ends_as_key(struct sw_str lower)
{
    static const char *const ends[] = {"_model", "-model", "_model_id", "-model-id", "_model_name",
        "-model-name", "_model_name_or_path"};
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        if (sw_str_ends(lower, ends[i])) {
            return true;
        }
    }
    return false;
}

static enum keyness keyness_of(const struct reading *r, struct sw_str key)
{
    struct sw_str known;
    if (key.len == 0) {
        return NO_KEY;
    }
    if (sw_catalogue_find(r->look->catalogue, SW_CATALOGUE_KEYS, key, &known) ||
        (ends_as_key(key) && !sw_look_names_output(key))) {
        return A_KEY;
    }
    return is_key_like(key) ? LIKE_A_KEY : NO_KEY;
}

/* "GPT-4" where names are in small letters: what people are shown. */
static bool is_shown(const struct reading *r, struct sw_str text)
{
    struct sw_str found;
    size_t i = 0;
    while (i < text.len && sw_ascii_lower(text.ptr[i]) == text.ptr[i]) {
        i++;
    }
    return i < text.len && memchr(text.ptr, '/', text.len) == NULL &&
           !sw_catalogue_begins(r->look->catalogue, SW_CATALOGUE_MODELS, text, &found);
}

/* A key, what it has, and whether that counts when only the key says that it is a model. */
struct keyed {
    struct sw_str key; /* in lower case */
    enum keyness keyness;
    bool known;
    uint32_t line;
};

static sw_result see_keyed_value(
    struct reading *r, const struct keyed *k, const struct sw_py_value *value)
{
    const bool here = value->hops == 0 && value->line > 0;
    const uint32_t line = here ? value->line : k->line;
    bool seen;
    SW_TRY(sw_look_see_model_of_key(r->look, &keyed, k->key, value->text, line, &seen));
    if (seen || (k->keyness == LIKE_A_KEY && is_shown(r, value->text))) {
        return SW_OK;
    }
    return sw_look_see_model(r->look, &keyed, value->text, SW_FROM_ANY, k->known, line);
}

/* model=…, {"model": …}, MODEL = …. `display`: it is given to something, and not only kept. */
static sw_result see_keyed(
    struct reading *r, struct sw_str key, const struct sw_py_node *expression, bool display)
{
    struct sw_py_value_list values;
    char lower[SW_LOOK_KEY_MAX];
    struct keyed k = {.key = sw_look_lowered(key, lower), .line = expression->line};
    k.keyness = keyness_of(r, k.key);
    k.known = r->about_models && display && k.keyness == A_KEY;
    if (k.keyness == NO_KEY) {
        return SW_OK;
    }
    sw_py_values_of(r->values, expression, &values);
    r->lost = r->lost || values.lost;
    for (size_t i = 0; i < values.count; i++) {
        SW_TRY(see_keyed_value(r, &k, &values.list[i]));
    }
    return SW_OK;
}

/* x.model("gpt-4o") of what builds a request, setModel(…), withModelName(…) */
static sw_result see_method(struct reading *r, struct sw_str callee, const struct sw_py_node *call)
{
    static const char *const words[] = {"with", "set"};
    const struct sw_py_node *given = call->first->next;
    if (given == NULL || given->next != NULL || call->first->kind != SW_PY_ATTRIBUTE) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        const size_t len = strlen(words[i]);
        if (sw_ascii_starts(callee, words[i]) && callee.len > len) {
            callee = sw_str_n(callee.ptr + len, callee.len - len);
        }
    }
    return see_keyed(r, callee, given, true);
}

/* chat_models.append("gpt-4o"), models.push(…): a list that is called after models grows. */
static sw_result see_growth(struct reading *r, struct sw_str callee, const struct sw_py_node *call)
{
    static const char *const words[] = {"append", "extend", "add", "push"};
    const struct sw_py_node *list = call->first->first;
    const struct sw_py_node *given = call->first->next;
    if (call->first->kind != SW_PY_ATTRIBUTE || given == NULL || given->next != NULL ||
        list == NULL || (list->kind != SW_PY_NAME && list->kind != SW_PY_ATTRIBUTE)) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_str_is(callee, words[i])) {
            return see_keyed(r, list->name, given, false);
        }
    }
    return SW_OK;
}

/* A word and nothing else: "chat-model", "--model", "llm.model". */
static bool is_word(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_ascii_alnum(text.ptr[i]) && memchr("_-.", text.ptr[i], 3) == NULL) {
            return false;
        }
    }
    return text.len > 0;
}

static const struct sw_py_node *value_of(const struct sw_py_node *given)
{
    return given->kind == SW_PY_KEYWORD ? given->first : given;
}

/* os.environ.get("CHAT_MODEL", "gpt-4o"), flag.String("model", "gpt-4o", …): what a text names, and
 * what it is when nothing says otherwise. */
static sw_result see_default(struct reading *r, const struct sw_py_node *call)
{
    const struct sw_py_node *name = call->first->next;
    if (name == NULL || name->kind != SW_PY_TEXT || !is_word(name->name)) {
        return SW_OK;
    }
    for (const struct sw_py_node *n = name->next; n != NULL; n = n->next) {
        const bool other = n->kind == SW_PY_KEYWORD && !sw_str_is(n->name, "default");
        SW_TRY(other ? SW_OK : see_keyed(r, name->name, value_of(n), true));
    }
    return SW_OK;
}

/* ModelConfig(id="gpt-4o"): whose name says that it is of a model. */
static bool is_of_model(struct sw_str callee, struct sw_str keyword)
{
    static const char *const words[] = {"id", "name", "slug", "key", "value"};
    bool names = false;
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        names = names || sw_str_is(keyword, words[i]);
    }
    return names && (memmem(callee.ptr, callee.len, "Model", 5) != NULL ||
                        memmem(callee.ptr, callee.len, "LLM", 3) != NULL);
}

static bool is_nothing(const struct sw_py_node *value)
{
    return value->kind == SW_PY_NAME &&
           (sw_str_is(value->name, "None") || sw_str_is(value->name, "False"));
}

/* resnet50(pretrained=True), ResNet50(weights="imagenet"): the call is the model. */
static sw_result see_architecture(
    struct reading *r, struct sw_str callee, const struct sw_py_node *call)
{
    struct sw_str whose;
    const struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = callee};
    if (!r->about_models ||
        !sw_catalogue_find(r->look->catalogue, SW_CATALOGUE_ARCHITECTURES, callee, &whose)) {
        return SW_OK;
    }
    for (const struct sw_py_node *n = call->first->next; n != NULL; n = n->next) {
        const bool weights = n->kind == SW_PY_KEYWORD &&
                             (sw_str_is(n->name, "weights") || sw_str_is(n->name, "pretrained"));
        if (weights && !is_nothing(n->first)) {
            return sw_look_see(r->look, &pretrained, &id, call->line, whose);
        }
    }
    return SW_OK;
}

/* The row of "spacy.load", or else that of "load". */
static const struct sw_catalogue_call *row_of(
    const struct reading *r, struct sw_str callee, const struct sw_py_node *node)
{
    char name[128];
    const struct sw_py_node *base = node->first->first;
    const bool member = node->first->kind == SW_PY_ATTRIBUTE && base != NULL &&
                        (base->kind == SW_PY_NAME || base->kind == SW_PY_ATTRIBUTE);
    const int len = member ? snprintf(name, sizeof(name), SW_STR_FMT "." SW_STR_FMT,
                                 SW_STR_ARG(base->name), SW_STR_ARG(callee))
                           : 0;
    const struct sw_catalogue_call *row =
        len > 0 && (size_t)len < sizeof(name)
            ? sw_catalogue_call(r->look->catalogue, sw_str_n(name, (size_t)len))
            : NULL;
    return row != NULL ? row : sw_catalogue_call(r->look->catalogue, callee);
}

/* --- clients of services ---------------------------------------------------------------------- */

/* Names that say a client only with what stands in front of them: "genai.Client". */
static bool is_general(struct sw_str callee)
{
    static const char *const names[] = {"Client", "ClientV2", "AsyncClient", "GenerativeModel",
        "configure", "NewClient", "NewFromConfig", "builder", "fromEnv", "init", "login", "run"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (callee.len > 0 && callee.ptr[0] == names[i][0] && sw_str_is(callee, names[i])) {
            return true;
        }
    }
    return false;
}

/* Whose client a call makes: "OpenAI", "genai.Client", "client" with "bedrock-runtime". */
static bool client_of(const struct reading *r, struct sw_str callee, const struct sw_py_node *call,
    struct sw_str *service)
{
    char name[128];
    int len = 0;
    const struct sw_py_node *base =
        call->first->kind == SW_PY_ATTRIBUTE ? call->first->first : NULL;
    const struct sw_py_node *given = call->first->next;
    if (base != NULL && (base->kind == SW_PY_NAME || base->kind == SW_PY_ATTRIBUTE) &&
        is_general(callee)) {
        len = snprintf(name, sizeof(name), SW_STR_FMT "." SW_STR_FMT, SW_STR_ARG(base->name),
            SW_STR_ARG(callee));
    } else if (given != NULL && given->kind == SW_PY_TEXT && sw_str_is(callee, "client")) {
        len = snprintf(name, sizeof(name), "client " SW_STR_FMT, SW_STR_ARG(given->name));
    }
    const struct sw_str key =
        len > 0 && (size_t)len < sizeof(name) ? sw_str_n(name, (size_t)len) : callee;
    return sw_catalogue_find(r->look->catalogue, SW_CATALOGUE_CONSTRUCTORS, key, service);
}

static bool is_address(struct sw_str key)
{
    static const char *const keys[] = {"base_url", "baseURL", "baseUrl", "api_base", "apiBase",
        "openai_api_base", "azure_endpoint", "azureEndpoint", "endpoint", "endpoint_url", "host",
        "basePath", "BaseURL", "url", "server_url"};
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        if (sw_str_is(key, keys[i])) {
            return true;
        }
    }
    return false;
}

/* What a client is told to ask instead: base_url=…, { baseURL: … }; NULL when it is not told. */
static const struct sw_py_node *told_address(const struct sw_py_node *n)
{
    if (n->kind == SW_PY_KEYWORD) {
        return is_address(n->name) ? n->first : NULL;
    }
    const struct sw_py_node *m = n->kind == SW_PY_DICT ? n->first : NULL;
    for (; m != NULL && m->next != NULL; m = m->next->next) {
        if (m->kind == SW_PY_TEXT && is_address(m->name)) {
            return m->next;
        }
    }
    return NULL;
}

static bool has_address(const struct sw_py_value_list *values)
{
    bool any = false;
    for (size_t i = 0; i < values->count; i++) {
        const struct sw_str text = values->list[i].text;
        any = any || memmem(text.ptr, text.len, "://", 3) != NULL;
    }
    return any;
}

/* { ...options }: an address may be among them. */
static bool is_spread(const struct sw_py_node *n)
{
    return (n->kind == SW_PY_GROUP || n->kind == SW_PY_DICT) && sw_str_is(n->name, "...");
}

/* The texts that its address may be; whether it is given one, or something that may hold one. */
static bool addresses_of(
    const struct reading *r, const struct sw_py_node *call, struct sw_py_value_list *values)
{
    bool told = call->module.len > 0; /* **options */
    for (const struct sw_py_node *n = call->first->next; n != NULL; n = n->next) {
        const struct sw_py_node *address = told_address(n);
        values->count = 0;
        sw_py_values_of(r->values, address != NULL ? address : n, values);
        if (address != NULL ||
            (n->kind != SW_PY_KEYWORD && n->kind != SW_PY_DICT && has_address(values))) {
            return true;
        }
        told = told || is_spread(n);
    }
    values->count = 0;
    return told;
}

/* What is called, or what it is of: "genai" of "genai.Client". */
static struct sw_str root_of(const struct sw_py_node *call)
{
    const struct sw_py_node *of = call->first;
    while (of->kind == SW_PY_ATTRIBUTE && of->first != NULL) {
        of = of->first;
    }
    return of->kind == SW_PY_NAME ? of->name : sw_str("");
}

/* Whether it is imported from what is no package of the catalogue, or the file or its program has
 * it itself. What clients of all of a cloud are called says itself which they are. */
static sw_result is_of_another(
    struct reading *r, struct sw_str callee, const struct sw_py_node *call, bool *out)
{
    struct sw_str package;
    uint32_t number;
    const struct sw_str root = root_of(call);
    *out = false;
    if (root.len == 0 || sw_str_is(callee, "client")) {
        return SW_OK;
    }
    const struct sw_str path = sw_py_values_import(r->values, root);
    if (!r->language->clike && path.len > 0) {
        *out = !package_of(r, path, &package);
        return SW_OK;
    }
    if (r->own == NULL) {
        r->own = SW_ARENA_NEW(r->look->arena, struct sw_names);
        SW_TRY_PTR(r->own);
        SW_TRY(sw_look_own_names(r->look, r->language, r->trees, r->tree_count, r->own));
    }
    *out = sw_names_find(r->own, 0, root, &number);
    return SW_OK;
}

/* OpenAI(…), createOpenAI({…}): a service is asked; another one than its maker's when an address is
 * given. */
static sw_result see_client(struct reading *r, struct sw_str callee, const struct sw_py_node *call)
{
    struct sw_py_value_list values = {0};
    struct sw_str service;
    bool another;
    if (!r->about_models || !client_of(r, callee, call, &service)) {
        return SW_OK;
    }
    SW_TRY(is_of_another(r, callee, call, &another));
    if (another) {
        return SW_OK;
    }
    return addresses_of(r, call, &values)
               ? sw_look_see_endpoints(r->look, service, &values, call->line)
               : sw_look_see_service(r->look, service, false, call->line);
}

static sw_result see_call(struct reading *r, const struct sw_py_node *node)
{
    const struct sw_str callee = sw_py_values_callee(r->values, node);
    const struct sw_catalogue_call *call = row_of(r, callee, node);
    const struct sw_py_node *given = call == NULL ? NULL : argument_of(call, node);
    SW_TRY(see_import(r, imported(r, node), node->line));
    if (given != NULL) {
        SW_TRY(see_values(r, call, given, node));
    }
    SW_TRY(see_client(r, callee, node));
    SW_TRY(see_default(r, node));
    SW_TRY(see_growth(r, callee, node));
    SW_TRY(r->language->clike ? see_method(r, callee, node) : see_architecture(r, callee, node));
    for (const struct sw_py_node *n = node->first->next; n != NULL; n = n->next) {
        if (n->kind == SW_PY_KEYWORD && n->first != given) {
            SW_TRY(is_of_model(callee, n->name) ? see_keyed(r, sw_str("model"), n->first, false)
                                                : see_keyed(r, n->name, n->first, true));
        }
    }
    return SW_OK;
}

static sw_result see_display(struct reading *r, const struct sw_py_node *dict)
{
    for (const struct sw_py_node *n = dict->first; n != NULL && n->next != NULL;
         n = n->next->next) {
        if (n->kind == SW_PY_TEXT) {
            SW_TRY(see_keyed(r, n->name, n->next, true));
        }
    }
    return SW_OK;
}

static sw_result see_environment_names(struct reading *r, const struct sw_py_node *node);

/* settings.models.fast = …: the member of what is called after models. */
static sw_result see_member(
    struct reading *r, const struct sw_py_node *target, const struct sw_py_node *value)
{
    const struct sw_py_node *of = target->kind == SW_PY_ATTRIBUTE ? target->first : NULL;
    return of != NULL && (of->kind == SW_PY_NAME || of->kind == SW_PY_ATTRIBUTE) &&
                   sw_str_is(of->name, "models")
               ? see_keyed(r, of->name, value, false)
               : SW_OK;
}

/* Of "https://host/tiny.pt" the host; empty for what is no address of weights. */
static struct sw_str host_of_weights(const struct sw_py_node *node)
{
    static const char *const ends[] = {
        ".pt", ".pth", ".bin", ".ckpt", ".gguf", ".onnx", ".safetensors"};
    static const char scheme[] = "https://";
    const struct sw_str text = node->kind == SW_PY_TEXT ? node->name : sw_str("");
    bool weights = false;
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        weights = weights || sw_str_ends(text, ends[i]);
    }
    const char *host = text.ptr + strlen(scheme);
    const char *slash = weights && sw_str_starts(text, scheme)
                            ? memchr(host, '/', text.len - strlen(scheme))
                            : NULL;
    return slash == NULL ? sw_str("") : sw_str_n(host, (size_t)(slash - host));
}

/* What a table has for a model: what is to know of it, or what it is shown as; not another one, and
 * not a limit or a price. */
static bool describes(const struct reading *r, const struct sw_py_node *value)
{
    return value->kind != SW_PY_NUMBER &&
           (value->kind != SW_PY_TEXT || !sw_look_is_model_itself(r->look, value->name));
}

#define TABLE_DEPTH 2 /* MODELS = {maker: {model: {…}}} */

static sw_result see_rows(struct reading *r, const struct sw_py_node *table, unsigned depth)
{
    for (const struct sw_py_node *n = table->first; n != NULL && n->next != NULL;
         n = n->next->next) {
        const struct sw_py_node *value = n->next;
        const struct sw_str host = host_of_weights(value);
        const struct sw_str name = n->kind == SW_PY_TEXT ? n->name : sw_str("");
        const bool itself = sw_look_is_model_itself(r->look, name);
        const struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = name};
        if (name.len > 0 && host.len > 0 && !sw_look_is_placeholder(name)) {
            SW_TRY(sw_look_see(r->look, &keyed, &id, n->line, host));
        } else if (itself && describes(r, value)) {
            SW_TRY(sw_look_see_model(r->look, &keyed, name, SW_FROM_ANY, true, n->line));
        } else if (!itself && value->kind == SW_PY_DICT && depth < TABLE_DEPTH) {
            SW_TRY(see_rows(r, value, depth + 1));
        }
    }
    return SW_OK;
}

/* MODELS = {"gpt-4o": {…}, …}: what may be chosen, with what is to know of each, or where its
 * weights are. */
static sw_result see_table(
    struct reading *r, const struct sw_py_node *target, const struct sw_py_node *table)
{
    const bool kept = target->kind == SW_PY_NAME || target->kind == SW_PY_ATTRIBUTE;
    return table->kind == SW_PY_DICT && kept && sw_look_is_table_of_models(target->name)
               ? see_rows(r, table, 1)
               : SW_OK;
}

/* class ChatModels(Enum): FAST = "o3": the members of a class that is called after models. */
static sw_result see_members(struct reading *r, const struct sw_py_node *class)
{
    char lower[SW_LOOK_KEY_MAX];
    const struct sw_py_node *inner = class->last;
    const bool models =
        sw_look_is_table_of_models(class->name) && is_key_like(sw_look_lowered(class->name, lower));
    for (const struct sw_py_node *n = models && inner != NULL ? inner->first : NULL; n != NULL;
         n = n->next) {
        const bool text = n->kind == SW_PY_ASSIGN && n->last != NULL && n->last->kind == SW_PY_TEXT;
        SW_TRY(text && !is_shown(r, n->last->name)
                   ? sw_look_see_model(r->look, &keyed, n->last->name, SW_FROM_ANY, false, n->line)
                   : SW_OK);
    }
    return SW_OK;
}

static sw_result see_assignment(struct reading *r, const struct sw_py_node *node)
{
    SW_TRY(see_environment_names(r, node));
    for (const struct sw_py_node *n = node->first; n != NULL && n != node->last; n = n->next) {
        const struct sw_py_node *key = n->kind == SW_PY_SUBSCRIPT ? n->last : n;
        if (key != NULL &&
            (key->kind == SW_PY_NAME || key->kind == SW_PY_ATTRIBUTE || key->kind == SW_PY_TEXT)) {
            SW_TRY(see_keyed(r, key->name, node->last, false));
        }
        SW_TRY(see_member(r, n, node->last));
        SW_TRY(see_table(r, n, node->last));
    }
    return SW_OK;
}

/* Behind a quote, which may be escaped: a text in a text. Itself when none stands there. */
static const char *pass_quote(const char *at, const char *end)
{
    const char *quote = at < end && *at == '\\' ? at + 1 : at;
    return quote < end && *quote == '"' ? quote + 1 : at;
}

/* What stands behind "model" and a ':' in quotes; empty when that is something else. */
static struct sw_str body_value(const char *at, const char *end)
{
    const char *behind = pass_quote(at, end);
    if (behind == at) {
        return sw_str("");
    }
    while (behind < end && (sw_ascii_space(*behind) || *behind == ':')) {
        behind++;
    }
    const char *start = pass_quote(behind, end);
    const char *stop = start == behind ? NULL : memchr(start, '"', (size_t)(end - start));
    if (stop == NULL) {
        return sw_str("");
    }
    stop -= stop > start && stop[-1] == '\\' ? 1 : 0;
    return sw_str_n(start, (size_t)(stop - start));
}

sw_result sw_look_see_body(struct sw_look *look, struct sw_str text, uint32_t line)
{
    static const char key[] = "\"model";
    const char *end = text.ptr + text.len;
    const char *at = text.ptr;
    while (text.len > 0 && (at = memmem(at, (size_t)(end - at), key, sizeof(key) - 1)) != NULL) {
        at += sizeof(key) - 1;
        const struct sw_str value = body_value(at, end);
        SW_TRY(value.len > 0 ? sw_look_see_model(look, &body, value, SW_FROM_ANY, false, line)
                             : SW_OK);
    }
    return SW_OK;
}

/* "${chat.model:gpt-4o}" of a property, with what it is when nothing sets it. */
static sw_result see_property(struct reading *r, const struct sw_py_node *text)
{
    struct sw_str name = text->name;
    const char *colon = memchr(name.ptr, ':', name.len);
    if (!r->language->clike || !sw_str_starts(name, "${") || !sw_str_ends(name, "}") ||
        colon == NULL) {
        return SW_OK;
    }
    struct sw_str key = sw_str_n(name.ptr + 2, (size_t)(colon - name.ptr) - 2);
    struct sw_str value = sw_str_n(colon + 1, name.len - key.len - 4);
    return memmem(key.ptr, key.len, "model", 5) == NULL
               ? SW_OK
               : sw_look_see_model(r->look, &keyed, value, SW_FROM_ANY, false, text->line);
}

static sw_result see_text(struct reading *r, const struct sw_py_node *text)
{
    if (text->name.len < 2) {
        return SW_OK;
    }
    SW_TRY(sw_look_see_variable(r->look, text->name, text->line));
    SW_TRY(sw_look_see_hosts(r->look, text->name, text->line));
    SW_TRY(see_property(r, text));
    return sw_look_see_body(r->look, text->name, text->line);
}

/* b'{"model": "…"}', f'{{"model": "…"}}' */
static sw_result see_written(struct reading *r, const struct sw_py_node *text)
{
    SW_TRY(sw_look_see_hosts(r->look, text->name, text->line));
    return sw_look_see_body(r->look, text->name, text->line);
}

/* process.env.OPENAI_API_KEY */
static bool is_environment(const struct sw_py_node *node)
{
    return (node->kind == SW_PY_NAME || node->kind == SW_PY_ATTRIBUTE) &&
           sw_str_is(node->name, "env");
}

static sw_result see_attribute(struct reading *r, const struct sw_py_node *node)
{
    return r->language->clike && node->first != NULL && is_environment(node->first)
               ? sw_look_see_variable(r->look, node->name, node->line)
               : SW_OK;
}

/* const { OPENAI_API_KEY } = process.env */
static sw_result see_environment_names(struct reading *r, const struct sw_py_node *node)
{
    if (!r->language->clike || !is_environment(node->last)) {
        return SW_OK;
    }
    for (const struct sw_py_node *n = node->first->first; n != NULL; n = n->next) {
        SW_TRY(n->kind == SW_PY_NAME || n->kind == SW_PY_TEXT
                   ? sw_look_see_variable(r->look, n->name, n->line)
                   : SW_OK);
    }
    return SW_OK;
}

/* process.env.CHAT_MODEL ?? "gpt-4o", os.environ["CHAT_MODEL"] or "gpt-4o" */
static sw_result see_choice(struct reading *r, const struct sw_py_node *group)
{
    const struct sw_py_node *a = group->first;
    if (sw_str_is(group->module, "f")) {
        return sw_look_see_hosts(r->look, group->name, group->line);
    }
    const bool either = sw_str_is(group->name, "or") && a != NULL && a->next != NULL;
    if (either && a->kind == SW_PY_ATTRIBUTE) {
        return see_keyed(r, a->name, a->next, false);
    }
    if (either && a->kind == SW_PY_SUBSCRIPT && a->last->kind == SW_PY_TEXT) {
        return see_keyed(r, a->last->name, a->next, false);
    }
    return SW_OK;
}

/* model="gpt-4o", model: Literal["gpt-4o", "o1"] */
static sw_result see_parameter(struct reading *r, const struct sw_py_node *node)
{
    const struct sw_py_node *type = node->first;
    SW_TRY(type != NULL && sw_py_is_literal(type) ? see_keyed(r, node->name, type, true) : SW_OK);
    return sw_str_is(node->module, "=") ? see_keyed(r, node->name, node->last, false) : SW_OK;
}

static sw_result see_node(struct reading *r, const struct sw_py_node *node)
{
    switch ((int)node->kind) {
    case SW_PY_IMPORT: return see_import(r, imported(r, node), node->line);
    case SW_PY_CALL: return see_call(r, node);
    case SW_PY_DICT: return see_display(r, node);
    case SW_PY_CLASS: return see_members(r, node);
    case SW_PY_ASSIGN: return node->first == NULL ? SW_OK : see_assignment(r, node);
    case SW_PY_ATTRIBUTE: return see_attribute(r, node);
    case SW_PY_KEYWORD:
        return r->language->clike ? see_keyed(r, node->name, node->first, true) : SW_OK;
    case SW_PY_TEXT: return see_text(r, node);
    case SW_PY_BYTES: return see_written(r, node);
    case SW_PY_PARAMETER: return see_parameter(r, node);
    case SW_PY_GROUP:
        return sw_str_is(node->module, "f") ? see_written(r, node) : see_choice(r, node);
    default: return SW_OK;
    }
}

/* --- names that stand by themselves ----------------------------------------------------------- */

/* "o1", "qwen-max"; not "chatglm", which is a word beside others. */
static bool says_version(struct sw_str name)
{
    size_t i = 0;
    while (i < name.len && !sw_ascii_digit(name.ptr[i]) && name.ptr[i] != '-') {
        i++;
    }
    return i < name.len;
}

/* [ "gpt-4o", "o1" ]: next to one that nothing else is called, others of the catalogue are meant;
 * next to one of the Hub, others of two parts. */
static sw_result see_list(struct reading *r, const struct sw_py_node *list)
{
    bool any = false;
    bool hub = false;
    for (const struct sw_py_node *n = list->first; n != NULL; n = n->next) {
        const bool one = n->kind == SW_PY_TEXT && sw_look_is_model_itself(r->look, n->name);
        any = any || one;
        hub = hub || (one && memchr(n->name.ptr, '/', n->name.len) != NULL);
    }
    for (const struct sw_py_node *n = any ? list->first : NULL; n != NULL; n = n->next) {
        const bool marked = n->kind == SW_PY_TEXT && says_version(n->name) &&
                            !sw_look_is_model_itself(r->look, n->name); /* which tells itself */
        SW_TRY(marked && !is_shown(r, n->name)
                   ? sw_look_see_model(r->look, &keyed, n->name, SW_FROM_ANY, hub, n->line)
                   : SW_OK);
    }
    return SW_OK;
}

/* What openai.GPT4o is: constants that a package gives names to. */
static bool constant(const void *ctx, struct sw_str name, struct sw_str *out)
{
    return sw_catalogue_find(ctx, SW_CATALOGUE_CONSTANTS, name, out);
}

/* model_type=Kind.TEXT_EMBED_3_SMALL: under whatever key. */
static sw_result see_constant(struct reading *r, const struct sw_py_node *keyword)
{
    struct sw_str text;
    const struct sw_py_node *value = keyword->first;
    return r->about_models && value != NULL && value->kind == SW_PY_ATTRIBUTE &&
                   constant(r->look->catalogue, value->name, &text)
               ? sw_look_see_model(r->look, &keyed, text, SW_FROM_ANY, true, value->line)
               : SW_OK;
}

/* "gpt-4o" wherever it is given to something, and not only looked at. */
static sw_result see_itself(struct reading *r, const struct sw_py_node *node)
{
    if (node->kind == SW_PY_KEYWORD) {
        return see_constant(r, node);
    }
    if (node->kind == SW_PY_TEXT && sw_look_is_model_itself(r->look, node->name)) {
        return sw_look_see_model(r->look, &keyed, node->name, SW_FROM_ANY, true, node->line);
    }
    return node->kind == SW_PY_LIST ? see_list(r, node) : SW_OK;
}

static sw_result walk(struct reading *r, const struct sw_py_node *node, bool looked, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    SW_TRY(see_node(r, node));
    SW_TRY(looked ? SW_OK : see_itself(r, node));
    const struct sw_py_node *before = NULL;
    size_t at = 0;
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        const struct sw_look_place place = {.of = node, .child = n, .before = before, .at = at++};
        SW_TRY(walk(r, n, sw_look_only_looks(&place, looked), depth + 1));
        before = n;
    }
    return SW_OK;
}

/* --- files ------------------------------------------------------------------------------------ */

static sw_result add_trees(struct reading *r, const struct sw_look_tree *trees, size_t count)
{
    SW_TRY(sw_py_values_new(r->look->arena, &r->values));
    if (r->language->clike) {
        sw_py_values_loosen(r->values, constant, r->look->catalogue);
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_py_values_add(r->values, trees[i].root));
        SW_TRY(find_imports(r, trees[i].root, 0));
    }
    return SW_OK;
}

sw_result sw_look_trees(struct sw_look *look, const struct sw_look_language *language,
    const struct sw_look_tree *trees, size_t count)
{
    struct reading r = {.look = look, .language = language, .trees = trees, .tree_count = count};
    const struct sw_str path = look->path;
    sw_look_count_source(look, language->ecosystem);
    enum sw_code code = add_trees(&r, trees, count);
    for (size_t i = 0; i < count && code == SW_OK; i++) {
        look->path = trees[i].path;
        code = trees[i].values_only ? SW_OK : walk(&r, trees[i].root, false, 0);
    }
    look->path = path;
    SW_TRY(code);
    return r.lost ? sw_look_gap(look, "expressions that may be more texts than are followed")
                  : SW_OK;
}
