#include "codec/tar.h"

/* POSIX.1-2017, pax, "ustar Interchange Format": places in a header. */
enum {
    NAME = 0,
    NAME_LEN = 100,
    SIZE = 124,
    SIZE_LEN = 12,
    SUM = 148,
    SUM_LEN = 8,
    TYPE = 156,
    LINK = 157,
    MAGIC = 257,
    PREFIX = 345,
    PREFIX_LEN = 155,
    GNU_EXTENDED = 482,  /* GNU's sparse headers: another block of places follows… */
    GNU_EXTENDED2 = 504, /* …and in that block */
};

void sw_tar_init(struct sw_tar *tar, const struct sw_source *source, struct sw_window *window,
    struct sw_arena *arena)
{
    *tar = (struct sw_tar){.source = source, .window = window, .arena = arena};
    sw_window_init(window, source);
}

/* --- fields ------------------------------------------------------------------------------------
 */

/* Blanks, octal digits, then NUL or blank to the end; GNU's form for large numbers has the first
 * bit set and is big endian. Anything else is read by some and not by others. */
static bool read_number(const uint8_t *field, size_t len, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    if (field[0] == 0x80) {
        for (i = 1; i < len; i++) {
            if (value >> 55 != 0) {
                return false;
            }
            value = value << 8 | field[i];
        }
        *out = value;
        return true;
    }
    for (; i < len && field[i] == ' '; i++) {
    }
    for (; i < len && field[i] >= '0' && field[i] <= '7'; i++) {
        value = value * 8 + (uint64_t)(field[i] - '0');
    }
    for (; i < len && (field[i] == ' ' || field[i] == 0); i++) {
    }
    *out = value;
    return i == len;
}

/* Old writers summed signed bytes. */
bool sw_tar_is_header(const uint8_t block[SW_TAR_BLOCK])
{
    uint64_t stated;
    uint64_t sum = 0;
    int64_t with_signs = 0;
    for (size_t i = 0; i < SW_TAR_BLOCK; i++) {
        uint8_t byte = i >= SUM && i < SUM + SUM_LEN ? ' ' : block[i];
        sum += byte;
        with_signs += (int8_t)byte;
    }
    uint8_t field[SUM_LEN];
    memcpy(field, block + SUM, SUM_LEN);
    field[SUM_LEN - 1] = ' '; /* "0005410\0" and "000541\0 " are both written */
    field[SUM_LEN - 2] = field[SUM_LEN - 2] == 0 ? ' ' : field[SUM_LEN - 2];
    return read_number(field, SUM_LEN, &stated) && sum != 8 * ' ' &&
           (stated == sum || (with_signs > 0 && stated == (uint64_t)with_signs));
}

static struct sw_str field_text(const uint8_t *field, size_t len)
{
    return sw_str_n((const char *)field, strnlen((const char *)field, len));
}

static bool is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < SW_TAR_BLOCK; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return true;
}

/* --- extended headers (POSIX.1-2017, "pax Extended Header") -------------------------------------
 */

static void take_size(struct sw_tar_pax *pax, struct sw_str value, unsigned *faults)
{
    pax->has_size = sw_parse_u64(value, &pax->size);
    *faults |= pax->has_size ? 0 : SW_TAR_EXTENDED;
}

static void take_name(struct sw_str *to, bool *has, struct sw_str value, unsigned *faults)
{
    *faults |= *has && !sw_str_equal(*to, value) ? SW_TAR_TWO_NAMES : 0;
    *to = value;
    *has = true;
}

static void take_record(
    struct sw_tar_pax *pax, struct sw_str key, struct sw_str value, unsigned *faults)
{
    if (sw_str_is(key, "path")) {
        take_name(&pax->path, &pax->has_path, value, faults);
    } else if (sw_str_is(key, "linkpath")) {
        take_name(&pax->link, &pax->has_link, value, faults);
    } else if (sw_str_is(key, "size")) {
        *faults |= pax->has_size ? SW_TAR_TWO_SIZES : 0;
        take_size(pax, value, faults);
    } else if (sw_str_starts(key, "GNU.sparse.")) {
        pax->sparse = true;
    }
    if (sw_str_is(key, "GNU.sparse.name")) { /* the path is then one that nobody wants */
        pax->path = value;
        pax->has_path = true;
    }
}

