#include "scan/pickle_private.h"
#include "scan/torch_tensor.h"

#include "codec/codec.h"

#define ZLIB_CONST
#include <zlib.h>

/* What stands in a pickle and is walked on its own: arrays of objects in joblib files, and
 * constants that are pickles themselves, for a loader that the code around them calls. */

#define NESTED_DEPTH_MAX 4
#define PASSED_LOOK 4096
#define NESTED_OPS_MAX 1000000
/* Bytes of constants that are unpacked, of one and of all in a file. */
#define CONSTANT_MAX ((uint64_t)16 << 20)
#define CONSTANTS_MAX ((uint64_t)128 << 20)

static sw_result walk_nested(void *ctx, uint64_t *at, struct sw_error *err);
static sw_result look_at_passed(void *ctx, uint64_t at, uint64_t len, struct sw_error *err);
static sw_result look_at_constant(void *ctx, uint64_t at, uint64_t len, struct sw_error *err);
static sw_result look_at_storage(void *ctx, const struct sw_torch_storage *storage);
static sw_result look_at_tensor(void *ctx, const struct sw_torch_tensor *tensor);

/* A machine that is ready for the source. */
sw_result sw_pickle_reading_machine(struct sw_pickle_reading *r, struct sw_pickle_machine **out)
{
    struct sw_pickle_machine *machine = malloc(sizeof(*machine));
    if (machine == NULL) {
        return sw_fail(r->err, SW_E_NOMEM, "no memory for the pickle machine");
    }
    sw_pickle_machine_init(machine, r->source);
    machine->packs = r->in->packs;
    r->hooks = (struct sw_pickle_hooks){.ctx = r,
        .nested = walk_nested,
        .passed = look_at_passed,
        .constant = look_at_constant,
        .storage = look_at_storage,
        .tensor = look_at_tensor};
    machine->keep_max = r->in->storages != NULL ? SW_PICKLE_KEPT_TORCH : SW_PICKLE_KEPT;
    machine->hooks = &r->hooks;
    r->machine = machine;
    *out = machine;
    return SW_OK;
}

void sw_pickle_reading_torch(struct sw_pickle_reading *r, const struct sw_storage_check *check)
{
    r->in->storages = check;
    r->machine->keep_max = check != NULL ? SW_PICKLE_KEPT_TORCH : SW_PICKLE_KEPT;
}

void sw_pickle_machine_free(struct sw_pickle_machine *machine)
{
    if (machine != NULL) {
        sw_pickle_machine_release(machine);
        free(machine);
    }
}

/* An array of objects in a joblib file: a pickle with a stack and a memo of its own. */
static sw_result walk_nested(void *ctx, uint64_t *at, struct sw_error *err)
{
    struct sw_pickle_reading *outer = ctx;
    struct sw_pickle_reading r = {
        .in = outer->in, .source = outer->source, .err = err, .depth = outer->depth + 1};
    SW_CLEANUP(pickle_machine_ptr) struct sw_pickle_machine *machine = NULL;
    struct sw_pickle_value top;
    if (r.depth > NESTED_DEPTH_MAX) {
        return sw_fail(err, SW_E_LIMIT, "byte %llu: more than %d pickles in each other",
            (unsigned long long)*at, NESTED_DEPTH_MAX);
    }
    SW_TRY(sw_pickle_reading_machine(&r, &machine));
    enum sw_code code = sw_pickle_run(machine, at, &top, err);
    SW_TRY(sw_pickle_say_all(&r));
    return code;
}

/* Elements may be any bytes, so only what cannot be chance counts: a pickle at their beginning. */
static sw_result look_at_passed(void *ctx, uint64_t at, uint64_t len, struct sw_error *err)
{
    const struct sw_pickle_reading *r = ctx;
    uint64_t part = len < PASSED_LOOK ? len : PASSED_LOOK;
    sw_skipped(r->in, len - part);
    return sw_pickle_search(r->in, r->source, at, at + part, err);
}

static sw_result look_at_constant(void *ctx, uint64_t at, uint64_t len, struct sw_error *err)
{
    return sw_pickle_look_at_constant(ctx, at, len, err);
}

