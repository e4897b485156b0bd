#include "evidence/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "SWJOURNL"
#define VERSION 2u
#define WINDOW ((size_t)1 << 20)
#define GROUP 64u /* records */
#define SIGNATURE_SIZE 64u
#define BATCH_HEAD 24u /* first, count, blob count, bytes of entries */

/* No note of the log, which its key signs too, can have a NUL in it. */
#define DOMAIN "sealwright journal record 2"

/* Where things stand in a record's head. */
enum {
    AT_BEFORE = 16, /* behind length, type and reserved */
    AT_DIGEST = AT_BEFORE + SW_JOURNAL_CHECK,
    AT_SIGNATURE = AT_DIGEST + 32,
    AT_CHECK = AT_SIGNATURE + SIGNATURE_SIZE,
};
_Static_assert(AT_CHECK + SW_JOURNAL_CHECK == SW_JOURNAL_RECORD_HEAD, "the head of a record");

/* --- the format ------------------------------------------------------------------------------ */

static void sha256(struct sw_bytes data, uint8_t out[SW_JOURNAL_CHECK])
{
    struct sw_digest digest;
    sw_sha256(data, &digest);
    memcpy(out, digest.bytes, SW_JOURNAL_CHECK);
}

sw_result sw_journal_begin(
    struct sw_journal_reader *reader, struct sw_bytes head, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(head);
    uint32_t version = 0;
    uint32_t reserved = 0;
    if (head.len < SW_JOURNAL_HEAD_SIZE || !sw_cur_match(&cur, MAGIC)) {
        return sw_fail(err, SW_E_FORMAT, "the journal does not begin with \"" MAGIC "\"");
    }
    SW_TRY(sw_cur_u32be(&cur, &version));
    SW_TRY(sw_cur_u32be(&cur, &reserved));
    if (reserved != 0 || version == 0) {
        return sw_fail(err, SW_E_FORMAT, "the journal's head is damaged");
    }
    if (version == 1) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "the journal has version 1, whose records are not signed, so anybody may have written "
            "them: make a new store, and bring the claims over with 'evidence export' and "
            "'evidence import'");
    }
    if (version != VERSION) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "the journal has version %u, this sealwright knows %u", version, VERSION);
    }
    /* The head stands where the first record looks for the record before it. */
    sha256(sw_bytes(head.ptr, SW_JOURNAL_HEAD_SIZE), reader->check);
    reader->good = SW_JOURNAL_HEAD_SIZE;
    reader->why = NULL;
    return SW_OK;
}

static sw_result no_record(struct sw_journal_reader *reader, const char *why)
{
    reader->why = why;
    return SW_E_NOENT;
}

sw_result sw_journal_length(struct sw_journal_reader *reader, struct sw_bytes head, uint64_t *out)
{
    struct sw_cursor cur = sw_cursor(head);
    uint64_t length = 0;
    uint64_t kind = 0;
    if (sw_cur_u64be(&cur, &length) != SW_OK || sw_cur_u64be(&cur, &kind) != SW_OK ||
        head.len < SW_JOURNAL_RECORD_HEAD) {
        return no_record(reader, "the head of a record ends early");
    }
    uint64_t type = kind >> 56;
    if (kind << 8 != 0 || (type != SW_JOURNAL_BASE && type != SW_JOURNAL_BATCH)) {
        return no_record(reader, "a record has no type");
    }
    if (length > SW_JOURNAL_PAYLOAD_MAX) {
        return no_record(reader, "the length of a record is over the limit");
    }
    *out = SW_JOURNAL_RECORD_HEAD + length;
    return SW_OK;
}

sw_result sw_journal_blob(struct sw_cursor *blobs, struct sw_bytes *out)
{
    struct sw_cursor at = *blobs;
    uint64_t len = 0;
    SW_TRY(sw_cur_u64be(&at, &len));
    SW_TRY(sw_cur_bytes(&at, len, out));
    *blobs = at;
    return SW_OK;
}

