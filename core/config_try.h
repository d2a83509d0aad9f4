/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration tried by a worker: whether its checkers open is known to them alone. */
#pragma once

#include "paths.h"
#include "problems.h"

#include <jansson.h>

/**
 * True if a worker is ready with this configuration; else adds a problem, while the worker says
 * why on our stderr. It has 10 s. Blocks: not for the loop.
 */
bool config_try(const json_t *config, const struct paths *paths, struct problems *problems);
