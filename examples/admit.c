/* Admits a model before it is used: the smallest program over the C interface.
 *
 *     cc -o admit admit.c $(pkg-config --cflags --libs sealwright)
 *     ./admit .sealwright model/ [LOG-POLICY [CHECKPOINT]]
 *
 * The last two are files that are kept where who can write to the store cannot. */
#include <sealwright/sealwright.h>

#include <stdio.h>

static void print_decision(const struct sealwright_decision *decision)
{
    static const char *const words[] = {"pass", "fail", "usage", "no evidence", "error"};
    for (size_t i = 0; i < decision->rule_count; i++) {
        const struct sealwright_rule *rule = &decision->rules[i];
        printf("%-12s %s: %s\n", words[rule->verdict], rule->name, rule->reason);
    }
    if (decision->claim != NULL) {
        printf("recorded as leaf %llu, %s\n", (unsigned long long)decision->leaf, decision->claim);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5) {
        fprintf(stderr, "usage: %s STORE MODEL [LOG-POLICY [CHECKPOINT]]\n", argv[0]);
        return SEALWRIGHT_USAGE;
    }
    const char *log_policy = argc > 3 ? argv[3] : NULL;
    const char *checkpoint = argc > 4 ? argv[4] : NULL;
    struct sealwright *sw = NULL;
    enum sealwright_status status =
        sealwright_open_pinned(argv[1], SEALWRIGHT_WRITE, log_policy, checkpoint, &sw);
    struct sealwright_decision *decision = NULL;
    if (status == SEALWRIGHT_PASS) {
        status = sealwright_admit(sw, argv[2], 0, &decision);
    }
    if (decision != NULL) {
        print_decision(decision);
    } else {
        fprintf(stderr, "admit: %s\n", sealwright_message(sw));
    }
    sealwright_decision_free(decision);
    enum sealwright_status closed = sealwright_close(sw);
    return status != SEALWRIGHT_PASS ? (int)status : (int)closed;
}
