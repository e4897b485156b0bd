/* A repository made of facts, as parsers would tell them, and what its checks find. */
#ifndef SW_TEST_REPOSITORY_FILES_H
#define SW_TEST_REPOSITORY_FILES_H

#include "inspect_one.h"

#include "../../../src/scan/repository.h"

#define FILES_MAX 6

struct told {
    const char *path; /* in order */
    const char *format;
    const char *kind; /* NULL: the file tells nothing */
    const char *text;
};

struct repository_case {
    const char *what;
    struct told files[FILES_MAX];
    enum sw_severity worst;
    const char *rule; /* NULL: no finding above info */
    const char *words;
};

static inline void check_repository(const struct repository_case *row)
{
    struct looked looked = {.worst = SW_SEVERITY_INFO};
    struct sw_repository_file files[FILES_MAX];
    struct sw_fact facts[FILES_MAX];
    struct sw_repository repository = {.files = files};
    sw_arena_init(&looked.arena, 0);
    sw_inspection_init(&looked.in, &looked.arena);
    for (size_t i = 0; i < FILES_MAX && row->files[i].path != NULL; i++) {
        const struct told *t = &row->files[i];
        struct sw_str text = sw_str(t->text);
        facts[i] = (struct sw_fact){t->kind, "", sw_bytes_of_str(text)};
        files[i] = (struct sw_repository_file){.path = t->path,
            .format = t->format,
            .index = i,
            .facts = &facts[i],
            .fact_count = t->kind != NULL};
        repository.count++;
    }
    assert_int_equal(sw_repository_inspect(&looked.in, &repository, NULL), SW_OK);
    for (size_t i = 0; i < looked.in.finding_count; i++) {
        enum sw_severity severity = looked.in.findings[i].severity;
        looked.worst = severity > looked.worst ? severity : looked.worst;
    }
    if (looked.worst != row->worst ||
        (row->rule != NULL && found(&looked, row->rule, row->words) == NULL)) {
        fail_msg("%s: %s; first finding: %s", row->what, sw_severity_name(looked.worst),
            looked.in.finding_count > 0 ? looked.in.findings[0].message : "none");
    }
    looked_release(&looked);
}

static inline void check_repositories(const struct repository_case *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_repository(&rows[i]);
    }
}

#endif
