/* One line for each reader of discovery. Private to the room. */
#ifndef SW_SUPPLY_LOOK_READERS_H
#define SW_SUPPLY_LOOK_READERS_H

#include "supply/look.h"

/* source code */
extern const struct sw_look_reader sw_look_code;            /* look_code.c */
extern const struct sw_look_reader sw_look_commands_reader; /* look_commands.c */
extern const struct sw_look_reader sw_look_notebook;        /* look_notebook.c */
extern const struct sw_look_reader sw_look_python;          /* look_python.c */
/* packages */
extern const struct sw_look_reader sw_look_requirements; /* look_requirements.c */
extern const struct sw_look_reader sw_look_pyproject;    /* look_pyproject.c */
extern const struct sw_look_reader sw_look_python_lock;  /* look_python_lock.c */
extern const struct sw_look_reader sw_look_setup;        /* look_setup.c */
extern const struct sw_look_reader sw_look_conda;        /* look_conda.c */
extern const struct sw_look_reader sw_look_npm;          /* look_npm.c */
extern const struct sw_look_reader sw_look_yarn;         /* look_yarn.c */
extern const struct sw_look_reader sw_look_bun;          /* look_bun.c */
extern const struct sw_look_reader sw_look_bun_binary;   /* look_bun.c */
extern const struct sw_look_reader sw_look_deno;         /* look_deno.c */
extern const struct sw_look_reader sw_look_catalogs;     /* look_catalogs.c */
extern const struct sw_look_reader sw_look_cargo;        /* look_cargo.c */
extern const struct sw_look_reader sw_look_go;           /* look_go.c */
extern const struct sw_look_reader sw_look_maven;        /* look_maven.c */
extern const struct sw_look_reader sw_look_gradle;       /* look_gradle.c */
extern const struct sw_look_reader sw_look_nuget;        /* look_nuget.c */
/* configuration and files */
extern const struct sw_look_reader sw_look_settings;       /* look_settings.c */
extern const struct sw_look_reader sw_look_container;      /* look_container.c */
extern const struct sw_look_reader sw_look_modelfile;      /* look_container.c */
extern const struct sw_look_reader sw_look_shell;          /* look_shell.c */
extern const struct sw_look_reader sw_look_terraform;      /* look_shell.c */
extern const struct sw_look_reader sw_look_mcp;            /* look_mcp.c */
extern const struct sw_look_reader sw_look_agents;         /* look_agents.c */
extern const struct sw_look_reader sw_look_agent_card;     /* look_agents.c */
extern const struct sw_look_reader sw_look_model_settings; /* look_hub.c */
extern const struct sw_look_reader sw_look_model_card;     /* look_hub.c */
extern const struct sw_look_reader sw_look_mlflow;         /* look_hub.c */
extern const struct sw_look_reader sw_look_weights;        /* look_weights.c */

#endif
