/* What the files beside a model's or a dataset's papers say for its card: defaults for inference,
 * templates, settings and results of training, the make-up of a dataset. Read in the process that
 * reads papers; each value is cited by the line and, inside of an object, by its JSON pointer. */
#include "supply/card_private.h"

#define TEXT_MAX 512u     /* bytes of one setting */
#define EACH_MAX 512u     /* features, splits or metrics of one file */
#define CONTEXT_MAX 1e9   /* what a tokenizer says that has no limit is larger */
#define TYPE_DEPTH_MAX 8u /* of features in features */
#define POINTER_MAX 160u

/* --- where it stands -------------------------------------------------------------------------- */

struct facts {
    struct sw_card *card;
    struct sw_card_source from;
    struct sw_bytes text;
    bool yaml; /* its values know their lines, else their bytes */
    uint64_t byte;
    uint32_t breaks; /* lines that end before that byte */
    uint32_t kept;
};

static uint32_t line_of(struct facts *f, const struct sw_json *value)
{
    if (f->yaml) {
        return (uint32_t)value->where;
    }
    if (value->where < f->byte) {
        f->byte = 0;
        f->breaks = 0;
    }
    for (; f->byte < value->where && f->byte < f->text.len; f->byte++) {
        f->breaks += f->text.ptr[f->byte] == '\n';
    }
    return f->breaks + 1;
}

/* False when there is enough: told once. */
static bool has_room(struct facts *f, enum sw_code *code)
{
    const char *text;
    if (f->kept++ < EACH_MAX) {
        return true;
    }
    if (f->kept == EACH_MAX + 1) {
        text = sw_arena_printf(f->card->arena,
            SW_STR_FMT ": it says more than a card has room for, and the rest was left out",
            SW_STR_ARG(f->from.file));
        *code = text == NULL ? SW_E_NOMEM : sw_card_gap(f->card, sw_str(text));
    }
    return false;
}

