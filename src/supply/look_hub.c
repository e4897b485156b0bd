/* Models by what stands beside them: settings of Hugging Face, cards of models, MLflow.
 * Source: Transformers, configuration; PEFT, adapter_config.json; Hugging Face Hub, model cards;
 * MLflow, MLmodel. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"

static const struct sw_signal beside = {"model-settings", SW_SOURCE_FILES, SW_GRADE_DECLARED, 950};

static sw_result see_model(struct sw_look *look, const struct sw_setting *value)
{
    const struct sw_str name = sw_setting_text(value);
    return name.len == 0 ? SW_OK
                         : sw_look_see_model(look, &beside, name, SW_FROM_HUB, true, value->line);
}

/* --- settings --------------------------------------------------------------------------------- */

/* "config.json" is a name that anybody gives: it has to be a model's. */
static bool is_model(const struct sw_setting *config)
{
    return sw_setting_get(config, "model_type") != NULL ||
           sw_setting_get(config, "architectures") != NULL ||
           sw_setting_get(config, "_class_name") != NULL;
}

static sw_result look_at_settings(struct sw_look *look, struct sw_error *err)
{
    struct sw_setting *root;
    if (look->text.len > SW_CONFIGURATION_MAX ||
        sw_settings_read(look->arena, look->text, SW_SETTINGS_JSON, 1, &root, err) != SW_OK) {
        return SW_OK; /* told by the reader of settings */
    }
    const struct sw_setting *top = root->first;
    SW_TRY(sw_look_named(look, "adapter_config.json")
               ? see_model(look, sw_setting_get(top, "base_model_name_or_path"))
               : SW_OK);
    return is_model(top) ? see_model(look, sw_setting_get(top, "_name_or_path")) : SW_OK;
}

static bool takes_settings(const struct sw_look *look)
{
    return sw_look_named(look, "adapter_config.json") || sw_look_named(look, "config.json") ||
           sw_look_named(look, "model_index.json");
}

const struct sw_look_reader sw_look_model_settings = {
    .name = "model settings",
    .takes = takes_settings,
    .look = look_at_settings,
    .gap = "no settings",
};

/* --- cards ------------------------------------------------------------------------------------ */

static sw_result see_each(struct sw_look *look, const struct sw_setting *value, bool dataset)
{
    static const struct sw_signal card = {"model-card", SW_SOURCE_FILES, SW_GRADE_DECLARED, 950};
    if (value == NULL) {
        return SW_OK;
    }
    const struct sw_setting *n = value->kind == SW_SETTING_SCALAR ? value : value->first;
    for (; n != NULL; n = n == value ? NULL : n->next) {
        const struct sw_str name = sw_setting_text(n);
        if (name.len > 0) {
            SW_TRY(dataset ? sw_look_see_dataset(look, &card, name, n->line)
                           : sw_look_see_model(look, &card, name, SW_FROM_HUB, true, n->line));
        }
    }
    return SW_OK;
}

static sw_result look_at_card(struct sw_look *look, struct sw_error *err)
{
    struct sw_setting *root;
    const struct sw_str front = sw_configuration_front(look->text);
    if (front.len == 0 || front.len > SW_CONFIGURATION_MAX ||
        sw_settings_read(look->arena, front, SW_SETTINGS_YAML, 1, &root, err) != SW_OK) {
        return SW_OK;
    }
    SW_TRY(see_each(look, sw_setting_get(root->first, "base_model"), false));
    SW_TRY(see_each(look, sw_setting_get(root->first, "models"), false));
    return see_each(look, sw_setting_get(root->first, "datasets"), true);
}

static bool takes_card(const struct sw_look *look)
{
    return sw_look_named(look, "README.md") || sw_look_named(look, "model_card.md") ||
           sw_look_named(look, "MODEL_CARD.md");
}

const struct sw_look_reader sw_look_model_card = {
    .name = "model card",
    .takes = takes_card,
    .look = look_at_card,
    .gap = "no model card",
};

/* --- MLflow ----------------------------------------------------------------------------------- */

/* The directory of the file is the model; its flavours say what it is. */
static sw_result look_at_mlflow(struct sw_look *look, struct sw_error *err)
{
    struct sw_setting *root;
    if (look->text.len > SW_CONFIGURATION_MAX ||
        sw_settings_read(look->arena, look->text, SW_SETTINGS_YAML, 1, &root, err) != SW_OK) {
        return SW_OK;
    }
    const struct sw_setting *flavors = sw_setting_get(root->first, "flavors");
    struct sw_entity_id id = {
        .kind = SW_ENTITY_MODEL, .name = sw_str_n(look->path.ptr, look->path.len - look->name.len)};
    if (flavors == NULL) {
        return SW_OK;
    }
    if (id.name.len > 0) {
        id.name.len--; /* the last '/' */
    } else {
        id.name = look->path;
    }
    return sw_look_see(look, &beside, &id, flavors->line, sw_str("MLflow"));
}

static bool takes_mlflow(const struct sw_look *look)
{
    return sw_str_is(look->name, "MLmodel");
}

const struct sw_look_reader sw_look_mlflow = {
    .name = "MLflow",
    .takes = takes_mlflow,
    .look = look_at_mlflow,
    .gap = "no MLmodel",
};
