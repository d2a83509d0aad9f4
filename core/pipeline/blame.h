/* SPDX-License-Identifier: Apache-2.0 */
/* Checkers that kill their workers: after three times in a row a checker is disabled. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct blame;

/** settings: JSON text, what workers are told (check.h). Destroy takes NULL. */
struct blame *blame_create(const char *settings);
void blame_destroy(struct blame *blame);

/**
 * A worker died while this checker ran, or took too long. True: that was once too often; it is
 * disabled, and blame_settings() says so from now on. A name that no checker has is nobody's.
 */
bool blame_crash(struct blame *blame, const char *checker);

/** A file came through all checkers. */
void blame_passed(struct blame *blame);

/** The settings as JSON text, with what is disabled. Belongs to blame. */
const char *blame_settings(const struct blame *blame);

/** Names of disabled checkers, an array; and a sentence for each to add to warnings. */
json_t *blame_health(const struct blame *blame, json_t *warnings);
