/* SPDX-License-Identifier: Apache-2.0 */
/* The running daemon: its parts made, wired to each other, started, drained and taken down. */
#pragma once

#include "config/arguments.h"
#include "config/paths.h"

#include <jansson.h>
#include <stdbool.h>

/** Runs until SIGTERM or SIGINT. False, having said why: it could not. config: see config.h; a
 * reload may keep it. */
bool daemon_run(const struct arguments *arguments, const struct paths *paths, json_t *config);
