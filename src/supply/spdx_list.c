#include "supply/spdx_list.h"

#include "codec/codec.h"
#include "supply/ascii.h"
#include "supply/pack_file.h"

#include <pthread.h>

#define IDS_MAX 4096

/* Ids in the order of their letters without case. */
struct ids {
    struct sw_spdx_id *list;
    size_t count;
};

static struct {
    struct sw_arena arena;
    struct sw_str version;
    struct ids licenses, exceptions;
} spdx;

static int by_id(const void *a, const void *b)
{
    const struct sw_spdx_id *x = a;
    const struct sw_spdx_id *y = b;
    return sw_ascii_compare(x->id, y->id);
}

static void add(struct ids *ids, const struct sw_json *list, bool deprecated)
{
    SW_JSON_EACH (item, list) {
        if (ids->count < IDS_MAX && sw_json_str(item, &ids->list[ids->count].id)) {
            ids->list[ids->count++].deprecated = deprecated;
        }
    }
}

static void read_ids(
    const struct sw_json *root, const char *current, const char *deprecated, struct ids *out)
{
    out->list = SW_ARENA_ARRAY(&spdx.arena, struct sw_spdx_id, IDS_MAX);
    if (out->list == NULL) {
        return;
    }
    add(out, sw_json_get(root, current), false);
    add(out, sw_json_get(root, deprecated), true);
    qsort(out->list, out->count, sizeof(*out->list), by_id);
}

static void read_list(void)
{
    struct sw_json root;
    sw_arena_init(&spdx.arena, 0);
    if (sw_yaml_parse(&spdx.arena, sw_supply_pack("spdx-licenses"), NULL, &root, NULL) != SW_OK) {
        return;
    }
    (void)sw_json_str(sw_json_get(&root, "source"), &spdx.version);
    read_ids(&root, "licenses", "deprecated-licenses", &spdx.licenses);
    read_ids(&root, "exceptions", "deprecated-exceptions", &spdx.exceptions);
}

static void need_list(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, read_list);
}

static const struct sw_spdx_id *find(const struct ids *ids, struct sw_str id)
{
    const struct sw_spdx_id key = {.id = id};
    return ids->count == 0 ? NULL : bsearch(&key, ids->list, ids->count, sizeof(*ids->list), by_id);
}

const struct sw_spdx_id *sw_spdx_license(struct sw_str id)
{
    need_list();
    return find(&spdx.licenses, id);
}

const struct sw_spdx_id *sw_spdx_exception(struct sw_str id)
{
    need_list();
    return find(&spdx.exceptions, id);
}

struct sw_str sw_spdx_list_version(void)
{
    need_list();
    return spdx.version;
}