/* Entries and blobs must fill the payload to its last byte. */
static sw_result read_batch(struct sw_cursor *cur, struct sw_journal_record *out)
{
    uint64_t entry_bytes = 0;
    struct sw_bytes skipped;
    SW_TRY(sw_cur_u64be(cur, &out->first));
    SW_TRY(sw_cur_u32be(cur, &out->count));
    SW_TRY(sw_cur_u32be(cur, &out->blob_count));
    SW_TRY(sw_cur_u64be(cur, &entry_bytes));
    if (out->count == 0 || out->count > SW_JOURNAL_BATCH_MAX) {
        return SW_E_FORMAT;
    }
    SW_TRY(sw_cur_bytes(cur, entry_bytes, &out->entries));
    SW_TRY(sw_cur_bytes(cur, sw_cur_left(cur), &out->blobs));
    struct sw_cursor entries = sw_cursor(out->entries);
    for (uint32_t i = 0; i < out->count; i++) {
        SW_TRY(sw_entry_next(&entries, &skipped));
    }
    struct sw_cursor blobs = sw_cursor(out->blobs);
    for (uint32_t i = 0; i < out->blob_count; i++) {
        SW_TRY(sw_journal_blob(&blobs, &skipped));
    }
    return sw_cur_left(&entries) == 0 && sw_cur_left(&blobs) == 0 ? SW_OK : SW_E_FORMAT;
}

/* Does it have its checksums, wherever it may belong? */
static bool is_whole(struct sw_bytes record)
{
    uint8_t check[SW_JOURNAL_CHECK];
    struct sw_bytes payload =
        sw_bytes(record.ptr + SW_JOURNAL_RECORD_HEAD, record.len - SW_JOURNAL_RECORD_HEAD);
    sha256(sw_bytes(record.ptr, AT_CHECK), check);
    if (memcmp(check, record.ptr + AT_CHECK, sizeof(check)) != 0) {
        return false;
    }
    sha256(payload, check);
    return memcmp(check, record.ptr + AT_DIGEST, sizeof(check)) == 0;
}

sw_result sw_journal_next(struct sw_journal_reader *reader, struct sw_bytes record,
    struct sw_journal_record *out, struct sw_error *err)
{
    uint64_t length = 0;
    SW_TRY(sw_journal_length(reader, record, &length));
    if (record.len != length) {
        return no_record(reader, "a record ends early");
    }
    if (!is_whole(record)) {
        return no_record(reader, "a record does not have its checksum");
    }
    bool first = reader->good == SW_JOURNAL_HEAD_SIZE;
    enum sw_journal_type type = record.ptr[8];
    if (memcmp(record.ptr + AT_BEFORE, reader->check, SW_JOURNAL_CHECK) != 0 ||
        first != (type == SW_JOURNAL_BASE)) {
        return sw_fail(err, SW_E_REFUSED,
            "the record at byte %llu of the journal was not written there by this log",
            (unsigned long long)reader->good);
    }
    *out = (struct sw_journal_record){.type = type,
        .offset = reader->good,
        .head = sw_bytes(record.ptr, AT_SIGNATURE),
        .signature = sw_bytes(record.ptr + AT_SIGNATURE, SIGNATURE_SIZE),
        .payload =
            sw_bytes(record.ptr + SW_JOURNAL_RECORD_HEAD, record.len - SW_JOURNAL_RECORD_HEAD)};
    memcpy(reader->check, record.ptr + AT_CHECK, SW_JOURNAL_CHECK);
    reader->good += length;
    return SW_OK;
}

/* What is signed: the domain and a NUL, the origin behind its length, the head up to the signature.
 */
static sw_result put_message(struct sw_buf *out, const char *origin, struct sw_bytes head)
{
    struct sw_str name = sw_str(origin);
    SW_TRY(sw_buf_append(out, DOMAIN, sizeof(DOMAIN)));
    SW_TRY(sw_buf_put_u16be(out, (uint16_t)name.len));
    SW_TRY(sw_buf_put_str(out, name));
    return sw_buf_append(out, head.ptr, head.len);
}

sw_result sw_journal_check_signature(const char *origin, const struct sw_key *key,
    const struct sw_journal_record *record, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf message = SW_BUF_INIT;
    SW_TRY(put_message(&message, origin, record->head));
    enum sw_code rc = sw_key_verify(key, sw_buf_bytes(&message), record->signature, err);
    return rc != SW_E_REFUSED ? rc
                              : sw_fail(err, rc,
                                    "the record at byte %llu of the journal is not signed by the "
                                    "log's key",
                                    (unsigned long long)record->offset);
}

