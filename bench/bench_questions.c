/* Work for bench/questions.sh: data of many samples, made from a seed in a store that `init` made,
 * and claimed with its default key.
 *
 *   chain STORE SAMPLES ENTRIES    a dataset of SAMPLES, ten steps behind each other, a model on
 *                                  the last; the first step keeps every twentieth sample, and the
 *                                  log is filled up to ENTRIES before
 *   reach STORE MODELS             MODELS models, each admitted, each on a dataset of its own that
 *                                  a step made from one; every tenth is made from the one before
 *   taint STORE COUNT content|sample   taints COUNT of that dataset, every hundredth
 *   judge STORE MODEL              what admitting that model asks of its data; prints how many
 *                                  taints reach it
 *   check FILE POLICY COUNT        checks a proof COUNT times; prints the mean, ms of CPU time
 *   absent STORE DATASET FILE      the largest proof of absence in the set: where the two halves
 *                                  of its tree meet */
#include "data/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STEPS 10u
#define SOURCES 10u
#define SMALL_ROWS 200u

static struct sw_error err;

static void check(enum sw_code code)
{
    if (code != SW_OK) {
        (void)fprintf(
            stderr, "bench-questions: %s\n", err.text[0] != '\0' ? err.text : sw_code_text(code));
        exit(1);
    }
}

/* --- the store ------------------------------------------------------------------------------- */

struct place {
    struct sw_arena arena;
    struct sw_trust *trust;
    struct sw_key *key;
    struct sw_signer signer;
    struct sw_data data;
};

static void open_place(struct place *p, const char *path, enum sw_store_mode mode)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    *p = (struct place){0};
    sw_arena_init(&p->arena, 0);
    const char *key = sw_path_join(&p->arena, path, "keys/default.key");
    const char *trust = sw_path_join(&p->arena, path, "trust.yaml");
    check(sw_trust_new(&p->trust));
    check(sw_trust_load(p->trust, trust, &err));
    check(sw_file_read(key, 1 << 20, &pem, &err));
    check(sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), &p->key, &err));
    p->signer.key = p->key;
    p->data = (struct sw_data){
        .trust = p->trust, .signer = &p->signer, .arena = &p->arena, .now = sw_time_now()};
    check(sw_store_open(path, mode, &p->data.store, &err));
}

static void close_place(struct place *p)
{
    check(sw_store_close(p->data.store, &err));
    sw_trust_free(p->trust);
    sw_key_free(p->key);
    sw_arena_release(&p->arena);
}

#define BATCH 64

/* Claims wait until a batch is full: each batch is one commit. */
struct batch {
    struct place *place;
    struct sw_data_draft drafts[BATCH];
    size_t count;
};

static void flush(struct batch *b)
{
    struct sw_receipt receipts[BATCH];
    if (b->count > 0) {
        check(sw_data_record_all(&b->place->data, b->drafts, b->count, receipts, &err));
        b->count = 0;
    }
}

static void add(struct batch *b, const struct sw_data_draft *draft)
{
    b->drafts[b->count++] = *draft;
    if (b->count == BATCH) {
        flush(b);
    }
}

/* A draft about up to three digests. */
static void add_claim(struct batch *b, const char *type, const struct sw_buf *predicate,
    const struct sw_digest *about, size_t count)
{
    struct sw_subject *subjects = SW_ARENA_ARRAY(&b->place->arena, struct sw_subject, count);
    const void *kept = sw_arena_copy(&b->place->arena, sw_buf_bytes(predicate));
    if (subjects == NULL || kept == NULL) {
        check(SW_E_NOMEM);
    }
    for (size_t i = 0; i < count; i++) {
        subjects[i] = (struct sw_subject){sw_str("it"), about[i]};
    }
    add(b, &(struct sw_data_draft){subjects, count, type, sw_bytes(kept, predicate->len)});
}

/* --- samples --------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t value)
{
    uint64_t z = value + UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void fill(uint64_t number, uint64_t kind, uint8_t out[32])
{
    for (unsigned i = 0; i < 4; i++) {
        uint64_t value = mix(number * 8 + kind * 4 + i);
        memcpy(out + 8 * i, &value, sizeof(value));
    }
}

static struct sw_digest digest_of(const char *what, uint64_t n)
{
    char text[64];
    struct sw_digest digest;
    int len = snprintf(text, sizeof(text), "%s %llu", what, (unsigned long long)n);
    sw_sha256(sw_bytes(text, (size_t)len), &digest);
    return digest;
}

static const char *source_name(struct place *p, uint64_t n)
{
    return sw_arena_printf(&p->arena, "source-%llu", (unsigned long long)n);
}

/* A set on its way: rows of ten sources, and the steps that they went through. */
struct making {
    struct place *place;
    const char *draft;
    struct sw_rows_writer *writer;
    uint32_t origins[SOURCES];
};