/* "LENGTH KEY=VALUE\n", where the length counts all of it. */
static bool read_record(struct sw_cursor *cur, struct sw_str *key, struct sw_str *value)
{
    size_t start = cur->pos;
    struct sw_bytes digits;
    struct sw_bytes word;
    uint64_t len;
    struct sw_cursor rest;
    if (sw_cur_until(cur, ' ', &digits) != SW_OK || !sw_parse_u64(sw_str_of_bytes(digits), &len) ||
        len <= cur->pos - start || sw_cur_sub(cur, len - (cur->pos - start), &rest) != SW_OK ||
        rest.data.ptr[rest.data.len - 1] != '\n') {
        return false;
    }
    rest.data.len--;
    if (sw_cur_until(&rest, '=', &word) != SW_OK || word.len == 0) {
        return false;
    }
    *key = sw_str_of_bytes(word);
    *value = sw_str_n((const char *)rest.data.ptr + rest.pos, sw_cur_left(&rest));
    return true;
}

/* The content of a header that describes the next one. */
static sw_result read_extended(
    struct sw_tar *tar, uint64_t size, struct sw_bytes *out, struct sw_error *err)
{
    if (size > SW_TAR_EXTENDED_MAX) {
        return sw_fail(err, SW_E_LIMIT, "byte %llu: an extended header of %llu bytes",
            (unsigned long long)tar->at, (unsigned long long)size);
    }
    uint8_t *bytes = sw_arena_alloc(tar->arena, (size_t)size + 1);
    SW_TRY_PTR(bytes);
    SW_TRY(sw_source_read(tar->source, tar->at, bytes, (size_t)size, err));
    *out = sw_bytes(bytes, (size_t)size);
    return SW_OK;
}

static sw_result read_pax(
    struct sw_tar *tar, struct sw_tar_pax *pax, uint64_t size, struct sw_error *err)
{
    struct sw_bytes bytes;
    SW_TRY(read_extended(tar, size, &bytes, err));
    struct sw_cursor cur = sw_cursor(bytes);
    while (sw_cur_left(&cur) > 0) {
        struct sw_str key;
        struct sw_str value;
        if (!read_record(&cur, &key, &value)) {
            tar->faults |= SW_TAR_EXTENDED;
            return SW_OK;
        }
        take_record(pax, key, value, &tar->faults);
    }
    return SW_OK;
}

static sw_result read_long(
    struct sw_tar *tar, struct sw_str *out, uint64_t size, struct sw_error *err)
{
    struct sw_bytes bytes;
    SW_TRY(read_extended(tar, size, &bytes, err));
    struct sw_str name = field_text(bytes.ptr, bytes.len);
    tar->faults |= out->len > 0 && !sw_str_equal(*out, name) ? SW_TAR_TWO_NAMES : 0;
    *out = name;
    return SW_OK;
}

/* --- one header ---------------------------------------------------------------------------------
 */

/* A copy in the arena: the window moves on. */
static sw_result keep_text(struct sw_tar *tar, struct sw_str text, struct sw_str *out)
{
    const char *copy = sw_arena_strndup(tar->arena, text);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, text.len);
    return SW_OK;
}

static sw_result header_name(struct sw_tar *tar, const uint8_t *block, struct sw_str *out)
{
    struct sw_str name = field_text(block + NAME, NAME_LEN);
    struct sw_str prefix = field_text(block + PREFIX, PREFIX_LEN);
    bool posix = memcmp(block + MAGIC, "ustar", 6) == 0;
    if (prefix.len == 0) {
        return keep_text(tar, name, out);
    }
    if (!posix) { /* GNU's old form has times there, which Python takes for a name */
        tar->faults |= SW_TAR_PREFIX;
        return keep_text(tar, name, out);
    }
    const char *both = sw_arena_printf(
        tar->arena, SW_STR_FMT "/" SW_STR_FMT, SW_STR_ARG(prefix), SW_STR_ARG(name));
    SW_TRY_PTR(both);
    *out = sw_str(both);
    return SW_OK;
}

