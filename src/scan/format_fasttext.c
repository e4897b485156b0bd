/* fastText models (.bin, .ftz), version 12: arguments, dictionary, two matrices, nothing behind.
 * doc/format/scan.md, "fastText". */
#include "scan/format.h"
#include "scan/stream.h"

#define VERSION 12
#define WORD_MAX 60000
#define CENTROIDS 256

struct dictionary {
    uint64_t size, words, labels, pruned;
};

static bool fits_i32(uint64_t value, int32_t low, int32_t high)
{
    int32_t v = (int32_t)(uint32_t)value;
    return v >= low && v <= high;
}

/* Args::load: twelve 32-bit numbers and a double. Ranges are what training accepts. */
static sw_result read_args(struct sw_stream *s)
{
    static const struct {
        const char *name;
        int32_t low, high;
    } args[] = {
        {"dim", 1, 1 << 20},
        {"ws", 0, INT32_MAX},
        {"epoch", 0, INT32_MAX},
        {"minCount", 0, INT32_MAX},
        {"neg", 0, INT32_MAX},
        {"wordNgrams", 0, INT32_MAX},
        {"loss", 1, 4},
        {"model", 1, 3},
        {"bucket", 0, INT32_MAX},
        {"minn", 0, INT32_MAX},
        {"maxn", 0, INT32_MAX},
        {"lrUpdateRate", 0, INT32_MAX},
    };
    for (size_t i = 0; i < SW_COUNT(args); i++) {
        uint64_t value;
        SW_TRY(sw_stream_u64(s, 4, &value, "the arguments"));
        if (!fits_i32(value, args[i].low, args[i].high)) {
            return sw_fail(s->err, SW_E_FORMAT, "byte %llu: %s is out of range",
                (unsigned long long)(s->at - 4), args[i].name);
        }
    }
    return sw_stream_skip(s, 8, "the arguments");
}

static sw_result read_words(struct sw_stream *s, const struct dictionary *d)
{
    uint64_t labels = 0;
    for (uint64_t i = 0; i < d->size; i++) {
        uint64_t len;
        uint64_t type;
        SW_TRY(sw_stream_until_nul(s, WORD_MAX, &len, "the dictionary"));
        SW_TRY(sw_stream_skip(s, 8, "the dictionary"));
        SW_TRY(sw_stream_u64(s, 1, &type, "the dictionary"));
        if (type > 1) {
            return sw_stream_fail(s, "an entry is neither word nor label");
        }
        labels += type;
    }
    return labels == d->labels ? SW_OK : sw_stream_fail(s, "the labels are not as many as stated");
}

/* Dictionary::load. The count of pruned entries is -1 in a model that was not pruned. */
static sw_result read_dictionary(struct sw_stream *s, struct dictionary *d)
{
    uint64_t tokens;
    SW_TRY(sw_stream_u64(s, 4, &d->size, "the dictionary"));
    SW_TRY(sw_stream_u64(s, 4, &d->words, "the dictionary"));
    SW_TRY(sw_stream_u64(s, 4, &d->labels, "the dictionary"));
    SW_TRY(sw_stream_u64(s, 8, &tokens, "the dictionary"));
    SW_TRY(sw_stream_u64(s, 8, &d->pruned, "the dictionary"));
    /* An entry is a NUL, a count and a type at least. */
    if (d->words + d->labels != d->size || d->size > sw_stream_left(s) / 10 || tokens > INT64_MAX) {
        return sw_stream_fail(s, "the dictionary's sizes do not fit each other or the file");
    }
    SW_TRY(read_words(s, d));
    d->pruned = d->pruned == UINT64_MAX ? 0 : d->pruned;
    uint64_t bytes;
    if (!sw_mul_u64(d->pruned, 8, &bytes)) {
        return sw_stream_fail(s, "the pruned entries overflow");
    }
    return sw_stream_skip(s, bytes, "the pruned entries");
}