static void begin_set(
    struct making *m, struct place *p, const struct sw_digest *steps, size_t count)
{
    static const struct sw_rows_options options = {.reader = "jsonl"};
    const char *dir;
    m->place = p;
    check(sw_data_file_dir(&p->data, SW_DATA_FILE_SET, &dir, &err));
    m->draft = sw_path_join(&p->arena, dir, "draft");
    check(sw_rows_create(&m->writer, m->draft, &options, &err));
    for (unsigned i = 0; i < SOURCES; i++) {
        struct sw_str name = sw_str(source_name(p, i));
        struct sw_origin origin = {&name, 1, steps, count};
        check(sw_rows_origin(m->writer, &origin, &m->origins[i], &err));
    }
}

/* Sample `number` of the first set, as it is after so many edits. */
static void add_row(struct making *m, uint64_t number, uint64_t edits)
{
    struct sw_row row = {.origin = m->origins[number % SOURCES], .weight = 1};
    row.offset = number * 300;
    row.length = 299;
    fill(number, 0, row.record);
    fill(number + (edits << 40), 1, row.content);
    check(sw_rows_add(m->writer, &row, &err));
}

static struct sw_dataset_ref end_set(struct making *m, struct batch *b, const char *name)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_dataset_claim more = {.name = sw_str(name), .version = sw_str("1")};
    struct sw_dataset_claim made;
    struct sw_data_draft draft;
    struct sw_digest digest;
    check(sw_rows_extra(m->writer, SW_ROWS_FILES, sw_bytes("samples.jsonl\n", 14), &err));
    check(sw_rows_finish(SW_TAKE(m->writer), NULL, 0, NULL, &digest, &err));
    check(sw_data_file_keep(&m->place->data, SW_DATA_FILE_SET, m->draft, &digest, &err));
    check(sw_rows_open(
        &rows, sw_data_file_path(&m->place->data, SW_DATA_FILE_SET, &digest), &digest, &err));
    check(sw_dataset_claim_draft(&m->place->data, &rows, &more, &made, &draft, &err));
    add(b, &draft);
    return (struct sw_dataset_ref){made.name, made.version, made.manifest, made.samples};
}

/* --- steps ----------------------------------------------------------------------------------- */

struct stepping {
    struct place *place;
    const char *draft;
    struct sw_lineage_writer *writer;
    struct sw_dataset_ref input;
    struct sw_digest step;
};

static void begin_step(struct stepping *s, struct place *p, const struct sw_dataset_ref *input,
    const struct sw_digest *step)
{
    struct sw_lineage_set set = {input->manifest, input->samples};
    const char *dir;
    *s = (struct stepping){.place = p, .input = *input, .step = *step};
    check(sw_data_file_dir(&p->data, SW_DATA_FILE_LINEAGE, &dir, &err));
    s->draft = sw_path_join(&p->arena, dir, "draft");
    check(sw_lineage_create(&s->writer, s->draft, &set, 1, NULL, &err));
}

static void add_edge(struct stepping *s, uint64_t input, bool edited)
{
    struct sw_input_row row = {0, (uint32_t)input};
    struct sw_edge edge = {
        edited ? SW_EDGE_EDITED : SW_EDGE_KEPT, edited ? 9000 : SW_CONFIDENCE_FULL, &row, 1};
    check(sw_lineage_add(s->writer, &edge, &err));
}

static void end_step(struct stepping *s, struct batch *b, const struct sw_dataset_ref *output)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_lineage_set set = {output->manifest, output->samples};
    struct sw_lineage_totals totals;
    struct sw_digest file;
    check(sw_lineage_drop_others(s->writer, sw_str("not chosen"), &err));
    check(sw_lineage_finish(
        SW_TAKE(s->writer), &s->step, &set, &s->place->arena, &totals, &file, &err));
    check(sw_data_file_keep(&s->place->data, SW_DATA_FILE_LINEAGE, s->draft, &file, &err));
    struct sw_lineage_claim claim = {.step = s->step,
        .step_name = sw_str("filter"),
        .lineage = file,
        .inputs = &s->input,
        .input_count = 1,
        .output = *output,
        .match = sw_str("events"),
        .totals = &totals,
        .complete = true,
        .time = s->place->data.now};
    check(sw_lineage_claim_write(&claim, &predicate));
    struct sw_digest about[] = {output->manifest, s->step, file};
    add_claim(b, SW_PREDICATE_LINEAGE, &predicate, about, 3);
}

