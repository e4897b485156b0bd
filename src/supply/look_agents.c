/* What agents are told and told about: skills, instructions, prompts, subagents, agent cards.
 * Source: Agent Skills; AGENTS.md; Agent2Agent Protocol 0.3, agent card; Prompty; the
 * documentation of each client. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"

#define NAME_LONGEST 128

static const struct sw_signal instructions = {
    "agent-instructions", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};

/* --- names ------------------------------------------------------------------------------------ */

static bool in_directory(const struct sw_look *look, const char *name)
{
    const struct sw_str part = sw_str(name);
    for (size_t i = 0; i + part.len < look->path.len - look->name.len + 1; i++) {
        if ((i == 0 || look->path.ptr[i - 1] == '/') &&
            memcmp(look->path.ptr + i, part.ptr, part.len) == 0) {
            return true;
        }
    }
    return false;
}

enum text_kind { NO_TEXT, A_SKILL, AN_INSTRUCTION, A_SUBAGENT, A_PROMPT };

static const struct {
    const char *name;
    const char *detail;
} files[] = {
    {"AGENTS.md", "instructions of agents"},
    {"AGENTS.override.md", "instructions of agents"},
    {"CLAUDE.md", "instructions of Claude Code"},
    {"CLAUDE.local.md", "instructions of Claude Code"},
    {"GEMINI.md", "instructions of Gemini CLI"},
    {"QWEN.md", "instructions of Qwen Code"},
    {"WARP.md", "instructions of Warp"},
    {"CRUSH.md", "instructions of Crush"},
    {".cursorrules", "instructions of Cursor"},
    {".windsurfrules", "instructions of Windsurf"},
    {".clinerules", "instructions of Cline"},
    {".roorules", "instructions of Roo Code"},
    {".goosehints", "instructions of goose"},
    {".rules", "instructions of Zed"},
    {"copilot-instructions.md", "instructions of GitHub Copilot"},
};

/* Directories whose files of one ending are what the client is told. */
static const struct {
    const char *directory, *ending, *detail;
    enum text_kind kind;
} places[] = {
    {".cursor/rules/", ".mdc", "instructions of Cursor", AN_INSTRUCTION},
    {".windsurf/rules/", ".md", "instructions of Windsurf", AN_INSTRUCTION},
    {".clinerules/", ".md", "instructions of Cline", AN_INSTRUCTION},
    {".roo/rules/", ".md", "instructions of Roo Code", AN_INSTRUCTION},
    {".kiro/steering/", ".md", "instructions of Kiro", AN_INSTRUCTION},
    {".continue/rules/", ".md", "instructions of Continue", AN_INSTRUCTION},
    {".agent/rules/", ".md", "instructions of Antigravity", AN_INSTRUCTION},
    {".amazonq/rules/", ".md", "instructions of Amazon Q Developer", AN_INSTRUCTION},
    {".github/instructions/", ".instructions.md", "instructions of GitHub Copilot", AN_INSTRUCTION},
    {".claude/agents/", ".md", "a subagent of Claude Code", A_SUBAGENT},
    {".gemini/agents/", ".md", "a subagent of Gemini CLI", A_SUBAGENT},
    {".opencode/agent/", ".md", "a subagent of opencode", A_SUBAGENT},
    {".github/agents/", ".md", "an agent of GitHub Copilot", A_SUBAGENT},
    {".github/chatmodes/", ".chatmode.md", "an agent of GitHub Copilot", A_SUBAGENT},
    {".claude/commands/", ".md", "a command of Claude Code", A_PROMPT},
    {".opencode/command/", ".md", "a command of opencode", A_PROMPT},
    {".gemini/commands/", ".toml", "a command of Gemini CLI", A_PROMPT},
    {".github/prompts/", ".prompt.md", "a prompt of GitHub Copilot", A_PROMPT},
};

static const char *const prompt_endings[] = {
    ".prompt.yml", ".prompt.yaml", ".prompty", ".prompt.md", ".prompt"};

