/* One line for each reader of discovery. Private to the room. */
#ifndef SW_SUPPLY_LOOK_READERS_H
#define SW_SUPPLY_LOOK_READERS_H

#include "supply/look.h"

extern const struct sw_look_reader sw_look_python;         /* look_python.c */
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
