/* A model in shards: does its index tell the truth about which tensor stands where?
 * doc/format/scan-repository.md, "Shards". */
#include "scan/settings.h"

#define SAID_MAX 20

/* A tensor, and the file that it is in or said to be in. */
struct place {
    struct sw_str name;
    struct sw_str file;
};

struct index {
    struct sw_inspection *in;
    const struct sw_repository *repository;
    const struct sw_repository_file *file;
    struct sw_arena *arena;
    struct place *said; /* by the index */
    struct place *real;
    size_t said_count, real_count, real_cap;
    struct sw_str *shards; /* by name, each once */
    size_t shard_count;
    uint64_t bytes;
    bool absent; /* some shard is not there, or what it holds is not known */
    size_t told;
};

static sw_result say(struct index *x, const char *rule, enum sw_severity severity,
    struct sw_str text, const char *what)
{
    if (x->told++ >= SAID_MAX) {
        return SW_OK;
    }
    text = sw_shown(text);
    return sw_repository_found(x->in, x->file, rule, severity, UINT64_MAX, "\"" SW_STR_FMT "\" %s",
        SW_STR_ARG(text), what);
}

static int by_name(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    int order = sw_str_compare(x->name, y->name);
    return order != 0 ? order : sw_str_compare(x->file, y->file);
}

static int by_text(const void *a, const void *b)
{
    const struct sw_str *x = a;
    const struct sw_str *y = b;
    return sw_str_compare(*x, *y);
}

/* --- the index -------------------------------------------------------------------------------- */

static sw_result read_index(struct index *x, const struct sw_json *map)
{
    x->said = SW_ARENA_ARRAY(x->arena, struct place, map->count);
    x->shards = SW_ARENA_ARRAY(x->arena, struct sw_str, map->count);
    SW_TRY_PTR(x->said);
    SW_TRY_PTR(x->shards);
    SW_JSON_EACH_MEMBER (member, map) {
        struct place place = {.name = member->name};
        if (!sw_json_str(&member->value, &place.file)) {
            SW_TRY(say(x, "index-broken", SW_SEVERITY_HIGH, member->name,
                "stands in the index without the name of a file"));
            continue;
        }
        x->shards[x->said_count] = place.file;
        x->said[x->said_count++] = place;
    }
    qsort(x->said, x->said_count, sizeof(*x->said), by_name);
    qsort(x->shards, x->said_count, sizeof(*x->shards), by_text);
    for (size_t i = 0; i < x->said_count; i++) {
        if (i == 0 || !sw_str_equal(x->shards[x->shard_count - 1], x->shards[i])) {
            x->shards[x->shard_count++] = x->shards[i];
        }
    }
    return SW_OK;
}

static bool leads_out(struct sw_str name)
{
    return name.len == 0 || memchr(name.ptr, '/', name.len) != NULL ||
           memchr(name.ptr, '\\', name.len) != NULL || memmem(name.ptr, name.len, "..", 2) != NULL;
}

/* --- the shards ------------------------------------------------------------------------------- */

/* What the pickle of a shard gives no name can be in no index. */
static bool is_nameless(struct sw_str name)
{
    return name.len > 0 && name.ptr[0] == '(';
}

/* Tied tensors are in a shard of torch once, under all their names. */
static bool is_tied(const struct sw_json *item, const struct sw_json *before)
{
    uint64_t at, at_before;
    return before != NULL && sw_json_u64(sw_json_item(item, 3), &at) &&
           sw_json_u64(sw_json_item(before, 3), &at_before) && at == at_before;
}

