/* Entries and tiles against the signed root.
 *
 * The tree is there twice: as it follows from the entries, and as the tiles say it. Each tile of
 * either is right when it has the hash that the tile above it holds for it, and the uppermost ones
 * are right when they give the signed root. So where the two differ it is known which one was
 * altered. */
#include "evidence/audit.h"

enum tile_choice {
    NEITHER, /* neither has the hash that it must have */
    TILE,    /* the tile as it is in its file */
    ENTRIES, /* the tile that follows from the entries */
};

/* One level of both trees. What could not be read is all zeroes, which no hash is. */
struct level {
    uint64_t count;             /* hashes */
    uint64_t tiles;             /* files, the partial one too */
    struct sw_hash256 *entries; /* level 0: only the partial tile's */
    struct sw_hash256 *file;    /* level 0: only the partial tile's */
    struct sw_hash256 *root;    /* of each full tile as in its file */
    uint8_t *choice;            /* enum tile_choice of each tile */
};

struct trees {
    struct sw_audit *audit;
    unsigned height; /* levels that have hashes */
    struct level level[SW_TILE_LEVELS];
};

/* One tile of level 0 and its bundle. */
struct leaf_tile {
    unsigned width;
    char bundle_file[SW_TILE_FILE_SIZE];
    char tile_file[SW_TILE_FILE_SIZE];
    struct sw_buf bundle;
    struct sw_bytes entry[SW_TILE_WIDTH];  /* in `bundle`; ptr NULL: the bundle ends before it */
    struct sw_hash256 hash[SW_TILE_WIDTH]; /* of the entries */
    struct sw_hash256 file[SW_TILE_WIDTH];
};

static bool same(const struct sw_hash256 *a, const struct sw_hash256 *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* First leaf below hash `index` of a level. */
static uint64_t leaf_below(unsigned level, uint64_t index)
{
    return index << (8 * level);
}

/* --- reading --------------------------------------------------------------------------------- */

static sw_result report_unread(struct sw_audit *audit, const char *file, uint64_t leaf,
    enum sw_code rc, const struct sw_error *why)
{
    if (rc == SW_E_NOMEM) {
        return rc;
    }
    return rc == SW_E_NOENT
               ? sw_audit_problem(audit, file, leaf, SW_AUDIT_NONE, "the file is missing")
               : sw_audit_problem(audit, file, leaf, SW_AUDIT_NONE, "%s", why->text);
}

/* Fills `out` with the tile's hashes. */
static sw_result read_tile(struct sw_audit *audit, unsigned level, uint64_t index,
    struct sw_hash256 *out, char file[SW_TILE_FILE_SIZE], struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_error why = {0};
    unsigned width = 0;
    uint64_t leaf = leaf_below(level, index * SW_TILE_WIDTH);
    enum sw_code rc = sw_tile_read(
        &audit->store->disk, audit->size, (int)level, index, &bytes, &width, file, &why);
    if (rc != SW_OK) {
        return report_unread(audit, file, leaf, rc, &why);
    }
    size_t want = width * sizeof(*out);
    size_t have = bytes.len < want ? bytes.len : want;
    memcpy(out, bytes.data, have - have % sizeof(*out));
    SW_TRY(sw_audit_read(audit, bytes.len, 0, err));
    return bytes.len == want ? SW_OK
                             : sw_audit_problem(audit, file, leaf, have,
                                   "the tile has %zu bytes, %zu are right", bytes.len, want);
}

static sw_result read_bundle(
    struct sw_audit *audit, uint64_t index, struct leaf_tile *tile, struct sw_error *err)
{
    struct sw_error why = {0};
    uint64_t leaf = index * SW_TILE_WIDTH;
    sw_buf_clear(&tile->bundle);
    enum sw_code rc = sw_tile_read(&audit->store->disk, audit->size, SW_ENTRIES_LEVEL, index,
        &tile->bundle, &tile->width, tile->bundle_file, &why);
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&tile->bundle));
    for (unsigned i = 0; i < tile->width; i++) {
        tile->entry[i] = (struct sw_bytes){NULL, 0};
        memset(&tile->hash[i], 0, sizeof(tile->hash[i]));
        if (rc == SW_OK && sw_entry_next(&cur, &tile->entry[i]) == SW_OK) {
            sw_merkle_leaf(tile->entry[i], &tile->hash[i]);
        }
    }
    if (rc != SW_OK) {
        return report_unread(audit, tile->bundle_file, leaf, rc, &why);
    }
    SW_TRY(sw_audit_read(audit, tile->bundle.len, tile->width, err));
    bool whole = tile->entry[tile->width - 1].ptr != NULL;
    return !whole || sw_cur_left(&cur) == 0
               ? SW_OK
               : sw_audit_problem(audit, tile->bundle_file, SW_AUDIT_NONE, cur.pos,
                     "bytes stand behind the last entry");
}