static sw_result say(struct facts *f, enum sw_card_field field, const struct sw_json *at,
    const char *pointer, const char *text)
{
    enum sw_code code = SW_OK;
    SW_TRY_PTR(text);
    SW_TRY_PTR(pointer);
    if (strlen(pointer) > POINTER_MAX || !has_room(f, &code)) {
        return code;
    }
    f->from.field = sw_str(pointer);
    f->from.line = at == NULL ? 0 : line_of(f, at);
    return sw_card_add(f->card, field, sw_str(text), &f->from);
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* A text of one line, a number, or a truth; else empty. */
static struct sw_str scalar(const struct sw_json *value)
{
    if (value == NULL) {
        return sw_str("");
    }
    if (value->type == SW_JSON_BOOL) {
        return sw_str(value->boolean ? "true" : "false");
    }
    const bool text = value->type == SW_JSON_STRING || value->type == SW_JSON_NUMBER;
    const bool plain =
        text && value->text.len <= TEXT_MAX &&
        (value->text.len == 0 || memchr(value->text.ptr, '\n', value->text.len) == NULL);
    return plain ? value->text : sw_str("");
}

/* "a, b" of a list of scalars, as far as there is room for. */
static sw_result joined(struct facts *f, const struct sw_json *value, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    *out = scalar(value);
    SW_JSON_EACH (item, value) {
        struct sw_str one = scalar(item);
        if (one.len == 0 || text.len + one.len > TEXT_MAX) {
            return SW_OK;
        }
        SW_TRY(sw_buf_puts(&text, text.len == 0 ? "" : ", "));
        SW_TRY(sw_buf_append(&text, one.ptr, one.len));
    }
    if (text.len > 0) {
        const char *kept = sw_arena_strdup(f->card->arena, sw_buf_cstr(&text));
        SW_TRY_PTR(kept);
        *out = sw_str(kept);
    }
    return SW_OK;
}

struct setting {
    const char *file, *key;
    enum sw_card_field field;
};

/* Named one by one: such files also hold paths and addresses of who made them. */
static const struct setting settings[] = {
    {"generation_config.json", "do_sample", SW_CARD_INFERENCE},
    {"generation_config.json", "temperature", SW_CARD_INFERENCE},
    {"generation_config.json", "top_p", SW_CARD_INFERENCE},
    {"generation_config.json", "top_k", SW_CARD_INFERENCE},
    {"generation_config.json", "min_p", SW_CARD_INFERENCE},
    {"generation_config.json", "typical_p", SW_CARD_INFERENCE},
    {"generation_config.json", "num_beams", SW_CARD_INFERENCE},
    {"generation_config.json", "repetition_penalty", SW_CARD_INFERENCE},
    {"generation_config.json", "length_penalty", SW_CARD_INFERENCE},
    {"generation_config.json", "no_repeat_ngram_size", SW_CARD_INFERENCE},
    {"generation_config.json", "guidance_scale", SW_CARD_INFERENCE},
    {"generation_config.json", "max_length", SW_CARD_INFERENCE},
    {"generation_config.json", "max_new_tokens", SW_CARD_INFERENCE},
    {"adapter_config.json", "peft_type", SW_CARD_HYPERPARAMETERS},
    {"adapter_config.json", "r", SW_CARD_HYPERPARAMETERS},
    {"adapter_config.json", "lora_alpha", SW_CARD_HYPERPARAMETERS},
    {"adapter_config.json", "lora_dropout", SW_CARD_HYPERPARAMETERS},
    {"adapter_config.json", "target_modules", SW_CARD_HYPERPARAMETERS},
    {"adapter_config.json", "modules_to_save", SW_CARD_HYPERPARAMETERS},
    {"adapter_config.json", "use_dora", SW_CARD_HYPERPARAMETERS},
    {"adapter_config.json", "use_rslora", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "learning_rate", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "lr_scheduler_type", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "warmup_steps", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "warmup_ratio", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "weight_decay", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "optim", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "adam_beta1", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "adam_beta2", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "adam_epsilon", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "max_grad_norm", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "per_device_train_batch_size", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "gradient_accumulation_steps", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "num_train_epochs", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "max_steps", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "label_smoothing_factor", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "seed", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "fp16", SW_CARD_HYPERPARAMETERS},
    {"training_args.json", "bf16", SW_CARD_HYPERPARAMETERS},
    {"trainer_state.json", "train_batch_size", SW_CARD_HYPERPARAMETERS},
    {"trainer_state.json", "num_train_epochs", SW_CARD_HYPERPARAMETERS},
    {"trainer_state.json", "max_steps", SW_CARD_HYPERPARAMETERS},
    {"trainer_state.json", "global_step", SW_CARD_PROCEDURE},
    {"trainer_state.json", "epoch", SW_CARD_PROCEDURE},
    {"trainer_state.json", "total_flos", SW_CARD_PROCEDURE},
    {"trainer_state.json", "best_metric", SW_CARD_PROCEDURE},
    {"all_results.json", "epoch", SW_CARD_PROCEDURE},
    {"all_results.json", "train_loss", SW_CARD_PROCEDURE},
    {"all_results.json", "train_samples", SW_CARD_PROCEDURE},
    {"train_results.json", "epoch", SW_CARD_PROCEDURE},
    {"train_results.json", "train_loss", SW_CARD_PROCEDURE},
    {"train_results.json", "train_samples", SW_CARD_PROCEDURE},
};

static sw_result take_settings(struct facts *f, const struct sw_json *root)
{
    for (size_t i = 0; i < SW_COUNT(settings); i++) {
        const struct sw_json *value = sw_json_get(root, settings[i].key);
        struct sw_str text;
        if (value == NULL || !sw_str_is(f->from.file, settings[i].file)) {
            continue;
        }
        SW_TRY(joined(f, value, &text));
        if (text.len > 0) {
            SW_TRY(say(f, settings[i].field, value, settings[i].key,
                sw_arena_printf(
                    f->card->arena, "%s: " SW_STR_FMT, settings[i].key, SW_STR_ARG(text))));
        }
    }
    return SW_OK;
}

/* --- context and templates -------------------------------------------------------------------- */

static sw_result take_context(struct facts *f, const struct sw_json *root)
{
    static const char *const keys[] = {
        "max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "model_max_length"};
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        const struct sw_json *value = sw_json_get(root, keys[i]);
        double tokens;
        if (sw_json_double(value, &tokens) && tokens > 0 && tokens <= CONTEXT_MAX) {
            SW_TRY(say(f, SW_CARD_CONTEXT, value, keys[i],
                sw_arena_printf(f->card->arena, SW_STR_FMT " tokens", SW_STR_ARG(value->text))));
        }
    }
    return SW_OK;
}

/* A template is code: its digest tells whether it is the one that somebody looked at. */
static sw_result say_template(struct facts *f, const struct sw_json *at, const char *pointer,
    struct sw_str name, struct sw_str text)
{
    struct sw_digest digest;
    char shown[SW_DIGEST_TEXT_SIZE];
    sw_sha256(sw_bytes_of_str(text), &digest);
    sw_digest_text(&digest, shown);
    return say(f, SW_CARD_TEMPLATE, at, pointer,
        sw_arena_printf(f->card->arena, SW_STR_FMT "%s%s, %zu bytes", SW_STR_ARG(name),
            name.len == 0 ? "" : ": ", shown, text.len));
}

static sw_result take_tokenizer(struct facts *f, const struct sw_json *root)
{
    const struct sw_json *chat = sw_json_get(root, "chat_template");
    struct sw_str text;
    SW_TRY(take_context(f, root));
    if (sw_json_str(chat, &text)) {
        return say_template(f, chat, "chat_template", sw_str(""), text);
    }
    SW_JSON_EACH (item, chat) {
        const char *pointer = sw_arena_printf(
            f->card->arena, "/chat_template/%zu/template", (size_t)(item - chat->items));
        SW_TRY_PTR(pointer);
        if (sw_json_str(sw_json_get(item, "template"), &text)) {
            SW_TRY(say_template(f, item, pointer, scalar(sw_json_get(item, "name")), text));
        }
    }
    return SW_OK;
}

/* --- training and results --------------------------------------------------------------------- */

static sw_result say_metric(
    struct facts *f, const struct sw_json_member *member, const char *parent)
{
    return say(f, SW_CARD_METRIC, &member->value,
        sw_arena_printf(f->card->arena, "%s" SW_STR_FMT, parent, SW_STR_ARG(member->name)),
        sw_arena_printf(f->card->arena, SW_STR_FMT "\n" SW_STR_FMT "\n", SW_STR_ARG(member->name),
            SW_STR_ARG(member->value.text)));
}

/* What tells of quality, and neither of speed nor of how much was looked at. */
static bool is_result(const struct sw_json_member *member)
{
    static const char *const ends[] = {
        "_runtime", "_per_second", "_samples", "_model_preparation_time"};
    const struct sw_str name = member->name;
    const bool tested = sw_str_starts(name, "eval_") || sw_str_starts(name, "test_") ||
                        sw_str_starts(name, "predict_");
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        if (sw_str_ends(name, ends[i])) {
            return false;
        }
    }
    return tested && member->value.type == SW_JSON_NUMBER && name.len <= 64 &&
           member->value.text.len <= TEXT_MAX && memchr(name.ptr, '\n', name.len) == NULL;
}

