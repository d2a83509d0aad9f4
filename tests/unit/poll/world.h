/* SPDX-License-Identifier: Apache-2.0 */
/* A world for scans: real folders, a clock that is turned by hand, and file systems that lie. */
#pragma once

#include "disk.h"
#include "scan.h"

enum { WORLD_TOLD = 256 };

struct told {
    struct record head;
    char path[PATH_MAX];
};

struct world {
    char *folder; /* the watched one */
    struct scan *scan;
    int64_t now_ms;
    bool timeless;    /* folders keep no times */
    bool mounted;     /* the watched folder is the root of a mount */
    dev_t device;     /* added to all numbers of devices */
    ino_t shift;      /* added to all numbers of files */
    int failing;      /* not 0: the errno of every look */
    bool refuse;      /* to follow anything */
    bool hanging;     /* whatever links lead to */
    bool held;        /* the backlog is */
    unsigned slow_ms; /* that a look takes */
    unsigned looks;
    void (*looked)(struct world *world); /* called after each look, unless NULL */
    struct told told[WORLD_TOLD];
    unsigned told_count;
};

/** With a folder of its own; set options of the scan before world_begin(). */
struct world *world_create(void);
void world_begin(struct world *world, const struct scan_options *options);
void world_destroy(struct world *world);

/** What tests begin with: 2 s, 2 s, and no bound that matters. */
struct scan_options world_options(void);
/** The same, of a folder that is followed since a second from now: what is there is older. */
struct scan_options world_later(void);

/** Has the scan work for so long. */
void world_run(struct world *world, unsigned ms);

/** What was told of a kind; path NULL: of any path. */
unsigned world_count(const struct world *world, enum record_kind kind, const char *path);
const struct told *world_last(const struct world *world, enum record_kind kind);
