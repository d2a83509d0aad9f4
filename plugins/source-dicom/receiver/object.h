/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of an object that is being received. It has a temporary name in the spool, which is the
 * working folder, and gets its own only when it is complete.
 */
#pragma once

#include "records.h"
#include "uid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { OBJECT_NAME_BYTES = 24, OBJECT_PATH_BYTES = 3 * (UID_BYTES + 1) + sizeof("-9.dcm") };

/** The temporary name of the one object that process writes. */
void object_name(char name[OBJECT_NAME_BYTES], pid_t process);

/** Removes what processes that are gone have left in the spool. */
void object_sweep(void);

struct object {
    int fd;
    int error; /* errno of the first write that failed, or 0: the rest is not written */
    uint64_t bytes;
    char name[OBJECT_NAME_BYTES];
};

/** What stands before the data set in a DICOM file (PS3.10 7.1). */
struct object_meta {
    const char *sop_class, *instance, *transfer_syntax;
    const char *implementation, *version; /* of who writes the file: UID and name */
    const char *source;                   /* AE title of who has sent it */
};

/** Begins the file; false: see errno. Then exactly one of keep and drop ends it. */
bool object_begin(struct object *object, const struct object_meta *meta);

/** Adds bytes of the data set, as they came. */
void object_write(struct object *object, const void *bytes, size_t length);

struct object_uids {
    char study[UID_BYTES + 1], series[UID_BYTES + 1], instance[UID_BYTES + 1];
};

enum object_sync { OBJECT_LAZY, OBJECT_SYNC };

enum object_kept {
    OBJECT_KEPT, /* as study/series/instance.dcm, or it was there already with the same data set */
    OBJECT_BESIDE,  /* an earlier one has another data set: as instance-2.dcm, instance-3.dcm … */
    OBJECT_REFUSED, /* there are OBJECT_VERSIONS others */
    OBJECT_LOST,    /* see errno */
};

/**
 * Gives the file its name; path becomes that. No file that is there is ever replaced. OBJECT_SYNC:
 * file and name are on the disk then. REFUSED, LOST: the file is gone.
 */
enum object_kept object_keep(struct object *object, const struct object_uids *uids,
                             enum object_sync sync, char path[OBJECT_PATH_BYTES]);
void object_drop(struct object *object);

#ifdef __cplusplus
}
#endif