static sw_result take_results(struct facts *f, const struct sw_json *root)
{
    SW_TRY(take_settings(f, root));
    SW_JSON_EACH_MEMBER (member, root) {
        if (is_result(member)) {
            SW_TRY(say_metric(f, member, ""));
        }
    }
    return SW_OK;
}

static bool has_result(const struct sw_json *entry)
{
    SW_JSON_EACH_MEMBER (member, entry) {
        if (is_result(member)) {
            return true;
        }
    }
    return false;
}

static sw_result say_loss(struct facts *f, const struct sw_json *entry, const char *parent)
{
    const struct sw_json *loss = sw_json_get(entry, "loss");
    struct sw_str step = scalar(sw_json_get(entry, "step"));
    return say(f, SW_CARD_PROCEDURE, loss, sw_arena_printf(f->card->arena, "%sloss", parent),
        sw_arena_printf(f->card->arena, "loss: " SW_STR_FMT "%s" SW_STR_FMT,
            SW_STR_ARG(scalar(loss)), step.len == 0 ? "" : " at step ", SW_STR_ARG(step)));
}

/* The last loss, and the last evaluation. */
static sw_result take_state(struct facts *f, const struct sw_json *root)
{
    const struct sw_json *history = sw_json_get(root, "log_history");
    bool lost = false;
    bool tested = false;
    SW_TRY(take_settings(f, root));
    if (history == NULL || history->type != SW_JSON_ARRAY) {
        return SW_OK;
    }
    for (size_t i = history->count; i > 0 && !(lost && tested); i--) {
        const struct sw_json *entry = &history->items[i - 1];
        const char *parent = sw_arena_printf(f->card->arena, "/log_history/%zu/", i - 1);
        SW_TRY_PTR(parent);
        if (!lost && scalar(sw_json_get(entry, "loss")).len > 0) {
            lost = true;
            SW_TRY(say_loss(f, entry, parent));
        }
        const bool now = !tested && has_result(entry);
        SW_JSON_EACH_MEMBER (member, now ? entry : NULL) {
            if (is_result(member)) {
                SW_TRY(say_metric(f, member, parent));
            }
        }
        tested = tested || now;
    }
    return SW_OK;
}

/* --- datasets --------------------------------------------------------------------------------- */

/* How the Hub's library names the type of a feature, in YAML ("dtype: string", "sequence: …") and
 * in JSON ("_type": "Value"). */
