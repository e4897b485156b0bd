#include "data/ingest_private.h"

#include <stdlib.h>

/* --- words ----------------------------------------------------------------------------------- */

sw_result sw_counter_init(struct sw_counter *counter, struct sw_arena *arena, size_t limit)
{
    size_t slots = 2;
    while (slots < 2 * limit) {
        slots *= 2;
    }
    *counter = (struct sw_counter){.arena = arena, .limit = limit};
    counter->slots = sw_arena_zalloc(arena, slots, sizeof(*counter->slots));
    return counter->slots == NULL ? SW_E_NOMEM : SW_OK;
}

static size_t slot_mask(const struct sw_counter *counter)
{
    size_t slots = 2;
    while (slots < 2 * counter->limit) {
        slots *= 2;
    }
    return slots - 1;
}

/* FNV-1a. Chosen words can make it slow, but only within `limit` slots. */
static size_t hash_word(struct sw_str word)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < word.len; i++) {
        hash = (hash ^ (uint8_t)word.ptr[i]) * 0x100000001b3u;
    }
    return (size_t)(hash ^ (hash >> 32));
}

sw_result sw_counter_add(struct sw_counter *counter, struct sw_str word, uint64_t count)
{
    if (!sw_utf8_valid(sw_bytes_of_str(word)) || word.len > 1024 ||
        (word.len > 0 && memchr(word.ptr, 0, word.len) != NULL)) {
        word = sw_str("(not text)");
    }
    size_t mask = slot_mask(counter);
    size_t at = hash_word(word) & mask;
    for (; counter->slots[at].word.ptr != NULL; at = (at + 1) & mask) {
        if (sw_str_equal(counter->slots[at].word, word)) {
            counter->slots[at].count += count;
            return SW_OK;
        }
    }
    if (counter->used == counter->limit || sw_str_is(word, "(other)")) {
        counter->other += count;
        return SW_OK;
    }
    const char *copy = sw_arena_strndup(counter->arena, word);
    SW_TRY_PTR(copy);
    counter->slots[at].word = sw_str_n(copy, word.len);
    counter->slots[at].count = count;
    counter->used++;
    return SW_OK;
}

static int compare_slots(const void *a, const void *b)
{
    const struct sw_counter_slot *x = a;
    const struct sw_counter_slot *y = b;
    return sw_str_compare(x->word, y->word);
}

sw_result sw_counter_sorted(
    const struct sw_counter *counter, struct sw_counter_slot **out, size_t *count)
{
    struct sw_counter_slot *list =
        SW_ARENA_ARRAY(counter->arena, struct sw_counter_slot, counter->used + 1);
    SW_TRY_PTR(list);
    size_t n = 0;
    for (size_t i = 0; i <= slot_mask(counter); i++) {
        if (counter->slots[i].word.ptr != NULL) {
            list[n++] = counter->slots[i];
        }
    }
    qsort(list, n, sizeof(*list), compare_slots);
    *out = list;
    *count = n;
    return SW_OK;
}

sw_result sw_counter_write(
    const struct sw_counter *counter, struct sw_json_writer *w, const char *name)
{
    struct sw_counter_slot *list;
    size_t count;
    SW_TRY(sw_counter_sorted(counter, &list, &count));
    sw_jw_object(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_u64(w, list[i].word.ptr, list[i].count);
    }
    if (counter->other != 0) {
        sw_jw_u64(w, "(other)", counter->other);
    }
    sw_jw_object_end(w);
    return SW_OK;
}

sw_result sw_counter_read(struct sw_counter *counter, const struct sw_json *object)
{
    SW_JSON_EACH_MEMBER (member, object) {
        uint64_t count;
        if (!sw_json_u64(&member->value, &count)) {
            return SW_E_FORMAT;
        }
        SW_TRY(sw_counter_add(counter, member->name, count));
    }
    return SW_OK;
}

/* --- all of it ------------------------------------------------------------------------------- */

#define REASONS_MAX 64u

sw_result sw_tallies_init(struct sw_tallies *tallies, struct sw_arena *arena)
{
    *tallies = (struct sw_tallies){.arena = arena, .quarantine = SW_BUF_INIT};
    SW_TRY(sw_counter_init(&tallies->reasons, arena, REASONS_MAX));
    SW_TRY(sw_counter_init(&tallies->labels, arena, SW_LABELS_COUNTED));
    return sw_counter_init(&tallies->languages, arena, SW_LABELS_COUNTED);
}

void sw_tallies_release(struct sw_tallies *tallies)
{
    sw_buf_release(&tallies->quarantine);
}

static sw_result note_first(
    struct sw_tallies *tallies, const struct sw_bad_record *bad, const char *file)
{
    char line[32] = "";
    if (bad->line != 0) {
        (void)snprintf(line, sizeof(line), ", line %llu", (unsigned long long)bad->line);
    }
    tallies->first_bad = sw_arena_printf(tallies->arena, "%s%s, byte %llu: %s%s%s", file, line,
        (unsigned long long)bad->offset, bad->reason, bad->detail[0] == '\0' ? "" : ", ",
        bad->detail);
    return tallies->first_bad == NULL ? SW_E_NOMEM : SW_OK;
}

