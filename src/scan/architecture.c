#include "scan/architecture.h"

/* More than any number of a real model, and small enough that a product of two fits. */
#define NUMBER_MAX ((uint64_t)1 << 31)

/* --- terms ------------------------------------------------------------------------------------ */

static bool value_of(
    const struct sw_architecture_values *v, struct sw_str word, size_t known, uint64_t *out)
{
    if (sw_parse_u64(word, out)) {
        return true;
    }
    for (size_t i = 0; i < known; i++) {
        if (sw_str_is(word, v->architecture->numbers[i].name)) {
            *out = v->values[i];
            return true;
        }
    }
    return false;
}

static bool apply(char operation, uint64_t right, uint64_t *value)
{
    if (operation == '/') {
        *value = right == 0 ? 0 : *value / right;
        return right != 0;
    }
    return sw_mul_u64(*value, right, value);
}

/* Words with '*' and '/' between them, from left to right. */
static bool evaluate(
    const struct sw_architecture_values *v, struct sw_str term, size_t known, uint64_t *out)
{
    uint64_t value = 1;
    char operation = '*';
    for (size_t at = 0; at <= term.len;) {
        size_t len = 0;
        while (at + len < term.len && term.ptr[at + len] != '*' && term.ptr[at + len] != '/') {
            len++;
        }
        uint64_t right;
        if (!value_of(v, sw_str_n(term.ptr + at, len), known, &right) ||
            !apply(operation, right, &value)) {
            return false;
        }
        operation = at + len < term.len ? term.ptr[at + len] : '\0';
        at += len + 1;
    }
    *out = value;
    return true;
}

/* --- settings --------------------------------------------------------------------------------- */

static const struct sw_json *setting_of(
    const struct sw_architecture *architecture, const struct sw_json *settings, const char *key)
{
    char full[128];
    if (architecture->gguf && key[0] == '.') {
        (void)snprintf(full, sizeof(full), "%s%s", architecture->type, key);
        key = full;
    }
    return sw_json_get(settings, key);
}

/* A number, a truth value as 0 or 1, or the length that is told of a GGUF array. */
static bool number_of(const struct sw_json *setting, uint64_t *out)
{
    bool truth;
    if (sw_json_bool(setting, &truth)) {
        *out = truth;
        return true;
    }
    if (setting != NULL && setting->type == SW_JSON_ARRAY && setting->count == 1) {
        setting = sw_json_item(setting, 0);
    }
    return sw_json_u64(setting, out) && *out <= NUMBER_MAX;
}

static bool is_missing(const struct sw_json *setting)
{
    return setting == NULL || setting->type == SW_JSON_NULL;
}

/* "LlamaForCausalLM", "GPT2LMHeadModel". */
static bool is_causal(const struct sw_json *settings)
{
    struct sw_str name;
    SW_JSON_EACH (item, sw_json_get(settings, "architectures")) {
        if (sw_json_str(item, &name) &&
            (sw_str_ends(name, "ForCausalLM") || sw_str_ends(name, "LMHeadModel"))) {
            return true;
        }
    }
    return false;
}

static bool read_number(struct sw_architecture_values *v, const struct sw_json *settings, size_t i)
{
    const struct sw_architecture_number *number = &v->architecture->numbers[i];
    if (strcmp(number->key, "@causal") == 0) {
        v->values[i] = is_causal(settings);
        return true;
    }
    const struct sw_json *setting = setting_of(v->architecture, settings, number->key);
    if (!is_missing(setting)) {
        return number_of(setting, &v->values[i]);
    }
    return number->otherwise != NULL && evaluate(v, sw_str(number->otherwise), i, &v->values[i]) &&
           v->values[i] <= NUMBER_MAX;
}

