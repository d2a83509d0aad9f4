/* SPDX-License-Identifier: Apache-2.0 */
/* The state file as the daemon deals with it: lines for the keeper; reading is keeper_load(). */
#pragma once

#include "tracking/text_builder.h"
#include <jansson.h>

/** Adds the line that puts a record; value NULL takes it away. */
void journal_add_put(struct text_builder *out, const char *kind, const char *key,
                     const json_t *value);

/** Adds the line that makes the count lines before it valid. */
void journal_add_commit(struct text_builder *out, size_t count);