sw_result sw_journal_read(struct sw_journal_record *record, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(record->payload);
    enum sw_code rc = SW_OK;
    if (record->type == SW_JOURNAL_BASE) {
        record->edge = record->payload;
        rc = sw_cur_u64be(&cur, &record->first);
    } else {
        rc = read_batch(&cur, record);
    }
    return rc == SW_OK
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "the record at byte %llu of the journal is damaged",
                     (unsigned long long)record->offset);
}

/* A head in which digest, signature and check are still to be set by seal_record(). */
static sw_result put_record_head(struct sw_buf *out, enum sw_journal_type type, uint64_t length,
    const uint8_t before[SW_JOURNAL_CHECK])
{
    static const uint8_t later[SW_JOURNAL_RECORD_HEAD - AT_DIGEST];
    SW_TRY(sw_buf_put_u64be(out, length));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)type << 56));
    SW_TRY(sw_buf_append(out, before, SW_JOURNAL_CHECK));
    return sw_buf_append(out, later, sizeof(later));
}

/* Completes the head of the record that begins at `start`, and gives its check. */
static sw_result seal_record(const struct sw_journal *journal, struct sw_buf *out, size_t start,
    uint8_t check[SW_JOURNAL_CHECK])
{
    SW_CLEANUP(buf) struct sw_buf message = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    uint8_t *head = out->data + start;
    size_t payload = start + SW_JOURNAL_RECORD_HEAD;
    sha256(sw_bytes(out->data + payload, out->len - payload), head + AT_DIGEST);
    SW_TRY(put_message(&message, journal->origin, sw_bytes(head, AT_SIGNATURE)));
    SW_TRY(sw_key_sign(journal->key, sw_buf_bytes(&message), &signature, NULL));
    if (signature.len != SIGNATURE_SIZE) {
        return SW_E_INTERNAL;
    }
    memcpy(head + AT_SIGNATURE, signature.data, SIGNATURE_SIZE);
    sha256(sw_bytes(head, AT_CHECK), head + AT_CHECK);
    memcpy(check, head + AT_CHECK, SW_JOURNAL_CHECK);
    return SW_OK;
}

static uint64_t entry_bytes_of(const struct sw_journal_batch *batch)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < batch->count; i++) {
        sum += 2 + batch->entries[i].len;
    }
    return sum;
}

uint64_t sw_journal_size_of(const struct sw_journal_batch *batch)
{
    uint64_t sum = entry_bytes_of(batch);
    for (size_t i = 0; i < batch->blob_count; i++) {
        sum += 8 + batch->blobs[i].len;
    }
    return sum;
}

sw_result sw_journal_fits(const struct sw_journal_batch *batch, struct sw_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->entries[i].len > SW_ENTRY_MAX) {
            return sw_fail(err, SW_E_LIMIT, "entry %zu has %zu bytes, a log entry has at most %u",
                i, batch->entries[i].len, SW_ENTRY_MAX);
        }
    }
    if (batch->count == 0 || batch->count > SW_JOURNAL_BATCH_MAX ||
        batch->blob_count > UINT32_MAX) {
        return sw_fail(err, batch->count == 0 ? SW_E_USAGE : SW_E_LIMIT,
            "%zu entries in one batch, 1 to %u can be", batch->count, SW_JOURNAL_BATCH_MAX);
    }
    if (sw_journal_size_of(batch) > SW_JOURNAL_PAYLOAD_MAX - BATCH_HEAD) {
        return sw_fail(err, SW_E_LIMIT, "a batch is over the limit of %llu bytes",
            (unsigned long long)SW_JOURNAL_PAYLOAD_MAX);
    }
    return SW_OK;
}

static sw_result put_entries(struct sw_buf *out, const struct sw_journal_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        SW_TRY(sw_buf_put_u16be(out, (uint16_t)batch->entries[i].len));
        SW_TRY(sw_buf_append(out, batch->entries[i].ptr, batch->entries[i].len));
    }
    return SW_OK;
}

static sw_result put_blobs(struct sw_buf *out, const struct sw_journal_batch *batch)
{
    for (size_t i = 0; i < batch->blob_count; i++) {
        SW_TRY(sw_buf_put_u64be(out, batch->blobs[i].len));
        SW_TRY(sw_buf_append(out, batch->blobs[i].ptr, batch->blobs[i].len));
    }
    return SW_OK;
}

