#include "supply/card.h"

#include <stdlib.h>

/* --- tables ----------------------------------------------------------------------------------- */

#define M SW_CARD_OF_MODEL
#define D SW_CARD_OF_DATASET
#define BOTH (M | D)
#define MANY SW_CARD_MANY
#define ASK SW_CARD_EXPECTED

const struct sw_card_row sw_card_rows[SW_CARD_FIELDS] = {
    [SW_CARD_NAME] = {"name", "Name", SW_CARD_IDENTITY, BOTH | ASK},
    [SW_CARD_VERSION] = {"version", "Version", SW_CARD_IDENTITY, BOTH | ASK},
    [SW_CARD_DESCRIPTION] = {"description", "Description", SW_CARD_IDENTITY, BOTH | ASK},
    [SW_CARD_DEVELOPER] = {"developer", "Developed by", SW_CARD_IDENTITY, BOTH | MANY | ASK},
    [SW_CARD_FUNDER] = {"funder", "Funded by", SW_CARD_IDENTITY, BOTH | MANY},
    [SW_CARD_CONTACT] = {"contact", "Contact", SW_CARD_IDENTITY, BOTH | MANY | ASK},
    [SW_CARD_LICENCE] = {"licence", "Licence", SW_CARD_IDENTITY, BOTH | ASK},
    [SW_CARD_LICENCE_URL] = {"licence-url", "Licence text", SW_CARD_IDENTITY, BOTH},
    [SW_CARD_DOWNLOAD] = {"download", "Available at", SW_CARD_IDENTITY, BOTH},
    [SW_CARD_RELEASED] = {"released", "Released", SW_CARD_IDENTITY, BOTH | ASK},
    [SW_CARD_LANGUAGE] = {"language", "Languages", SW_CARD_IDENTITY, BOTH | MANY},
    [SW_CARD_CITE] = {"citation", "How to cite", SW_CARD_IDENTITY, BOTH | MANY},
    [SW_CARD_TASK] = {"task", "Task", SW_CARD_MAKEUP, BOTH | MANY | ASK},
    [SW_CARD_LIBRARY] = {"library", "Library", SW_CARD_MAKEUP, M},
    [SW_CARD_FAMILY] = {"architecture-family", "Architecture family", SW_CARD_MAKEUP, M},
    [SW_CARD_ARCHITECTURE] = {"architecture", "Architecture", SW_CARD_MAKEUP, M | MANY | ASK},
    [SW_CARD_PRECISION] = {"precision", "Precision", SW_CARD_MAKEUP, M | MANY},
    [SW_CARD_TOKENIZER] = {"tokenizer", "Tokenizer", SW_CARD_MAKEUP, M},
    [SW_CARD_CONTEXT] = {"context-length", "Context length", SW_CARD_MAKEUP, M | MANY},
    [SW_CARD_TEMPLATE] = {"chat-template", "Chat template", SW_CARD_MAKEUP, M | MANY},
    [SW_CARD_INFERENCE] = {"inference-default", "Defaults for inference", SW_CARD_MAKEUP, M | MANY},
    [SW_CARD_BASE_MODEL] = {"base-model", "Made from", SW_CARD_MAKEUP, M | MANY},
    [SW_CARD_BASE_RELATION] = {"base-model-relation", "Made by", SW_CARD_MAKEUP, M},
    [SW_CARD_INPUTS] = {"inputs", "Inputs", SW_CARD_MAKEUP, M | MANY},
    [SW_CARD_OUTPUTS] = {"outputs", "Outputs", SW_CARD_MAKEUP, M | MANY},
    [SW_CARD_INTENDED_USE] = {"intended-use", "Intended use", SW_CARD_USES, BOTH | MANY | ASK},
    [SW_CARD_DOWNSTREAM_USE] = {"downstream-use", "Downstream use", SW_CARD_USES, M | MANY},
    [SW_CARD_OUT_OF_SCOPE] = {"out-of-scope-use", "Out-of-scope use", SW_CARD_USES,
        BOTH | MANY | ASK},
    [SW_CARD_USERS] = {"users", "Intended users", SW_CARD_USES, BOTH | MANY},
    [SW_CARD_LIMITATION] = {"limitation", "Limitations", SW_CARD_RISKS, BOTH | MANY | ASK},
    [SW_CARD_RISK] = {"risk", "Risks", SW_CARD_RISKS, BOTH | MANY | ASK},
    [SW_CARD_BIAS] = {"bias", "Bias", SW_CARD_RISKS, BOTH | MANY},
    [SW_CARD_ETHICS] = {"ethical-consideration", "Ethical considerations", SW_CARD_RISKS,
        BOTH | MANY},
    [SW_CARD_RECOMMENDATION] = {"recommendation", "Recommendations", SW_CARD_RISKS, BOTH | MANY},
    [SW_CARD_DATASET_NAME] = {"dataset", "Trained on", SW_CARD_TRAINING, M | MANY | ASK},
    [SW_CARD_TRAINING_DATA] = {"training-data", "Training data", SW_CARD_TRAINING, M | MANY},
    [SW_CARD_PREPROCESSING] = {"preprocessing", "Preprocessing", SW_CARD_TRAINING, M | MANY},
    [SW_CARD_PROCEDURE] = {"training-procedure", "Training procedure", SW_CARD_TRAINING, M | MANY},
    [SW_CARD_HYPERPARAMETERS] = {"hyperparameters", "Hyperparameters", SW_CARD_TRAINING, M | MANY},
    [SW_CARD_METRIC] = {"metric", "Metrics", SW_CARD_EVALUATION, M | MANY | ASK},
    [SW_CARD_TESTING_DATA] = {"testing-data", "Testing data", SW_CARD_EVALUATION, M | MANY},
    [SW_CARD_FACTORS] = {"factors", "Factors", SW_CARD_EVALUATION, M | MANY},
    [SW_CARD_RESULTS] = {"evaluation", "Evaluation", SW_CARD_EVALUATION, M | MANY},
    [SW_CARD_HARDWARE] = {"hardware", "Hardware", SW_CARD_ENVIRONMENT, M | MANY},
    [SW_CARD_HOURS] = {"hours-used", "Hours used", SW_CARD_ENVIRONMENT, M},
    [SW_CARD_PROVIDER] = {"cloud-provider", "Cloud provider", SW_CARD_ENVIRONMENT, M},
    [SW_CARD_REGION] = {"compute-region", "Compute region", SW_CARD_ENVIRONMENT, M},
    [SW_CARD_CARBON] = {"carbon-emitted", "Carbon emitted", SW_CARD_ENVIRONMENT, M},
    [SW_CARD_SOURCE_DATA] = {"source-data", "Source data", SW_CARD_DATA, D | MANY | ASK},
    [SW_CARD_COLLECTION] = {"collection", "Collection", SW_CARD_DATA, D | MANY | ASK},
    [SW_CARD_ANNOTATION] = {"annotation", "Annotation", SW_CARD_DATA, D | MANY},
    [SW_CARD_PERSONAL_DATA] = {"personal-data", "Personal and sensitive data", SW_CARD_DATA,
        D | MANY | ASK},
    [SW_CARD_STRUCTURE] = {"structure", "Structure", SW_CARD_DATA, D | MANY},
    [SW_CARD_FEATURE] = {"feature", "Features", SW_CARD_DATA, D | MANY},
    [SW_CARD_SPLIT] = {"split", "Splits", SW_CARD_DATA, D | MANY},
    [SW_CARD_SIZE_CATEGORY] = {"size-category", "Size", SW_CARD_DATA, D | MANY},
    [SW_CARD_OWNER] = {"owner", "Owner", SW_CARD_DATA, D | MANY},
    [SW_CARD_STEWARD] = {"steward", "Steward", SW_CARD_DATA, D | MANY},
    [SW_CARD_CUSTODIAN] = {"custodian", "Custodian", SW_CARD_DATA, D | MANY},
    [SW_CARD_CLASSIFICATION] = {"classification", "Classification", SW_CARD_DATA, D},
    [SW_CARD_MAINTENANCE] = {"maintenance", "Maintenance", SW_CARD_DATA, D | MANY},
    [SW_CARD_SIGNATURE] = {"signature", "Signature", SW_CARD_SECURITY, BOTH | MANY | ASK},
    [SW_CARD_SCAN] = {"scan", "Scan", SW_CARD_SECURITY, BOTH | MANY | ASK},
    [SW_CARD_TENSORS] = {"tensors", "Tensors", SW_CARD_SECURITY, M | MANY},
    [SW_CARD_DATA_STATUS] = {"data-provenance", "Data provenance", SW_CARD_SECURITY, M | MANY},
    [SW_CARD_TAINT] = {"taint", "Tainted", SW_CARD_SECURITY, M | MANY},
    [SW_CARD_ADMISSION] = {"verdict", "Verdict of a policy", SW_CARD_SECURITY, BOTH | MANY},
};

