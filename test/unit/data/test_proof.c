/* Proofs about samples: what they show, and that forged ones show nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/data_help.h"

#define ROWS 3000u
#define SEED 5u

struct world {
    struct data_test t;
    struct sw_dataset_claim claim;
    struct sw_data_claim record;
    struct sw_rows rows;
    struct sw_tlog_policy *policy;
};

static void claim_set(struct world *w, const char *name, uint64_t rows)
{
    (void)data_test_dataset(&w->t, name, "1", SEED, rows);
    MUST(sw_dataset_find(&w->t.data, sw_str(name), &w->claim, &w->record, &must_error));
    sw_rows_close(&w->rows);
    MUST(sw_dataset_open(&w->t.data, &w->claim, &w->rows, &must_error));
}

static void world_open(struct world *w)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    *w = (struct world){.rows = SW_ROWS_INIT};
    data_test_open(&w->t);
    data_test_source(&w->t, "mail", "{\"source\":{\"title\":\"Mail\"}}");
    claim_set(w, "mails", ROWS);
    MUST(sw_log_policy(w->t.data.store, &text, &must_error));
    const void *kept = sw_arena_copy(&w->t.arena, sw_buf_bytes(&text));
    MUST(sw_tlog_policy_parse(&w->t.arena, sw_bytes(kept, text.len), &w->policy, &must_error));
}

static void world_close(struct world *w)
{
    sw_rows_close(&w->rows);
    data_test_close(&w->t);
}

static void prove(struct world *w, uint64_t index, struct sw_buf *out)
{
    struct sw_sample_proof proof;
    MUST(sw_sample_prove(&w->t.data, &w->rows, &w->claim, &w->record, index, &proof, &must_error));
    MUST(sw_sample_proof_write(&proof, out, &must_error));
}

static void prove_absent(struct world *w, const uint8_t content[32], struct sw_buf *out)
{
    struct sw_sample_proof proof;
    uint64_t index;
    MUST(sw_sample_prove_absent(
        &w->t.data, &w->rows, &w->claim, &w->record, content, &proof, &index, &must_error));
    MUST(sw_sample_proof_write(&proof, out, &must_error));
}

static enum sw_code check(struct world *w, struct sw_arena *arena, struct sw_bytes file,
    struct sw_sample_proof *proof, struct sw_proof_statement *said)
{
    struct sw_error err = {0};
    enum sw_code code = sw_sample_proof_read(arena, file, proof, &err);
    return code == SW_OK ? sw_sample_proof_check(arena, proof, w->policy, said, &err) : code;
}

static void test_a_sample_is_proven_by_the_policy_alone(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    static const uint64_t picked[] = {0, 1, 255, 256, 1234, ROWS - 1};
    for (size_t i = 0; i < SW_COUNT(picked); i++) {
        SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
        struct sw_sample_proof proof;
        struct sw_proof_statement said;
        struct sw_row row = rows_row(SEED, picked[i]);
        prove(&w, picked[i], &file);
        assert_int_equal(check(&w, &w.t.arena, sw_buf_bytes(&file), &proof, &said), SW_OK);
        assert_int_equal(proof.kind, SW_PROOF_PRESENT);
        assert_int_equal(proof.index, picked[i]);
        assert_int_equal(proof.size, ROWS);
        assert_true(sw_str_is(proof.name, "mails"));
        assert_memory_equal(proof.row.record, row.record, 32);
        assert_memory_equal(proof.row.content, row.content, 32);
        assert_true(sw_digest_equal(&said.claim, &w.record.claim));
        assert_true(sw_digest_equal(&said.head, &w.claim.ordered_head));
        assert_int_equal(said.time, w.record.time);
        assert_true(sw_str_is(said.origin, ORIGIN));
    }
    world_close(&w);
}

/* A document that is imported chooses the manifest of what it declares: that is no head. */
static void test_a_head_that_stands_as_a_manifest_proves_nothing(void **state)
{
    (void)state;
    struct world w;
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    struct sw_sample_proof proof;
    struct sw_proof_statement said;
    struct sw_receipt receipt;
    world_open(&w);
    struct sw_dataset_claim declared = {.name = sw_str("mails"),
        .version = sw_str("2"),
        .manifest = w.claim.ordered_head,
        .declared = true,
        .time = w.t.data.now};
    struct sw_subject subjects[] = {
        {sw_str("mails@2"), declared.manifest}, {.name = sw_str("name")}};
    sw_name_digest(SW_NAME_DATASET, declared.name, &subjects[1].digest);
    assert_int_equal(sw_dataset_claim_write(&declared, &predicate), SW_OK);
    MUST(sw_data_record(&w.t.data, subjects, SW_COUNT(subjects), SW_PREDICATE_DATASET,
        sw_buf_bytes(&predicate), &receipt, &must_error));
    w.record.leaf = receipt.leaf;
    prove(&w, 7, &file);
    assert_int_equal(check(&w, &w.t.arena, sw_buf_bytes(&file), &proof, &said), SW_E_REFUSED);
    world_close(&w);
}