bool sw_architecture_read(const struct sw_architecture *architecture,
    const struct sw_json *settings, struct sw_architecture_values *out, const char **what)
{
    *out = (struct sw_architecture_values){.architecture = architecture};
    for (size_t i = 0; i < architecture->number_count; i++) {
        if (!read_number(out, settings, i)) {
            *what = architecture->numbers[i].key;
            return false;
        }
    }
    *what = "the number of layers";
    return value_of(out, sw_str("layers"), architecture->number_count, &out->layers) &&
           out->layers >= 1 && out->layers <= SW_ARCHITECTURE_LAYERS_MAX;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* "bias", "!tie", "causal&!tie". */
static bool holds(const struct sw_architecture_values *v, struct sw_str condition)
{
    while (condition.len > 0) {
        const char *and = memchr(condition.ptr, '&', condition.len);
        size_t len = and == NULL ? condition.len : (size_t)(and-condition.ptr);
        bool not = condition.ptr[0] == '!';
        uint64_t value = 0;
        struct sw_str word = sw_str_n(condition.ptr + not, len - not );
        if (!value_of(v, word, v->architecture->number_count, &value) || (value != 0) == not ) {
            return false;
        }
        len += and == NULL ? 0 : 1;
        condition = sw_str_n(condition.ptr + len, condition.len - len);
    }
    return true;
}

enum sw_presence sw_architecture_presence(
    const struct sw_architecture_values *values, const struct sw_architecture_row *row)
{
    struct sw_str when = sw_str(row->when);
    bool maybe = sw_str_ends(when, "?");
    when.len -= maybe ? 1 : 0;
    when.len -= sw_str_ends(when, " ") ? 1 : 0;
    if (when.len == 0) {
        return maybe ? SW_PRESENCE_MAYBE : SW_PRESENCE_ALWAYS;
    }
    return holds(values, when) ? SW_PRESENCE_ALWAYS : maybe ? SW_PRESENCE_MAYBE : SW_PRESENCE_NEVER;
}

static bool take(struct sw_str *name, struct sw_str text)
{
    if (name->len < text.len || (text.len > 0 && memcmp(name->ptr, text.ptr, text.len) != 0)) {
        return false;
    }
    *name = sw_str_n(name->ptr + text.len, name->len - text.len);
    return true;
}

static bool take_layer(struct sw_str *name, uint64_t layers, uint64_t *layer)
{
    size_t len = 0;
    while (len < name->len && name->ptr[len] >= '0' && name->ptr[len] <= '9') {
        len++;
    }
    bool good = sw_parse_u64(sw_str_n(name->ptr, len), layer) && *layer < layers;
    *name = sw_str_n(name->ptr + len, name->len - len);
    return good;
}

bool sw_architecture_names(const struct sw_architecture_values *values,
    const struct sw_architecture_row *row, struct sw_str prefix, struct sw_str name,
    uint64_t *layer)
{
    const char *pattern = row->name[0] == '^' ? row->name + 1 : row->name;
    const char *hole = strstr(pattern, "{L}");
    *layer = 0;
    if (row->name[0] != '^' && !take(&name, prefix)) {
        return false;
    }
    if (hole == NULL) {
        return sw_str_is(name, pattern);
    }
    return take(&name, sw_str_n(pattern, (size_t)(hole - pattern))) &&
           take_layer(&name, values->layers, layer) && sw_str_is(name, hole + 3);
}

/* Takes the next term of a shape. */
static struct sw_str next_term(const char **shape)
{
    size_t len = strcspn(*shape, ",");
    struct sw_str term = sw_str_n(*shape, len);
    *shape += len + ((*shape)[len] == ',');
    return term;
}

static bool term_fits(
    const struct sw_architecture_values *v, struct sw_str term, const struct sw_json *dimension)
{
    uint64_t expected;
    uint64_t is;
    return sw_json_u64(dimension, &is) &&
           (sw_str_is(term, "*") ||
               (evaluate(v, term, v->architecture->number_count, &expected) && expected == is));
}

bool sw_architecture_fits(const struct sw_architecture_values *values,
    const struct sw_architecture_row *row, const struct sw_json *shape)
{
    const char *terms = row->shape;
    if (strcmp(terms, "any") == 0) {
        return true;
    }
    SW_JSON_EACH (dimension, shape) {
        if (*terms == '\0' || !term_fits(values, next_term(&terms), dimension)) {
            return false;
        }
    }
    return *terms == '\0';
}

void sw_architecture_shape(const struct sw_architecture_values *values,
    const struct sw_architecture_row *row, char out[64])
{
    const char *terms = row->shape;
    size_t used = 0;
    out[0] = '\0';
    while (*terms != '\0' && used + 24 < 64) {
        struct sw_str term = next_term(&terms);
        uint64_t value;
        const char *comma = used == 0 ? "" : ",";
        int len = evaluate(values, term, values->architecture->number_count, &value)
                      ? snprintf(out + used, 64 - used, "%s%llu", comma, (unsigned long long)value)
                      : snprintf(out + used, 64 - used, "%s*", comma);
        used += len > 0 ? (size_t)len : 0;
    }
}
