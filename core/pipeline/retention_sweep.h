/* SPDX-License-Identifier: Apache-2.0 */
/* One pass of retention through a watched folder, in a process of its own: it may block. */
#pragma once

#include "folders.h"
#include "names.h"
#include "seen.h"

enum sweep_kind {
    SWEEP_ALIVE,  /* nothing but that it goes on */
    SWEEP_FILE,   /* was removed, or would be */
    SWEEP_FOLDER, /* was left empty by that and removed, or would be */
    SWEEP_DENIED, /* could not be removed: error */
    SWEEP_STUCK,  /* had to be left aside: its name is taken */
    SWEEP_UNABLE, /* the file system cannot do it safely: nothing is removed */
    SWEEP_DONE,   /* it has gone through all; error: the watched folder cannot be read */
};

/** What a pass says, one after another, each in one write. */
struct sweep_note {
    uint32_t kind;
    int32_t error;
    uint64_t folder, key, identity; /* place and identity of the file, or the folder's place */
    uint64_t bytes;
};

struct sweep_job {
    const char *root;
    const struct seen *seen;
    const struct names *names;
    uint64_t root_hash;
    const struct root *roots; /* all that are watched, the first of the list: each has its own */
    int64_t before_ns;        /* files whose status has not changed since are old enough */
    bool dry_run;
    int notes; /* where notes are written */
};

/** Goes through it once. Ends early when nobody reads the notes any more. */
void retention_sweep(const struct sweep_job *job);
