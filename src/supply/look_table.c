/* The readers of discovery, each in a file of its own. */
#include "supply/look_readers.h"

const struct sw_look_reader *const sw_look_readers[] = {
    &sw_look_code,
    &sw_look_commands_reader,
    &sw_look_notebook,
    &sw_look_python,
    &sw_look_requirements,
    &sw_look_pyproject,
    &sw_look_python_lock,
    &sw_look_setup,
    &sw_look_conda,
    &sw_look_npm,
    &sw_look_yarn,
    &sw_look_cargo,
    &sw_look_go,
    &sw_look_maven,
    &sw_look_gradle,
    &sw_look_nuget,
    &sw_look_settings,
    &sw_look_container,
    &sw_look_modelfile,
    &sw_look_shell,
    &sw_look_terraform,
    &sw_look_mcp,
    &sw_look_agents,
    &sw_look_agent_card,
    &sw_look_model_settings,
    &sw_look_model_card,
    &sw_look_mlflow,
    &sw_look_weights,
};
const size_t sw_look_reader_count = SW_COUNT(sw_look_readers);