static sw_result put_batches(
    struct sw_buf *out, const struct sw_journal_batch *batches, struct sw_journal_record *record)
{
    SW_TRY(sw_buf_put_u64be(out, record->first));
    SW_TRY(sw_buf_put_u32be(out, record->count));
    SW_TRY(sw_buf_put_u32be(out, record->blob_count));
    SW_TRY(sw_buf_put_u64be(out, record->entries.len));
    size_t entries = out->len;
    for (const struct sw_journal_batch *b = batches; b != NULL; b = b->next) {
        SW_TRY(put_entries(out, b));
    }
    size_t blobs = out->len;
    for (const struct sw_journal_batch *b = batches; b != NULL; b = b->next) {
        SW_TRY(put_blobs(out, b));
    }
    record->entries.ptr = out->data + entries;
    record->blobs = sw_bytes(out->data + blobs, out->len - blobs);
    return SW_OK;
}

sw_result sw_journal_encode(const struct sw_journal *journal, struct sw_journal_batch *batches,
    struct sw_journal_draft *draft)
{
    struct sw_journal_record *record = &draft->record;
    uint64_t length = BATCH_HEAD;
    *record = (struct sw_journal_record){.type = SW_JOURNAL_BATCH, .first = journal->end};
    for (struct sw_journal_batch *b = batches; b != NULL; b = b->next) {
        b->first = record->first + record->count;
        record->count += (uint32_t)b->count;
        record->blob_count += (uint32_t)b->blob_count;
        record->entries.len += (size_t)entry_bytes_of(b);
        length += sw_journal_size_of(b);
    }
    sw_buf_clear(&draft->bytes);
    SW_TRY(sw_buf_reserve(&draft->bytes, (size_t)(SW_JOURNAL_RECORD_HEAD + length)));
    SW_TRY(put_record_head(&draft->bytes, SW_JOURNAL_BATCH, length, journal->check));
    SW_TRY(put_batches(&draft->bytes, batches, record));
    return seal_record(journal, &draft->bytes, 0, draft->check);
}

/* A whole new file: head and base record. */
static sw_result encode_base(const struct sw_journal *journal, const struct sw_tiles *edge,
    uint8_t check[SW_JOURNAL_CHECK], struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    uint8_t before[SW_JOURNAL_CHECK];
    SW_TRY(sw_buf_puts(out, MAGIC));
    SW_TRY(sw_buf_put_u32be(out, VERSION));
    SW_TRY(sw_buf_put_u32be(out, 0));
    sha256(sw_buf_bytes(out), before);
    SW_TRY(sw_tiles_save(edge, &payload));
    SW_TRY(put_record_head(out, SW_JOURNAL_BASE, payload.len, before));
    SW_TRY(sw_buf_append(out, payload.data, payload.len));
    return seal_record(journal, out, SW_JOURNAL_HEAD_SIZE, check);
}

/* --- the file -------------------------------------------------------------------------------- */

void sw_journal_init(struct sw_journal *journal, const struct sw_disk *disk)
{
    *journal = (struct sw_journal){.disk = disk, .fd = -1};
}

void sw_journal_bind(struct sw_journal *journal, const char *origin, const struct sw_key *key)
{
    journal->origin = origin;
    journal->key = key;
}

void sw_journal_close(struct sw_journal *journal)
{
    sw_cleanup_fd(&journal->fd);
    journal->fd = -1;
}

static sw_result fail_io(
    const struct sw_journal *journal, int errnum, const char *what, struct sw_error *err)
{
    return sw_fail_errno(
        err, errnum, "cannot %s '%s/" SW_JOURNAL_FILE "'", what, journal->disk->name);
}

/* A part of the file in memory, so that small records do not cost a system call each. */
struct window {
    int fd;
    const char *name;
    uint64_t end;   /* of what may be read */
    uint64_t start; /* of `bytes` in the file */
    struct sw_buf *bytes;
};

