#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* The claim of a checkpoint, and chains that are wrong in one stated way. */
#include "unit/model/forge.h"

#define RUN "r"

#define MUST(expr)                                      \
    do {                                                \
        struct sw_error must_error = {0};               \
        struct sw_error *err = &must_error;             \
        (void)err;                                      \
        if ((expr) != SW_OK) {                          \
            fail_msg("%s: %s", #expr, must_error.text); \
        }                                               \
    } while (0)

struct world {
    struct forge forge;
    struct sw_store *store;
    struct sw_signer signer;
    struct sw_checkpoint_context context;
    struct sw_checkpoint_chain chain;
    int64_t time; /* of the next claim; 0: now */
};

static void make(struct world *w)
{
    *w = (struct world){.time = PKI_2026};
    forge_make(&w->forge);
    forge_write(&w->forge, "weights", "1");
    const char *path = temp_tree_path(&w->forge.dir, "store");
    MUST(sw_store_init(path, "example.org/log", err));
    MUST(sw_store_open(path, SW_STORE_WRITE, &w->store, err));
    w->signer.key = w->forge.key;
    w->context = (struct sw_checkpoint_context){
        &w->forge.arena, w->store, w->forge.trust, &w->signer, PKI_2026 + 100};
}

static void clean(struct world *w)
{
    MUST(sw_store_close(w->store, err));
    forge_clean(&w->forge);
}

/* Records any statement; gives the digest of its bundle. */
static struct sw_digest record(struct world *w, struct sw_bytes statement)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    MUST(sw_bundle_sign(&w->signer, statement, &bundle, err));
    struct sw_bytes bytes = sw_buf_bytes(&bundle);
    struct sw_receipt receipt;
    MUST(sw_evidence_add(w->store, &bytes, 1, &receipt, err));
    return receipt.claim;
}

/* The signature of the model "m", which stands for every checkpoint here. */
static struct sw_digest sign_model(struct world *w, struct sw_manifest *manifest)
{
    const struct sw_model_options options = {0};
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    MUST(sw_model_hash(&w->forge.arena, forge_model(&w->forge), &options, manifest, err));
    MUST(sw_model_statement(manifest, &statement, err));
    return record(w, sw_buf_bytes(&statement));
}

static struct sw_digest record_claim(struct world *w, const struct sw_checkpoint_claim *claim)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    struct sw_subject subjects[] = {
        {claim->name, claim->root}, {sw_str("manifest"), claim->manifest}, {.name = sw_str("run")}};
    sw_name_digest(SW_NAME_RUN, claim->run, &subjects[2].digest);
    MUST(sw_checkpoint_claim_write(claim, &predicate));
    MUST(sw_statement_write(
        &statement, subjects, 3, SW_PREDICATE_CHECKPOINT, sw_buf_bytes(&predicate), err));
    return record(w, sw_buf_bytes(&statement));
}

static struct sw_checkpoint_claim draft(struct world *w, uint64_t step)
{
    struct sw_manifest manifest;
    struct sw_checkpoint_claim claim = {.run = sw_str(RUN),
        .step = step,
        .name = sw_str(sw_arena_printf(&w->forge.arena, "c-%u", (unsigned)step)),
        .files = 1,
        .bytes = 1,
        .time = w->time++};
    claim.signature = sign_model(w, &manifest);
    claim.root = manifest.root;
    claim.manifest = manifest.manifest_digest;
    return claim;
}

static struct sw_checkpoint_parent parent_of(
    const struct sw_checkpoint_claim *claim, const struct sw_digest *digest)
{
    return (struct sw_checkpoint_parent){*digest, claim->root, claim->step};
}

static void read_chain(struct world *w)
{
    MUST(sw_log_publish(w->store, err));
    MUST(sw_checkpoint_chain_read(&w->context, RUN, &w->chain, err));
}

static void breaks_once(struct world *w, enum sw_break kind, const char *words)
{
    read_chain(w);
    assert_int_equal(w->chain.break_count, 1);
    if (w->chain.breaks[0].kind != kind) {
        fail_msg("%s: %s", sw_break_name(w->chain.breaks[0].kind), w->chain.breaks[0].what);
    }
    assert_non_null(strstr(w->chain.breaks[0].what, words));
}

/* --- the claim ------------------------------------------------------------------------------- */