static void test_what_is_behind_the_end_is_not_proven(void **state)
{
    (void)state;
    struct world w;
    struct sw_sample_proof proof;
    world_open(&w);
    assert_int_equal(
        sw_sample_prove(&w.t.data, &w.rows, &w.claim, &w.record, ROWS, &proof, &must_error),
        SW_E_USAGE);
    world_close(&w);
}

/* A digest below all, above all, and one behind each of many contents. */
static void test_what_is_absent_is_proven_everywhere(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    for (unsigned n = 0; n < 200; n++) {
        SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_sample_proof proof;
        struct sw_proof_statement said;
        uint8_t content[32];
        memset(content, n == 0 ? 0 : 0xff, sizeof(content));
        if (n >= 2) {
            memcpy(content, rows_row(SEED, (uint64_t)n * 14).content, 32);
            content[31] ^= (uint8_t)(1 + n % 3);
        }
        prove_absent(&w, content, &file);
        assert_int_equal(check(&w, &arena, sw_buf_bytes(&file), &proof, &said), SW_OK);
        assert_int_equal(proof.kind, SW_PROOF_ABSENT);
        assert_memory_equal(proof.content, content, 32);
        assert_true(sw_digest_equal(&said.head, &w.claim.sorted_head));
        assert_true(n != 0 || proof.place == 0);
        assert_true(n != 1 || proof.place == ROWS);
    }
    world_close(&w);
}

static void test_what_is_there_is_not_proven_absent(void **state)
{
    (void)state;
    struct world w;
    struct sw_sample_proof proof;
    uint64_t index = 0;
    world_open(&w);
    struct sw_row row = rows_row(SEED, 777);
    assert_int_equal(sw_sample_prove_absent(&w.t.data, &w.rows, &w.claim, &w.record, row.content,
                         &proof, &index, &must_error),
        SW_E_REFUSED);
    assert_int_equal(index, 777);
    world_close(&w);
}

static void test_everything_is_absent_from_an_empty_set(void **state)
{
    (void)state;
    struct world w;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    struct sw_sample_proof proof;
    struct sw_proof_statement said;
    static const uint8_t content[32] = {7};
    world_open(&w);
    claim_set(&w, "nothing", 0);
    prove_absent(&w, content, &file);
    assert_int_equal(check(&w, &w.t.arena, sw_buf_bytes(&file), &proof, &said), SW_OK);
    assert_int_equal(proof.size, 0);
    world_close(&w);
}

static void test_one_sample_has_neighbours_on_one_side(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    claim_set(&w, "single", 1);
    for (unsigned n = 0; n < 2; n++) {
        SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
        struct sw_sample_proof proof;
        struct sw_proof_statement said;
        uint8_t content[32];
        memset(content, n == 0 ? 0 : 0xff, sizeof(content));
        prove_absent(&w, content, &file);
        assert_int_equal(check(&w, &w.t.arena, sw_buf_bytes(&file), &proof, &said), SW_OK);
        assert_int_equal(proof.path_count, 0);
    }
    world_close(&w);
}

/* --- forgeries ------------------------------------------------------------------------------- */

static bool same_statement(const struct sw_sample_proof *a, const struct sw_proof_statement *x,
    const struct sw_sample_proof *b, const struct sw_proof_statement *y)
{
    if (a->kind != b->kind || a->size != b->size || !sw_digest_equal(&x->claim, &y->claim) ||
        !sw_digest_equal(&x->head, &y->head) || x->time != y->time || a->leaf != b->leaf ||
        x->log_size != y->log_size || x->key.alg != y->key.alg) {
        return false;
    }
    if (a->kind == SW_PROOF_PRESENT) {
        return a->index == b->index && memcmp(&a->row, &b->row, sizeof(a->row)) == 0 &&
               memcmp(a->origin, b->origin, 32) == 0;
    }
    return memcmp(a->content, b->content, 32) == 0 && a->place == b->place;
}

/* Any one bit, and many random changes: what still verifies says what the true proof said, or it
 * says of another content, between the same two neighbours, that it is not there, which is true. */
