/* The counting. Numbers of 16 bits are counted whole, in a table of 65,536, from which follows all
 * that is asked of them; of F32 the upper half is, and the lower bytes by themselves; of 8 bits two
 * at once. Everything else is counted by bytes. */
#include "scan/weigh.h"
#include "scan/wide.h"

#include <math.h>

#define WORDS 65536u

struct sw_scales {
    enum sw_number number;
    struct sw_weight *weight;
    uint64_t done;           /* bytes of the tensor in earlier blocks */
    size_t block;            /* bytes in the present block */
    size_t kept;             /* bytes in the tables, of this block and earlier ones */
    uint64_t exponents[256]; /* in the table of words, without the present block */
    uint32_t words[WORDS];
    uint32_t low[4][256];   /* F32: the lower two bytes, of even and odd elements */
    uint32_t bytes[8][256]; /* the others: by place in eight bytes */
};

struct sw_scales *sw_scales_new(void)
{
    return calloc(1, sizeof(struct sw_scales));
}

void sw_scales_free(struct sw_scales *scales)
{
    free(scales);
}

double sw_entropy(const uint64_t counts[256])
{
    uint64_t total = 0;
    double sum = 0;
    for (size_t i = 0; i < 256; i++) {
        total += counts[i];
        sum += counts[i] == 0 ? 0 : (double)counts[i] * log2((double)counts[i]);
    }
    return total == 0 ? 0 : log2((double)total) - sum / (double)total;
}

/* --- vectors ---------------------------------------------------------------------------------- */

#define LANES 8
typedef float floats __attribute__((vector_size(32)));
typedef int32_t ints __attribute__((vector_size(32)));

/* Each lane by the sign of the comparison's. */
#define PICK(mask, yes, no) ((floats)(((mask) & (ints)(yes)) | (~(mask) & (ints)(no))))

/* Sums over so many vectors stay in single precision. */
#define RUN 512

struct range {
    float min, max;
    double sum, squares;
    uint64_t zeros;
};

static inline __attribute__((always_inline)) void add_run(
    struct range *r, const uint8_t *bytes, size_t count)
{
    floats min = {0};
    floats max = {0};
    floats sum = {0};
    floats squares = {0};
    ints zeros = {0};
    min += r->min;
    max += r->max;
    for (size_t i = 0; i < count; i++) {
        floats v;
        memcpy(&v, bytes + i * sizeof(v), sizeof(v));
        min = PICK(v < min, v, min);
        max = PICK(v > max, v, max);
        sum += v;
        squares += v * v;
        zeros -= v == (floats){0};
    }
    for (size_t i = 0; i < LANES; i++) {
        r->min = min[i] < r->min ? min[i] : r->min;
        r->max = max[i] > r->max ? max[i] : r->max;
        r->sum += (double)sum[i];
        r->squares += (double)squares[i];
        r->zeros += (uint64_t)zeros[i];
    }
}

static void add_runs(struct range *r, const uint8_t *bytes, size_t vectors)
{
    for (size_t i = 0; i < vectors; i += RUN) {
        add_run(r, bytes + i * sizeof(floats), vectors - i < RUN ? vectors - i : RUN);
    }
}

SW_WIDE static void add_runs_wide(struct range *r, const uint8_t *bytes, size_t vectors)
{
    for (size_t i = 0; i < vectors; i += RUN) {
        add_run(r, bytes + i * sizeof(floats), vectors - i < RUN ? vectors - i : RUN);
    }
}

/* --- values ----------------------------------------------------------------------------------- */

static void add_value(struct sw_weight *w, double value, uint64_t count)
{
    if (isnan(value)) {
        w->nan += count;
        return;
    }
    w->negative += value < 0 ? count : 0;
    w->zeros += value == 0 ? count : 0;
    if (isinf(value)) {
        w->inf += count;
        return;
    }
    w->min = value < w->min ? value : w->min;
    w->max = value > w->max ? value : w->max;
    w->sum += value * (double)count;
    w->squares += value * value * (double)count;
}

static void walk_values(struct sw_scales *s, const uint8_t *bytes, size_t len)
{
    size_t width = sw_number_width(s->number);
    for (size_t i = 0; i + width <= len; i += width) {
        add_value(s->weight, sw_number_value(s->number, bytes + i), 1);
    }
}

/* --- F32 -------------------------------------------------------------------------------------- */

