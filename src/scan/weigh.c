/* Weighing: reading tensors once, judging what was counted, telling it. */
#include "scan/weigh.h"

#include <math.h>

/* A slow disk must not turn a good model into one that was not read: past this, what is left is
 * passed over, and a finding says so. */
#define WALL_NS ((uint64_t)600 * 1000000000u)

struct sw_weighing {
    struct sw_inspection *in;
    const struct sw_source *source;
    struct sw_error *err;
    uint8_t *chunk;
    struct sw_scales *scales;
    struct sw_magic_search search;
    uint64_t deadline;
    bool stopped;
    struct sw_buf text; /* "weights" */
    struct sw_json_writer json;
    uint64_t listed, tensors, bytes, elements, nan, inf, huge, odd;
};

/* --- judging ---------------------------------------------------------------------------------- */

static struct sw_str short_name(const struct sw_tensor *tensor)
{
    struct sw_str name = tensor->name;
    name.len = name.len > 200 ? 200 : name.len;
    return name;
}

static sw_result judge_numbers(
    struct sw_weighing *g, const struct sw_tensor *t, const struct sw_weight *w)
{
    struct sw_str name = short_name(t);
    if (w->nan > 0) {
        SW_TRY(sw_found(g->in, "weights-nan", SW_SEVERITY_LOW, t->offset,
            "%llu of the %llu numbers of \"" SW_STR_FMT "\" are NaN", (unsigned long long)w->nan,
            (unsigned long long)w->elements, SW_STR_ARG(name)));
    }
    if (w->huge > 0) {
        SW_TRY(sw_found(g->in, "weights-outlier", SW_SEVERITY_LOW, t->offset,
            "%llu of the %llu numbers of \"" SW_STR_FMT "\" are over 2^100",
            (unsigned long long)w->huge, (unsigned long long)w->elements, SW_STR_ARG(name)));
    }
    return SW_OK;
}

static sw_result judge(struct sw_weighing *g, const struct sw_tensor *t, const struct sw_weight *w)
{
    SW_TRY(judge_numbers(g, t, w));
    if (w->odd_blocks == 0) {
        return SW_OK;
    }
    struct sw_str name = short_name(t);
    return sw_found(g->in, "weights-entropy", SW_SEVERITY_MEDIUM, t->offset + w->odd_at,
        "%llu blocks of \"" SW_STR_FMT "\" are no %s numbers by their exponents, but as random as "
        "encrypted or compressed data",
        (unsigned long long)w->odd_blocks, SW_STR_ARG(name), t->dtype);
}

/* --- telling ---------------------------------------------------------------------------------- */

static void put_double(struct sw_json_writer *w, const char *name, double value)
{
    if (isfinite(value)) {
        sw_jw_double(w, name, value);
    } else {
        sw_jw_null(w, name);
    }
}

/* Entropies to a thousandth of a bit. */
static double rounded(double bits)
{
    return bits <= 0 ? 0 : round(bits * 1000) / 1000;
}

static void put_exponents(struct sw_json_writer *w, unsigned count, const struct sw_weight *weight)
{
    unsigned least = 0;
    unsigned most = count - 1;
    while (least < most && weight->exponents[least] == 0) {
        least++;
    }
    while (most > least && weight->exponents[most] == 0) {
        most--;
    }
    sw_jw_object(w, "exponents");
    sw_jw_u64(w, "least", least);
    sw_jw_u64(w, "most", most);
    sw_jw_double(w, "entropy", rounded(sw_entropy(weight->exponents)));
    sw_jw_object_end(w);
}

static void put_values(struct sw_json_writer *w, const struct sw_weight *weight)
{
    double finite = (double)(weight->elements - weight->nan - weight->inf);
    double mean = weight->sum / finite;
    double variance = weight->squares / finite - mean * mean;
    bool any = weight->min <= weight->max;
    sw_jw_u64(w, "nan", weight->nan);
    sw_jw_u64(w, "inf", weight->inf);
    sw_jw_u64(w, "zeros", weight->zeros);
    sw_jw_u64(w, "negative", weight->negative);
    put_double(w, "min", any ? weight->min : NAN);
    put_double(w, "max", any ? weight->max : NAN);
    put_double(w, "mean", any ? mean : NAN);
    put_double(w, "std", any ? sqrt(variance > 0 ? variance : 0) : NAN);
}

static bool has_values(enum sw_number number)
{
    return number != SW_NUMBER_OPAQUE && number != SW_NUMBER_I32 && number != SW_NUMBER_I64;
}

