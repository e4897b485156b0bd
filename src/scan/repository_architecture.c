/* Do the tensors stand in the files that the settings ask for, all of them, in their shapes, and no
 * others? By the tables of architecture_table.c; of other architectures nothing is proven. */
#include "scan/architecture.h"
#include "scan/repository.h"
#include "scan/tensor.h"

#define SAID_MAX 50 /* findings of one model */

/* The files that hold one model together. */
struct set {
    struct sw_inspection *in;
    const struct sw_repository *repository;
    struct sw_arena *arena;
    const struct sw_repository_file *settings_file;
    const struct sw_architecture *architecture;
    struct sw_architecture_values values;
    struct sw_str key;    /* path without the number of a part */
    struct sw_str prefix; /* that names in these files have */
    uint8_t *seen;        /* of each row and layer */
    uint64_t tensors;
    size_t said;
};

/* --- files ------------------------------------------------------------------------------------ */

enum { DIGITS = 5, TAIL = DIGITS + 4 + DIGITS };

static bool five_digits(const char *text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *out = *out * 10 + (uint64_t)(text[i] - '0');
    }
    return true;
}

/* "model-00002-of-00009.safetensors" gives the length of "model" and the count 9; others have none.
 */
static bool part_of(const char *path, size_t *stem, uint64_t *count)
{
    const char *dot = strrchr(path, '.');
    size_t len = dot == NULL ? 0 : (size_t)(dot - path);
    uint64_t number;
    if (len < TAIL + 2 || path[len - TAIL - 1] != '-' || memcmp(dot - DIGITS - 4, "-of-", 4) != 0) {
        return false;
    }
    *stem = len - TAIL - 1;
    return five_digits(dot - TAIL, &number) && five_digits(dot - DIGITS, count);
}

static struct sw_str key_of(const char *path)
{
    size_t stem;
    uint64_t count;
    return part_of(path, &stem, &count) ? sw_str_n(path, stem) : sw_str(path);
}

static bool is_format(const struct sw_repository_file *file, bool gguf)
{
    bool torch = !gguf && strcmp(file->format, "torch") == 0;
    return (torch || strcmp(file->format, gguf ? "gguf" : "safetensors") == 0) &&
           sw_repository_fact(file, "tensors") != NULL;
}

static bool in_set(const struct set *set, const struct sw_repository_file *file)
{
    return is_format(file, set->architecture->gguf) && sw_str_equal(key_of(file->path), set->key);
}

/* Is it the first file of its set? So each set is looked at once. */
static bool is_first(const struct sw_repository *repository, size_t index, bool gguf)
{
    struct sw_str key = key_of(repository->files[index].path);
    for (size_t i = 0; i < index; i++) {
        if (is_format(&repository->files[i], gguf) &&
            sw_str_equal(key_of(repository->files[i].path), key)) {
            return false;
        }
    }
    return true;
}

static bool parse_fact(struct sw_arena *arena, const struct sw_repository_file *file,
    const char *kind, struct sw_json *out)
{
    const struct sw_fact *fact = sw_repository_fact(file, kind);
    return fact != NULL && fact->member[0] == '\0' &&
           sw_json_parse(arena, fact->bytes, NULL, out, NULL) == SW_OK;
}

/* --- one tensor ------------------------------------------------------------------------------- */

struct tensor {
    const struct sw_repository_file *file;
    struct sw_str name;
    struct sw_str dtype;
    const struct sw_json *shape;
    uint64_t offset;
};

static bool read_tensor(const struct sw_json *item, struct tensor *out)
{
    out->shape = sw_json_item(item, 2);
    return sw_json_str(sw_json_item(item, 0), &out->name) &&
           sw_json_str(sw_json_item(item, 1), &out->dtype) && out->shape != NULL &&
           sw_json_u64(sw_json_item(item, 3), &out->offset);
}

static struct sw_str shown(struct sw_str name)
{
    name.len = name.len > 200 ? 200 : name.len;
    return name;
}

static sw_result say(struct set *set, const struct tensor *t, const char *rule,
    enum sw_severity severity, const char *what)
{
    struct sw_str name = shown(t->name);
    if (set->said++ >= SAID_MAX) {
        return SW_OK;
    }
    return sw_repository_found(set->in, t->file, rule, severity, t->offset, "\"" SW_STR_FMT "\" %s",
        SW_STR_ARG(name), what);
}

/* In the model proper nothing is left to chance; a head may be of some task that no table knows. */
static sw_result say_extra(struct set *set, const struct tensor *t)
{
    bool within = sw_str_starts(t->name, set->architecture->prefix);
    return say(set, t, "architecture-extra", within ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM,
        "is no tensor of the architecture that the settings name");
}

static sw_result check_shape(
    struct set *set, const struct tensor *t, const struct sw_architecture_row *row)
{
    char expected[64];
    char words[160];
    if (sw_architecture_fits(&set->values, row, t->shape)) {
        return SW_OK;
    }
    sw_architecture_shape(&set->values, row, expected);
    (void)snprintf(
        words, sizeof(words), "has another shape than [%s], which the settings ask for", expected);
    return say(set, t, "architecture-shape", SW_SEVERITY_HIGH, words);
}