static void add_model(struct batch *b, uint64_t n, struct sw_dataset_ref *set, bool has_base)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct place *p = b->place;
    struct sw_training_base base = {
        .name = sw_str("base"), .relation = sw_str("finetune"), .root = digest_of("model", n - 1)};
    struct sw_training_claim claim = {.run = sw_str("run"),
        .step = SW_ABSENT,
        .model = sw_str(sw_arena_printf(&p->arena, "model-%llu", (unsigned long long)n)),
        .root = digest_of("model", n),
        .manifest = digest_of("manifest", n),
        .datasets = set,
        .dataset_count = 1,
        .bases = &base,
        .base_count = has_base ? 1 : 0,
        .verified = true,
        .time = p->data.now};
    check(sw_training_claim_write(&claim, &predicate));
    struct sw_digest about[] = {claim.root, claim.manifest};
    add_claim(b, SW_PREDICATE_TRAINING, &predicate, about, 2);
}

static void add_verdict(struct batch *b, uint64_t n)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_digest root = digest_of("model", n);
    check(sw_buf_puts(&predicate,
        "{\"verificationResult\":\"PASSED\",\"timeVerified\":\"2026-01-01T00:00:00Z\"}"));
    add_claim(b, SW_PREDICATE_VSA, &predicate, &root, 1);
}

/* --- the chain ------------------------------------------------------------------------------- */

static void fill_log(struct place *p, uint64_t entries)
{
    static struct sw_bytes batch[65536];
    static uint64_t numbers[65536];
    uint64_t first;
    for (uint64_t done = 0; done < entries;) {
        size_t n = 0;
        for (; n < SW_COUNT(batch) && done < entries; n++, done++) {
            numbers[n] = mix(done);
            batch[n] = sw_bytes(&numbers[n], sizeof(numbers[n]));
        }
        check(sw_log_append(p->data.store, batch, n, &first, &err));
    }
}

/* Which sample of the first set a row of a later one is. */
static uint64_t origin_of(unsigned step, uint64_t row)
{
    return step == 0 ? row : row * 20;
}

static struct sw_dataset_ref make_set(
    struct place *p, struct batch *b, unsigned step, uint64_t count, const struct sw_digest *steps)
{
    struct making m = {0};
    const char *name = sw_arena_printf(&p->arena, "set-%u", step);
    begin_set(&m, p, steps, step);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t number = origin_of(step, i);
        add_row(&m, number, number % 7 == 0 ? step : 0);
    }
    return end_set(&m, b, name);
}

static void make_chain(const char *path, uint64_t samples, uint64_t entries)
{
    struct place p;
    struct sw_digest steps[STEPS];
    open_place(&p, path, SW_STORE_WRITE);
    struct batch b = {.place = &p};
    fill_log(&p, entries);
    for (unsigned i = 0; i < STEPS; i++) {
        steps[i] = digest_of("step", i);
    }
    struct sw_dataset_ref input = make_set(&p, &b, 0, samples, steps);
    for (unsigned step = 1; step <= STEPS; step++) {
        uint64_t count = (samples + 19) / 20;
        struct stepping s;
        begin_step(&s, &p, &input, &steps[step - 1]);
        for (uint64_t i = 0; i < count; i++) {
            add_edge(&s, step == 1 ? i * 20 : i, origin_of(step, i) % 7 == 0);
        }
        struct sw_dataset_ref output = make_set(&p, &b, step, count, steps);
        end_step(&s, &b, &output);
        input = output;
    }
    add_model(&b, 0, &input, false);
    flush(&b);
    close_place(&p);
}

/* --- many models ----------------------------------------------------------------------------- */

static void make_models(const char *path, uint64_t models)
{
    struct place p;
    open_place(&p, path, SW_STORE_WRITE);
    struct batch b = {.place = &p};
    struct making m = {0};
    begin_set(&m, &p, NULL, 0);
    for (uint64_t i = 0; i < 100000; i++) {
        add_row(&m, i, 0);
    }
    struct sw_dataset_ref first = end_set(&m, &b, "all");
    for (uint64_t n = 0; n < models; n++) {
        struct sw_digest step = digest_of("step", n);
        struct stepping s;
        begin_step(&s, &p, &first, &step);
        begin_set(&m, &p, &step, 1);
        for (uint64_t i = 0; i < SMALL_ROWS; i++) {
            uint64_t row = (n * 97 + i * 3) % 100000;
            add_edge(&s, row, false);
            add_row(&m, row, 0);
        }
        struct sw_dataset_ref set =
            end_set(&m, &b, sw_arena_printf(&p.arena, "part-%llu", (unsigned long long)n));
        end_step(&s, &b, &set);
        add_model(&b, n, &set, n % 10 == 9);
        add_verdict(&b, n);
    }
    flush(&b);
    close_place(&p);
}

/* --- taints ---------------------------------------------------------------------------------- */

