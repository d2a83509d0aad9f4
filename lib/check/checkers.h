/* SPDX-License-Identifier: Apache-2.0 */
/* The configured checkers, loaded and opened, in their order. */
#pragma once

#include "check/lookup.h"

#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct checkers;

/**
 * Loads and opens list: [{"name", "file", "disabled", "settings"}]; a disabled one is left out.
 * Says why and returns NULL when one of them cannot be. Destroy takes NULL.
 */
struct checkers *checkers_create(const json_t *list, const char *database);
void checkers_destroy(struct checkers *checkers);

size_t checkers_count(const struct checkers *checkers);
const char *checkers_name(const struct checkers *checkers, size_t index);

/** Shows the file at path to one checker. False: the checker itself failed. */
bool checkers_run(const struct checkers *checkers, size_t index, const struct lookup *lookup,
                  const char *path, struct mrq_verdict *verdict);