static sw_result read_shape(struct sw_stream *s, uint64_t *rows, uint64_t *columns, uint64_t *count)
{
    SW_TRY(sw_stream_u64(s, 8, rows, "a matrix"));
    SW_TRY(sw_stream_u64(s, 8, columns, "a matrix"));
    return sw_mul_u64(*rows, *columns, count) && *count <= INT64_MAX
               ? SW_OK
               : sw_stream_fail(s, "a matrix's size overflows");
}

/* DenseMatrix::load. */
static sw_result read_dense(struct sw_stream *s)
{
    uint64_t rows;
    uint64_t columns;
    uint64_t count;
    SW_TRY(read_shape(s, &rows, &columns, &count));
    if (!sw_mul_u64(count, 4, &count)) {
        return sw_stream_fail(s, "a matrix's size overflows");
    }
    return sw_stream_skip(s, count, "a matrix");
}

/* ProductQuantizer::load: four numbers, then dim × 256 centroids. */
static sw_result read_quantizer(struct sw_stream *s)
{
    uint64_t dim;
    SW_TRY(sw_stream_u64(s, 4, &dim, "a quantizer"));
    SW_TRY(sw_stream_skip(s, 12, "a quantizer"));
    return sw_stream_skip(s, dim * CENTROIDS * 4, "a quantizer's centroids");
}

/* QuantMatrix::load. */
static sw_result read_quantized(struct sw_stream *s)
{
    uint64_t with_norms;
    uint64_t rows;
    uint64_t columns;
    uint64_t count;
    uint64_t codes;
    SW_TRY(sw_stream_u64(s, 1, &with_norms, "a matrix"));
    SW_TRY(read_shape(s, &rows, &columns, &count));
    SW_TRY(sw_stream_u64(s, 4, &codes, "a matrix"));
    SW_TRY(sw_stream_skip(s, codes, "a matrix's codes"));
    SW_TRY(read_quantizer(s));
    if (with_norms == 0) {
        return SW_OK;
    }
    SW_TRY(sw_stream_skip(s, rows, "a matrix's norms"));
    return read_quantizer(s);
}

/* The mark, and the matrix; `may` says whether the mark counts. */
static sw_result read_matrix(struct sw_stream *s, bool may, bool *quantized)
{
    uint64_t mark;
    SW_TRY(sw_stream_u64(s, 1, &mark, "a matrix"));
    if (mark > 1) {
        return sw_stream_fail(s, "a matrix is neither dense nor quantized");
    }
    *quantized = mark == 1;
    return may && mark == 1 ? read_quantized(s) : read_dense(s);
}

/* FastText::loadModel: the output matrix is quantized only when its own mark and the input's both
 * say so. */
static sw_result read_model(struct sw_stream *s)
{
    struct dictionary d;
    uint64_t version;
    SW_TRY(sw_stream_skip(s, 4, "the magic"));
    SW_TRY(sw_stream_u64(s, 4, &version, "the version"));
    if (version != VERSION) {
        return sw_fail(s->err, SW_E_UNSUPPORTED, "byte 4: version %llu is not read (12 is)",
            (unsigned long long)version);
    }
    SW_TRY(read_args(s));
    SW_TRY(read_dictionary(s, &d));
    bool input;
    bool output;
    SW_TRY(read_matrix(s, true, &input));
    return read_matrix(s, input, &output);
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_stream *s = malloc(sizeof(*s));
    if (s == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to read the header");
    }
    sw_stream_init(s, &specimen->source, err);
    SW_TRY(read_model(s));
    if (sw_stream_left(s) == 0) {
        return SW_OK;
    }
    SW_TRY(sw_found(in, "fasttext-trailing", SW_SEVERITY_MEDIUM, s->at,
        "%llu bytes behind the model belong to nothing", (unsigned long long)sw_stream_left(s)));
    return sw_pickle_search(in, &specimen->source, s->at, specimen->source.size, err);
}

const struct sw_format sw_format_fasttext = {
    .id = "fasttext",
    .names = ".ftz",
    .magic = "\xba\x16\x4f\x2f", /* 793712314, little endian */
    .magic_len = 4,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM,
};
