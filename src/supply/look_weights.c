/* Files of models by their first bytes, whatever their size; what stands for one in Git LFS; and
 * the cache of the Hugging Face Hub by its paths.
 * Source: GGUF specification; safetensors; ONNX; TensorFlow Lite; HDF5 III.A; PKWARE APPNOTE 4.3.7;
 * Git LFS specification; huggingface_hub, manage your cache. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"

static const struct sw_signal header = {"model-file", SW_SOURCE_FILES, SW_GRADE_OBSERVED, 990};

/* --- formats ---------------------------------------------------------------------------------- */

static bool holds(struct sw_str text, const char *word)
{
    return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

static bool is_gguf(const struct sw_look *look)
{
    return look->text.len >= 24 && sw_str_starts(look->text, "GGUF");
}

/* The length of the header in eight bytes, and JSON. */
static bool is_safetensors(const struct sw_look *look)
{
    struct sw_cursor cur = sw_cursor(sw_bytes_of_str(look->text));
    uint64_t len = 0;
    uint8_t first = 0;
    return sw_cur_u64le(&cur, &len) == SW_OK && sw_cur_u8(&cur, &first) == SW_OK && first == '{' &&
           len >= 2 && len <= look->size - 8;
}

/* ModelProto: ir_version, and then another of its fields. */
static bool is_onnx(const struct sw_look *look)
{
    const struct sw_str t = look->text;
    return t.len > 16 && t.ptr[0] == 0x08 && t.ptr[1] > 0 && t.ptr[1] < 0x20 &&
           memchr("\x12\x1a\x22\x2a\x32\x3a\x42", t.ptr[2], 7) != NULL;
}

static bool is_zip(const struct sw_look *look)
{
    return sw_str_starts(look->text, "PK\x03\x04");
}

static bool is_torch(const struct sw_look *look)
{
    return is_zip(look) && (holds(look->text, "/data.pkl") || holds(look->text, "/constants.pkl"));
}

static bool is_keras(const struct sw_look *look)
{
    return is_zip(look) && (holds(look->text, "metadata.json") || holds(look->text, "config.json"));
}

static bool is_nemo(const struct sw_look *look)
{
    return holds(look->text, "model_config.yaml");
}

static bool is_hdf5(const struct sw_look *look)
{
    static const char *const words[] = {
        "keras", "model_weights", "layer_names", "model_config", "training_config"};
    if (!sw_str_starts(look->text, "\x89HDF\r\n\x1a\n")) {
        return false;
    }
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (holds(look->text, words[i])) {
            return true;
        }
    }
    return holds(look->name, "model") || holds(look->name, "weights");
}

static bool is_tflite(const struct sw_look *look)
{
    return look->text.len > 8 && memcmp(look->text.ptr + 4, "TFL3", 4) == 0;
}

static bool is_saved_model(const struct sw_look *look)
{
    return look->text.len > 4 && look->text.ptr[0] == 0x08 && look->text.ptr[2] == 0x12;
}

static bool is_pickle(const struct sw_look *look)
{
    return look->text.len > 2 && (unsigned char)look->text.ptr[0] == 0x80 &&
           look->text.ptr[1] >= 2 && look->text.ptr[1] <= 5;
}

/* Anything may be pickled: it has to be of a library that makes models. */
static bool is_pickled_model(const struct sw_look *look)
{
    static const char *const words[] = {"sklearn", "torch", "xgboost", "lightgbm", "catboost",
        "keras", "tensorflow", "transformers", "fastai", "gensim", "spacy", "statsmodels"};
    for (size_t i = 0; is_pickle(look) && i < SW_COUNT(words); i++) {
        if (holds(look->text, words[i])) {
            return true;
        }
    }
    return false;
}

static bool is_joblib(const struct sw_look *look)
{
    return is_pickled_model(look) || (look->text.len > 2 && look->text.ptr[0] == 0x78);
}

