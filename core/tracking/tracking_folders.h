/* SPDX-License-Identifier: Apache-2.0 */
/* The folders that files come from: whose files were seen there, and the errors gathered there. */
#pragma once

#include "pacing.h"
#include "station.h"
#include <stdint.h>

enum { FOLDERS = 4096 }; /* one per session: months of them; the longest untouched is forgotten */

struct tracking_folder {
    TAILQ_ENTRY(tracking_folder) used;
    LIST_ENTRY(tracking_folder) bucket;
    uint64_t id;             /* never used again */
    char *path;              /* absolute */
    struct station *station; /* last seen here, or NULL */
    uint64_t series_key;     /* of the series last seen here, if station is set */
    unsigned series_run;
    struct pace pace;
    uint64_t errors;      /* files that could not be read, so far */
    char *file, *message; /* of the last one */
};

struct tracking_folders;

/** forget(self, folder): room is needed, the folder goes. Destroy takes NULL, and only frees. */
struct tracking_folders *
tracking_folders_create(void (*forget)(void *self, struct tracking_folder *folder), void *self);
void tracking_folders_destroy(struct tracking_folders *folders);

/** The folder at path, known or new. */
struct tracking_folder *tracking_folders_get(struct tracking_folders *folders, const char *path);