static void flip_everything(struct world *w, const struct sw_buf *file)
{
    SW_CLEANUP(arena) struct sw_arena kept;
    struct sw_sample_proof proof;
    struct sw_proof_statement said;
    sw_arena_init(&kept, 0);
    assert_int_equal(check(w, &kept, sw_buf_bytes(file), &proof, &said), SW_OK);
    uint8_t *bytes = malloc(file->len);
    assert_non_null(bytes);
    uint64_t random = 9;
    for (size_t round = 0; round < file->len * 8 + 4000; round++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_sample_proof forged;
        struct sw_proof_statement words;
        sw_arena_init(&arena, 0);
        memcpy(bytes, file->data, file->len);
        bytes[round / 8 % file->len] ^= (uint8_t)(1u << (round % 8));
        for (size_t i = file->len * 8; i < round; i += 1000) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[(random >> 20) % file->len] = (uint8_t)(random >> 56);
        }
        if (check(w, &arena, sw_bytes(bytes, file->len), &forged, &words) != SW_OK) {
            continue;
        }
        if (forged.kind == SW_PROOF_ABSENT) {
            uint64_t first;
            uint64_t found;
            MUST(sw_rows_find(&w->rows, forged.content, &first, &found, &must_error));
            assert_int_equal(found, 0);
            assert_int_equal(first, forged.place);
            memcpy(forged.content, proof.content, 32);
        }
        assert_true(same_statement(&proof, &said, &forged, &words));
    }
    free(bytes);
}

static void test_no_changed_proof_says_something_else(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    SW_CLEANUP(buf) struct sw_buf present = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf absent = SW_BUF_INIT;
    uint8_t content[32];
    memset(content, 0x80, sizeof(content));
    prove(&w, 1500, &present);
    prove_absent(&w, content, &absent);
    flip_everything(&w, &present);
    flip_everything(&w, &absent);
    world_close(&w);
}

static void test_cut_or_longer_proofs_are_refused(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    prove(&w, 3, &file);
    for (size_t len = 0; len < file.len; len++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_sample_proof proof;
        sw_arena_init(&arena, 0);
        assert_int_equal(
            sw_sample_proof_read(&arena, sw_bytes(file.data, len), &proof, &must_error),
            SW_E_FORMAT);
    }
    struct sw_sample_proof proof;
    MUST(sw_buf_putc(&file, 0));
    assert_int_equal(
        sw_sample_proof_read(&w.t.arena, sw_buf_bytes(&file), &proof, &must_error), SW_E_FORMAT);
    world_close(&w);
}

/* Each breaks one thing of a good proof, as somebody would who wants another statement. */
static void other_index(struct sw_sample_proof *p)
{
    p->index++;
}
static void other_size(struct sw_sample_proof *p)
{
    p->size++;
}
static void other_content(struct sw_sample_proof *p)
{
    p->row.content[0] ^= 1;
}
static void other_weight(struct sw_sample_proof *p)
{
    p->row.weight *= 2;
}
static void other_name(struct sw_sample_proof *p)
{
    p->name = sw_str("other");
}
static void other_leaf(struct sw_sample_proof *p)
{
    p->leaf = 0;
}
static void shorter_path(struct sw_sample_proof *p)
{
    p->path_count--;
}
static void no_log(struct sw_sample_proof *p)
{
    p->log_count = 0;
}
static void other_entry(struct sw_sample_proof *p)
{
    static const char text[] = "{}";
    p->entry = sw_bytes(text, 2);
}
static void no_checkpoint(struct sw_sample_proof *p)
{
    p->checkpoint.len = 0;
}

static void test_each_forgery_is_refused(void **state)
{
    (void)state;
    static void (*const forgeries[])(struct sw_sample_proof *) = {other_index, other_size,
        other_content, other_weight, other_name, other_leaf, shorter_path, no_log, other_entry,
        no_checkpoint};
    struct world w;
    world_open(&w);
    for (size_t i = 0; i < SW_COUNT(forgeries); i++) {
        struct sw_sample_proof proof;
        struct sw_proof_statement said;
        MUST(sw_sample_prove(&w.t.data, &w.rows, &w.claim, &w.record, 1000, &proof, &must_error));
        MUST(sw_sample_proof_check(&w.t.arena, &proof, w.policy, &said, &must_error));
        forgeries[i](&proof);
        enum sw_code code = sw_sample_proof_check(&w.t.arena, &proof, w.policy, &said, &must_error);
        assert_true(code == SW_E_REFUSED || code == SW_E_FORMAT);
    }
    world_close(&w);
}

