/* Admits a model before it is used: the smallest program over the C interface.
 *
 *     cc -o admit admit.c $(pkg-config --cflags --libs sealwright)
 *     ./admit .sealwright model/ */
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
    if (argc != 3) {
        fprintf(stderr, "usage: %s STORE MODEL\n", argv[0]);
        return SEALWRIGHT_USAGE;
    }
    struct sealwright *sw = NULL;
    enum sealwright_status status = sealwright_open(argv[1], SEALWRIGHT_WRITE, &sw);
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