static const struct {
    const char *ending;
    const char *format;
    bool (*is)(const struct sw_look *look);
} formats[] = {
    {".gguf", "GGUF", is_gguf},
    {".llamafile", "llamafile", is_zip},
    {".safetensors", "safetensors", is_safetensors},
    {".onnx", "ONNX", is_onnx},
    {".pt", "PyTorch", is_torch},
    {".pth", "PyTorch", is_torch},
    {".ckpt", "PyTorch", is_torch},
    {".bin", "PyTorch", is_torch},
    {".pt", "PyTorch, pickled", is_pickle},
    {".pth", "PyTorch, pickled", is_pickle},
    {".ckpt", "PyTorch, pickled", is_pickle},
    {".bin", "PyTorch, pickled", is_pickled_model},
    {".bin", "GGUF", is_gguf},
    {".keras", "Keras", is_keras},
    {".keras", "HDF5", is_hdf5},
    {".h5", "HDF5", is_hdf5},
    {".hdf5", "HDF5", is_hdf5},
    {".tflite", "TensorFlow Lite", is_tflite},
    {".pkl", "pickle", is_pickled_model},
    {".pickle", "pickle", is_pickled_model},
    {".joblib", "joblib", is_joblib},
    {".nemo", "NeMo", is_nemo},
    {"saved_model.pb", "TensorFlow SavedModel", is_saved_model},
};

/* --- GGUF ------------------------------------------------------------------------------------- */

enum { GGUF_STRING = 8, GGUF_ARRAY = 9, GGUF_KEYS_MAX = 64 };

/* By type: 0 for what has no size of its own. */
static const uint8_t gguf_sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

static sw_result gguf_text(struct sw_cursor *cur, struct sw_str *out)
{
    uint64_t len;
    struct sw_bytes bytes;
    SW_TRY(sw_cur_u64le(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &bytes));
    *out = sw_str_of_bytes(bytes);
    return SW_OK;
}

/* The text of a value; empty for one of another type, which is passed over. Arrays are not. */
static sw_result gguf_value(struct sw_cursor *cur, struct sw_str *out)
{
    uint32_t type;
    *out = sw_str("");
    SW_TRY(sw_cur_u32le(cur, &type));
    if (type == GGUF_STRING) {
        return gguf_text(cur, out);
    }
    return type >= SW_COUNT(gguf_sizes) || type == GGUF_ARRAY ? SW_E_FORMAT
                                                              : sw_cur_skip(cur, gguf_sizes[type]);
}

/* What the first keys say: "general.architecture" and "general.name" stand at the front. */
static void read_gguf(struct sw_str text, struct sw_str *architecture, struct sw_str *name)
{
    struct sw_cursor cur = sw_cursor(sw_bytes_of_str(text));
    struct sw_str key;
    struct sw_str value;
    if (sw_cur_skip(&cur, 24) != SW_OK) {
        return;
    }
    for (unsigned i = 0; i < GGUF_KEYS_MAX; i++) {
        if (gguf_text(&cur, &key) != SW_OK || gguf_value(&cur, &value) != SW_OK) {
            return;
        }
        *architecture = sw_str_is(key, "general.architecture") ? value : *architecture;
        *name = sw_str_is(key, "general.name") ? value : *name;
    }
}

/* --- names ------------------------------------------------------------------------------------ */

static bool are_digits(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!sw_ascii_digit(text[i])) {
            return false;
        }
    }
    return true;
}

/* "dir/model-00001-of-00003.safetensors" is a part of "dir/model.safetensors". */
static sw_result name_of(const struct sw_look *look, struct sw_str *out)
{
    enum { PART = sizeof("-00001-of-00003") - 1 };
    const struct sw_str path = look->path;
    for (size_t i = path.len - look->name.len; i + PART < path.len; i++) {
        const char *at = path.ptr + i;
        if (memcmp(at + 6, "-of-", 4) == 0 && at[0] == '-' && are_digits(at + 1, 5) &&
            are_digits(at + 10, 5)) {
            const char *joined = sw_arena_printf(look->arena, SW_STR_FMT SW_STR_FMT, (int)i,
                path.ptr, (int)(path.len - i - PART), at + PART);
            SW_TRY_PTR(joined);
            return sw_look_shown(look->arena, sw_str(joined), out);
        }
    }
    return sw_look_shown(look->arena, path, out);
}

