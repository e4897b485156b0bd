/* Files that are ingested, for tests of the data room. */
#ifndef SW_TEST_INGEST_HELP_H
#define SW_TEST_INGEST_HELP_H

#include "data/ingest_private.h"

#include "unit/data/data_help.h"
#include "unit/data/random_help.h"

static const struct sw_str ingest_source = {"web", 3};
static const struct sw_origin ingest_origin = {&ingest_source, 1, NULL, 0};

static inline void write_text(const char *path, struct sw_bytes text)
{
    MUST(sw_file_write(path, text, 0644, 0, &must_error));
}

/* Plain digests; the rest is up to the test. */
static inline struct sw_ingest_request ingest_request(
    const char *path, const char *work, const struct sw_salt *salt)
{
    return (struct sw_ingest_request){
        .path = path, .work = work, .origin = &ingest_origin, .salt = salt, .at_once = true};
}

/* What was made stays at request->work. */
static inline struct sw_ingested ingest_all(
    struct data_test *t, const struct sw_ingest_request *request)
{
    struct sw_ingested made = SW_INGESTED_INIT;
    MUST(sw_ingest(&t->data, request, &made, &must_error));
    struct sw_ingested given = made;
    const char *kept = sw_arena_printf(&t->arena, "%s.kept", request->work);
    assert_non_null(kept);
    MUST(sw_file_rename(request->work, kept, &must_error));
    sw_ingested_release(&made);
    MUST(sw_file_rename(kept, request->work, &must_error));
    given.lock = SW_INGEST_LOCK_INIT;
    return given;
}

#endif