/* `len` bytes at `offset`, or as many as there are. */
static sw_result look(struct window *window, uint64_t offset, uint64_t len, struct sw_bytes *out,
    struct sw_error *err)
{
    uint64_t left = window->end - offset;
    len = len < left ? len : left;
    if (offset + len > window->start + window->bytes->len) {
        uint64_t want = len > WINDOW ? len : WINDOW;
        want = want < left ? want : left;
        sw_buf_clear(window->bytes);
        if (sw_buf_reserve(window->bytes, (size_t)want) != SW_OK) {
            return sw_fail(err, SW_E_NOMEM, "cannot read '%s': out of memory", window->name);
        }
        SW_TRY(
            sw_fd_pread(window->fd, window->name, offset, window->bytes->data, (size_t)want, err));
        window->start = offset;
        window->bytes->len = (size_t)want;
    }
    *out = sw_bytes(window->bytes->data + (offset - window->start), (size_t)len);
    return SW_OK;
}

static sw_result next_record(struct window *window, struct sw_journal_reader *reader,
    struct sw_journal_record *out, struct sw_error *err)
{
    struct sw_bytes bytes;
    uint64_t length = 0;
    if (reader->good == window->end) {
        return SW_E_NOENT;
    }
    SW_TRY(look(window, reader->good, SW_JOURNAL_RECORD_HEAD, &bytes, err));
    SW_TRY(sw_journal_length(reader, bytes, &length));
    if (length > window->end - reader->good) {
        return no_record(reader, "a record ends early");
    }
    SW_TRY(look(window, reader->good, length, &bytes, err));
    return sw_journal_next(reader, bytes, out, err);
}

static sw_result check_order(
    const struct sw_journal_record *record, uint64_t *size, struct sw_error *err)
{
    if (record->type == SW_JOURNAL_BATCH && record->first != *size) {
        return sw_fail(err, SW_E_FORMAT,
            "the record at byte %llu of the journal begins at entry %llu, %llu comes next",
            (unsigned long long)record->offset, (unsigned long long)record->first,
            (unsigned long long)*size);
    }
    *size = record->first + record->count;
    return *size <= SW_LOG_SIZE_MAX ? SW_OK
                                    : sw_fail(err, SW_E_FORMAT, "the journal goes past the limit");
}

/* Records that stand in the window together. */
struct group {
    struct sw_journal_record record[GROUP];
    size_t count;
};

/* Is the next record in memory? */
static bool is_at_hand(const struct window *window, const struct sw_journal_reader *reader)
{
    struct sw_journal_reader at = *reader;
    uint64_t length = 0;
    uint64_t skip = reader->good - window->start;
    if (skip > window->bytes->len) {
        return false;
    }
    struct sw_bytes left = sw_bytes(window->bytes->data + skip, window->bytes->len - skip);
    return sw_journal_length(&at, left, &length) == SW_OK && length <= left.len;
}

/* What is wrong with a record behind others is said when it is the first of a group. */
static sw_result next_group(struct window *window, struct sw_journal_reader *reader,
    struct group *group, struct sw_error *err)
{
    group->count = 0;
    do {
        enum sw_code rc = next_record(window, reader, &group->record[group->count], err);
        if (rc != SW_OK) {
            return group->count > 0 ? SW_OK : rc;
        }
        group->count++;
    } while (group->count < GROUP && is_at_hand(window, reader));
    return SW_OK;
}

/* The last signature vouches for the records before it. A wrong one is looked for from the first
 * on.
 */
static sw_result check_signatures(const struct sw_journal *journal, const struct group *group,
    struct sw_journal_reader *reader, struct sw_error *err)
{
    const struct sw_journal_record *record = &group->record[group->count - 1];
    enum sw_code rc = sw_journal_check_signature(journal->origin, journal->key, record, err);
    for (size_t i = 0; rc == SW_E_REFUSED && i < group->count; i++) {
        record = &group->record[i];
        reader->good = record->offset;
        if (sw_journal_check_signature(journal->origin, journal->key, record, err) != SW_OK) {
            break;
        }
    }
    return rc;
}

/* The records that come next, when all of them are this log's. */
static sw_result take_group(const struct sw_journal *journal, struct window *window,
    struct sw_journal_reader *reader, struct group *group, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code rc = next_group(window, reader, group, &why);
    if (rc == SW_OK) {
        rc = check_signatures(journal, group, reader, &why);
    }
    if (rc == SW_OK || rc == SW_E_NOENT) {
        return rc;
    }
    if (rc != SW_E_REFUSED || reader->good == SW_JOURNAL_HEAD_SIZE) {
        return sw_fail(err, rc, "%s", why.text);
    }
    return sw_fail(err, rc,
        "%s; restore '%s/" SW_JOURNAL_FILE "' from a copy, or cut it off with 'truncate -s %llu'",
        why.text, journal->disk->name, (unsigned long long)reader->good);
}