static sw_result see_format(struct sw_look *look, const char *format)
{
    struct sw_entity_id id = {.kind = SW_ENTITY_MODEL};
    struct sw_str architecture = sw_str("");
    struct sw_str name = sw_str("");
    if (is_gguf(look)) {
        read_gguf(look->text, &architecture, &name);
    }
    const bool named = name.len > 0 && name.len <= 128;
    const bool built = architecture.len > 0 && architecture.len <= 64;
    const char *detail = sw_arena_printf(look->arena, "%s%s" SW_STR_FMT "%s" SW_STR_FMT, format,
        built ? ", " : "", built ? (int)architecture.len : 0, architecture.ptr,
        named ? ", named " : "", named ? (int)name.len : 0, name.ptr);
    SW_TRY_PTR(detail);
    SW_TRY(name_of(look, &id.name));
    id.digest = look->digest;
    return sw_look_see(look, &header, &id, 0, sw_str(detail));
}

/* --- Git LFS ---------------------------------------------------------------------------------- */

static sw_result see_pointer(struct sw_look *look)
{
    static const struct sw_signal signal = {"lfs-pointer", SW_SOURCE_FILES, SW_GRADE_DECLARED, 900};
    static const char mark[] = "\noid sha256:";
    const struct sw_str text = look->text;
    const char *at = memmem(text.ptr, text.len, mark, sizeof(mark) - 1);
    struct sw_entity_id id = {.kind = SW_ENTITY_MODEL};
    if (at == NULL || (size_t)(text.ptr + text.len - at) < sizeof(mark) - 1 + 64) {
        return SW_OK;
    }
    id.digest = sw_str_n(at + 5, 7 + 64);
    for (size_t i = 7; i < id.digest.len; i++) {
        const char c = id.digest.ptr[i];
        if (!sw_ascii_digit(c) && (c < 'a' || c > 'f')) {
            return SW_OK;
        }
    }
    SW_TRY(name_of(look, &id.name));
    return sw_look_see(look, &signal, &id, 0, sw_str("kept in Git LFS"));
}

/* --- files ------------------------------------------------------------------------------------ */

/* Blobs of caches have no ending: "sha256-…" of Ollama. */
static bool is_blob(const struct sw_look *look)
{
    return sw_str_starts(look->name, "sha256-") && look->name.len == 7 + 64;
}

static sw_result look_at_weights(struct sw_look *look, struct sw_error *err)
{
    (void)err;
    if (is_blob(look)) {
        return is_gguf(look) ? see_format(look, "GGUF") : SW_OK;
    }
    if (sw_str_starts(look->text, "version https://git-lfs.github.com/")) {
        return see_pointer(look);
    }
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        if (sw_look_ends(look, formats[i].ending) && formats[i].is(look)) {
            return see_format(look, formats[i].format);
        }
    }
    return SW_OK;
}

/* Also of a file whose name says nothing, such as a blob of a cache: of the formats that begin with
 * something of their own. */
sw_result sw_look_weights_by_content(struct sw_look *look, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        if (sw_look_ends(look, formats[i].ending)) {
            return look_at_weights(look, err);
        }
    }
    if (is_gguf(look)) {
        return see_format(look, "GGUF");
    }
    return is_safetensors(look) ? see_format(look, "safetensors")
           : is_tflite(look)    ? see_format(look, "TensorFlow Lite")
           : is_torch(look)     ? see_format(look, "PyTorch")
                                : SW_OK;
}

static bool takes_weights(const struct sw_look *look)
{
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        if (sw_look_ends(look, formats[i].ending)) {
            return true;
        }
    }
    return is_blob(look);
}

const struct sw_look_reader sw_look_weights = {
    .name = "weights",
    .takes = takes_weights,
    .look = look_at_weights,
    .gap = "no model",
    .head = true,
};

/* --- the cache of the Hub --------------------------------------------------------------------- */