const char *const sw_card_section_keys[SW_CARD_SECTIONS] = {"identity", "makeup", "uses", "risks",
    "training", "evaluation", "environment", "data", "security"};

const char *const sw_card_section_titles[SW_CARD_SECTIONS] = {"Details", "What it is", "Uses",
    "Bias, risks and limitations", "Training", "Evaluation", "Environmental impact", "The data",
    "Security"};

static const char *const origins[SW_CARD_ORIGINS] = {"claim", "citation", "author"};

const char *sw_card_origin_name(enum sw_card_origin origin)
{
    return origins[origin];
}

const char *sw_card_kind_name(enum sw_card_kind kind)
{
    return kind == SW_CARD_MODEL ? "model" : "dataset";
}

bool sw_card_field_of(struct sw_str key, enum sw_card_field *out)
{
    for (size_t i = 0; i < SW_CARD_FIELDS; i++) {
        if (sw_str_is(key, sw_card_rows[i].key)) {
            *out = (enum sw_card_field)i;
            return true;
        }
    }
    return false;
}

bool sw_card_has(enum sw_card_kind kind, enum sw_card_field field)
{
    return (sw_card_rows[field].flags & (kind == SW_CARD_MODEL ? M : D)) != 0;
}

/* --- making ----------------------------------------------------------------------------------- */