static void add_taints(const char *path, uint64_t count, bool samples)
{
    struct place p;
    struct sw_receipt *receipts;
    struct sw_taint_claim more = {.reason = sw_str("poisoned"), .severity = SW_TAINT_HIGH};
    open_place(&p, path, SW_STORE_WRITE);
    struct sw_selector *list = SW_ARENA_ARRAY(&p.arena, struct sw_selector, count);
    if (list == NULL) {
        check(SW_E_NOMEM);
    }
    for (uint64_t i = 0; i < count; i++) {
        list[i].digest = (struct sw_digest){.alg = SW_SHA256, .len = 32};
        list[i].kind = samples ? SW_SELECT_SAMPLE : SW_SELECT_CONTENT;
        list[i].name = sw_str(
            samples ? sw_arena_printf(&p.arena, "all@1#%llu", (unsigned long long)i * 100) : NULL);
        fill(i * 100, samples ? 0 : 1, list[i].digest.bytes);
    }
    check(sw_taint_record(&p.data, list, count, &more, &receipts, &err));
    close_place(&p);
}

static void judge(const char *path, uint64_t model)
{
    struct place p;
    struct sw_provenance found;
    struct sw_digest root = digest_of("model", model);
    struct sw_digest manifest = digest_of("manifest", model);
    open_place(&p, path, SW_STORE_READ);
    check(sw_provenance_find(&p.data, &root, &manifest, &found, &err));
    (void)printf("%zu\n", found.tainted_count);
    close_place(&p);
}

/* --- proofs ---------------------------------------------------------------------------------- */

static double processor_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void time_checks(const char *file, const char *policy_file, uint64_t count)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena kept;
    struct sw_tlog_policy *policy = NULL;
    sw_arena_init(&kept, 0);
    check(sw_file_read(file, SW_PROOF_MAX_BYTES, &bytes, &err));
    check(sw_file_read(policy_file, 1 << 20, &text, &err));
    check(sw_tlog_policy_parse(&kept, sw_buf_bytes(&text), &policy, &err));
    double start = processor_ms();
    for (uint64_t i = 0; i < count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_sample_proof proof;
        struct sw_proof_statement said;
        sw_arena_init(&arena, 0);
        check(sw_sample_proof_read(&arena, sw_buf_bytes(&bytes), &proof, &err));
        check(sw_sample_proof_check(&arena, &proof, policy, &said, &err));
    }
    (void)printf("%.6f\n", (processor_ms() - start) / (double)count);
}

static void write_absent(const char *path, const char *name, const char *file)
{
    struct place p;
    struct sw_dataset_claim claim;
    struct sw_data_claim record;
    struct sw_sample_proof proof;
    struct sw_row row;
    uint32_t index;
    uint64_t found;
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    open_place(&p, path, SW_STORE_READ);
    check(sw_dataset_find(&p.data, sw_str(name), &claim, &record, &err));
    check(sw_dataset_open(&p.data, &claim, &rows, &err));
    /* RFC 6962 parts a tree at the largest power of two below its size. */
    uint64_t half = UINT64_C(1) << (63 - __builtin_clzll(rows.count - 1));
    check(sw_rows_sorted(&rows, half, &index, &err));
    check(sw_rows_at(&rows, index, &row, &err));
    for (unsigned i = 31; row.content[i]-- == 0; i--) {
    }
    check(
        sw_sample_prove_absent(&p.data, &rows, &claim, &record, row.content, &proof, &found, &err));
    if (proof.place != half) {
        (void)fprintf(stderr, "bench-questions: the proof is for another place\n");
        exit(1);
    }
    check(sw_sample_proof_write(&proof, &out, &err));
    check(sw_file_write(file, sw_buf_bytes(&out), 0666, 0, &err));
    sw_rows_close(&rows);
    close_place(&p);
}

static uint64_t number(const char *text)
{
    uint64_t value;
    if (!sw_parse_u64(sw_str(text), &value)) {
        (void)fprintf(stderr, "bench-questions: '%s' is no number\n", text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "chain") == 0) {
        make_chain(argv[2], number(argv[3]), number(argv[4]));
    } else if (argc == 4 && strcmp(argv[1], "reach") == 0) {
        make_models(argv[2], number(argv[3]));
    } else if (argc == 5 && strcmp(argv[1], "taint") == 0) {
        add_taints(argv[2], number(argv[3]), strcmp(argv[4], "sample") == 0);
    } else if (argc == 4 && strcmp(argv[1], "judge") == 0) {
        judge(argv[2], number(argv[3]));
    } else if (argc == 5 && strcmp(argv[1], "check") == 0) {
        time_checks(argv[2], argv[3], number(argv[4]));
    } else if (argc == 5 && strcmp(argv[1], "absent") == 0) {
        write_absent(argv[2], argv[3], argv[4]);
    } else {
        (void)fprintf(stderr, "bench-questions: see the head of bench/bench_questions.c\n");
        return 2;
    }
    return 0;
}