static void use(struct sw_str *name, bool given, struct sw_str value)
{
    *name = given ? value : *name;
}

/* The later of these counts: for all members, GNU's, and for this one. */
static void apply_names(struct sw_tar *tar, struct sw_tar_entry *entry)
{
    const struct sw_tar_pax *pax = &tar->pax;
    const struct sw_tar_pax *global = &tar->global;
    bool long_name = tar->long_name.len > 0;
    bool long_link = tar->long_link.len > 0;
    bool other_name = long_name && pax->has_path && !sw_str_equal(tar->long_name, pax->path);
    bool other_link = long_link && pax->has_link && !sw_str_equal(tar->long_link, pax->link);
    bool for_all = global->has_path || global->has_link || global->has_size;
    tar->faults |= other_name || other_link ? SW_TAR_TWO_NAMES : 0;
    tar->faults |= for_all ? SW_TAR_GLOBAL : 0;
    use(&entry->name, global->has_path, global->path);
    use(&entry->link, global->has_link, global->link);
    use(&entry->name, long_name, tar->long_name);
    use(&entry->link, long_link, tar->long_link);
    use(&entry->name, pax->has_path, pax->path);
    use(&entry->link, pax->has_link, pax->link);
    entry->sparse = entry->sparse || pax->sparse || global->sparse;
}

/* Writers put a size into an extended header when the header has no room for it: 8 GiB and more. */
static void apply_size(struct sw_tar *tar, uint64_t stated, struct sw_tar_entry *entry)
{
    const uint64_t room = (uint64_t)1 << 33;
    const struct sw_tar_pax *pax = &tar->pax;
    entry->size = stated;
    if (pax->has_size && pax->size != stated) {
        bool usual = pax->size >= room && (stated == 0 || stated == room - 1);
        tar->faults |= usual ? 0 : SW_TAR_TWO_SIZES;
        entry->size = pax->size;
    }
}

static char type_of(const uint8_t *block, struct sw_str name)
{
    char type = (char)block[TYPE];
    bool regular = type == 0 || type == '0' || type == '7';
    if (type == 0 && sw_str_ends(name, "/")) {
        return '5'; /* as the seventh edition has directories */
    }
    return regular ? '0' : type;
}

static bool has_no_data(char type)
{
    return type >= '1' && type <= '6';
}

static bool is_known(char type)
{
    return type == '0' || has_no_data(type) || type == 'S' || type == 'D';
}

/* GNU's sparse headers go on in further blocks. */
static sw_result skip_sparse(struct sw_tar *tar, const uint8_t *block, struct sw_error *err)
{
    bool more = block[GNU_EXTENDED] != 0;
    while (more) {
        uint8_t next[SW_TAR_BLOCK];
        SW_TRY(sw_source_read(tar->source, tar->at, next, sizeof(next), err));
        tar->at += SW_TAR_BLOCK;
        more = next[GNU_EXTENDED2] != 0;
    }
    return SW_OK;
}

/* Where the next header is, behind content of `size` bytes from tar->at on. */
static void pass_content(struct sw_tar *tar, uint64_t size)
{
    uint64_t left = tar->source->size - tar->at;
    uint64_t padded = size > UINT64_MAX - SW_TAR_BLOCK
                          ? UINT64_MAX
                          : (size + SW_TAR_BLOCK - 1) / SW_TAR_BLOCK * SW_TAR_BLOCK;
    tar->at += padded < left ? padded : left;
}

