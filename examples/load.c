/* Loads a model so that only verified bytes are seen: asks the gate, and reads each file of what
 * was admitted. Build: cc -o load load.c $(pkg-config --cflags --libs sealwright)
 *
 *     load STORE MODEL */
#include <sealwright/sealwright.h>

#include <stdio.h>
#include <stdlib.h>

/* A program would parse the bytes here; they stay as they are whatever happens to the file. */
static void use(const char *name, const unsigned char *bytes, uint64_t size)
{
    unsigned sum = 0;
    for (uint64_t i = 0; i < size; i++) {
        sum += bytes[i];
    }
    printf("%s: %llu bytes, sum %u\n", name, (unsigned long long)size, sum);
}

static enum sealwright_status load_file(struct sealwright_verified *model, const char *name)
{
    uint64_t size = 0;
    enum sealwright_status status = sealwright_verified_size(model, name, &size);
    if (status != SEALWRIGHT_PASS) {
        return status;
    }
    unsigned char *bytes = malloc(size == 0 ? 1 : size);
    if (bytes == NULL) {
        return SEALWRIGHT_ERROR;
    }
    status = sealwright_verified_load(model, name, bytes, size);
    if (status == SEALWRIGHT_PASS) {
        use(name, bytes, size);
    }
    free(bytes);
    return status;
}

static enum sealwright_status load(struct sealwright *sw, const char *path, const char *decided)
{
    struct sealwright_verified *model = NULL;
    enum sealwright_status status = sealwright_open_verified(sw, path, NULL, decided, &model);
    for (size_t i = 0; status == SEALWRIGHT_PASS; i++) {
        const char *name = sealwright_verified_name(model, i);
        if (name == NULL) {
            break;
        }
        status = load_file(model, name);
    }
    if (status != SEALWRIGHT_PASS) {
        fprintf(stderr, "not loaded: %s\n", sealwright_verified_message(model));
    }
    sealwright_verified_close(model);
    return status;
}

int main(int argc, char **argv)
{
    struct sealwright *sw = NULL;
    struct sealwright_decision *decision = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: load STORE MODEL\n");
        return SEALWRIGHT_USAGE;
    }
    enum sealwright_status status = sealwright_open(argv[1], SEALWRIGHT_WRITE, &sw);
    if (status == SEALWRIGHT_PASS) {
        status = sealwright_admit(sw, argv[2], 0, &decision);
    }
    if (status != SEALWRIGHT_PASS) {
        fprintf(stderr, "not admitted: %s\n", sealwright_message(sw));
    } else {
        status = load(sw, argv[2], decision->signature);
    }
    sealwright_decision_free(decision);
    if (sealwright_close(sw) != SEALWRIGHT_PASS && status == SEALWRIGHT_PASS) {
        status = SEALWRIGHT_ERROR;
    }
    return (int)status;
}
