/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of folders that may not be there yet. */
#pragma once

#include <stdbool.h>

/** path, absolute, without "//", "/./" and a slash at the end; ".." stays. Free it. Nothing is
 * looked at but the working folder's name. */
char *paths_absolute(const char *path);

/** path, absolute and without links as far as it exists; the rest as it is. Free it. */
char *paths_resolve(const char *path);

/** True if inner is outer, or lies below it: both absolute, links resolved. */
bool paths_is_within(const char *inner, const char *outer);