static sw_result read_leaf_tile(
    struct sw_audit *audit, uint64_t index, struct leaf_tile *tile, struct sw_error *err)
{
    SW_TRY(read_bundle(audit, index, tile, err));
    memset(tile->file, 0, sizeof(tile->file));
    return read_tile(audit, 0, index, tile->file, tile->tile_file, err);
}

static uint64_t offset_of(const struct leaf_tile *tile, unsigned i)
{
    uint64_t offset = 0;
    for (unsigned k = 0; k < i && tile->entry[k].ptr != NULL; k++) {
        offset += 2 + tile->entry[k].len;
    }
    return offset;
}

static sw_result look_into_entries(
    struct sw_audit *audit, uint64_t index, const struct leaf_tile *tile, struct sw_error *err)
{
    uint64_t offset = 0;
    for (unsigned i = 0; i < tile->width && tile->entry[i].ptr != NULL; i++) {
        if (same(&tile->hash[i], &tile->file[i])) {
            SW_TRY(sw_audit_entry(
                audit, tile->bundle_file, index * SW_TILE_WIDTH + i, offset, tile->entry[i], err));
        }
        offset += 2 + tile->entry[i].len;
    }
    return SW_OK;
}

/* --- both trees ------------------------------------------------------------------------------ */

static void trees_release(struct trees *trees)
{
    for (unsigned l = 0; l < SW_TILE_LEVELS; l++) {
        free(trees->level[l].entries);
        free(trees->level[l].file);
        free(trees->level[l].root);
        free(trees->level[l].choice);
    }
}
SW_DEFINE_CLEANUP(trees, struct trees, trees_release)

/* Room for every hash above level 0, 64 bytes for 256 entries, and more than a tile at level 0. */
static sw_result make_level(struct level *level, uint64_t count, bool leaves)
{
    size_t hashes = leaves ? SW_TILE_WIDTH : (size_t)count + SW_TILE_WIDTH;
    level->count = count;
    level->tiles = (count + SW_TILE_WIDTH - 1) / SW_TILE_WIDTH;
    level->entries = calloc(hashes, sizeof(*level->entries));
    level->file = calloc(hashes, sizeof(*level->file));
    level->root = calloc((size_t)level->tiles + 1, sizeof(*level->root));
    level->choice = calloc((size_t)level->tiles + 1, 1);
    return level->entries == NULL || level->file == NULL || level->root == NULL ||
                   level->choice == NULL
               ? SW_E_NOMEM
               : SW_OK;
}

static sw_result make_trees(struct trees *trees, struct sw_error *err)
{
    uint64_t count = trees->audit->size;
    for (unsigned l = 0; l < SW_TILE_LEVELS; l++, count /= SW_TILE_WIDTH) {
        trees->height = count > 0 ? l + 1 : trees->height;
        if (make_level(&trees->level[l], count, l == 0) != SW_OK) {
            return sw_fail(err, SW_E_NOMEM, "cannot check the log: out of memory");
        }
    }
    return SW_OK;
}

/* All leaves, once. What the higher levels need of them is kept. */
static sw_result read_leaves(struct trees *trees, struct leaf_tile *tile, struct sw_error *err)
{
    struct level *level = &trees->level[0];
    for (uint64_t n = 0; n < level->tiles; n++) {
        SW_TRY(read_leaf_tile(trees->audit, n, tile, err));
        SW_TRY(look_into_entries(trees->audit, n, tile, err));
        if (tile->width == SW_TILE_WIDTH) {
            sw_tile_fold(tile->hash, SW_TILE_WIDTH, NULL, &trees->level[1].entries[n]);
            sw_tile_fold(tile->file, SW_TILE_WIDTH, NULL, &level->root[n]);
            continue;
        }
        memcpy(level->entries, tile->hash, tile->width * sizeof(tile->hash[0]));
        memcpy(level->file, tile->file, tile->width * sizeof(tile->file[0]));
    }
    return SW_OK;
}

