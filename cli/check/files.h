/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a path names: itself, or those below a folder. */
#pragma once

#include <stdbool.h>

/** named: the path was given as it is; false: it was found below a folder. */
typedef void (*files_visit)(void *self, const char *path, bool named);

/**
 * Calls visit for path, or where that is a folder for each file below it in the order of names;
 * links, hidden ones and what systems put there for themselves are left alone. Returns false, and
 * said why on standard error, where a folder cannot be read.
 */
bool files_each(const char *path, files_visit visit, void *self);