/* Absence between two that are no neighbours, or on the wrong side, is no absence. */
static void test_absence_needs_neighbours_around_it(void **state)
{
    (void)state;
    struct world w;
    struct sw_sample_proof proof;
    struct sw_proof_statement said;
    uint64_t index;
    uint8_t content[32];
    world_open(&w);
    memset(content, 0x80, sizeof(content));
    MUST(sw_sample_prove_absent(
        &w.t.data, &w.rows, &w.claim, &w.record, content, &proof, &index, &must_error));
    struct sw_sample_proof forged = proof;
    memcpy(forged.content, proof.left, 32);
    assert_int_equal(
        sw_sample_proof_check(&w.t.arena, &forged, w.policy, &said, &must_error), SW_E_REFUSED);
    memcpy(forged.content, proof.right, 32);
    assert_int_equal(
        sw_sample_proof_check(&w.t.arena, &forged, w.policy, &said, &must_error), SW_E_REFUSED);
    memset(forged.content, 0xff, 32);
    assert_int_equal(
        sw_sample_proof_check(&w.t.arena, &forged, w.policy, &said, &must_error), SW_E_REFUSED);
    forged = proof;
    forged.place = 0; /* nothing below it: then `right` would have to be the first */
    assert_int_equal(
        sw_sample_proof_check(&w.t.arena, &forged, w.policy, &said, &must_error), SW_E_REFUSED);
    forged.place = proof.size;
    assert_int_equal(
        sw_sample_proof_check(&w.t.arena, &forged, w.policy, &said, &must_error), SW_E_REFUSED);
    forged = proof;
    forged.size = 0;
    forged.place = 0;
    forged.path_count = 0; /* an empty set */
    assert_int_equal(
        sw_sample_proof_check(&w.t.arena, &forged, w.policy, &said, &must_error), SW_E_REFUSED);
    world_close(&w);
}

static void test_another_log_s_policy_does_not_take_it(void **state)
{
    (void)state;
    struct world w;
    struct world other;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    struct sw_sample_proof proof;
    struct sw_proof_statement said;
    world_open(&w);
    world_open(&other);
    prove(&w, 1, &file);
    assert_int_equal(
        check(&other, &other.t.arena, sw_buf_bytes(&file), &proof, &said), SW_E_REFUSED);
    world_close(&w);
    world_close(&other);
}

/* Where SW_PROOF_OUT names a directory, seeds for the fuzzer are left there, and their policy,
 * which stands in the fuzz target. */
static void test_seeds_can_be_made(void **state)
{
    (void)state;
    const char *dir = getenv("SW_PROOF_OUT");
    if (dir == NULL) {
        skip();
    }
    struct world w;
    SW_CLEANUP(buf) struct sw_buf present = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf absent = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf policy = SW_BUF_INIT;
    static const uint8_t content[32] = {9};
    world_open(&w);
    prove(&w, 42, &present);
    prove_absent(&w, content, &absent);
    MUST(sw_log_policy(w.t.data.store, &policy, &must_error));
    MUST(sw_file_write(
        sw_path_join(&w.t.arena, dir, "policy"), sw_buf_bytes(&policy), 0666, 0, &must_error));
    MUST(sw_file_write(
        sw_path_join(&w.t.arena, dir, "present"), sw_buf_bytes(&present), 0666, 0, &must_error));
    MUST(sw_file_write(
        sw_path_join(&w.t.arena, dir, "absent"), sw_buf_bytes(&absent), 0666, 0, &must_error));
    world_close(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sample_is_proven_by_the_policy_alone),
        cmocka_unit_test(test_a_head_that_stands_as_a_manifest_proves_nothing),
        cmocka_unit_test(test_what_is_behind_the_end_is_not_proven),
        cmocka_unit_test(test_what_is_absent_is_proven_everywhere),
        cmocka_unit_test(test_what_is_there_is_not_proven_absent),
        cmocka_unit_test(test_everything_is_absent_from_an_empty_set),
        cmocka_unit_test(test_one_sample_has_neighbours_on_one_side),
        cmocka_unit_test(test_no_changed_proof_says_something_else),
        cmocka_unit_test(test_cut_or_longer_proofs_are_refused),
        cmocka_unit_test(test_each_forgery_is_refused),
        cmocka_unit_test(test_absence_needs_neighbours_around_it),
        cmocka_unit_test(test_another_log_s_policy_does_not_take_it),
        cmocka_unit_test(test_seeds_can_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