/* Each record was on the medium before the next one was begun, so a stopped writer leaves at most
 * one that is not whole, and nothing behind it. Is there a whole one behind it? */
static bool is_followed(struct window *window, const struct sw_journal_reader *bad)
{
    struct sw_journal_reader at = *bad;
    struct sw_bytes bytes;
    uint64_t length = 0;
    if (look(window, at.good, SW_JOURNAL_RECORD_HEAD, &bytes, NULL) != SW_OK ||
        sw_journal_length(&at, bytes, &length) != SW_OK || length >= window->end - at.good) {
        return false;
    }
    at.good += length;
    return look(window, at.good, SW_JOURNAL_RECORD_HEAD, &bytes, NULL) == SW_OK &&
           sw_journal_length(&at, bytes, &length) == SW_OK && length <= window->end - at.good &&
           look(window, at.good, length, &bytes, NULL) == SW_OK && is_whole(bytes);
}

static sw_result give_group(struct group *group, struct sw_journal_reader *reader, sw_journal_fn fn,
    void *ctx, uint64_t *size, struct sw_error *err)
{
    uint64_t end = reader->good;
    for (size_t i = 0; i < group->count; i++) {
        struct sw_journal_record *record = &group->record[i];
        reader->good = record->offset;
        SW_TRY(sw_journal_read(record, err));
        SW_TRY(check_order(record, size, err));
        SW_TRY(fn(ctx, record, err));
    }
    reader->good = end;
    return SW_OK;
}

/* The file does not end in a whole record. */
static sw_result check_torn(
    struct window *window, const struct sw_journal_reader *reader, struct sw_error *err)
{
    if (reader->good == SW_JOURNAL_HEAD_SIZE) {
        return sw_fail(err, SW_E_FORMAT, "the journal's first record is damaged: %s",
            reader->why != NULL ? reader->why : "the file ends");
    }
    if (reader->why != NULL && is_followed(window, reader)) {
        return sw_fail(err, SW_E_FORMAT,
            "the journal is damaged at byte %llu (%s), with whole records behind it",
            (unsigned long long)reader->good, reader->why);
    }
    return SW_OK;
}

/* Reads the good records of the first `end` bytes. */
static sw_result scan(const struct sw_journal *journal, uint64_t end, sw_journal_fn fn, void *ctx,
    struct sw_journal_reader *reader, uint64_t *size, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct window window = {journal->fd, SW_JOURNAL_FILE, end, 0, &bytes};
    struct sw_bytes head;
    struct group group;
    SW_TRY(look(&window, 0, SW_JOURNAL_HEAD_SIZE, &head, err));
    SW_TRY(sw_journal_begin(reader, head, err));
    for (;;) {
        enum sw_code rc = take_group(journal, &window, reader, &group, err);
        if (rc == SW_E_NOENT) {
            return check_torn(&window, reader, err);
        }
        SW_TRY(rc);
        SW_TRY(give_group(&group, reader, fn, ctx, size, err));
    }
}

