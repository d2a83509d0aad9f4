/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration tried by a worker: whether its checkers open is known to them alone. */
#pragma once

#include "paths.h"
#include "problems.h"

#include <jansson.h>

struct config_trial;

/** Starts a worker with this configuration. Never NULL. */
struct config_trial *config_trial_begin(const json_t *config, const struct paths *paths);

/**
 * True if the worker is ready; else adds a problem with what the worker says. It has 10 s. Blocks:
 * not for the loop. Frees the trial. problems may be NULL: the outcome is of no interest any more.
 * Takes NULL.
 */
bool config_trial_end(struct config_trial *trial, struct problems *problems);
