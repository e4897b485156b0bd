/* A pickle as the data.pkl of a torch archive with four storages, and as a legacy file: whatever
 * tensors it makes, those that are told lie in the file, and what is told is JSON. */
#include "inspect_input.h"

#define assert_int_equal(a, b) fuzz_expect((a) == (b))
#include "../zip_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_inside(struct sw_arena *arena, const struct sw_fact *fact, size_t size)
{
    struct sw_json told;
    uint64_t offset;
    uint64_t bytes;
    fuzz_expect(sw_json_parse(arena, fact->bytes, NULL, &told, NULL) == SW_OK);
    if (strcmp(fact->kind, "tensors") != 0) {
        return;
    }
    SW_JSON_EACH (item, &told) {
        fuzz_expect(sw_json_u64(sw_json_item(item, 3), &offset));
        fuzz_expect(sw_json_u64(sw_json_item(item, 4), &bytes));
        fuzz_expect(offset <= size && bytes <= size - offset);
    }
}

static void inspect(struct sw_bytes file)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    in.wants_digests = true;
    in.wants_profile = true;
    struct sw_source source = sw_source_memory(file);
    if (sw_inspect(&in, &source, "model.pt") != SW_OK) {
        return;
    }
    fuzz_expect_reply(&in);
    for (size_t i = 0; i < in.fact_count; i++) {
        bool told = in.facts[i].member[0] == '\0' && in.facts[i].bytes.len > 0 &&
                    in.facts[i].bytes.ptr[0] == '[';
        if (told) {
            expect_inside(&arena, &in.facts[i], file.len);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t storage[4][64];
    SW_CLEANUP(buf) struct sw_buf zip = SW_BUF_INIT;
    /* The last bit of the input says how the numbers are stored. */
    const char *order = size > 0 && (data[size - 1] & 1) != 0 ? "big" : "little";
    struct zip_member members[] = {zip_stored("m/data.pkl", data, size),
        zip_stored("m/byteorder", order, strlen(order)), zip_stored("m/data/0", storage[0], 64),
        zip_stored("m/data/1", storage[1], 64), zip_stored("m/data/2", storage[2], 64),
        zip_stored("m/data/3", storage[3], 3)};
    zip_build(&zip, members, SW_COUNT(members));
    inspect(sw_buf_bytes(&zip));
    inspect(sw_bytes(data, size));
    return 0;
}