static sw_result add_tensor(
    struct index *x, const struct sw_json *item, const struct sw_json *before, struct sw_str shard)
{
    struct sw_str name;
    uint64_t size;
    if (!sw_json_str(sw_json_item(item, 0), &name) || is_nameless(name)) {
        return SW_OK;
    }
    struct place *grown =
        sw_arena_grow(x->arena, x->real, x->real_count, &x->real_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    x->real = grown;
    x->real[x->real_count++] = (struct place){name, shard};
    if (sw_json_u64(sw_json_item(item, 4), &size) && !is_tied(item, before) &&
        !sw_add_u64(x->bytes, size, &x->bytes)) {
        x->bytes = UINT64_MAX;
    }
    return SW_OK;
}

/* The shard, when what it holds is known. */
static const struct sw_repository_file *read_one(struct index *x, struct sw_str shard)
{
    const struct sw_repository_file *file =
        sw_repository_beside(x->repository, x->file->path, shard);
    bool told = !leads_out(shard) && sw_repository_fact(file, "tensors") != NULL;
    bool known =
        told && (strcmp(file->format, "safetensors") == 0 || strcmp(file->format, "torch") == 0);
    return known ? file : NULL;
}

static sw_result read_shard(struct index *x, struct sw_str shard)
{
    struct sw_json tensors;
    if (leads_out(shard)) {
        x->absent = true;
        return say(x, "index-path", SW_SEVERITY_HIGH, shard,
            "is named as a shard, and leads out of the model's directory");
    }
    if (sw_repository_beside(x->repository, x->file->path, shard) == NULL) {
        x->absent = true;
        return say(
            x, "index-missing", SW_SEVERITY_MEDIUM, shard, "is named as a shard, and is not there");
    }
    const struct sw_repository_file *file = read_one(x, shard);
    if (file == NULL || !sw_repository_json(x->arena, file, "tensors", &tensors)) {
        x->absent = true;
        return SW_OK;
    }
    const struct sw_json *before = NULL;
    SW_JSON_EACH (item, &tensors) {
        SW_TRY(add_tensor(x, item, before, shard));
        before = item;
    }
    return SW_OK;
}

static sw_result compare(struct index *x)
{
    size_t i = 0;
    size_t j = 0;
    while (i < x->said_count || j < x->real_count) {
        int order = i == x->said_count   ? 1
                    : j == x->real_count ? -1
                                         : sw_str_compare(x->said[i].name, x->real[j].name);
        if (order > 0) {
            SW_TRY(say(x, "index-tensor", SW_SEVERITY_MEDIUM, x->real[j].name,
                "is a tensor in a shard, and the index does not name it"));
        } else if (order < 0 && read_one(x, x->said[i].file) != NULL) {
            SW_TRY(say(x, "index-tensor", SW_SEVERITY_HIGH, x->said[i].name,
                "is not in the shard that the index names, nor in another one"));
        } else if (order == 0 && !sw_str_equal(x->said[i].file, x->real[j].file)) {
            SW_TRY(say(x, "index-tensor", SW_SEVERITY_HIGH, x->said[i].name,
                "stands in another shard than the index names"));
        }
        i += order <= 0;
        j += order >= 0;
    }
    return SW_OK;
}

static sw_result check_size(struct index *x, const struct sw_json *root)
{
    uint64_t said;
    const struct sw_json *total = sw_json_path(root, sw_str("metadata.total_size"));
    if (x->absent || !sw_json_u64(total, &said) || said == x->bytes) {
        return SW_OK;
    }
    /* Writers count tied tensors twice, and others count elements. */
    return sw_repository_found(x->in, x->file, "index-size", SW_SEVERITY_INFO, total->where,
        "total_size says %llu bytes, the tensors have %llu", (unsigned long long)said,
        (unsigned long long)x->bytes);
}

static sw_result check_index(struct index *x)
{
    struct sw_json root;
    if (!sw_repository_json(x->arena, x->file, "json", &root)) {
        return SW_OK; /* repository_settings.c says so */
    }
    const struct sw_json *map = sw_json_get(&root, "weight_map");
    if (map == NULL || map->type != SW_JSON_OBJECT) {
        return say(x, "index-broken", SW_SEVERITY_MEDIUM, sw_str("weight_map"),
            "is not in this index, so it names no shard");
    }
    SW_TRY(read_index(x, map));
    for (size_t i = 0; i < x->shard_count; i++) {
        SW_TRY(read_shard(x, x->shards[i]));
    }
    if (x->real_count > 0) {
        qsort(x->real, x->real_count, sizeof(*x->real), by_name);
    }
    SW_TRY(compare(x));
    return check_size(x, &root);
}

sw_result sw_repository_check_index(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err)
{
    (void)err;
    for (size_t i = 0; i < repository->count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct index x = {
            .in = in, .repository = repository, .file = &repository->files[i], .arena = &arena};
        if (sw_is_shard_index(x.file->path) && sw_repository_fact(x.file, "json") != NULL) {
            SW_TRY(check_index(&x));
        }
    }
    return SW_OK;
}
