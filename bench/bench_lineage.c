/* The work that bench/lineage.sh times.
 *
 *   write STYLE ROWS FILE    a lineage: identity, filter (70 %), shuffle, split (1 to 3)
 *   pairs ROWS FILE          the same number of pairs as plain numbers, 8 bytes each, both ways
 *   ask FILE COUNT           COUNT edges and COUNT fates at random rows; prints the mean of one,
 * CPU ms push FILE                all rows forwards and backwards verify FILE everything */
#include "data/data.h"

#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* --- writing --------------------------------------------------------------------------------- */

struct step {
    const char *style;
    uint32_t rows;
    struct sw_lineage_writer *writer;
    uint32_t outputs;
};

static void add(struct step *step, enum sw_edge_kind kind, uint32_t input)
{
    struct sw_error err = {0};
    struct sw_input_row row = {0, input};
    struct sw_edge edge = {kind, SW_CONFIDENCE_FULL, &row, 1};
    must(sw_lineage_add(step->writer, &edge, &err), &err);
    step->outputs++;
}

static void add_shuffled(struct step *step)
{
    uint64_t state = 7;
    uint32_t *order = malloc((size_t)step->rows * sizeof(*order));
    if (order == NULL) {
        die("out of memory");
    }
    for (uint32_t i = 0; i < step->rows; i++) {
        order[i] = i;
    }
    for (uint32_t i = step->rows; i > 1; i--) {
        uint32_t j = (uint32_t)(next_random(&state) % i);
        uint32_t held = order[i - 1];
        order[i - 1] = order[j];
        order[j] = held;
    }
    for (uint32_t i = 0; i < step->rows; i++) {
        add(step, SW_EDGE_KEPT, order[i]);
    }
    free(order);
}

static void add_in_order(struct step *step)
{
    uint64_t state = 7;
    bool filter = strcmp(step->style, "filter") == 0;
    bool split = strcmp(step->style, "split") == 0;
    for (uint32_t i = 0; i < step->rows; i++) {
        uint32_t copies = filter ? (next_random(&state) % 10 < 7 ? 1 : 0) : 1;
        copies = split ? 1 + (uint32_t)(next_random(&state) % 3) : copies;
        for (; copies > 0; copies--) {
            add(step, split ? SW_EDGE_SPLIT : SW_EDGE_KEPT, i);
        }
    }
}

static void run_write(char **args)
{
    struct sw_error err = {0};
    struct sw_arena arena = {0};
    struct step step = {.style = args[0], .rows = (uint32_t)number(args[1], UINT32_MAX)};
    struct sw_lineage_set set = {.rows = step.rows};
    sw_sha256(sw_bytes("bench", 5), &set.manifest);
    must(sw_lineage_create(&step.writer, args[2], &set, 1, NULL, &err), &err);
    if (strcmp(step.style, "shuffle") == 0) {
        add_shuffled(&step);
    } else {
        add_in_order(&step);
    }
    struct sw_lineage_set output = {set.manifest, step.outputs};
    struct sw_lineage_totals totals;
    struct sw_digest digest;
    must(sw_lineage_finish(step.writer, &set.manifest, &output, &arena, &totals, &digest, &err),
        &err);
    sw_arena_release(&arena);
}

static void run_pairs(char **args)
{
    static uint32_t block[65536][2];
    struct sw_error err = {0};
    uint64_t rows = number(args[0], UINT32_MAX);
    SW_CLEANUP(fd) int fd = open(args[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        die("cannot open the file");
    }
    for (uint64_t way = 0; way < 2; way++) {
        for (uint64_t from = 0; from < rows; from += SW_COUNT(block)) {
            for (uint32_t i = 0; i < SW_COUNT(block); i++) {
                block[i][0] = block[i][1] = (uint32_t)from + i;
            }
            must(sw_fd_write(fd, args[1], sw_bytes(block, sizeof(block)), &err), &err);
        }
    }
    if (fsync(fd) != 0) {
        die("cannot sync the file");
    }
}

/* --- asking ---------------------------------------------------------------------------------- */

static void open_file(struct sw_lineage *lineage, const char *path)
{
    struct sw_error err = {0};
    must(sw_lineage_open(lineage, path, NULL, &err), &err);
}

static double cpu_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void run_ask(char **args)
{
    struct sw_error err = {0};
    struct sw_lineage lineage = SW_LINEAGE_INIT;
    uint64_t state = 99;
    uint64_t count = number(args[1], 1000000);
    open_file(&lineage, args[0]);
    double start = cpu_ms();
    for (uint64_t i = 0; i < count; i++) {
        struct sw_edge edge;
        struct sw_fate fate;
        uint32_t output = (uint32_t)(next_random(&state) % lineage.output.rows);
        struct sw_input_row row = {0, (uint32_t)(next_random(&state) % lineage.inputs[0].rows)};
        must(sw_lineage_edge(&lineage, output, &edge, &err), &err);
        must(sw_lineage_fate(&lineage, row, &fate, &err), &err);
    }
    (void)printf("%.4f\n", (cpu_ms() - start) / 2 / (double)count);
    sw_lineage_close(&lineage);
}

static void run_push(char **args)
{
    struct sw_error err = {0};
    struct sw_lineage lineage = SW_LINEAGE_INIT;
    struct sw_rowset all = SW_ROWSET_INIT;
    struct sw_rowset there = SW_ROWSET_INIT;
    struct sw_rowset back = SW_ROWSET_INIT;
    open_file(&lineage, args[0]);
    must(sw_rowset_add_range(&all, 0, UINT32_MAX), &err);
    must(sw_lineage_forward(&lineage, 0, &all, &there, &err), &err);
    must(sw_lineage_backward(&lineage, &there, 0, &back, &err), &err);
    if (sw_rowset_count(&there) != lineage.output.rows ||
        sw_rowset_count(&back) != lineage.totals.inputs_used) {
        die("the rows are not those that they must be");
    }
    sw_rowset_release(&all);
    sw_rowset_release(&there);
    sw_rowset_release(&back);
    sw_lineage_close(&lineage);
}

static void complain(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    (void)ctx;
    (void)ref;
    die(why);
}

static void run_verify(char **args)
{
    struct sw_error err = {0};
    struct sw_lineage lineage = SW_LINEAGE_INIT;
    open_file(&lineage, args[0]);
    must(sw_lineage_verify(&lineage, complain, NULL, NULL, &err), &err);
    sw_lineage_close(&lineage);
}

static const struct {
    const char *name;
    int args;
    void (*run)(char **args);
} modes[] = {
    {"write", 3, run_write},
    {"pairs", 2, run_pairs},
    {"ask", 2, run_ask},
    {"push", 1, run_push},
    {"verify", 1, run_verify},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < SW_COUNT(modes); i++) {
        if (strcmp(argv[1], modes[i].name) == 0 && argc == modes[i].args + 2) {
            modes[i].run(argv + 2);
            return 0;
        }
    }
    (void)fprintf(stderr, "usage: bench-lineage write|pairs|ask|push|verify ARGUMENT...\n");
    return 2;
}