static void what_is_written_is_read_back(void **state)
{
    struct world w;
    make(&w);
    struct sw_checkpoint_claim first = draft(&w, 1);
    struct sw_digest digest = record_claim(&w, &first);
    struct sw_checkpoint_claim second = draft(&w, 2);
    struct sw_checkpoint_parent parent = parent_of(&first, &digest);
    second.parent = &parent;
    second.resumed = true;
    second.complete = SW_COMPLETE_RENAMED;
    (void)record_claim(&w, &second);
    read_chain(&w);
    assert_int_equal(w.chain.break_count, 0);
    assert_int_equal(w.chain.count, 2);
    const struct sw_checkpoint_claim *read = &w.chain.links[1].claim;
    assert_true(sw_str_equal(read->name, second.name));
    assert_true(sw_digest_equal(&read->signature, &second.signature));
    assert_true(sw_digest_equal(&read->parent->claim, &digest));
    assert_int_equal(read->parent->step, 1);
    assert_int_equal(read->complete, SW_COMPLETE_RENAMED);
    assert_int_equal(read->time, second.time);
    assert_true(read->resumed);
    assert_null(w.chain.links[0].claim.parent);
    assert_int_equal(w.chain.links[1].parent, 0);
    clean(&w);
}

static void the_step_is_the_last_number_of_the_name(void **state)
{
    static const struct {
        const char *name;
        uint64_t step;
        bool found;
    } rows[] = {
        {"checkpoint-500", 500, true},
        {"step_007", 7, true},
        {"global_step12", 12, true},
        {"model-00500.safetensors", 500, true},
        {"epoch=3-step=1400.ckpt", 1400, true},
        {"x-5.tar.gz", 5, true},
        {"iter_0000016", 16, true},
        {"3", 3, true},
        {"v1.5", 5, true},
        {"final", 0, false},
        {"checkpoint-best", 0, false},
        {"model-5-of-some", 0, false},
        {"checkpoint-99999999999999999999", 0, false},
        {"checkpoint-9007199254740992", UINT64_C(1) << 53, true},
        {"checkpoint-9007199254740993", 0, false},
        {"", 0, false},
        {".", 0, false},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        uint64_t step = 0;
        bool found = sw_checkpoint_step(rows[i].name, &step);
        if (found != rows[i].found || step != rows[i].step) {
            fail_msg("'%s' gives %llu", rows[i].name, (unsigned long long)step);
        }
    }
    uint64_t step;
    assert_false(sw_checkpoint_is_candidate("model-5.sig", &step));
    assert_false(sw_checkpoint_is_candidate("tmp-checkpoint-5", &step));
    assert_false(sw_checkpoint_is_candidate(".checkpoint-5", &step));
    assert_false(sw_checkpoint_is_candidate("model-5.part", &step));
    assert_true(sw_checkpoint_is_candidate("checkpoint-5", &step));
}

static void a_claim_that_contradicts_itself_is_malformed(void **state)
{
    struct world w;
    make(&w);
    struct sw_checkpoint_claim claim = draft(&w, 1);
    claim.resumed = true;
    (void)record_claim(&w, &claim);
    breaks_once(&w, SW_BREAK_MALFORMED, "resumed, and from nothing");
    clean(&w);
}

/* The name is looked for in the directory of the run: it must not lead out of it. */
static void a_name_is_that_of_one_file_or_directory(void **state)
{
    static const char *const bad[] = {"../c-1", "/c-1", "a/c-1", "c-1/", "..", "."};
    (void)state;
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct world w;
        make(&w);
        struct sw_checkpoint_claim claim = draft(&w, 1);
        claim.name = sw_str(bad[i]);
        (void)record_claim(&w, &claim);
        breaks_once(&w, SW_BREAK_MALFORMED, "no name of a file or directory");
        clean(&w);
    }
}

/* --- chains ---------------------------------------------------------------------------------- */

/* A good first one and a second one that `change` makes wrong. */
static void break_second(struct world *w, uint64_t step,
    void (*change)(struct world *, struct sw_checkpoint_claim *, struct sw_checkpoint_parent *))
{
    struct sw_checkpoint_claim first = draft(w, 10);
    struct sw_digest digest = record_claim(w, &first);
    struct sw_checkpoint_claim second = draft(w, step);
    struct sw_checkpoint_parent parent = parent_of(&first, &digest);
    second.parent = &parent;
    if (change != NULL) {
        change(w, &second, &parent);
    }
    (void)record_claim(w, &second);
}

static void a_step_that_goes_backwards_is_named(void **state)
{
    struct world w;
    make(&w);
    break_second(&w, 10, NULL);
    breaks_once(&w, SW_BREAK_BACKWARDS, "not after step 10");
    clean(&w);
}

static void lie_about_step(
    struct world *w, struct sw_checkpoint_claim *claim, struct sw_checkpoint_parent *parent)
{
    parent->step = 9;
}

static void lie_about_root(
    struct world *w, struct sw_checkpoint_claim *claim, struct sw_checkpoint_parent *parent)
{
    parent->root.bytes[0] ^= 1;
}

