/* One line for each reader of discovery. Private to the room. */
#ifndef SW_SUPPLY_LOOK_READERS_H
#define SW_SUPPLY_LOOK_READERS_H

#include "supply/look.h"

extern const struct sw_look_reader sw_look_python;       /* look_python.c */
extern const struct sw_look_reader sw_look_requirements; /* look_requirements.c */
extern const struct sw_look_reader sw_look_pyproject;    /* look_pyproject.c */
extern const struct sw_look_reader sw_look_python_lock;  /* look_python_lock.c */
extern const struct sw_look_reader sw_look_setup;        /* look_setup.c */
extern const struct sw_look_reader sw_look_conda;        /* look_conda.c */
extern const struct sw_look_reader sw_look_npm;          /* look_npm.c */
extern const struct sw_look_reader sw_look_yarn;         /* look_yarn.c */
extern const struct sw_look_reader sw_look_cargo;        /* look_cargo.c */
extern const struct sw_look_reader sw_look_go;           /* look_go.c */
extern const struct sw_look_reader sw_look_maven;        /* look_maven.c */
extern const struct sw_look_reader sw_look_gradle;       /* look_gradle.c */
extern const struct sw_look_reader sw_look_install;      /* look_install.c */

#endif