static void put_tensor(struct sw_weighing *g, const struct sw_tensor *t, const struct sw_weight *w)
{
    struct sw_json_writer *json = &g->json;
    enum sw_number number = sw_tensor_number(t);
    sw_jw_object(json, NULL);
    sw_jw_str(json, "name", t->name);
    sw_jw_text(json, "dtype", t->dtype);
    sw_jw_u64(json, "bytes", t->size);
    sw_jw_array(json, "entropy");
    for (size_t i = 0; i < sw_number_width(number); i++) {
        sw_jw_double(json, NULL, rounded(sw_entropy(w->planes[i])));
    }
    sw_jw_array_end(json);
    sw_jw_u64(json, "repeated", w->repeated);
    if (has_values(number)) {
        sw_jw_u64(json, "elements", w->elements);
        put_values(json, w);
    }
    if (sw_number_exponents(number) != 0) {
        put_exponents(json, sw_number_exponents(number), w);
    }
    sw_jw_object_end(json);
}

static void count_tensor(
    struct sw_weighing *g, const struct sw_tensor *t, const struct sw_weight *w)
{
    g->tensors++;
    g->bytes += t->size;
    g->elements += w->elements;
    g->nan += w->nan;
    g->inf += w->inf;
    g->huge += w->huge;
    g->odd += w->odd_blocks;
    if (g->in->wants_profile && g->text.len < SW_TENSOR_FACTS_MAX - ((size_t)64 << 10)) {
        put_tensor(g, t, w);
        g->listed++;
    }
}

sw_result sw_weighing_tell(struct sw_weighing *g)
{
    struct sw_json_writer *w = &g->json;
    if (g->search.looked >= SW_MAGIC_LOOKS_MAX) {
        SW_TRY(sw_found(g->in, "weights-embedded", SW_SEVERITY_LOW, UINT64_MAX,
            "too many places look like the beginning of a program; not all were looked at"));
    }
    sw_jw_array_end(w);
    sw_jw_u64(w, "listed", g->listed);
    sw_jw_u64(w, "tensors", g->tensors);
    sw_jw_u64(w, "bytes", g->bytes);
    sw_jw_u64(w, "nan", g->nan);
    sw_jw_u64(w, "inf", g->inf);
    sw_jw_u64(w, "outliers", g->huge);
    sw_jw_u64(w, "oddBlocks", g->odd);
    sw_jw_u64(w, "embedded", g->search.found);
    sw_jw_object_end(w);
    SW_TRY(sw_jw_finish(w));
    /* The report has the weights of files, not of what is in them. */
    return g->in->member[0] != '\0' ? SW_OK : sw_tell(g->in, "weights", sw_buf_bytes(&g->text));
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Numbers are judged, and hashed, as they are in every other file. */
static void swap_bytes(uint8_t *bytes, size_t len, size_t width)
{
    for (size_t i = 0; i + width <= len; i += width) {
        for (size_t j = 0; j < width / 2; j++) {
            uint8_t byte = bytes[i + j];
            bytes[i + j] = bytes[i + width - 1 - j];
            bytes[i + width - 1 - j] = byte;
        }
    }
}

/* What runs is looked for in the bytes as they stand. */
static sw_result read_chunk(struct sw_weighing *g, const struct sw_tensor *t, uint64_t offset,
    size_t len, struct sw_hash *hash)
{
    SW_TRY(sw_source_read(g->source, offset, g->chunk, len, g->err));
    SW_TRY(sw_magic_look(&g->search, g->chunk, len, offset));
    if (t->big_endian) {
        swap_bytes(g->chunk, len, sw_number_width(sw_tensor_number(t)));
    }
    if (hash != NULL) {
        sw_hash_update(hash, g->chunk, len);
    }
    sw_scales_add(g->scales, g->chunk, len);
    return SW_OK;
}

static sw_result read_tensor(struct sw_weighing *g, const struct sw_tensor *t, struct sw_hash *hash,
    struct sw_weight *weight)
{
    g->search.source = g->source;
    g->search.tensor = t->name;
    g->search.end = t->offset + t->size;
    sw_scales_begin(g->scales, sw_tensor_number(t), weight);
    for (uint64_t done = 0; done < t->size;) {
        uint64_t left = t->size - done;
        size_t len = left < SW_WEIGH_CHUNK ? (size_t)left : SW_WEIGH_CHUNK;
        SW_TRY(read_chunk(g, t, t->offset + done, len, hash));
        done += len;
    }
    sw_scales_end(g->scales);
    return SW_OK;
}

static sw_result weigh_tensor(
    struct sw_weighing *g, const struct sw_tensor *t, struct sw_digest *digest)
{
    struct sw_hash hash;
    struct sw_weight weight;
    if (digest != NULL) {
        SW_TRY(sw_hash_init(&hash, SW_SHA256));
    }
    SW_TRY(read_tensor(g, t, digest == NULL ? NULL : &hash, &weight));
    if (digest != NULL) {
        sw_hash_final(&hash, digest);
    }
    count_tensor(g, t, &weight);
    return judge(g, t, &weight);
}

static sw_result stop(struct sw_weighing *g, const struct sw_tensor *t)
{
    if (!g->stopped) {
        SW_TRY(sw_found(g->in, "weights-stopped", SW_SEVERITY_INFO, t->offset,
            "reading the tensors took too long; from here on they were passed over"));
    }
    g->stopped = true;
    sw_skipped(g->in, t->size);
    return SW_OK;
}

sw_result sw_weighing_new(struct sw_inspection *in, struct sw_weighing **out, struct sw_error *err)
{
    SW_CLEANUP(weighing) struct sw_weighing *g = calloc(1, sizeof(*g));
    if (g != NULL) {
        g->chunk = malloc(SW_WEIGH_CHUNK);
        g->scales = sw_scales_new();
    }
    if (g == NULL || g->chunk == NULL || g->scales == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to weigh the tensors");
    }
    g->in = in;
    g->search.in = in;
    g->deadline = sw_time_monotonic_ns() + WALL_NS;
    sw_jw_init(&g->json, &g->text, 0);
    sw_jw_object(&g->json, NULL);
    sw_jw_array(&g->json, "list");
    *out = SW_TAKE(g);
    return SW_OK;
}

void sw_weighing_free(struct sw_weighing *g)
{
    if (g != NULL) {
        sw_buf_release(&g->text);
        sw_scales_free(g->scales);
        free(g->chunk);
        free(g);
    }
}

/* Digests are all or nothing. */
sw_result sw_weighing_add(struct sw_weighing *g, const struct sw_source *source,
    const struct sw_tensor *tensor, struct sw_digest *digest, struct sw_error *err)
{
    g->source = source;
    g->err = err;
    return digest == NULL && sw_time_monotonic_ns() > g->deadline ? stop(g, tensor)
                                                                  : weigh_tensor(g, tensor, digest);
}

sw_result sw_weighing_hash(struct sw_weighing *g, const struct sw_source *source,
    const struct sw_tensor *t, struct sw_digest *digest, struct sw_error *err)
{
    struct sw_hash hash;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    for (uint64_t done = 0; done < t->size;) {
        uint64_t left = t->size - done;
        size_t len = left < SW_WEIGH_CHUNK ? (size_t)left : SW_WEIGH_CHUNK;
        SW_TRY(sw_source_read(source, t->offset + done, g->chunk, len, err));
        if (t->big_endian) {
            swap_bytes(g->chunk, len, sw_number_width(sw_tensor_number(t)));
        }
        sw_hash_update(&hash, g->chunk, len);
        done += len;
    }
    sw_hash_final(&hash, digest);
    return SW_OK;
}

/* Many tensors can be of the same bytes, which are weighed once: the lists are ordered by place. */
static bool is_same_place(const struct sw_tensor *a, const struct sw_tensor *b)
{
    return a->offset == b->offset && a->size == b->size && a->big_endian == b->big_endian &&
           strcmp(a->dtype, b->dtype) == 0;
}

sw_result sw_weigh(struct sw_inspection *in, const struct sw_source *source,
    const struct sw_tensor *tensors, size_t count, struct sw_digest *digests, struct sw_error *err)
{
    SW_CLEANUP(weighing) struct sw_weighing *g = NULL;
    SW_TRY(sw_weighing_new(in, &g, err));
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && is_same_place(&tensors[i - 1], &tensors[i])) {
            if (digests != NULL) {
                digests[i] = digests[i - 1];
            }
            continue;
        }
        SW_TRY(sw_weighing_add(g, source, &tensors[i], digests == NULL ? NULL : &digests[i], err));
    }
    return sw_weighing_tell(g);
}

