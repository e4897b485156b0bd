/* An advisory. What is accepted can be evaluated; what is refused leaves nothing in the database.
 */
#include "supply/advisory_osv.h"
#include "supply/advisory_range.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static int64_t count(const struct sw_advisory_db *from)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    static const char sql[] = "SELECT (SELECT count(*) FROM affected) +"
                              " (SELECT count(*) FROM digests) + (SELECT count(*) FROM advisories)";
    expect(sw_advisory_db_query(from, sql, &stmt, NULL) == SW_OK);
    expect(sw_advisory_db_step(from, stmt, &row, NULL) == SW_OK && row);
    return sqlite3_column_int64(stmt, 0);
}

static void evaluate(const struct sw_advisory_db *from)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    static const char sql[] = "SELECT e.name, f.what FROM affected f JOIN packages p ON p.id ="
                              " f.package JOIN ecosystems e ON e.id = p.ecosystem";
    expect(sw_advisory_db_query(from, sql, &stmt, NULL) == SW_OK);
    for (bool row = true;;) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_advisory_answer answer;
        sw_arena_init(&arena, 0);
        expect(sw_advisory_db_step(from, stmt, &row, NULL) == SW_OK);
        if (!row) {
            return;
        }
        struct sw_str ecosystem = sw_advisory_db_text(&arena, stmt, 0);
        struct sw_str what = sw_advisory_db_text(&arena, stmt, 1);
        expect(sw_advisory_decide(&arena, ecosystem, sw_str("1.0"), what, &answer, NULL) == SW_OK);
        expect(sw_advisory_decide(&arena, ecosystem, sw_str(""), what, &answer, NULL) == SW_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Made once; what an advisory left is removed after it. */
static struct sw_advisory_db db = {.name = "fuzz"};
static struct sw_osv_writer *writer;

static void make(void)
{
    if (writer == NULL) {
        expect(sw_advisory_db_make(":memory:", &db, NULL) == SW_OK);
        expect(sw_osv_writer_new(&writer, &db, 0, NULL) == SW_OK);
    }
    sw_osv_writer_begin(writer, 1);
}

static void clear(void)
{
    static const char sql[] = "DELETE FROM advisories; DELETE FROM affected; DELETE FROM digests;"
                              " DELETE FROM packages; DELETE FROM ecosystems";
    expect(sw_advisory_db_run(&db, sql, NULL) == SW_OK);
}

/* What one process tells another is what it read; and what a hostile one tells does no harm. */
static void check_told(struct sw_bytes data)
{
    SW_CLEANUP(osv_reader) struct sw_osv_reader *reader = NULL;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf told = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf again = SW_BUF_INIT;
    struct sw_osv_record record;
    struct sw_osv_record back;
    sw_arena_init(&arena, 0);
    struct sw_cursor cur = sw_cursor(data);
    (void)!sw_osv_record_read(&arena, &cur, &back);
    expect(sw_osv_reader_new(&reader, 0, NULL) == SW_OK);
    if (sw_osv_read(reader, data, &record, NULL) != SW_OK) {
        return;
    }
    expect(sw_osv_record_write(&record, &told) == SW_OK);
    cur = sw_cursor(sw_buf_bytes(&told));
    expect(sw_osv_record_read(&arena, &cur, &back) == SW_OK && sw_cur_left(&cur) == 0);
    expect(sw_osv_record_write(&back, &again) == SW_OK);
    expect(sw_str_equal(sw_buf_str(&told), sw_buf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_error err = {0};
    check_told(sw_bytes(data, size));
    make();
    if (sw_osv_writer_put(writer, sw_bytes(data, size), &err) == SW_OK) {
        expect(sw_osv_looks_like(sw_bytes(data, size)));
        expect(count(&db) > 0);
        evaluate(&db);
        clear();
    } else {
        expect(err.text[0] != '\0');
        expect(count(&db) == 0);
    }
    return 0;
}
