/* SPDX-License-Identifier: Apache-2.0 */
/* Bulk import of an archive into the acquisition database. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** More processes than that only wait for each other's disk. */
enum { IMPORT_READERS_MOST = 64 };

struct import_options {
    const char *database;
    bool all;       /* sessions too that are older than the newest acquisition of their project */
    size_t readers; /* processes; 0: one for each core */
};

/** Imports the folders, rebuilds the templates, prints a summary. Returns the exit status. */
int import_folders(const struct import_options *options, char *const *folders, size_t count);
