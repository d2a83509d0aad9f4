/* SPDX-License-Identifier: Apache-2.0 */
/* ${watch}, ${http}, ${websocket}, ${database}: what the command line gives to a configuration. */
#pragma once

#include "arguments.h"
#include "problems.h"

#include <jansson.h>
#include <stdbool.h>

enum { CONFIG_VARIABLES = 4 };

struct config_variables {
    const struct arguments *arguments;
    const char *database; /* what ${database} is when the command line does not say */
    bool used[CONFIG_VARIABLES];
};

/**
 * text with its variables filled in: a string, or an array of strings where all of text is a
 * variable of several values. NULL, and a problem, where that cannot be done.
 */
json_t *config_expand(struct config_variables *variables, const char *text,
                      const struct place *place, struct problems *problems);

/** Adds a problem for each variable that the command line sets and the configuration lacks. */
void config_variables_unused(const struct config_variables *variables, const char *file,
                             struct problems *problems);
