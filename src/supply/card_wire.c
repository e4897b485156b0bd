/* Cards as processes tell them to each other. Who tells one may have been taken over: it can say
 * what a card's document could, and nothing that its readers would refuse. */
#include "supply/card_private.h"
#include "supply/wire.h"

/* A value: field, kind of its source, line, and six texts. */
#define VALUE_LEAST (2 + 4 + 6 * SW_WIRE_TEXT_LEAST)

/* --- writing ---------------------------------------------------------------------------------- */

static sw_result put_value(const struct sw_card_value *value, struct sw_buf *out)
{
    const struct sw_card_source *from = &value->from;
    const struct sw_str texts[] = {
        value->text, from->digest, from->type, from->signer, from->file, from->field};
    SW_TRY(sw_buf_putc(out, (char)value->field));
    SW_TRY(sw_buf_putc(out, (char)from->kind));
    SW_TRY(sw_buf_put_u32be(out, from->line));
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        SW_TRY(sw_wire_put(out, texts[i]));
    }
    return SW_OK;
}

static sw_result put_head(const struct sw_card *card, struct sw_buf *out)
{
    const struct sw_str texts[] = {
        card->name, card->root, card->manifest, card->tool, card->tool_version};
    SW_TRY(sw_buf_putc(out, (char)card->kind));
    SW_TRY(sw_buf_putc(out, card->timed));
    SW_TRY(sw_buf_put_u64be(out, card->timed ? (uint64_t)card->time : 0));
    SW_TRY(sw_buf_put_u64be(out, card->files));
    SW_TRY(sw_buf_put_u64be(out, card->bytes));
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        SW_TRY(sw_wire_put(out, texts[i]));
    }
    return SW_OK;
}

sw_result sw_card_put(const struct sw_card *card, struct sw_buf *out)
{
    SW_TRY(put_head(card, out));
    SW_TRY(sw_wire_put_count(out, card->count));
    for (size_t i = 0; i < card->count; i++) {
        SW_TRY(put_value(&card->values[i], out));
    }
    SW_TRY(sw_wire_put_count(out, card->gap_count));
    for (size_t i = 0; i < card->gap_count; i++) {
        SW_TRY(sw_wire_put(out, card->gaps[i]));
    }
    return SW_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

static sw_result take_texts(struct sw_cursor *cur, struct sw_str *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_wire_take_text(cur, texts[i]));
        SW_TRY(texts[i]->len <= SW_CARD_TEXT_MAX ? SW_OK : SW_E_FORMAT);
    }
    return SW_OK;
}

static bool is_digest(struct sw_str text, bool needed)
{
    struct sw_digest digest;
    return (text.len == 0 && !needed) || sw_digest_parse(text, &digest);
}

static bool could_be_said(const struct sw_card *card, const struct sw_card_value *value)
{
    const struct sw_card_source *from = &value->from;
    const bool claim = from->kind == SW_CARD_CLAIM;
    return value->field < SW_CARD_FIELDS && from->kind < SW_CARD_ORIGINS &&
           sw_card_has(card->kind, value->field) && value->text.len > 0 &&
           is_digest(from->digest, claim) && (claim || from->file.len > 0);
}

static sw_result take_value(
    const struct sw_card *card, struct sw_cursor *cur, struct sw_card_value *out)
{
    struct sw_str *const texts[] = {&out->text, &out->from.digest, &out->from.type,
        &out->from.signer, &out->from.file, &out->from.field};
    uint8_t field;
    uint8_t kind;
    SW_TRY(sw_cur_u8(cur, &field));
    SW_TRY(sw_cur_u8(cur, &kind));
    SW_TRY(sw_cur_u32be(cur, &out->from.line));
    SW_TRY(take_texts(cur, texts, SW_COUNT(texts)));
    out->field = (enum sw_card_field)field;
    out->from.kind = (enum sw_card_origin)kind;
    return could_be_said(card, out) ? SW_OK : SW_E_FORMAT;
}

/* What is written of it is a time. */
static bool is_time(int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    int64_t back;
    sw_time_format(time, text);
    return sw_time_parse(sw_str(text), &back) && back == time;
}

static sw_result take_head(struct sw_cursor *cur, struct sw_card *out)
{
    struct sw_str *const texts[] = {
        &out->name, &out->root, &out->manifest, &out->tool, &out->tool_version};
    uint8_t kind;
    uint8_t timed;
    uint64_t time;
    SW_TRY(sw_cur_u8(cur, &kind));
    SW_TRY(sw_cur_u8(cur, &timed));
    SW_TRY(sw_cur_u64be(cur, &time));
    SW_TRY(sw_cur_u64be(cur, &out->files));
    SW_TRY(sw_cur_u64be(cur, &out->bytes));
    SW_TRY(take_texts(cur, texts, SW_COUNT(texts)));
    out->kind = (enum sw_card_kind)kind;
    out->timed = timed != 0;
    out->time = (int64_t)time;
    return kind <= SW_CARD_DATASET && (!out->timed || is_time(out->time)) &&
                   is_digest(out->root, false) && is_digest(out->manifest, false) &&
                   out->tool.len > 0 && out->tool_version.len > 0
               ? SW_OK
               : SW_E_FORMAT;
}

static sw_result take_gaps(struct sw_cursor *cur, struct sw_card *out)
{
    size_t count;
    SW_TRY(sw_wire_take_count(cur, SW_WIRE_TEXT_LEAST, SW_CARD_VALUES_MAX, &count));
    out->gaps = SW_ARENA_ARRAY(out->arena, struct sw_str, count + 1);
    SW_TRY_PTR(out->gaps);
    out->gap_cap = count + 1;
    for (; out->gap_count < count; out->gap_count++) {
        SW_TRY(sw_wire_take_text(cur, &out->gaps[out->gap_count]));
    }
    return SW_OK;
}

sw_result sw_card_take(struct sw_card *card, struct sw_arena *arena, struct sw_cursor *cur)
{
    struct sw_card out;
    size_t count;
    sw_card_init(&out, arena, SW_CARD_MODEL);
    SW_TRY(take_head(cur, &out));
    SW_TRY(sw_wire_take_count(cur, VALUE_LEAST, SW_CARD_VALUES_MAX, &count));
    out.values = SW_ARENA_ARRAY(arena, struct sw_card_value, count + 1);
    SW_TRY_PTR(out.values);
    out.cap = count + 1;
    for (; out.count < count; out.count++) {
        SW_TRY(take_value(&out, cur, &out.values[out.count]));
    }
    SW_TRY(take_gaps(cur, &out));
    SW_TRY(sw_cur_left(cur) == 0 ? SW_OK : SW_E_FORMAT);
    sw_card_sort(&out);
    *card = out;
    return SW_OK;
}