sw_result sw_tallies_list(
    struct sw_tallies *tallies, const struct sw_bad_record *bad, const char *file, bool kept)
{
    if (tallies->first_bad == NULL) {
        SW_TRY(note_first(tallies, bad, file));
    }
    if (tallies->quarantine.len >= SW_QUARANTINE_MAX) {
        return SW_OK;
    }
    struct sw_json_writer w;
    sw_jw_init(&w, &tallies->quarantine, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "detail", bad->detail);
    sw_jw_text(&w, "file", file);
    sw_jw_bool(&w, "kept", kept);
    sw_jw_u64(&w, "length", bad->length);
    sw_jw_u64(&w, "line", bad->line);
    sw_jw_u64(&w, "offset", bad->offset);
    sw_jw_text(&w, "reason", bad->reason);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_buf_putc(&tallies->quarantine, '\n');
}

sw_result sw_tallies_repeated(
    struct sw_tallies *tallies, const struct sw_id_seen *seen, const char *file)
{
    const struct sw_bad_record repeated = {.file = seen->file,
        .offset = seen->offset,
        .length = seen->length,
        .line = seen->line,
        .reason = "repeated-id",
        .detail = "its id stood before"};
    tallies->repeated++;
    return sw_tallies_list(tallies, &repeated, file, true);
}

sw_result sw_tallies_statistics(
    const struct sw_tallies *tallies, struct sw_buf *out, struct sw_error *err)
{
    if (tallies->labels.used == 0 && tallies->languages.used == 0) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    SW_TRY(sw_counter_write(&tallies->labels, &w, "labels"));
    SW_TRY(sw_counter_write(&tallies->languages, &w, "languages"));
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_json_canonicalize(out, sw_buf_bytes(&text), err);
}

sw_result sw_tallies_extras(
    const struct sw_tallies *tallies, struct sw_rows_writer *writer, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf statistics = SW_BUF_INIT;
    struct sw_bytes quarantine = sw_buf_bytes(&tallies->quarantine);
    if (quarantine.len > 0) {
        SW_TRY(sw_rows_extra(writer, SW_ROWS_QUARANTINE, quarantine, err));
    }
    SW_TRY(sw_tallies_statistics(tallies, &statistics, err));
    return statistics.len == 0
               ? SW_OK
               : sw_rows_extra(writer, SW_ROWS_STATISTICS, sw_buf_bytes(&statistics), err);
}

sw_result sw_tallies_reasons(
    const struct sw_tallies *tallies, struct sw_reason_count **out, size_t *count)
{
    struct sw_counter_slot *list;
    size_t n;
    SW_TRY(sw_counter_sorted(&tallies->reasons, &list, &n));
    *out = SW_ARENA_ARRAY(tallies->arena, struct sw_reason_count, n);
    SW_TRY_PTR(*out);
    for (size_t i = 0; i < n; i++) {
        (*out)[i] = (struct sw_reason_count){list[i].word.ptr, list[i].count};
    }
    *count = n;
    return SW_OK;
}

sw_result sw_tallies_write(const struct sw_tallies *tallies, struct sw_json_writer *w)
{
    SW_TRY(sw_counter_write(&tallies->reasons, w, "reasons"));
    SW_TRY(sw_counter_write(&tallies->labels, w, "labels"));
    SW_TRY(sw_counter_write(&tallies->languages, w, "languages"));
    sw_jw_str(w, "quarantine", sw_buf_str(&tallies->quarantine));
    sw_jw_text(w, "first_bad", tallies->first_bad);
    sw_jw_u64(w, "bad", tallies->bad);
    sw_jw_u64(w, "repeated", tallies->repeated);
    return SW_OK;
}

sw_result sw_tallies_read(
    struct sw_tallies *tallies, const struct sw_json *object, struct sw_error *err)
{
    struct sw_str quarantine;
    struct sw_str first;
    if (sw_counter_read(&tallies->reasons, sw_json_get(object, "reasons")) != SW_OK ||
        sw_counter_read(&tallies->labels, sw_json_get(object, "labels")) != SW_OK ||
        sw_counter_read(&tallies->languages, sw_json_get(object, "languages")) != SW_OK ||
        !sw_json_str(sw_json_get(object, "quarantine"), &quarantine) ||
        !sw_json_u64(sw_json_get(object, "bad"), &tallies->bad) ||
        !sw_json_u64(sw_json_get(object, "repeated"), &tallies->repeated)) {
        return sw_fail(err, SW_E_FORMAT, "the note of a stopped ingestion is broken");
    }
    if (sw_json_str(sw_json_get(object, "first_bad"), &first)) {
        tallies->first_bad = sw_arena_strndup(tallies->arena, first);
        SW_TRY_PTR(tallies->first_bad);
    }
    return sw_buf_put_str(&tallies->quarantine, quarantine);
}
