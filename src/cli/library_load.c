/* The part of the C interface that loads verified bytes. */
#include "cli/guard.h"
#include "cli/library.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct sealwright_verified {
    struct sw_load *load;
    char root[SW_DIGEST_TEXT_SIZE]; /* "" when the format has none */
    int *copies;                    /* by file: sealed memory, or -1 */
    bool spoiled;
    struct sw_error error;
};

static enum sealwright_status finish(struct sealwright_verified *model, enum sw_code code)
{
    model->spoiled = model->spoiled || code == SW_E_REFUSED;
    return sw_library_finish(&model->error, code);
}

/* --- opening --------------------------------------------------------------------------------- */

static sw_result check_decided(
    const struct sw_load *load, const char *decided, struct sw_error *err)
{
    struct sw_digest digest;
    if (decided == NULL) {
        return SW_OK;
    }
    if (!sw_digest_parse(sw_str(decided), &digest)) {
        return sw_fail(err, SW_E_USAGE, "'%s' is not a digest", decided);
    }
    return sw_digest_equal(&digest, sw_load_claim(load))
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED,
                     "the model has another signature than the one that was decided on");
}

static sw_result open_model(struct sealwright *sw, const char *path, const char *signature,
    const char *decided, struct sealwright_verified *model)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error *err = &model->error;
    sw_arena_init(&arena, 0);
    if (sw->store == NULL) {
        return sw_fail(err, SW_E_USAGE, "the store is not open");
    }
    const struct sw_verify_request request = {.path = path,
        .signature_path = signature,
        .trust = sw->trust,
        .store = sw->store,
        .options = {.now = sw_time_now()}};
    SW_TRY(sw_flow_load(&arena, &request, &model->load, err));
    SW_TRY(check_decided(model->load, decided, err));
    if (sw_load_root(model->load)->alg != 0) {
        sw_digest_text(sw_load_root(model->load), model->root);
    }
    size_t count = sw_load_count(model->load);
    model->copies = calloc(count, sizeof(*model->copies));
    SW_TRY_PTR(model->copies);
    for (size_t i = 0; i < count; i++) {
        model->copies[i] = -1;
    }
    return SW_OK;
}

enum sealwright_status sealwright_open_verified(struct sealwright *sw, const char *model,
    const char *signature, const char *decided, struct sealwright_verified **out)
{
    struct sealwright_verified *made = calloc(1, sizeof(*made));
    *out = made;
    if (made == NULL) {
        return SEALWRIGHT_ERROR;
    }
    enum sw_code code = open_model(sw, model, signature, decided, made);
    made->spoiled = code != SW_OK;
    if (code != SW_OK && made->copies == NULL) {
        sw_load_free(SW_TAKE(made->load)); /* its names are nobody's business */
    }
    return finish(made, code);
}

enum sealwright_status sealwright_verified_close(struct sealwright_verified *model)
{
    if (model == NULL) {
        return SEALWRIGHT_PASS;
    }
    for (size_t i = 0; model->copies != NULL && i < sw_load_count(model->load); i++) {
        sw_cleanup_fd(&model->copies[i]);
    }
    sw_load_free(model->load);
    free(model->copies);
    free(model);
    return SEALWRIGHT_PASS;
}

const char *sealwright_verified_message(const struct sealwright_verified *model)
{
    return model == NULL ? "" : model->error.text;
}

/* --- what was signed ------------------------------------------------------------------------- */

const char *sealwright_verified_name(const struct sealwright_verified *model, size_t index)
{
    return model->load == NULL || index >= sw_load_count(model->load)
               ? NULL
               : sw_load_name(model->load, index);
}

const char *sealwright_verified_root(const struct sealwright_verified *model)
{
    return model->root[0] == '\0' ? NULL : model->root;
}