static sw_result look_at_storage(void *ctx, const struct sw_torch_storage *storage)
{
    const struct sw_pickle_reading *r = ctx;
    const struct sw_storage_check *check = r->in->storages;
    return check == NULL ? SW_OK : check->check(check->ctx, r->in, storage);
}

/* Those of pickles in pickles are not the archive's. */
static sw_result look_at_tensor(void *ctx, const struct sw_torch_tensor *tensor)
{
    const struct sw_pickle_reading *r = ctx;
    const struct sw_storage_check *check = r->in->storages;
    return check == NULL || r->depth > 0 ? SW_OK : check->tensor(check->ctx, r->in, tensor);
}

/* --- constants -------------------------------------------------------------------------------- */

static bool is_proto(struct sw_bytes start)
{
    return start.len > 2 && start.ptr[0] == 0x80 && start.ptr[1] <= 5;
}

static bool is_deflated(struct sw_bytes start)
{
    bool gzip = start.len > 2 && start.ptr[0] == 0x1f && start.ptr[1] == 0x8b;
    bool zlib =
        start.len > 2 && start.ptr[0] == 0x78 && (start.ptr[0] << 8 | start.ptr[1]) % 31 == 0;
    return gzip || zlib;
}

static bool starts(struct sw_bytes start, const char *text)
{
    size_t len = strlen(text);
    return start.len >= len && memcmp(start.ptr, text, len) == 0;
}

/* PROTO with a number from 0 to 5, or the magic of gzip or zlib, as base64 and as hexadecimal. */
static bool is_base64(struct sw_bytes start)
{
    bool proto = starts(start, "gA") && start.len > 2 && start.ptr[2] >= 'A' && start.ptr[2] <= 'X';
    return proto || starts(start, "H4sI") || starts(start, "eJ") || starts(start, "eN") ||
           starts(start, "eA");
}

static bool is_hex(struct sw_bytes start)
{
    bool proto =
        starts(start, "800") && start.len > 3 && start.ptr[3] >= '0' && start.ptr[3] <= '5';
    return proto || starts(start, "1f8b") || starts(start, "789c") || starts(start, "78da");
}

/* A text pickle begins with an import: "c", a module, a line feed. */
static bool is_text_pickle(struct sw_bytes start)
{
    struct sw_bytes line = start.len > 1 ? sw_bytes(start.ptr + 1, start.len - 1) : start;
    const uint8_t *end = line.len == 0 ? NULL : memchr(line.ptr, '\n', line.len);
    return start.len > 4 && (start.ptr[0] == 'c' || start.ptr[0] == 'i') && end != NULL &&
           sw_pickle_can_import(sw_bytes(line.ptr, (size_t)(end - line.ptr)));
}

bool sw_pickle_may_be_nested(struct sw_bytes start)
{
    return is_proto(start) || is_deflated(start) || is_base64(start) || is_hex(start) ||
           is_text_pickle(start);
}

static bool inflate_all(struct sw_bytes packed, struct sw_buf *out)
{
    z_stream stream = {.next_in = packed.ptr, .avail_in = (uInt)packed.len};
    uint8_t part[16384];
    if (packed.len > UINT32_MAX || inflateInit2(&stream, 15 + 32) != Z_OK) {
        return false;
    }
    int code = Z_OK;
    bool good = true;
    while (good && code == Z_OK) {
        stream.next_out = part;
        stream.avail_out = sizeof(part);
        code = inflate(&stream, Z_NO_FLUSH);
        good = sw_buf_append(out, part, sizeof(part) - stream.avail_out) == SW_OK;
    }
    (void)inflateEnd(&stream);
    return out->len > 0; /* what came out before a break counts */
}

static bool unhex(struct sw_bytes text, struct sw_buf *out)
{
    size_t len = text.len / 2;
    if (sw_buf_reserve(out, len + 1) != SW_OK ||
        !sw_hex_decode(sw_str_n((const char *)text.ptr, len * 2), out->data, len)) {
        return false;
    }
    out->len = len;
    return true;
}