static uint64_t count_special(const struct sw_scales *s)
{
    uint64_t special = 0;
    for (size_t i = 0x7F80; i < 0x8000; i++) {
        special += (uint64_t)s->words[i] + s->words[i + 0x8000];
    }
    return special;
}

static void count_f32(struct sw_scales *s, const uint8_t *bytes, size_t len)
{
    uint64_t pair = 0;
    for (size_t i = 0; i + 8 <= len; i += 8) {
        memcpy(&pair, bytes + i, 8);
        s->words[pair >> 16 & 0xFFFF]++;
        s->words[pair >> 48]++;
        s->low[0][pair & 0xFF]++;
        s->low[1][pair >> 8 & 0xFF]++;
        s->low[2][pair >> 32 & 0xFF]++;
        s->low[3][pair >> 40 & 0xFF]++;
    }
    if (len % 8 != 0) {
        const uint8_t *last = bytes + len - 4;
        s->words[last[2] | last[3] << 8]++;
        s->low[0][last[0]]++;
        s->low[1][last[1]]++;
    }
}

/* The fast way takes no NaN and no infinity, also not one that a square becomes. */
static bool add_fast(struct sw_scales *s, const uint8_t *bytes, size_t len)
{
    struct sw_weight *w = s->weight;
    size_t vectors = len / sizeof(floats);
    struct range r = {.min = INFINITY, .max = -INFINITY};
    if (sw_has_wide()) {
        add_runs_wide(&r, bytes, vectors);
    } else {
        add_runs(&r, bytes, vectors);
    }
    if (!isfinite(r.squares) || !isfinite(r.sum)) {
        return false;
    }
    w->min = r.min < w->min ? r.min : w->min;
    w->max = r.max > w->max ? r.max : w->max;
    w->sum += r.sum;
    w->squares += r.squares;
    w->zeros += r.zeros;
    const size_t left = vectors * sizeof(floats);
    uint64_t negative = w->negative; /* those of the table count */
    walk_values(s, bytes + left, len - left);
    w->negative = negative;
    return true;
}

static void add_f32(struct sw_scales *s, const uint8_t *bytes, size_t len)
{
    uint64_t negative = s->weight->negative;
    uint64_t special = count_special(s);
    count_f32(s, bytes, len);
    if (count_special(s) != special || !add_fast(s, bytes, len)) {
        walk_values(s, bytes, len);
    }
    s->weight->negative = negative;
}

/* --- the others ------------------------------------------------------------------------------- */

static void count_words(struct sw_scales *s, const uint8_t *bytes, size_t len)
{
    uint64_t four = 0;
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        memcpy(&four, bytes + i, 8);
        s->words[four & 0xFFFF]++;
        s->words[four >> 16 & 0xFFFF]++;
        s->words[four >> 32 & 0xFFFF]++;
        s->words[four >> 48]++;
    }
    for (; i + 2 <= len; i += 2) {
        s->words[bytes[i] | bytes[i + 1] << 8]++;
    }
}

static void count_bytes(struct sw_scales *s, const uint8_t *bytes, size_t len)
{
    uint64_t eight = 0;
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        memcpy(&eight, bytes + i, 8);
        s->bytes[0][eight & 0xFF]++;
        s->bytes[1][eight >> 8 & 0xFF]++;
        s->bytes[2][eight >> 16 & 0xFF]++;
        s->bytes[3][eight >> 24 & 0xFF]++;
        s->bytes[4][eight >> 32 & 0xFF]++;
        s->bytes[5][eight >> 40 & 0xFF]++;
        s->bytes[6][eight >> 48 & 0xFF]++;
        s->bytes[7][eight >> 56]++;
    }
    for (size_t place = 0; i < len; i++) {
        s->bytes[place++][bytes[i]]++;
    }
}

/* Runs of at least 64 bytes of one element. The compare ends at the first difference, so it costs
 * nothing where there are none. */
static uint64_t repeated_bytes(const uint8_t *bytes, size_t len)
{
    enum { STEP = 64, PERIOD = 8 };
    uint64_t sum = 0;
    for (size_t i = 0; i + STEP + PERIOD <= len; i += STEP) {
        sum += memcmp(bytes + i, bytes + i + PERIOD, STEP) == 0 ? STEP : 0;
    }
    return sum;
}

/* --- folding the tables into the tensor ------------------------------------------------------- */