static sw_result open_file(struct sw_journal *journal, bool write, struct sw_error *err)
{
    int flags = (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    journal->fd = openat(journal->disk->dir, SW_JOURNAL_FILE, flags);
    return journal->fd >= 0 ? SW_OK : fail_io(journal, errno, "open", err);
}

struct first_base {
    sw_journal_fn fn;
    void *ctx;
    uint64_t base;
};

static enum sw_code note_base(
    void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    struct first_base *first = ctx;
    if (record->type == SW_JOURNAL_BASE) {
        first->base = record->first;
    }
    return first->fn(first->ctx, record, err);
}

sw_result sw_journal_open(struct sw_journal *journal, bool write, sw_journal_fn fn, void *ctx,
    const char **torn, struct sw_error *err)
{
    struct stat st;
    struct sw_journal_reader reader = {{0}, 0, NULL};
    struct first_base first = {fn, ctx, 0};
    SW_TRY(open_file(journal, write, err));
    if (fstat(journal->fd, &st) != 0) {
        return fail_io(journal, errno, "examine", err);
    }
    enum sw_code rc =
        scan(journal, (uint64_t)st.st_size, note_base, &first, &reader, &journal->end, err);
    memcpy(journal->check, reader.check, sizeof(journal->check));
    journal->base = first.base;
    journal->good = reader.good;
    *torn = reader.why;
    return rc;
}

sw_result sw_journal_replay(
    const struct sw_journal *journal, sw_journal_fn fn, void *ctx, struct sw_error *err)
{
    struct sw_journal_reader reader = {{0}, 0, NULL};
    uint64_t size = 0;
    return scan(journal, journal->good, fn, ctx, &reader, &size, err);
}

sw_result sw_journal_cut(struct sw_journal *journal, struct sw_error *err)
{
    if (!sw_disk_step("journal-cut", journal->fd, sw_bytes(NULL, 0)) ||
        ftruncate(journal->fd, (off_t)journal->good) != 0) {
        return fail_io(journal, errno, "cut the unfinished end of", err);
    }
    return SW_OK;
}

static bool write_at(int fd, uint64_t offset, struct sw_bytes data)
{
    while (data.len > 0) {
        ssize_t n = pwrite(fd, data.ptr, data.len, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        data.ptr += n;
        data.len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

static bool sync_data(int fd, const char *step)
{
    return sw_disk_step(step, fd, sw_bytes(NULL, 0)) && fdatasync(fd) == 0;
}

/* A write that failed is taken back, so that the next one finds a clean end. */
static sw_result take_back(
    struct sw_journal *journal, int errnum, const char *what, struct sw_error *err)
{
    if (ftruncate(journal->fd, (off_t)journal->good) != 0) {
        journal->broken = true;
    }
    return fail_io(journal, errnum, what, err);
}

sw_result sw_journal_commit(
    struct sw_journal *journal, const struct sw_journal_draft *draft, struct sw_error *err)
{
    struct sw_bytes record = sw_buf_bytes(&draft->bytes);
    if (journal->broken) {
        return sw_fail(err, SW_E_IO,
            "the journal of '%s' failed before; close the store and open it again",
            journal->disk->name);
    }
    if (!sw_disk_step("journal-write", journal->fd, record) ||
        !write_at(journal->fd, journal->good, record)) {
        return take_back(journal, errno, "write", err);
    }
    if (!sync_data(journal->fd, "journal-sync")) {
        int errnum = errno;
        journal->broken = true; /* the kernel may have dropped the pages and forget the error */
        return take_back(journal, errnum, "sync", err);
    }
    journal->good += record.len;
    journal->end += draft->record.count;
    memcpy(journal->check, draft->check, SW_JOURNAL_CHECK);
    return SW_OK;
}

static sw_result write_new(
    const struct sw_journal *journal, struct sw_bytes content, int *out, struct sw_error *err)
{
    SW_CLEANUP(fd)
    int fd = openat(journal->disk->dir, SW_JOURNAL_NEW,
        O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0 || !sw_disk_step("journal-new", fd, content) || !write_at(fd, 0, content) ||
        !sync_data(fd, "journal-new-sync")) {
        return fail_io(journal, errno, "write a new", err);
    }
    if (!sw_disk_step("journal-rename", -1, sw_bytes(NULL, 0)) ||
        renameat(journal->disk->dir, SW_JOURNAL_NEW, journal->disk->dir, SW_JOURNAL_FILE) != 0) {
        return fail_io(journal, errno, "replace", err);
    }
    *out = SW_TAKE_FD(fd);
    return SW_OK;
}

sw_result sw_journal_start(
    struct sw_journal *journal, const struct sw_tiles *edge, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf content = SW_BUF_INIT;
    uint8_t check[SW_JOURNAL_CHECK];
    int fd = -1;
    SW_TRY(encode_base(journal, edge, check, &content));
    enum sw_code rc = write_new(journal, sw_buf_bytes(&content), &fd, err);
    if (rc != SW_OK) {
        (void)unlinkat(journal->disk->dir, SW_JOURNAL_NEW, 0);
        return rc;
    }
    sw_journal_close(journal);
    journal->fd = fd;
    journal->base = journal->end = edge->size;
    journal->good = content.len;
    memcpy(journal->check, check, sizeof(check));
    return sw_disk_sync_names(journal->disk, err);
}