/* Blocks of GGUF are numbers too. Buffers such as positions and masks may be of any type. */
static sw_result check_dtype(
    struct set *set, const struct tensor *t, const struct sw_architecture_row *row)
{
    bool buffer = !sw_str_ends(t->name, ".weight") ||
                  sw_architecture_presence(&set->values, row) == SW_PRESENCE_MAYBE;
    if (set->architecture->gguf || buffer || t->dtype.ptr[0] == 'F' ||
        sw_str_is(t->dtype, "BF16")) {
        return SW_OK;
    }
    return say(set, t, "architecture-dtype", SW_SEVERITY_MEDIUM,
        "holds whole numbers, and the settings say nothing of quantisation");
}

static sw_result check_row(struct set *set, const struct tensor *t, size_t row, uint64_t layer)
{
    const struct sw_architecture_row *r = &set->architecture->rows[row];
    uint8_t *seen = &set->seen[row * set->values.layers + layer];
    if (sw_architecture_presence(&set->values, r) == SW_PRESENCE_NEVER) {
        return say_extra(set, t);
    }
    if (*seen != 0) {
        return say(set, t, "architecture-extra", SW_SEVERITY_HIGH,
            "stands in more than one file of the model; loaders differ in which they take");
    }
    *seen = 1;
    SW_TRY(check_shape(set, t, r));
    return check_dtype(set, t, r);
}

static sw_result check_tensor(struct set *set, const struct tensor *t)
{
    uint64_t layer;
    set->tensors++;
    for (size_t i = 0; i < set->architecture->row_count; i++) {
        if (sw_architecture_names(
                &set->values, &set->architecture->rows[i], set->prefix, t->name, &layer)) {
            return check_row(set, t, i, layer);
        }
    }
    return say_extra(set, t);
}

/* --- the set ---------------------------------------------------------------------------------- */

typedef enum sw_code (*tensor_fn)(struct set *set, const struct tensor *tensor);

static sw_result each_of_file(struct set *set, const struct sw_repository_file *file, tensor_fn fn)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json tensors;
    if (!parse_fact(&arena, file, "tensors", &tensors)) {
        return SW_E_FORMAT;
    }
    SW_JSON_EACH (item, &tensors) {
        struct tensor t = {.file = file};
        SW_TRY(read_tensor(item, &t) ? SW_OK : SW_E_FORMAT);
        SW_TRY(fn(set, &t));
    }
    return SW_OK;
}

static sw_result each_tensor(struct set *set, tensor_fn fn)
{
    for (size_t i = 0; i < set->repository->count; i++) {
        if (in_set(set, &set->repository->files[i])) {
            SW_TRY(each_of_file(set, &set->repository->files[i], fn));
        }
    }
    return SW_OK;
}

static sw_result find_prefix(struct set *set, const struct tensor *t)
{
    if (sw_str_starts(t->name, set->architecture->prefix)) {
        set->prefix = sw_str(set->architecture->prefix);
    }
    return SW_OK;
}

static sw_result say_unproven(struct set *set, const char *why, struct sw_str what)
{
    what = shown(what);
    return sw_repository_found(set->in, set->settings_file, "architecture-unproven",
        SW_SEVERITY_INFO, UINT64_MAX, "the architecture is not proven: %s " SW_STR_FMT, why,
        SW_STR_ARG(what));
}

/* All that is missing in one finding. */
static sw_result say_missing(struct set *set)
{
    uint64_t missing = 0;
    const char *first = NULL;
    for (size_t i = 0; i < set->architecture->row_count; i++) {
        const struct sw_architecture_row *row = &set->architecture->rows[i];
        uint64_t layers = strstr(row->name, "{L}") == NULL ? 1 : set->values.layers;
        bool needed = sw_architecture_presence(&set->values, row) == SW_PRESENCE_ALWAYS;
        for (uint64_t layer = 0; layer < layers && needed; layer++) {
            if (set->seen[i * set->values.layers + layer] == 0) {
                first = missing++ == 0 ? row->name : first;
            }
        }
    }
    if (missing == 0) {
        return SW_OK;
    }
    set->said++;
    return sw_repository_found(set->in, set->settings_file, "architecture-missing",
        SW_SEVERITY_HIGH, UINT64_MAX,
        "%llu tensors that the settings ask for are in no file; the first is \"%s\"",
        (unsigned long long)missing, first[0] == '^' ? first + 1 : first);
}

static sw_result prove(struct set *set)
{
    size_t places = (size_t)set->values.layers * set->architecture->row_count;
    set->seen = SW_ARENA_ARRAY(set->arena, uint8_t, places);
    SW_TRY_PTR(set->seen);
    SW_TRY(each_tensor(set, find_prefix));
    SW_TRY(each_tensor(set, check_tensor));
    SW_TRY(say_missing(set));
    if (set->said > SAID_MAX) {
        return sw_repository_found(set->in, set->settings_file, "architecture-extra",
            SW_SEVERITY_HIGH, UINT64_MAX, "%zu tensors do not fit the settings", set->said);
    }
    if (set->said > 0) {
        return SW_OK;
    }
    return sw_repository_found(set->in, set->settings_file, "architecture-proven", SW_SEVERITY_INFO,
        UINT64_MAX, "architecture proven: %s, %llu tensors", set->architecture->type,
        (unsigned long long)set->tensors);
}

