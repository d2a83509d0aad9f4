/* SPDX-License-Identifier: Apache-2.0 */
/* Which earlier series a series repeats. */
#pragma once

#include "station.h"

/**
 * The latest earlier series of the same session, name, project and ImageType, if that is one to be
 * repeated: it deviates, has changed or is incomplete; else NULL. session_ms: what parts sessions
 * where the study does not tell; 0: nothing.
 */
struct series *repeats_find(struct series *series, int64_t session_ms);

/** The series that was begun next after earlier and would have repeated it; NULL: none. */
struct series *repeats_follower(struct series *earlier, int64_t session_ms);

/** series repeats earlier; NULL: none. */
void repeats_set(struct series *series, const struct series *earlier);

bool repeats_is(const struct series *series, const struct series *earlier);