static sw_result make_entry(struct sw_tar *tar, const uint8_t *block, uint64_t stated,
    struct sw_tar_entry *entry, struct sw_error *err)
{
    struct sw_str link = field_text(block + LINK, NAME_LEN);
    *entry = (struct sw_tar_entry){.header = tar->at - SW_TAR_BLOCK};
    SW_TRY(header_name(tar, block, &entry->name));
    SW_TRY(keep_text(tar, link, &entry->link));
    apply_names(tar, entry);
    apply_size(tar, stated, entry);
    entry->type = type_of(block, entry->name);
    if (entry->type == 'S') {
        entry->sparse = true;
        SW_TRY(skip_sparse(tar, block, err));
    }
    tar->faults |= is_known(entry->type) ? 0 : SW_TAR_TYPE;
    if (has_no_data(entry->type) && entry->size > 0) {
        tar->faults |= SW_TAR_NO_DATA;
        entry->size = 0;
    }
    uint64_t left = tar->source->size - tar->at;
    entry->data = tar->at;
    entry->cut = entry->size > left;
    pass_content(tar, entry->size);
    entry->size = entry->cut ? left : entry->size;
    entry->faults = tar->faults;
    tar->faults = 0;
    tar->pax = (struct sw_tar_pax){0};
    tar->long_name = sw_str("");
    tar->long_link = sw_str("");
    return SW_OK;
}

/* Headers that describe the next one; false for any other. */
static sw_result read_description(
    struct sw_tar *tar, char type, uint64_t size, bool *was, struct sw_error *err)
{
    uint64_t left = tar->source->size - tar->at;
    *was = type != 0 && strchr("xXgLK", type) != NULL;
    if (!*was) {
        return SW_OK;
    }
    if (size > left) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: the archive ends in an extended header",
            (unsigned long long)tar->at);
    }
    if (type == 'L' || type == 'K') {
        SW_TRY(read_long(tar, type == 'L' ? &tar->long_name : &tar->long_link, size, err));
    } else {
        SW_TRY(read_pax(tar, type == 'g' ? &tar->global : &tar->pax, size, err));
    }
    pass_content(tar, size);
    return SW_OK;
}

/* --- from header to header ----------------------------------------------------------------------
 */

/* Stands behind the next good header and gives a copy, or sets `over`. */
static sw_result next_header(
    struct sw_tar *tar, uint8_t block[SW_TAR_BLOCK], bool *over, struct sw_error *err)
{
    uint64_t broken = UINT64_MAX;
    unsigned fault = 0;
    for (;;) {
        struct sw_bytes view;
        SW_TRY(sw_window_view(tar->window, tar->at, SW_TAR_BLOCK, &view, err));
        if (view.len < SW_TAR_BLOCK) {
            tar->cut = view.len > 0 && !tar->ended;
            tar->at = broken == UINT64_MAX ? tar->at : broken;
            tar->faults |= fault;
            *over = true;
            return SW_OK;
        }
        if (sw_tar_is_header(view.ptr)) {
            memcpy(block, view.ptr, SW_TAR_BLOCK);
            tar->at += SW_TAR_BLOCK;
            tar->faults |= fault;
            tar->faults |= tar->ended ? SW_TAR_BEHIND_END : 0;
            tar->ended = false;
            return SW_OK;
        }
        bool zero = is_zero(view.ptr);
        tar->ended = tar->ended || zero;
        fault |= tar->ended ? 0 : SW_TAR_BAD_HEADER;
        broken = zero || broken != UINT64_MAX ? broken : tar->at;
        tar->at += SW_TAR_BLOCK;
    }
}

sw_result sw_tar_next(
    struct sw_tar *tar, struct sw_tar_entry *entry, bool *over, struct sw_error *err)
{
    *over = false;
    for (;;) {
        uint8_t block[SW_TAR_BLOCK];
        uint64_t size;
        bool description;
        SW_TRY(next_header(tar, block, over, err));
        if (*over) {
            return SW_OK;
        }
        if (++tar->count > SW_TAR_MEMBERS_MAX) {
            return sw_fail(
                err, SW_E_LIMIT, "the archive holds more than %d members", SW_TAR_MEMBERS_MAX);
        }
        tar->faults |= read_number(block + SIZE, SIZE_LEN, &size) ? 0 : SW_TAR_NUMBER;
        SW_TRY(read_description(tar, (char)block[TYPE], size, &description, err));
        if (!description) {
            return make_entry(tar, block, size, entry, err);
        }
    }
}
