/* SPDX-License-Identifier: Apache-2.0 */
/* The configured checkers, loaded and opened, in their order. */
#pragma once

#include "check/check.h"
#include "check/lookup.h"

#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct checkers;

/**
 * Loads and opens list: [{"name", "file", "disabled", "settings"}]; a disabled one is left out.
 * lookup: which header values there are; outlives the checkers. Says why and returns NULL when one
 * of them cannot be. Destroy takes NULL.
 */
struct checkers *checkers_create(const json_t *list, const char *database,
                                 const struct lookup *lookup);
void checkers_destroy(struct checkers *checkers);

size_t checkers_count(const struct checkers *checkers);
const char *checkers_name(const struct checkers *checkers, size_t index);

/** Its place in the list, disabled ones counted. */
unsigned checkers_place(const struct checkers *checkers, size_t index);

/** A file, as checkers see it; its values are those of lookup. */
struct checkers_file {
    const char *path;
    const char *excluded; /* why it is none to be compared; NULL: it may be */
};

/**
 * Shows a file to one checker, unless it leaves out what is excluded. False: the checker itself
 * failed.
 */
bool checkers_run(struct checkers *checkers, size_t index, const struct checkers_file *file,
                  struct mrq_verdict *verdict);
