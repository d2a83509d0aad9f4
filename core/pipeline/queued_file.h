/* SPDX-License-Identifier: Apache-2.0 */
/* A file on its way from a source to series tracking, and the folder it lies in. */
#pragma once

#include "base/hash_table.h"
#include "policy.h"
#include "protocol.h"

#include <mrqart/plugin.h>
#include <stdbool.h>
#include <sys/queue.h>

enum { LANES = 2 }; /* MRQ_LIVE, MRQ_BACKLOG */

struct retention_pass;

/** A watched folder as a source follows it. */
struct root {
    TAILQ_ENTRY(root) entry;
    char *path;
    size_t length; /* of path */
    uint64_t hash;
    int64_t since_ns;                 /* when it was first followed; 0: not yet */
    int64_t floor_ns;                 /* what was changed before is forgotten: it counts as seen */
    bool unfinished;                  /* retention may have left files of it aside */
    bool changed;                     /* these three are not in the state file yet */
    char *source;                     /* that follows it; NULL: none does */
    struct root_policy policy;        /* policy.source is source */
    struct retention_pass *retention; /* NULL: never was on */
    bool shut;       /* its processes hang in the kernel: nothing of it is checked */
    size_t waiting;  /* files of it in the queues */
    size_t left_out; /* files that came while it was shut and had no room in the queues */
};

enum file_state {
    FILE_WAITING,  /* in its folder's queue */
    FILE_SENT,     /* a worker has it */
    FILE_HELD,     /* answered; files closed before it are not */
    FILE_SETTLING, /* incomplete or open: looked at again later */
};

struct queued_file;
TAILQ_HEAD(file_list, queued_file);

/** A file waits for its turn in its folder. */
struct held_answer {
    struct protocol_answer answer;
    uint64_t trusted; /* counted by its name alone: the series it belongs to; 0: answered */
    size_t length;
    char text[];
};

struct folder;

struct queued_file {
    struct hash_link link;          /* among all files on their way, by seen key */
    TAILQ_ENTRY(queued_file) entry; /* FILE_WAITING, FILE_SETTLING, FILE_HELD: a list of such */
    TAILQ_ENTRY(queued_file) turn;  /* the order of its folder and lane */
    struct folder *folder;
    struct held_answer *held;
    uint64_t last_look; /* its identity when it was found incomplete or open; 0: it was not */
    long long due_ms;   /* FILE_SETTLING: when to look again; FILE_HELD: when to wait no more */
    enum file_state state;
    enum mrq_lane lane;
    enum mrq_lane turn_lane;       /* the lane in whose order it is */
    bool in_turn;                  /* in its folder's order */
    bool maybe_open;               /* found by a scan */
    bool again;                    /* it came once more meanwhile */
    bool again_found;              /* … by a scan only */
    bool alone;                    /* its worker died: to be tried with no other beside it */
    unsigned char deaths, returns; /* of workers that had it taken; that had not */
    unsigned patience;             /* how often it was found open in a row */
    char name[];
};

struct trusted_names;

struct folder {
    struct hash_link link; /* among all folders, by the hash of its path */
    TAILQ_ENTRY(folder) idle;
    TAILQ_ENTRY(folder) ring[LANES]; /* folders with files that wait, in turn */
    struct root *root;
    struct file_list waiting[LANES];
    struct file_list turns[LANES]; /* files let go, in order */
    size_t held;                   /* answers that wait for their turn */
    size_t files;                  /* on their way */
    unsigned workers;              /* that have one of its files */
    bool refused;                  /* a name in it was not wanted, and that was said */
    bool companion;                /* nothing in it is an image: see companion.h */
    struct trusted_names *trusted;
    const char *below; /* path relative to root: within path */
    char path[];
};
