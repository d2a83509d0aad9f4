/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults that depend on machine, user and installation, and what the command line puts over. */
#pragma once

#include "arguments.h"
#include "paths.h"

#include <jansson.h>

/** Where the database is when nobody says: in the state folder; "" without one. Free it. */
char *config_default_database(const struct arguments *arguments, const char *state_dir);

/** Completes the top-level options. */
void config_defaults(json_t *options, const struct arguments *arguments, const struct paths *paths);