static sw_result search_all(struct sw_magic_search *search, uint8_t *chunk, struct sw_error *err)
{
    for (uint64_t at = 0; at < search->end;) {
        uint64_t left = search->end - at;
        size_t len = left < SW_WEIGH_CHUNK ? (size_t)left : SW_WEIGH_CHUNK;
        SW_TRY(sw_source_read(search->source, at, chunk, len, err));
        SW_TRY(sw_magic_look(search, chunk, len, at));
        at += len;
    }
    return SW_OK;
}

/* What is compressed is there with its beginning alone. */
sw_result sw_weigh_storage(
    struct sw_inspection *in, const struct sw_source *source, uint64_t looked, struct sw_error *err)
{
    if (in->metadata_only) {
        in->coverage.members_skipped++;
        sw_skipped(in, source->size - looked);
        return SW_OK;
    }
    SW_CLEANUP(free) uint8_t *chunk = malloc(SW_WEIGH_CHUNK);
    SW_TRY_PTR(chunk);
    bool partial = source->memory != NULL && source->held < source->size;
    uint64_t end = partial ? source->held : source->size;
    struct sw_magic_search search = {
        .in = in, .source = source, .end = end, .tensor = sw_str("the storage")};
    SW_TRY(search_all(&search, chunk, err));
    in->coverage.members_read += partial ? 0 : 1;
    in->coverage.members_skipped += partial ? 1 : 0;
    sw_skipped(in, source->size - end);
    return SW_OK;
}
