/* SPDX-License-Identifier: Apache-2.0 */
/* All templates of a database in memory, found by project and sequence. */
#pragma once

#include "acqdb/acqdb.h"

struct templates;

struct templates *templates_create(void);
void templates_destroy(struct templates *templates);

/**
 * Adds a copy of template; one without a sequence is none. Of two that differ in the case of their
 * names only, the one seen more often stays, then the one seen later.
 */
void templates_add(struct templates *templates, const struct acqdb_template *template);

const struct acqdb_template *templates_find(const struct templates *templates, const char *project,
                                            const char *sequence);
size_t templates_count(const struct templates *templates);

/** A list of all, by project and sequence; free the list only. */
const struct acqdb_template **templates_sorted(const struct templates *templates);