struct block {
    unsigned shift; /* of the exponent in a word */
    unsigned mask;  /* of an exponent; 0: no floating point */
    uint64_t exponents[256];
    uint64_t elements;
};

/* Over 2^100, finite, and not the largest number, by the upper half of an F32 or by a BF16. */
static bool is_huge(uint32_t word)
{
    uint32_t magnitude = word & 0x7FFF;
    return magnitude >= (127u + 100u) << 7 && magnitude < 0x7F7F;
}

static void fold_word(struct sw_scales *s, uint32_t word, uint64_t count)
{
    struct sw_weight *w = s->weight;
    bool wide_exponent = sw_number_exponents(s->number) == 256;
    size_t top = s->number == SW_NUMBER_F32 ? 3 : 1;
    w->planes[top][word >> 8] += count;
    w->planes[top - 1][word & 0xFF] += count;
    if (wide_exponent && is_huge(word)) {
        w->huge += count;
    }
    if (s->number == SW_NUMBER_F32) {
        w->negative += word >> 15 != 0 ? count : 0;
        return;
    }
    const uint8_t bytes[2] = {(uint8_t)word, (uint8_t)(word >> 8)};
    add_value(w, sw_number_value(s->number, bytes), count);
}

static void fold_words(struct sw_scales *s)
{
    uint32_t *words = s->words;
    for (uint32_t i = 0; i < WORDS; i += 8) {
        uint32_t any = 0;
        for (uint32_t j = i; j < i + 8; j++) {
            any |= words[j];
        }
        for (uint32_t j = i; j < i + 8 && any != 0; j++) {
            if (words[j] != 0) {
                fold_word(s, j, words[j]);
            }
            words[j] = 0;
        }
    }
}

static void fold_low(struct sw_scales *s)
{
    for (size_t i = 0; i < 256; i++) {
        s->weight->planes[0][i] += s->low[0][i] + s->low[2][i];
        s->weight->planes[1][i] += s->low[1][i] + s->low[3][i];
    }
    memset(s->low, 0, sizeof(s->low));
}

/* Two bytes, neither of which has a place of its own. */
static void fold_pairs(struct sw_scales *s)
{
    uint64_t *plane = s->weight->planes[0];
    for (uint32_t i = 0; i < WORDS; i++) {
        plane[i & 0xFF] += s->words[i];
        plane[i >> 8] += s->words[i];
    }
    memset(s->words, 0, sizeof(s->words));
    s->block = 0;
}

static void end_pairs(struct sw_scales *s)
{
    struct sw_weight *w = s->weight;
    fold_pairs(s);
    for (size_t i = 0; i < 256; i++) {
        const uint8_t byte = (uint8_t)i;
        w->planes[0][i] += s->bytes[0][i];
        if (s->number != SW_NUMBER_OPAQUE && w->planes[0][i] != 0) {
            add_value(w, sw_number_value(s->number, &byte), w->planes[0][i]);
        }
    }
    memset(s->bytes[0], 0, sizeof(s->bytes[0]));
}

/* One byte of eight belongs to the plane of its place in the element. */
static void fold_bytes(struct sw_scales *s)
{
    size_t width = sw_number_width(s->number);
    for (size_t place = 0; place < 8; place++) {
        for (size_t i = 0; i < 256; i++) {
            s->weight->planes[place % width][i] += s->bytes[place][i];
        }
    }
    memset(s->bytes, 0, sizeof(s->bytes));
}

unsigned sw_number_exponents(enum sw_number number)
{
    return number == SW_NUMBER_F32 || number == SW_NUMBER_BF16 ? 256
           : number == SW_NUMBER_F16                           ? 32
                                                               : 0;
}

/* Exponents of trained or initialised numbers crowd in a few values; those of other bytes are
 * spread over all that there are. */
static bool is_odd(const struct block *b)
{
    enum { ENOUGH = 4096 };
    double limit = b->mask == 0xFF ? 6.75 : 4.75;
    uint64_t special = b->exponents[b->mask];
    uint64_t expected = b->elements / (b->mask + 1u);
    return b->mask != 0 && b->elements >= ENOUGH && special >= expected / 2 &&
           sw_entropy(b->exponents) > limit;
}

typedef uint32_t counts __attribute__((vector_size(32)));