static sw_result read_level(struct trees *trees, unsigned l, struct sw_error *err)
{
    struct level *level = &trees->level[l];
    char file[SW_TILE_FILE_SIZE];
    for (uint64_t n = 0; n < level->tiles; n++) {
        uint64_t first = n * SW_TILE_WIDTH;
        SW_TRY(read_tile(trees->audit, l, n, &level->file[first], file, err));
        if (first + SW_TILE_WIDTH <= level->count) {
            sw_tile_fold(&level->file[first], SW_TILE_WIDTH, NULL, &level->root[n]);
            sw_tile_fold(
                &level->entries[first], SW_TILE_WIDTH, NULL, &trees->level[l + 1].entries[n]);
        }
    }
    return SW_OK;
}

/* --- which one is right ---------------------------------------------------------------------- */

static unsigned partial_width(const struct level *level)
{
    return (unsigned)(level->count % SW_TILE_WIDTH);
}

static const struct sw_hash256 *partial_of(const struct trees *trees, unsigned l, bool file)
{
    const struct level *level = &trees->level[l];
    uint64_t first = l == 0 ? 0 : level->count - partial_width(level);
    return (file ? level->file : level->entries) + first;
}

/* The root that the partial tiles give, of each level the one from the file or the other. */
static bool gives_root(const struct trees *trees, unsigned from_files)
{
    struct sw_hash256 root;
    bool have = false;
    sw_merkle_empty(&root);
    for (unsigned l = 0; l < trees->height; l++) {
        unsigned width = partial_width(&trees->level[l]);
        if (width > 0) {
            struct sw_hash256 tail = root;
            bool file = (from_files >> l & 1) != 0;
            sw_tile_fold(partial_of(trees, l, file), width, have ? &tail : NULL, &root);
            have = true;
        }
    }
    return same(&root, &trees->audit->root);
}

/* The partial tiles together give the signed root, each from its file or from the entries: at most
 * 256 ways to try. */
static sw_result choose_partials(struct trees *trees)
{
    unsigned all = (1u << trees->height) - 1;
    unsigned found = all;
    while (!gives_root(trees, found) && found > 0) {
        found--;
    }
    bool ok = found > 0 || gives_root(trees, 0);
    for (unsigned l = 0; l < trees->height; l++) {
        struct level *level = &trees->level[l];
        if (partial_width(level) > 0) {
            enum tile_choice right = (found >> l & 1) != 0 ? TILE : ENTRIES;
            level->choice[level->tiles - 1] = (uint8_t)(ok ? right : NEITHER);
        }
    }
    return ok ? SW_OK
              : sw_audit_problem(trees->audit, SW_STORE_CHECKPOINT_FILE, SW_AUDIT_NONE,
                    SW_AUDIT_NONE,
                    "neither the tiles nor the entries have the signed root at size %llu",
                    (unsigned long long)trees->audit->size);
}

/* Each full tile by the hash that the level above holds for it. */
static void choose_full(struct trees *trees, unsigned l)
{
    struct level *level = &trees->level[l];
    const struct level *up = &trees->level[l + 1];
    for (uint64_t n = 0; n < level->count / SW_TILE_WIDTH; n++) {
        enum tile_choice above = (enum tile_choice)up->choice[n / SW_TILE_WIDTH];
        const struct sw_hash256 *want = above == ENTRIES ? &up->entries[n] : &up->file[n];
        enum tile_choice choice = same(&up->entries[n], want) ? ENTRIES : NEITHER;
        choice = same(&level->root[n], want) ? TILE : choice;
        level->choice[n] = (uint8_t)(above == NEITHER ? NEITHER : choice);
    }
}

/* --- telling --------------------------------------------------------------------------------- */

/* The first byte in which a tile differs from what it must be. */
static sw_result tell_tile(struct sw_audit *audit, unsigned l, uint64_t n, const char *file,
    const struct sw_hash256 *is, const struct sw_hash256 *want, unsigned width)
{
    const uint8_t *a = (const uint8_t *)is;
    const uint8_t *b = (const uint8_t *)want;
    size_t i = 0;
    while (i < width * sizeof(*is) && a[i] == b[i]) {
        i++;
    }
    if (i == width * sizeof(*is)) {
        return SW_OK;
    }
    uint64_t leaf = leaf_below(l, n * SW_TILE_WIDTH + i / sizeof(*is));
    return sw_audit_problem(audit, file, leaf, i,
        "the tile was altered: its hash is not that of the entries, which have the signed root");
}

