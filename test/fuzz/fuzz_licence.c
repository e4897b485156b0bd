/* What models say of their licences: the first byte tells the kind of file. What was read goes
 * through bytes and is the same again, and can be weighed; the bytes themselves may be hostile,
 * too. */
#include "supply/licence.h"

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void weigh(struct sw_arena *arena, const struct sw_licence_facts *facts)
{
    const struct sw_licence_policy policy = {
        .commercial = true, .users_known = true, .users = UINT64_MAX};
    struct sw_licence_model models[8] = {{.name = sw_str("model"), .facts = facts}};
    struct sw_licence_verdict verdict;
    size_t count = 1;
    for (size_t i = 0; i < facts->base_count && count < SW_COUNT(models); i++) {
        models[count++] =
            (struct sw_licence_model){.name = facts->bases[i].name, .relation = facts->relation};
    }
    insist(sw_licence_evaluate(arena, models, count, &policy, &verdict, NULL) == SW_OK);
    insist(facts->declared_count > 0 || verdict.unknown_count > 0);
}

static void check(struct sw_arena *arena, const struct sw_licence_facts *facts)
{
    SW_CLEANUP(buf) struct sw_buf once = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf twice = SW_BUF_INIT;
    struct sw_licence_facts back = {0};
    insist(sw_licence_facts_write(arena, facts, &once) == SW_OK);
    insist(sw_licence_facts_read(arena, sw_buf_bytes(&once), sw_str("file"), &back) == SW_OK);
    insist(sw_licence_facts_write(arena, &back, &twice) == SW_OK);
    insist(sw_bytes_equal(sw_buf_bytes(&once), sw_buf_bytes(&twice)));
    weigh(arena, &back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static enum sw_code (*const readers[])(struct sw_arena * arena, struct sw_bytes bytes,
        struct sw_str file, struct sw_licence_facts * facts) = {sw_licence_read_card,
        sw_licence_read_text, sw_licence_read_gguf, sw_licence_read_safetensors,
        sw_licence_read_notice, sw_licence_facts_read, sw_licence_read_adapter};
    static const char kinds[] = "ctgsnfa";
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_licence_facts facts = {0};
    const char *kind = size == 0 || data[0] == 0 ? NULL : strchr(kinds, data[0]);
    sw_arena_init(&arena, 0);
    if (kind == NULL) {
        return 0;
    }
    enum sw_code code =
        readers[kind - kinds](&arena, sw_bytes(data + 1, size - 1), sw_str("file"), &facts);
    insist(code == SW_OK || (*kind == 'f' && code == SW_E_FORMAT));
    if (code == SW_OK) {
        check(&arena, &facts);
    }
    return 0;
}
