/* SPDX-License-Identifier: Apache-2.0 */
/* The watched folders themselves: there, missing, gone, replaced. */
#pragma once

#include <mrqart/plugin.h>
#include <sys/queue.h>
#include <time.h>

struct folder; /* what a source knows of a folder: its own */
struct links;
struct reach;

enum root_state {
    ROOT_WAITING, /* it has not been there yet */
    ROOT_WATCHED,
    ROOT_POLLED,  /* it is there, but the kernel gives no watch for it */
    ROOT_REFUSED, /* it is there, but cannot be followed */
    ROOT_GONE,    /* it was there */
};

/** A folder of the option "paths", or where a link below one leads, with all that lies below it. */
struct root {
    TAILQ_ENTRY(root) entry;
    char *given;              /* as it stands in the configuration */
    char *path;               /* absolute, links resolved */
    struct folder *folder;    /* NULL while there is no such folder; kept by the source */
    struct timespec followed; /* since when; what is older was there before us */
    enum root_state state;    /* the source says whether it is watched, polled or refused */
    bool told;                /* that it is missing */
    bool silent;              /* a mount on its way does not answer: it is as it was before */
    int error;                /* why it cannot be read: errno; 0: it can */
    bool linked;              /* it is not in the configuration: a link leads to it */
    unsigned links;           /* that hold it, then */
};

enum root_look {
    ROOT_ABSENT,  /* there is no folder at its path: see errno */
    ROOT_SAME,    /* it is the one that is watched already */
    ROOT_ANOTHER, /* it is another one, which is watched now; its scan is under way */
};

/** What a source does for its roots. */
struct roots_owner {
    void *self;
    /** Looks what is at root->path, and watches it; keeps root->folder and, there, root->state. */
    enum root_look (*look)(void *self, struct root *root, enum mrq_lane lane);
    /** Scans a root that is there, with all that lies below. */
    void (*rescan)(void *self, struct root *root);
    /** Forgets the folder of a root that is no longer watched, and NULLs root->folder. */
    void (*leave)(void *self, struct root *root);
};

struct roots;

/**
 * Of the options "paths" and "follow_links". Says what is named twice; NULL, having said so, when
 * none is named. Destroy takes NULL.
 */
struct roots *roots_create(struct mrq_host *host, const struct roots_owner *owner,
                           const struct mrq_settings *settings);
void roots_destroy(struct roots *roots);

/** Watches all that are there and has them scanned; waits for the others. */
void roots_start(struct roots *roots);

/** The first of them, NULL when all are links that lead nowhere; the next by TAILQ_NEXT. */
struct root *roots_first(const struct roots *roots);

/**
 * Watches path, which a link leads to, unless that is so already. Returns the root that it is or
 * lies in; NULL: it is not watched.
 */
struct root *roots_add(struct roots *roots, const char *path, enum mrq_lane lane);

/** One link less holds root; without any it is no longer watched. It stays valid. */
void roots_release(struct roots *roots, struct root *root);

/** The watched folder that path, links resolved, lies in or is; NULL: none. */
struct root *roots_of(const struct roots *roots, const char *path);

bool roots_follow_links(const struct roots *roots);
struct links *roots_links(const struct roots *roots); /* NULL: they are not followed */

/** Whether what is at a path can be looked at now: of all roots. */
struct reach *roots_reach(const struct roots *roots);

/** Looks whether a root is where it should be, and whether it is the same folder still. */
void roots_check(struct roots *roots, struct root *root);

/** Checks those whose folder has been moved into another root. */
void roots_check_lost(struct roots *roots);

/** Checks all of them: once per round, for no event tells that a parent was renamed. */
void roots_check_all(struct roots *roots);

/** Scans all of them with all that lies below. */
void roots_rescan(struct roots *roots);

/** What they are, for /healthz. */
void roots_health(const struct roots *roots, struct mrq_report *report);