static sw_result tell_level(struct trees *trees, unsigned l)
{
    const struct level *level = &trees->level[l];
    for (uint64_t n = 0; n < level->tiles; n++) {
        uint64_t first = n * SW_TILE_WIDTH;
        unsigned width = sw_tile_width(trees->audit->size, (int)l, n);
        char file[SW_TILE_FILE_SIZE];
        sw_tile_file((int)l, n, width, file);
        if (level->choice[n] == NEITHER) {
            SW_TRY(sw_audit_problem(trees->audit, file, leaf_below(l, first), SW_AUDIT_NONE,
                "neither the tile nor the entries below it have the hash that the tree has"));
        } else if (level->choice[n] == ENTRIES) {
            SW_TRY(tell_tile(
                trees->audit, l, n, file, &level->file[first], &level->entries[first], width));
        }
    }
    return SW_OK;
}

/* Entries that do not have the hashes of their tile. */
static sw_result tell_entries(
    struct sw_audit *audit, uint64_t n, const struct leaf_tile *tile, const char *what)
{
    for (unsigned i = 0; i < tile->width; i++) {
        if (!same(&tile->hash[i], &tile->file[i])) {
            return sw_audit_problem(
                audit, tile->bundle_file, n * SW_TILE_WIDTH + i, offset_of(tile, i), "%s", what);
        }
    }
    return SW_OK;
}

static sw_result tell_leaf_tile(
    struct trees *trees, uint64_t n, struct leaf_tile *tile, struct sw_error *err)
{
    struct sw_audit *audit = trees->audit;
    enum tile_choice choice = (enum tile_choice)trees->level[0].choice[n];
    SW_TRY(read_leaf_tile(audit, n, tile, err));
    if (choice == ENTRIES) {
        return tell_tile(audit, 0, n, tile->tile_file, tile->file, tile->hash, tile->width);
    }
    if (choice == TILE) {
        return tell_entries(audit, n, tile,
            "the entry was altered: it does not have its hash, and the tile has the signed root");
    }
    SW_TRY(tell_entries(audit, n, tile, "the entry does not have the hash in its tile"));
    return sw_audit_problem(audit, tile->tile_file, n * SW_TILE_WIDTH, SW_AUDIT_NONE,
        "neither the tile nor its entries have the hash that the tree has");
}

/* Most tiles are as the entries say; only the others are read again. */
static bool is_plain(const struct trees *trees, uint64_t n)
{
    const struct level *level = &trees->level[0];
    if (level->choice[n] == NEITHER) {
        return false;
    }
    if (n < level->count / SW_TILE_WIDTH) {
        return same(&level->root[n], &trees->level[1].entries[n]);
    }
    return memcmp(level->entries, level->file, partial_width(level) * sizeof(*level->file)) == 0;
}

static sw_result tell_leaves(struct trees *trees, struct leaf_tile *tile, struct sw_error *err)
{
    for (uint64_t n = 0; n < trees->level[0].tiles; n++) {
        if (!is_plain(trees, n)) {
            SW_TRY(tell_leaf_tile(trees, n, tile, err));
        }
    }
    return SW_OK;
}

static sw_result audit_levels(struct trees *trees, struct leaf_tile *tile, struct sw_error *err)
{
    SW_TRY(make_trees(trees, err));
    SW_TRY(read_leaves(trees, tile, err));
    for (unsigned l = 1; l < trees->height; l++) {
        SW_TRY(read_level(trees, l, err));
    }
    SW_TRY(choose_partials(trees));
    for (unsigned l = trees->height; l-- > 0;) {
        choose_full(trees, l);
    }
    SW_TRY(tell_leaves(trees, tile, err));
    for (unsigned l = 1; l < trees->height; l++) {
        SW_TRY(tell_level(trees, l));
    }
    return SW_OK;
}

sw_result sw_audit_tree(struct sw_audit *audit, struct sw_error *err)
{
    SW_CLEANUP(trees) struct trees trees = {.audit = audit};
    SW_CLEANUP(free) struct leaf_tile *tile = calloc(1, sizeof(*tile));
    if (tile == NULL) {
        return sw_fail(err, SW_E_NOMEM, "cannot check the log: out of memory");
    }
    enum sw_code rc = audit_levels(&trees, tile, err);
    sw_buf_release(&tile->bundle);
    return rc;
}