static struct sw_str type_of(const struct sw_json *feature, unsigned depth, const char **before)
{
    static const char *const inside[] = {"sequence", "list", "feature"};
    const struct sw_json *kind = sw_json_get(feature, "dtype");
    struct sw_str name = scalar(kind);
    *before = "";
    if (name.len == 0 && feature->type == SW_JSON_STRING) {
        name = scalar(feature);
    }
    if (name.len > 0 || depth == TYPE_DEPTH_MAX) {
        return name;
    }
    for (size_t i = 0; i < SW_COUNT(inside); i++) {
        const struct sw_json *of = sw_json_get(feature, inside[i]);
        if (of != NULL) {
            const char *deeper;
            *before = "list of ";
            name = type_of(of, depth + 1, &deeper);
            return name.len > 0 ? name : sw_str("several");
        }
    }
    if (sw_json_get(kind, "class_label") != NULL) {
        return sw_str("class label");
    }
    name = scalar(sw_json_get(feature, "_type"));
    return name.len > 0 ? name : sw_str("several");
}

static sw_result say_feature(struct facts *f, const struct sw_json *feature, struct sw_str config,
    struct sw_str name, const char *pointer)
{
    const char *before;
    struct sw_str type = type_of(feature, 0, &before);
    if (name.len == 0) {
        return SW_OK;
    }
    return say(f, SW_CARD_FEATURE, feature, pointer,
        sw_arena_printf(f->card->arena, SW_STR_FMT "%s" SW_STR_FMT ": %s" SW_STR_FMT,
            SW_STR_ARG(config), config.len == 0 ? "" : "/", SW_STR_ARG(name), before,
            SW_STR_ARG(type)));
}

static sw_result say_split(struct facts *f, const struct sw_json *split, struct sw_str config,
    struct sw_str name, const char *pointer)
{
    struct sw_str examples = scalar(sw_json_get(split, "num_examples"));
    struct sw_str bytes = scalar(sw_json_get(split, "num_bytes"));
    if (name.len == 0 || examples.len == 0) {
        return SW_OK;
    }
    return say(f, SW_CARD_SPLIT, split, pointer,
        sw_arena_printf(f->card->arena,
            SW_STR_FMT "%s" SW_STR_FMT ": " SW_STR_FMT " examples%s" SW_STR_FMT "%s",
            SW_STR_ARG(config), config.len == 0 ? "" : "/", SW_STR_ARG(name), SW_STR_ARG(examples),
            bytes.len == 0 ? "" : ", ", SW_STR_ARG(bytes), bytes.len == 0 ? "" : " bytes"));
}

typedef sw_result (*each_take)(struct facts *f, const struct sw_json *item, struct sw_str config,
    struct sw_str name, const char *pointer);

/* YAML has a list whose items are named, JSON an object. */
static sw_result take_each(struct facts *f, const struct sw_json *all, struct sw_str config,
    const char *parent, each_take take)
{
    SW_JSON_EACH (item, all) {
        SW_TRY(take(f, item, config, scalar(sw_json_get(item, "name")),
            sw_arena_printf(f->card->arena, "%s/%zu", parent, (size_t)(item - all->items))));
    }
    SW_JSON_EACH_MEMBER (member, all) {
        SW_TRY(take(f, &member->value, config, member->name.len <= 64 ? member->name : sw_str(""),
            sw_arena_printf(f->card->arena, "%s/" SW_STR_FMT, parent,
                (int)(member->name.len <= 64 ? member->name.len : 0), member->name.ptr)));
    }
    return SW_OK;
}

static sw_result take_config(
    struct facts *f, const struct sw_json *config, struct sw_str name, const char *parent)
{
    static const char *const sizes[] = {"dataset_size", "download_size"};
    const char *features = sw_arena_printf(f->card->arena, "%s/features", parent);
    const char *splits = sw_arena_printf(f->card->arena, "%s/splits", parent);
    SW_TRY_PTR(features);
    SW_TRY_PTR(splits);
    SW_TRY(take_each(f, sw_json_get(config, "features"), name, features, say_feature));
    SW_TRY(take_each(f, sw_json_get(config, "splits"), name, splits, say_split));
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        const struct sw_json *value = sw_json_get(config, sizes[i]);
        if (value == NULL || value->type != SW_JSON_NUMBER || scalar(value).len == 0) {
            continue;
        }
        SW_TRY(say(f, SW_CARD_SIZE_CATEGORY, value,
            sw_arena_printf(f->card->arena, "%s/%s", parent, sizes[i]),
            sw_arena_printf(f->card->arena, SW_STR_FMT "%s%s: " SW_STR_FMT " bytes",
                SW_STR_ARG(name), name.len == 0 ? "" : "/", sizes[i], SW_STR_ARG(value->text))));
    }
    return SW_OK;
}

