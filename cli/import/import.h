/* SPDX-License-Identifier: Apache-2.0 */
/* Bulk import of an archive into the acquisition database. */
#pragma once

#include "scan.h"

#include <stdbool.h>
#include <stddef.h>

/** More processes than that only wait for each other's disk. */
enum { IMPORT_READERS_MOST = 64 };

struct import_options {
    const char *database;
    struct scan_names wanted;
    bool all;       /* sessions too that are older than the newest acquisition of their project */
    size_t readers; /* processes; 0: one for each core */
};

/**
 * Imports the folders, rebuilds the templates, prints a summary. Returns the exit status: a failure
 * too where nothing was stored and nothing had been before.
 */
int import_folders(const struct import_options *options, char *const *folders, size_t count);
