/* What holds for every document that was taken, whatever its format. */
#ifndef SW_FUZZ_IMPORT_INPUT_H
#define SW_FUZZ_IMPORT_INPUT_H

#include "data/exchange.h"

#include <stdlib.h>

static inline void import_expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Nothing that came in is more than declared, and files refer to nothing that was looked at. */
static inline void import_expect_set(const struct sw_exchange_set *set)
{
    import_expect(set->declared && set->claim.alg == 0 && set->source_count == 0);
    import_expect(set->file_count <= SW_IMPORT_FILES && set->field_count <= SW_IMPORT_FIELDS);
    for (size_t i = 0; i < set->file_count; i++) {
        const struct sw_exchange_file *file = &set->files[i];
        import_expect(file->proof == SW_FILE_DECLARED);
        import_expect(file->digest.alg != 0 || file->why.len != 0);
    }
}

static inline void import_expect_links(
    const struct sw_exchange *exchange, const uint32_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        import_expect(list[i] < exchange->set_count);
    }
}

static inline void import_expect_all(const struct sw_exchange *exchange)
{
    import_expect(exchange->set_count <= SW_IMPORT_SETS);
    import_expect(exchange->step_count <= SW_IMPORT_STEPS);
    import_expect(exchange->problems_kept <= exchange->problem_count);
    for (size_t i = 0; i < exchange->set_count; i++) {
        import_expect_set(&exchange->sets[i]);
    }
    for (size_t i = 0; i < exchange->step_count; i++) {
        const struct sw_exchange_step *step = &exchange->steps[i];
        import_expect(step->declared && step->model == SW_NO_MODEL);
        import_expect_links(exchange, step->inputs, step->input_count);
        import_expect_links(exchange, step->outputs, step->output_count);
    }
    for (size_t i = 0; i < exchange->problems_kept; i++) {
        import_expect(exchange->problems[i].what.len != 0);
        import_expect(strchr(exchange->problems[i].what.ptr, '\n') == NULL);
    }
}

static inline int import_input(const uint8_t *data, size_t size, const char *format)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_exchange exchange;
    struct sw_error err = {0};
    sw_arena_init(&arena, (size_t)256 << 20);
    enum sw_code code = sw_import_read(&arena, sw_bytes(data, size), format, &exchange, &err);
    if (code == SW_OK) {
        import_expect_all(&exchange);
        return 0;
    }
    import_expect(code == SW_E_NOMEM || (err.code == code && err.text[0] != '\0'));
    return 0;
}

#endif
