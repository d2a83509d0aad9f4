/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's part in the database: makes an empty one where there is none, counts templates. */
#pragma once

#include <jansson.h>

struct keeper_database;

struct keeper_database *keeper_database_create(const char *path);
void keeper_database_destroy(struct keeper_database *database); /* takes NULL */

/** When it is to be looked at next, in ms of CLOCK_MONOTONIC. */
long long keeper_database_due(const struct keeper_database *database);

/** Looks at it: {"templates", "message"} where that has changed, else NULL. */
json_t *keeper_database_look(struct keeper_database *database);