static enum text_kind kind_of(const struct sw_look *look, const char **detail)
{
    if (sw_str_is(look->name, "SKILL.md")) {
        *detail = "a skill";
        return A_SKILL;
    }
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        if (sw_str_is(look->name, files[i].name)) {
            *detail = files[i].detail;
            return AN_INSTRUCTION;
        }
    }
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        if (sw_look_ends(look, places[i].ending) && in_directory(look, places[i].directory)) {
            *detail = places[i].detail;
            return places[i].kind;
        }
    }
    for (size_t i = 0; i < SW_COUNT(prompt_endings); i++) {
        if (sw_look_ends(look, prompt_endings[i])) {
            *detail = "a prompt";
            return A_PROMPT;
        }
    }
    return NO_TEXT;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* What the text says of itself: its front matter, or all of it when it is settings. */
static sw_result read_settings(struct sw_look *look, struct sw_setting **root)
{
    enum sw_settings_syntax syntax = SW_SETTINGS_YAML;
    struct sw_error err;
    const bool whole = sw_configuration_syntax(look->name, &syntax);
    const struct sw_str text = whole ? look->text : sw_configuration_front(look->text);
    *root = NULL;
    if (text.len == 0 || text.len > SW_CONFIGURATION_MAX) {
        return SW_OK;
    }
    enum sw_code code = sw_settings_read(look->arena, text, syntax, 1, root, &err);
    return code == SW_E_NOMEM ? code : SW_OK;
}

static bool is_name(struct sw_str name)
{
    return name.len > 0 && name.len <= NAME_LONGEST && !sw_str_starts(name, "{{");
}

/* A skill and an agent have a name; everything else is called as its file. */
static struct sw_str name_of(
    const struct sw_look *look, enum text_kind kind, const struct sw_setting *root)
{
    const struct sw_setting *top = root == NULL ? NULL : root->first;
    const struct sw_str said = sw_setting_text(sw_setting_get(top, "name"));
    if (kind != AN_INSTRUCTION && is_name(said)) {
        return said;
    }
    return look->path;
}

static sw_result look_at_text(struct sw_look *look, struct sw_error *err)
{
    struct sw_configuration c;
    struct sw_setting *root;
    enum sw_settings_syntax syntax;
    const char *detail = "";
    const enum text_kind kind = kind_of(look, &detail);
    (void)err;
    SW_TRY(read_settings(look, &root));
    SW_TRY(sw_configuration_text(look, &instructions,
        kind == A_SUBAGENT ? SW_ENTITY_AGENT : SW_ENTITY_PROMPT, name_of(look, kind, root),
        sw_str(detail)));
    if (root == NULL || sw_configuration_syntax(look->name, &syntax)) {
        return SW_OK; /* settings have their reader */
    }
    sw_configuration_init(&c, look);
    c.about_models = true;
    return sw_configuration_walk(&c, root);
}

static bool takes_text(const struct sw_look *look)
{
    const char *detail;
    return kind_of(look, &detail) != NO_TEXT;
}

const struct sw_look_reader sw_look_agents = {
    .name = "agents",
    .takes = takes_text,
    .look = look_at_text,
    .gap = "no text of an agent",
};

/* --- agent cards ------------------------------------------------------------------------------ */

static bool is_card(const struct sw_setting *card)
{
    const bool speaks = sw_setting_get(card, "url") != NULL ||
                        sw_setting_get(card, "protocolVersion") != NULL ||
                        sw_setting_get(card, "supportedInterfaces") != NULL;
    return speaks &&
           (sw_setting_get(card, "skills") != NULL || sw_setting_get(card, "capabilities") != NULL);
}

static sw_result look_at_card(struct sw_look *look, struct sw_error *err)
{
    struct sw_setting *root;
    if (look->text.len > SW_CONFIGURATION_MAX ||
        sw_settings_read(look->arena, look->text, SW_SETTINGS_JSON, 1, &root, err) != SW_OK) {
        return SW_OK; /* told by the reader of settings */
    }
    const struct sw_str name = sw_setting_text(sw_setting_get(root->first, "name"));
    return is_card(root->first) && is_name(name)
               ? sw_configuration_text(
                     look, &instructions, SW_ENTITY_AGENT, name, sw_str("an A2A agent card"))
               : SW_OK;
}

static bool takes_card(const struct sw_look *look)
{
    return sw_look_named(look, "agent.json") || sw_look_named(look, "agent-card.json");
}

const struct sw_look_reader sw_look_agent_card = {
    .name = "agent card",
    .takes = takes_card,
    .look = look_at_card,
    .gap = "no agent card",
};