static const struct sw_architecture *find_architecture(struct sw_str type, bool gguf)
{
    for (size_t i = 0; i < sw_architecture_count; i++) {
        if (sw_architectures[i].gguf == gguf && sw_str_is(type, sw_architectures[i].type)) {
            return &sw_architectures[i];
        }
    }
    return NULL;
}

/* Settings under which tensors have other names than the table says. */
static bool is_other_kind(const struct sw_json *settings, bool gguf)
{
    uint64_t experts = 0;
    (void)sw_json_u64(sw_json_get(settings, gguf ? "llama.expert_count" : "num_experts"), &experts);
    return experts > 0 || (!gguf && sw_json_get(settings, "quantization_config") != NULL);
}

static sw_result look_at_set(
    struct set *set, struct sw_str type, bool gguf, const struct sw_json *settings)
{
    const char *what;
    set->architecture = find_architecture(type, gguf);
    if (set->architecture == NULL) {
        return say_unproven(set, "no table for", type);
    }
    if (is_other_kind(settings, gguf)) {
        return say_unproven(set, "quantised, or of experts:", type);
    }
    if (!sw_architecture_read(set->architecture, settings, &set->values, &what)) {
        return say_unproven(set, "the settings do not say", sw_str(what));
    }
    return prove(set);
}

/* --- Transformers ----------------------------------------------------------------------------- */

/* Weights that the loader of a directory takes: "model.safetensors", its parts and its variants,
 * "pytorch_model.bin" likewise. */
static bool is_model_beside(struct sw_str dir, const char *path)
{
    struct sw_str name = sw_str(path);
    if (name.len < dir.len || memcmp(path, dir.ptr, dir.len) != 0) {
        return false;
    }
    const char *base = path + dir.len;
    bool model = strncmp(base, "model", 5) == 0 || strncmp(base, "pytorch_model", 13) == 0;
    return model && strchr(base, '/') == NULL;
}

static sw_result look_at_settings(struct set base, const struct sw_repository_file *file)
{
    struct sw_json settings;
    struct sw_str type;
    struct sw_str dir = sw_str_n(file->path, strlen(file->path) - strlen("config.json"));
    if (!parse_fact(base.arena, file, "json", &settings) ||
        !sw_json_str(sw_json_get(&settings, "model_type"), &type)) {
        return SW_OK;
    }
    base.settings_file = file;
    for (size_t i = 0; i < base.repository->count; i++) {
        const struct sw_repository_file *weights = &base.repository->files[i];
        if (is_format(weights, false) && is_model_beside(dir, weights->path) &&
            is_first(base.repository, i, false)) {
            struct set set = base;
            set.key = key_of(weights->path);
            SW_TRY(look_at_set(&set, type, false, &settings));
        }
    }
    return SW_OK;
}

/* --- GGUF ------------------------------------------------------------------------------------- */

/* Parts are numbered by name; each says the same count. */
static sw_result check_parts(
    const struct set *set, const struct sw_repository_file *first, bool *complete)
{
    size_t stem;
    uint64_t count = 1;
    uint64_t found = 0;
    (void)part_of(first->path, &stem, &count);
    for (size_t i = 0; i < set->repository->count; i++) {
        const struct sw_repository_file *file = &set->repository->files[i];
        found += is_format(file, true) && sw_str_equal(key_of(file->path), set->key);
    }
    *complete = found == count;
    if (*complete) {
        return SW_OK;
    }
    return sw_repository_found(set->in, first, "gguf-split", SW_SEVERITY_MEDIUM, UINT64_MAX,
        "%llu of %llu parts of the model are there", (unsigned long long)found,
        (unsigned long long)count);
}

static sw_result look_at_gguf(struct set set, size_t index)
{
    const struct sw_repository_file *file = &set.repository->files[index];
    struct sw_json metadata;
    struct sw_str type;
    bool complete;
    set.key = key_of(file->path);
    set.settings_file = file;
    SW_TRY(check_parts(&set, file, &complete));
    if (!complete || !parse_fact(set.arena, file, "gguf", &metadata) ||
        !sw_json_str(sw_json_get(&metadata, "general.architecture"), &type)) {
        return say_unproven(&set, "the metadata does not say", sw_str("general.architecture"));
    }
    return look_at_set(&set, type, true, &metadata);
}

/* --- all -------------------------------------------------------------------------------------- */

sw_result sw_repository_check_architecture(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err)
{
    for (size_t i = 0; i < repository->count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        const struct sw_repository_file *file = &repository->files[i];
        struct set set = {.in = in, .repository = repository, .arena = &arena};
        if (sw_str_is(sw_path_base(file->path), "config.json")) {
            SW_TRY(look_at_settings(set, file));
        } else if (is_format(file, true) && is_first(repository, i, true)) {
            SW_TRY(look_at_gguf(set, i));
        }
    }
    return SW_OK;
}