static void what_is_not_so_of_the_parent_is_named(void **state)
{
    struct world w;
    make(&w);
    break_second(&w, 11, lie_about_step);
    breaks_once(&w, SW_BREAK_MALFORMED, "another root or step");
    clean(&w);
    make(&w);
    break_second(&w, 11, lie_about_root);
    breaks_once(&w, SW_BREAK_MALFORMED, "another root or step");
    clean(&w);
}

static void use_another_run(
    struct world *w, struct sw_checkpoint_claim *claim, struct sw_checkpoint_parent *parent)
{
    struct sw_checkpoint_claim other = draft(w, 3);
    other.run = sw_str("other");
    struct sw_digest digest = record_claim(w, &other);
    *parent = parent_of(&other, &digest);
}

static void use_a_signature(
    struct world *w, struct sw_checkpoint_claim *claim, struct sw_checkpoint_parent *parent)
{
    parent->claim = claim->signature;
}

static void a_parent_of_another_run_is_named(void **state)
{
    struct world w;
    make(&w);
    break_second(&w, 11, use_another_run);
    breaks_once(&w, SW_BREAK_OTHER_RUN, "one of run other");
    clean(&w);
    make(&w);
    break_second(&w, 11, use_a_signature);
    breaks_once(&w, SW_BREAK_OTHER_RUN, "is none");
    clean(&w);
}

static void sign_something_else(
    struct world *w, struct sw_checkpoint_claim *claim, struct sw_checkpoint_parent *parent)
{
    struct sw_manifest manifest;
    forge_write(&w->forge, "weights", "2");
    claim->signature = sign_model(w, &manifest);
}

static void name_no_signature(
    struct world *w, struct sw_checkpoint_claim *claim, struct sw_checkpoint_parent *parent)
{
    claim->signature.bytes[0] ^= 1;
}

static void the_signature_must_be_the_checkpoints_own(void **state)
{
    struct world w;
    make(&w);
    break_second(&w, 11, sign_something_else);
    breaks_once(&w, SW_BREAK_SIGNATURE, "another model's");
    clean(&w);
    make(&w);
    break_second(&w, 11, name_no_signature);
    breaks_once(&w, SW_BREAK_SIGNATURE, "gone from the store");
    clean(&w);
}

static void a_clock_that_went_back_is_told_and_breaks_nothing(void **state)
{
    struct world w;
    make(&w);
    struct sw_checkpoint_claim first = draft(&w, 1);
    struct sw_digest digest = record_claim(&w, &first);
    w.time -= 86400;
    struct sw_checkpoint_claim second = draft(&w, 2);
    struct sw_checkpoint_parent parent = parent_of(&first, &digest);
    second.parent = &parent;
    (void)record_claim(&w, &second);
    read_chain(&w);
    assert_int_equal(w.chain.break_count, 0);
    assert_false(w.chain.links[0].skewed);
    assert_true(w.chain.links[1].skewed);
    clean(&w);
}

static void the_first_break_comes_first(void **state)
{
    struct world w;
    make(&w);
    break_second(&w, 5, NULL);
    struct sw_checkpoint_claim start = draft(&w, 20);
    (void)record_claim(&w, &start);
    read_chain(&w);
    assert_int_equal(w.chain.break_count, 2);
    assert_int_equal(w.chain.breaks[0].kind, SW_BREAK_BACKWARDS);
    assert_int_equal(w.chain.breaks[1].kind, SW_BREAK_SECOND_START);
    clean(&w);
}

static void no_claim_is_no_evidence(void **state)
{
    struct world w;
    make(&w);
    struct sw_error err = {0};
    assert_int_equal(sw_checkpoint_chain_read(&w.context, RUN, &w.chain, &err), SW_E_NOEVIDENCE);
    assert_int_equal(sw_checkpoint_chain_read(&w.context, "a/b", &w.chain, &err), SW_E_USAGE);
    clean(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(the_step_is_the_last_number_of_the_name),
        cmocka_unit_test(a_claim_that_contradicts_itself_is_malformed),
        cmocka_unit_test(a_name_is_that_of_one_file_or_directory),
        cmocka_unit_test(a_step_that_goes_backwards_is_named),
        cmocka_unit_test(what_is_not_so_of_the_parent_is_named),
        cmocka_unit_test(a_parent_of_another_run_is_named),
        cmocka_unit_test(the_signature_must_be_the_checkpoints_own),
        cmocka_unit_test(a_clock_that_went_back_is_told_and_breaks_nothing),
        cmocka_unit_test(the_first_break_comes_first),
        cmocka_unit_test(no_claim_is_no_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