/* The part of a path that begins with `prefix`; empty when there is none. Moves *rest behind it. */
static struct sw_str part_of(struct sw_str path, const char *prefix, struct sw_str *rest)
{
    for (size_t start = 0; start < path.len;) {
        const char *slash = memchr(path.ptr + start, '/', path.len - start);
        const size_t end = slash == NULL ? path.len : (size_t)(slash - path.ptr);
        const struct sw_str part = sw_str_n(path.ptr + start, end - start);
        if (sw_str_starts(part, prefix)) {
            *rest = sw_str_n(path.ptr + end, path.len - end);
            return sw_str_n(part.ptr + strlen(prefix), part.len - strlen(prefix));
        }
        start = end + 1;
    }
    return sw_str("");
}

static bool is_commit(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_ascii_digit(text.ptr[i]) && (text.ptr[i] < 'a' || text.ptr[i] > 'f')) {
            return false;
        }
    }
    return text.len == 40;
}

/* "organisation--name" or, of those that are older, "name"; by what the Hub calls it now. Empty for
 * a name of one part that nobody knows. */
static sw_result name_of_cache(const struct sw_look *look, struct sw_arena *arena,
    struct sw_str who, bool model, struct sw_str *out)
{
    const enum sw_catalogue_section others = model ? SW_CATALOGUE_ALIASES : SW_CATALOGUE_DATASETS;
    const char *dashes = memmem(who.ptr, who.len, "--", 2);
    const size_t org = dashes == NULL ? 0 : (size_t)(dashes - who.ptr);
    const char *whole = dashes == NULL ? sw_arena_strndup(arena, who)
                                       : sw_arena_printf(arena, "%.*s/%.*s", (int)org, who.ptr,
                                             (int)(who.len - org - 2), dashes + 2);
    SW_TRY_PTR(whole);
    *out = sw_str(dashes == NULL ? "" : whole);
    (void)sw_catalogue_find(look->catalogue, others, sw_str(whole), out);
    return SW_OK;
}

static sw_result see_snapshot(
    struct sw_look *look, struct sw_str who, struct sw_str commit, bool model)
{
    static const struct sw_signal signal = {"hub-cache", SW_SOURCE_FILES, SW_GRADE_DECLARED, 950};
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error err;
    struct sw_entity_id id = {
        .kind = model ? SW_ENTITY_MODEL : SW_ENTITY_DATASET, .version = commit};
    struct sw_purl purl = {.type = sw_str("huggingface"), .version = commit};
    sw_arena_init(&arena, 0);
    SW_TRY(name_of_cache(look, &arena, who, model, &id.name));
    const char *slash = id.name.len == 0 ? NULL : memchr(id.name.ptr, '/', id.name.len);
    if (slash == NULL) {
        return SW_OK;
    }
    purl.namespace = sw_str_n(id.name.ptr, (size_t)(slash - id.name.ptr));
    purl.name = sw_str_n(slash + 1, id.name.len - purl.namespace.len - 1);
    enum sw_code code = model ? sw_purl_format(&arena, &purl, &id.purl, &err) : SW_OK;
    if (code == SW_E_FORMAT) {
        return SW_OK;
    }
    SW_TRY(code);
    return sw_look_see(look, &signal, &id, 0, sw_str("Hugging Face, in its cache"));
}

sw_result sw_look_see_cache(struct sw_look *look, struct sw_str *last)
{
    static const char snapshots[] = "/snapshots/";
    struct sw_str rest = sw_str("");
    struct sw_str who = part_of(look->path, "models--", &rest);
    const bool model = who.len > 0;
    who = model ? who : part_of(look->path, "datasets--", &rest);
    if (who.len == 0 || !sw_str_starts(rest, snapshots) || rest.len < sizeof(snapshots) - 1 + 40) {
        return SW_OK;
    }
    const struct sw_str commit = sw_str_n(rest.ptr + sizeof(snapshots) - 1, 40);
    const struct sw_str until =
        sw_str_n(look->path.ptr, (size_t)(commit.ptr + commit.len - look->path.ptr));
    if (!is_commit(commit) || sw_str_equal(until, *last)) {
        return SW_OK; /* another file of the same */
    }
    const char *kept = sw_arena_strndup(look->inventory->arena, until);
    SW_TRY_PTR(kept);
    *last = sw_str(kept);
    return see_snapshot(look, who, commit, model);
}