static sw_result take_info(struct facts *f, const struct sw_json *root)
{
    return take_config(f, root, scalar(sw_json_get(root, "config_name")), "");
}

/* One object for each configuration. */
static sw_result take_infos(struct facts *f, const struct sw_json *root)
{
    SW_JSON_EACH_MEMBER (member, root) {
        const struct sw_str name = member->name.len <= 64 ? member->name : sw_str("");
        const char *parent = sw_arena_printf(f->card->arena, "/" SW_STR_FMT, SW_STR_ARG(name));
        SW_TRY_PTR(parent);
        SW_TRY(take_config(f, &member->value, name, parent));
    }
    return SW_OK;
}

/* One, or a list of them. */
static sw_result take_matter(struct facts *f, const struct sw_json *root)
{
    const struct sw_json *info = sw_json_get(root, "dataset_info");
    SW_JSON_EACH (item, info) {
        const char *parent =
            sw_arena_printf(f->card->arena, "/dataset_info/%zu", (size_t)(item - info->items));
        SW_TRY_PTR(parent);
        SW_TRY(take_config(f, item, scalar(sw_json_get(item, "config_name")), parent));
    }
    if (info == NULL || info->type != SW_JSON_OBJECT) {
        return SW_OK;
    }
    return take_config(f, info, scalar(sw_json_get(info, "config_name")), "/dataset_info");
}

/* --- the files -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    sw_result (*take)(struct facts *f, const struct sw_json *root);
    bool own; /* no paper of bills */
} files[] = {
    {"README.md", take_matter, false},
    {"adapter_config.json", take_settings, false},
    {"config.json", take_context, false},
    {"tokenizer_config.json", take_tokenizer, false},
    {"all_results.json", take_results, true},
    {"chat_template.jinja", NULL, true},
    {"dataset_info.json", take_info, true},
    {"dataset_infos.json", take_infos, true},
    {"eval_results.json", take_results, true},
    {"generation_config.json", take_settings, true},
    {"test_results.json", take_results, true},
    {"train_results.json", take_settings, true},
    {"trainer_state.json", take_state, true},
    {"training_args.json", take_settings, true},
};

const char *sw_card_paper_name(size_t index)
{
    const char *name = sw_bom_paper_name(index);
    size_t left = index;
    for (size_t i = 0; name == NULL && sw_bom_paper_name(i) != NULL; i++) {
        left--;
    }
    for (size_t i = 0; name == NULL && i < SW_COUNT(files); i++) {
        if (files[i].own && left-- == 0) {
            return files[i].name;
        }
    }
    return name;
}

bool sw_card_paper_is(struct sw_str name)
{
    for (size_t i = 0; sw_card_paper_name(i) != NULL; i++) {
        if (sw_str_is(name, sw_card_paper_name(i))) {
            return true;
        }
    }
    return false;
}

/* What is malformed is told of the papers of bills where those are read. */
static sw_result not_read(struct facts *f, bool own, const char *why)
{
    const char *text =
        sw_arena_printf(f->card->arena, SW_STR_FMT ": %s", SW_STR_ARG(f->from.file), why);
    SW_TRY_PTR(text);
    return own ? sw_card_gap(f->card, sw_str(text)) : SW_OK;
}

static sw_result take_file(struct facts *f, size_t index, struct sw_bytes text)
{
    struct sw_json root = {.type = SW_JSON_NULL};
    struct sw_bytes matter;
    struct sw_error why = {0};
    enum sw_code code = SW_OK;
    if (files[index].take == NULL) {
        return say_template(f, NULL, "", sw_str(""), sw_str_of_bytes(text));
    }
    f->yaml = strcmp(files[index].name, "README.md") == 0;
    if (!f->yaml) {
        code = sw_json_parse(f->card->arena, text, NULL, &root, &why);
    } else if (sw_bom_front_matter(text, &matter)) {
        code = sw_yaml_parse(f->card->arena, matter, NULL, &root, &why);
    }
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        return not_read(f, files[index].own, why.text);
    }
    SW_TRY(code);
    return files[index].take(f, &root);
}

sw_result sw_card_take_file(
    struct sw_card *card, const struct sw_card_source *from, struct sw_bytes text)
{
    struct facts f = {.card = card, .from = *from, .text = text};
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        if (sw_str_is(from->file, files[i].name)) {
            return take_file(&f, i, text);
        }
    }
    return SW_OK;
}