static sw_result begin(struct sealwright_verified *model, const char *name, size_t *file)
{
    if (model->spoiled) {
        struct sw_error before = model->error;
        bool said = before.text[0] != '\0';
        return sw_fail(&model->error, SW_E_REFUSED, "%s",
            said ? before.text : "a file of the model is not what was signed");
    }
    model->error = (struct sw_error){0};
    enum sw_code code = sw_load_find(model->load, name, file, &model->error);
    /* Asking for what is not there is no sign that anything was changed. */
    return code == SW_E_REFUSED ? SW_E_NOENT : code;
}

/* --- reading --------------------------------------------------------------------------------- */

/* Who asks will take memory for it: what does not fit is better no file that somebody put there. */
static sw_result plausible_size(struct sealwright_verified *model, size_t file, uint64_t *size)
{
    struct sw_error *err = &model->error;
    SW_CLEANUP(fd) int fd = -1;
    uint64_t is;
    SW_TRY(sw_load_size(model->load, file, &is, err));
    if (is > sw_guard_memory_free()) {
        SW_TRY(sw_load_open_file(model->load, file, O_RDONLY, &fd, err));
        SW_TRY(sw_load_check(model->load, file, fd, err));
    }
    *size = is;
    return SW_OK;
}

enum sealwright_status sealwright_verified_size(
    struct sealwright_verified *model, const char *file, uint64_t *size)
{
    size_t at;
    enum sw_code code = begin(model, file, &at);
    return finish(model, code == SW_OK ? plausible_size(model, at, size) : code);
}

enum sealwright_status sealwright_verified_load(
    struct sealwright_verified *model, const char *file, void *buffer, uint64_t size)
{
    size_t at;
    enum sw_code code = begin(model, file, &at);
    if (code != SW_OK && size != 0) {
        memset(buffer, 0, size);
    }
    return finish(
        model, code == SW_OK ? sw_load_read(model->load, at, buffer, size, &model->error) : code);
}

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static sw_result copy_sealed(struct sealwright_verified *model, size_t file, int *out)
{
    struct sw_error *err = &model->error;
    SW_CLEANUP(fd) int fd = memfd_create("sealwright", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return sw_fail_errno(err, errno, "cannot make a file in memory");
    }
    SW_TRY(sw_load_copy(model->load, file, fd, sw_guard_memory_free(), err));
    if (fcntl(fd, F_ADD_SEALS, SEALS) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
        return sw_fail_errno(err, errno, "cannot seal a file in memory");
    }
    *out = SW_TAKE_FD(fd);
    return SW_OK;
}

enum sealwright_status sealwright_verified_fd(
    struct sealwright_verified *model, const char *file, int *fd)
{
    size_t at;
    enum sw_code code = begin(model, file, &at);
    return finish(model, code == SW_OK ? copy_sealed(model, at, fd) : code);
}

static sw_result read_range(struct sealwright_verified *model, size_t file, uint64_t offset,
    uint8_t *buffer, uint64_t size, uint64_t *got)
{
    uint64_t done = 0;
    if (offset > INT64_MAX || size > INT64_MAX - offset) {
        return sw_fail(&model->error, SW_E_USAGE, "no file is that long");
    }
    if (model->copies[file] < 0) {
        SW_TRY(copy_sealed(model, file, &model->copies[file]));
    }
    while (done < size) {
        ssize_t n = pread(model->copies[file], buffer + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno != EINTR) {
            return sw_fail_errno(&model->error, errno, "cannot read memory");
        }
        if (n == 0) {
            break;
        }
        done += n < 0 ? 0 : (uint64_t)n;
    }
    *got = done;
    return SW_OK;
}

enum sealwright_status sealwright_verified_read(struct sealwright_verified *model, const char *file,
    uint64_t offset, void *buffer, uint64_t size, uint64_t *got)
{
    size_t at;
    enum sw_code code = begin(model, file, &at);
    *got = 0;
    return finish(model, code == SW_OK ? read_range(model, at, offset, buffer, size, got) : code);
}