/* Line feeds are what base64 is broken into. */
static bool unbase64(struct sw_bytes text, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf joined = {.max = CONSTANT_MAX};
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\n' && text.ptr[i] != '\r' &&
            sw_buf_putc(&joined, (char)text.ptr[i]) != SW_OK) {
            return false;
        }
    }
    return sw_base64_decode(out, sw_buf_str(&joined), true) == SW_OK;
}

/* Walks bytes that may be a pickle. It counts when it imports what is on no list, and calls
 * something or comes to its end. */
static sw_result walk_constant(struct sw_pickle_reading *outer, const struct sw_source *source,
    uint64_t at, const char *how, struct sw_error *err)
{
    struct sw_pickle_reading r = {
        .in = outer->in, .source = source, .err = err, .depth = outer->depth + 1};
    SW_CLEANUP(pickle_machine_ptr) struct sw_pickle_machine *machine = NULL;
    struct sw_pickle_value top;
    uint64_t end = 0;
    if (r.depth > NESTED_DEPTH_MAX) {
        return sw_fail(err, SW_E_LIMIT, "byte %llu: more than %d pickles in each other",
            (unsigned long long)at, NESTED_DEPTH_MAX);
    }
    SW_TRY(sw_pickle_reading_machine(&r, &machine));
    machine->op_max = NESTED_OPS_MAX;
    struct sw_error ignored = {0};
    uint64_t base = r.in->base;
    r.in->base = base + at;
    enum sw_code code = sw_pickle_run(machine, &end, &top, &ignored);
    bool ran = code == SW_OK || machine->calls > 0;
    bool bad = ran && sw_pickle_is_bad(machine);
    enum sw_code said = SW_OK;
    if (bad) {
        said = sw_found(r.in, "pickle-nested", SW_SEVERITY_HIGH, 0,
            "a constant is a pickle itself%s; places in it count from here", how);
        said = said == SW_OK ? sw_pickle_say_all(&r) : said;
    }
    r.in->base = base;
    return code == SW_E_LIMIT || code == SW_E_NOMEM ? sw_fail(err, code, "%s", ignored.text) : said;
}

static sw_result walk_bytes(struct sw_pickle_reading *r, struct sw_bytes bytes, uint64_t at,
    const char *how, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf unpacked = {.max = CONSTANT_MAX};
    if (is_deflated(bytes)) {
        if (!inflate_all(bytes, &unpacked)) {
            return SW_OK;
        }
        bytes = sw_buf_bytes(&unpacked);
        how = ", compressed";
    }
    if (!is_proto(bytes) && !is_text_pickle(bytes)) {
        return SW_OK;
    }
    struct sw_source source = sw_source_memory(bytes);
    return walk_constant(r, &source, at, how, err);
}

sw_result sw_pickle_look_at_constant(
    struct sw_pickle_reading *r, uint64_t at, uint64_t len, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf decoded = {.max = CONSTANT_MAX};
    struct sw_source part;
    uint8_t start[8] = {0};
    SW_TRY(sw_source_part(r->source, at, len, &part));
    SW_TRY(sw_source_read(&part, 0, start, len < sizeof(start) ? (size_t)len : sizeof(start), err));
    if (is_proto(sw_bytes(start, sizeof(start))) || len > CONSTANT_MAX) {
        return walk_constant(r, &part, at, "", err);
    }
    if (!sw_add_u64(r->in->nested, len, &r->in->nested) || r->in->nested > CONSTANTS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "byte %llu: too many constants look like pickles",
            (unsigned long long)at);
    }
    SW_TRY(sw_source_append(r->source, at, len, &raw, err));
    struct sw_bytes bytes = sw_buf_bytes(&raw);
    if (is_hex(bytes)) {
        return unhex(bytes, &decoded)
                   ? walk_bytes(r, sw_buf_bytes(&decoded), at, ", as hexadecimal", err)
                   : SW_OK;
    }
    if (is_base64(bytes)) {
        return unbase64(bytes, &decoded)
                   ? walk_bytes(r, sw_buf_bytes(&decoded), at, ", as base64", err)
                   : SW_OK;
    }
    return walk_bytes(r, bytes, at, "", err);
}
