/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that come and go with their sessions. */
#pragma once

#include <stdbool.h>

/** Makes the folder and those above it that are missing. Says why and returns false. */
bool folders_make(const char *path);

/** Removes the folder with all that is in it; says what stays. */
void folders_remove(const char *path);
