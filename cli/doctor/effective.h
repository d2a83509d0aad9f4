/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force, as the daemon's own program reads it. */
#pragma once

#include <jansson.h>

/**
 * What mrqartd (program) makes of the configuration file: {"options", "sources", "checkers",
 * "sinks"}. NULL where it refuses it, and in *fault (free it) what it said.
 */
json_t *effective_config(const char *program, const char *file, char **fault);