void sw_card_init(struct sw_card *card, struct sw_arena *arena, enum sw_card_kind kind)
{
    *card = (struct sw_card){.arena = arena, .kind = kind};
}

static sw_result copy(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    const char *kept = sw_arena_strndup(arena, text);
    SW_TRY_PTR(kept);
    *out = sw_str_n(kept, text.len);
    return SW_OK;
}

static bool is_same_place(const struct sw_card_source *a, const struct sw_card_source *b)
{
    return a->kind == b->kind && a->line == b->line && sw_str_equal(a->digest, b->digest) &&
           sw_str_equal(a->file, b->file) && sw_str_equal(a->field, b->field);
}

static bool is_there(const struct sw_card *card, enum sw_card_field field, struct sw_str text,
    const struct sw_card_source *from)
{
    for (size_t i = 0; i < card->count; i++) {
        const struct sw_card_value *v = &card->values[i];
        if (v->field == field && sw_str_equal(v->text, text) && is_same_place(&v->from, from)) {
            return true;
        }
    }
    return false;
}

static sw_result copy_source(
    struct sw_arena *arena, const struct sw_card_source *from, struct sw_card_source *out)
{
    *out = *from;
    SW_TRY(copy(arena, from->digest, &out->digest));
    SW_TRY(copy(arena, from->type, &out->type));
    SW_TRY(copy(arena, from->signer, &out->signer));
    SW_TRY(copy(arena, from->file, &out->file));
    return copy(arena, from->field, &out->field);
}

