/* SPDX-License-Identifier: Apache-2.0 */
/* The folders that files come from: whose files were seen there, and the errors gathered there. */
#pragma once

#include "name_field.h"
#include "pacing.h"
#include "station.h"
#include <stdint.h>

enum {
    FOLDERS = 4096,   /* one per session: months of them; the longest untouched is forgotten */
    FOLDER_TORN = 16, /* of one folder that are known; of more it stands what was said of them */
};

/** A file that could not be read, and whose it is by what was known then. */
struct tracking_torn {
    uint64_t file, image;    /* hashes of its path and of its SOP Instance UID; 0: free, not told */
    uint64_t header_key;     /* of its series by its header; 0: that does not tell */
    struct name_field name;  /* what its name tells */
    struct station *station; /* NULL: it is nobody's */
    uint64_t series_key;
    unsigned series_run;
};

struct tracking_folder {
    TAILQ_ENTRY(tracking_folder) used;
    LIST_ENTRY(tracking_folder) bucket;
    uint64_t hash;           /* of the path */
    char *path;              /* absolute */
    struct station *station; /* last seen here, or NULL */
    uint64_t series_key;     /* of the series last seen here, if station is set */
    unsigned series_run;
    bool shared; /* images of several series have come here */
    struct pace pace;
    uint64_t errors;                        /* files that could not be read, so far */
    char *file, *message;                   /* of the last one */
    struct tracking_torn torn[FOLDER_TORN]; /* a ring */
    struct tracking_torn *last_torn;        /* the last one; NULL: none, or forgotten */
    unsigned torn_next;
};

struct tracking_folders;

/** forget(self, folder): room is needed, the folder goes. Destroy takes NULL, and only frees. */
struct tracking_folders *
tracking_folders_create(void (*forget)(void *self, struct tracking_folder *folder), void *self);
void tracking_folders_destroy(struct tracking_folders *folders);

/** The folder at path, known or new. */
struct tracking_folder *tracking_folders_get(struct tracking_folders *folders, const char *path);
