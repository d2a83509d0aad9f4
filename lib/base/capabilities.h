/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities(7): the daemon keeps what it was given to itself, its children have none. */
#pragma once

#include <stdbool.h>

/** First thing in main(): programs that are started from now on do not inherit ours. */
void capabilities_keep(void);

/**
 * For a child: gives all of them up for ever. One that runs as root keeps root's rights to files,
 * since a daemon that is run by hand may watch folders of other users.
 */
void capabilities_drop(void);

/** This process has the capability of that number (CAP_…) in effect. */
bool capabilities_has(unsigned number);