sw_result sw_card_gap(struct sw_card *card, struct sw_str text)
{
    for (size_t i = 0; i < card->gap_count; i++) {
        if (sw_str_equal(card->gaps[i], text)) {
            return SW_OK;
        }
    }
    if (card->gap_count == SW_CARD_VALUES_MAX) {
        return SW_OK;
    }
    struct sw_str *moved =
        sw_arena_grow(card->arena, card->gaps, card->gap_count, &card->gap_cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    card->gaps = moved;
    SW_TRY(copy(card->arena, text, &moved[card->gap_count]));
    card->gap_count++;
    return SW_OK;
}

/* Why a value is not taken; NULL: it is. */
static const char *refusal(const struct sw_card *card, struct sw_str text)
{
    return text.len > SW_CARD_TEXT_MAX         ? "it is longer than 16 KiB"
           : card->count == SW_CARD_VALUES_MAX ? "the card has 4,096 values already"
                                               : NULL;
}

sw_result sw_card_add(struct sw_card *card, enum sw_card_field field, struct sw_str text,
    const struct sw_card_source *from)
{
    if (text.len == 0 || !sw_card_has(card->kind, field) || is_there(card, field, text, from)) {
        return SW_OK;
    }
    const char *why = refusal(card, text);
    if (why != NULL) {
        const char *gap = sw_arena_printf(card->arena, SW_STR_FMT ": '%s' was left out: %s",
            SW_STR_ARG(from->file), sw_card_rows[field].key, why);
        SW_TRY_PTR(gap);
        return sw_card_gap(card, sw_str(gap));
    }
    struct sw_card_value *moved =
        sw_arena_grow(card->arena, card->values, card->count, &card->cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    card->values = moved;
    struct sw_card_value *value = &moved[card->count];
    value->field = field;
    SW_TRY(copy(card->arena, text, &value->text));
    SW_TRY(copy_source(card->arena, from, &value->from));
    card->count++;
    return SW_OK;
}

static int compare_values(const struct sw_card_value *x, const struct sw_card_value *y)
{
    return x->field != y->field ? (x->field > y->field) - (x->field < y->field)
                                : (x->from.kind > y->from.kind) - (x->from.kind < y->from.kind);
}

/* By insertion: it keeps the order of equals, and cards are nearly sorted. */
void sw_card_sort(struct sw_card *card)
{
    for (size_t i = 1; i < card->count; i++) {
        struct sw_card_value value = card->values[i];
        size_t at = i;
        while (at > 0 && compare_values(&card->values[at - 1], &value) > 0) {
            card->values[at] = card->values[at - 1];
            at--;
        }
        card->values[at] = value;
    }
}

/* --- looking ---------------------------------------------------------------------------------- */

const struct sw_card_value *sw_card_value(const struct sw_card *card, enum sw_card_field field)
{
    for (size_t i = 0; i < card->count; i++) {
        if (card->values[i].field == field) {
            return &card->values[i];
        }
    }
    return NULL;
}

struct sw_str sw_card_get(const struct sw_card *card, enum sw_card_field field)
{
    const struct sw_card_value *value = sw_card_value(card, field);
    return value == NULL ? sw_str("") : value->text;
}

const char *sw_card_source_show(struct sw_arena *arena, const struct sw_card_source *from)
{
    if (from->kind == SW_CARD_CLAIM) {
        return sw_arena_printf(arena, "claim " SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(from->digest),
            from->signer.len > 0 ? " by " : "", SW_STR_ARG(from->signer));
    }
    const char *line = from->line == 0 ? "" : sw_arena_printf(arena, ":%u", from->line);
    if (line == NULL) {
        return NULL;
    }
    return sw_arena_printf(arena, "%s" SW_STR_FMT "%s%s" SW_STR_FMT,
        from->kind == SW_CARD_AUTHOR ? "author statement, " : "", SW_STR_ARG(from->file), line,
        from->field.len > 0 && from->kind == SW_CARD_CITATION ? " " : "",
        SW_STR_ARG(from->kind == SW_CARD_CITATION ? from->field : sw_str("")));
}

/* --- hidden characters ------------------------------------------------------------------------ */

/* The code point at the beginning and its length; U+FFFD for a byte that begins none. */
static uint32_t decode(struct sw_str text, size_t *len)
{
    static const uint8_t masks[] = {0x7f, 0x1f, 0x0f, 0x07};
    const uint8_t *p = (const uint8_t *)text.ptr;
    const size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    *len = 1;
    if (n > text.len || !sw_utf8_valid(sw_bytes(p, n))) {
        return 0xfffd;
    }
    uint32_t code = p[0] & masks[n - 1];
    for (size_t i = 1; i < n; i++) {
        code = code << 6 | (p[i] & 0x3f);
    }
    *len = n;
    return code;
}

static bool is_hidden(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {{0, 8}, {0x0b, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
        {0x180e, 0x180e}, {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
        {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < SW_COUNT(ranges); i++) {
        if (code >= ranges[i].from && code <= ranges[i].to) {
            return true;
        }
    }
    return false;
}

bool sw_card_next_hidden(struct sw_str *rest, struct sw_str *bytes, uint32_t *code)
{
    size_t len;
    *code = decode(*rest, &len);
    *bytes = *code == 0xfffd ? sw_str("\xef\xbf\xbd") : sw_str_n(rest->ptr, len);
    *rest = sw_str_n(rest->ptr + len, rest->len - len);
    return is_hidden(*code);
}