/* All in the table fit into one counter: see TABLES_BLOCK. */
static uint32_t sum_words(const uint32_t *words, size_t count)
{
    counts sum = {0};
    uint32_t all = 0;
    for (size_t i = 0; i < count; i += LANES) {
        counts v;
        memcpy(&v, words + i, sizeof(v));
        sum += v;
    }
    for (size_t i = 0; i < LANES; i++) {
        all += sum[i];
    }
    return all;
}

/* The words of one exponent and sign stand side by side. What the block has of it is what the table
 * has more than before, so that the table need not be emptied for each. */
static void read_exponents(struct sw_scales *s, struct block *b)
{
    for (unsigned i = 0; i <= b->mask; i++) {
        const uint32_t *words = s->words + ((size_t)i << b->shift);
        size_t count = (size_t)1 << b->shift;
        uint64_t now = (uint64_t)sum_words(words, count) + sum_words(words + WORDS / 2, count);
        b->exponents[i] = now - s->exponents[i];
        b->elements += b->exponents[i];
        s->exponents[i] = now;
    }
}

static void end_block(struct sw_scales *s)
{
    struct sw_weight *w = s->weight;
    unsigned exponents = sw_number_exponents(s->number);
    struct block b = {
        .shift = s->number == SW_NUMBER_F16 ? 10 : 7, .mask = exponents == 0 ? 0 : exponents - 1};
    if (b.mask != 0) {
        read_exponents(s, &b);
    }
    for (size_t i = 0; i <= b.mask && b.mask != 0; i++) {
        w->exponents[i] += b.exponents[i];
    }
    if (is_odd(&b)) {
        w->odd_at = w->odd_blocks == 0 ? s->done : w->odd_at;
        w->odd_blocks++;
    }
    s->done += s->block;
    s->block = 0;
}

/* Between two blocks. */
static void fold_tables(struct sw_scales *s)
{
    fold_words(s);
    if (s->number == SW_NUMBER_F32) {
        fold_low(s);
    }
    memset(s->exponents, 0, sizeof(s->exponents));
    s->kept = 0;
}

/* --- public ----------------------------------------------------------------------------------- */

static bool by_words(enum sw_number number)
{
    return number == SW_NUMBER_F32 || number == SW_NUMBER_F16 || number == SW_NUMBER_BF16 ||
           number == SW_NUMBER_I16;
}

/* Bytes after which the tables are emptied: as many words as a counter holds are far more. */
#define TABLES_BLOCK ((size_t)256 << 20)

static void add_pairs(struct sw_scales *s, const uint8_t *bytes, size_t len)
{
    count_words(s, bytes, len - len % 2);
    if (len % 2 != 0) {
        s->bytes[0][bytes[len - 1]]++;
    }
    if (s->block >= TABLES_BLOCK) {
        fold_pairs(s);
    }
}

void sw_scales_begin(struct sw_scales *scales, enum sw_number number, struct sw_weight *weight)
{
    *weight = (struct sw_weight){.min = INFINITY, .max = -INFINITY};
    scales->number = number;
    scales->weight = weight;
    scales->done = 0;
    scales->block = 0;
    scales->kept = 0;
}

void sw_scales_add(struct sw_scales *scales, const uint8_t *bytes, size_t len)
{
    scales->weight->elements += len / sw_number_width(scales->number);
    scales->weight->repeated += repeated_bytes(bytes, len);
    if (scales->number == SW_NUMBER_F32) {
        add_f32(scales, bytes, len);
    } else if (by_words(scales->number)) {
        count_words(scales, bytes, len);
    } else if (sw_number_width(scales->number) == 1) {
        add_pairs(scales, bytes, len);
    } else {
        count_bytes(scales, bytes, len);
        if (scales->number == SW_NUMBER_F64) {
            walk_values(scales, bytes, len);
        }
    }
    scales->block += len;
    if (by_words(scales->number) && scales->block >= SW_WEIGH_BLOCK) {
        scales->kept += scales->block;
        end_block(scales);
        if (scales->kept >= TABLES_BLOCK) {
            fold_tables(scales);
        }
    }
}

void sw_scales_end(struct sw_scales *scales)
{
    if (sw_number_width(scales->number) == 1) {
        end_pairs(scales);
    } else if (!by_words(scales->number)) {
        fold_bytes(scales);
    } else {
        if (scales->block > 0) {
            end_block(scales);
        }
        fold_tables(scales);
    }
}
