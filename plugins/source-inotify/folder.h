/* SPDX-License-Identifier: Apache-2.0 */
/* One folder below a watched one, as the files of this plugin share it. */
#pragma once

#include "watch/roots.h"
#include <stdbool.h>
#include <stdint.h>

/** The one list that a folder is in. */
enum folder_list {
    FOLDER_IDLE,            /* none: watched, and nothing to do */
    FOLDER_QUEUED_LIVE,     /* to be scanned */
    FOLDER_QUEUED_BACKLOG,  /* to be scanned when nothing live is */
    FOLDER_READING_LIVE,    /* being scanned: one at most */
    FOLDER_READING_BACKLOG, /* likewise */
    FOLDER_HELD_BACK,       /* watched, its files are for the backlog, which is held */
    FOLDER_LATER,           /* to be scanned at the next round: no watch, or it could not be read */
    FOLDER_LEFT,            /* not where it was: it may turn up elsewhere */
    FOLDER_DEAD,            /* to be forgotten with all below it, a few per turn of the loop */
    FOLDER_LISTS,
};

enum folder_flags {
    FOLDER_DEEP = 1,     /* the coming scan goes on into folders that are known already */
    FOLDER_FRESH = 2,    /* appeared while we watched: its files are new whatever their age */
    FOLDER_SCANNED = 4,  /* has been read to its end once */
    FOLDER_AGAIN = 8,    /* queued again while it is being read */
    FOLDER_TOLD = 16,    /* it is counted as unreadable */
    FOLDER_HASHED = 32,  /* is in the table */
    FOLDER_EXPIRED = 64, /* has left for a whole round */
};

/**
 * Some 10,000 of these are usual, so that their size counts: 88 bytes and the path. parent,
 * children and watch are right at all times; root, path and depth follow a rename when they are
 * next asked for (tree_path()), so that it costs nothing to rename a folder of many.
 */
struct folder {
    struct folder *parent; /* NULL: of a root, or of one that has left */
    LIST_HEAD(, folder) children;
    LIST_ENTRY(folder) sibling;
    TAILQ_ENTRY(folder) queued;
    struct root *root;               /* NULL: nobody knows where it is */
    char *path;                      /* absolute */
    int watch;                       /* the kernel's number for it; -1: not watched */
    uint32_t moves;                  /* tree's count of renames that path is right for */
    uint32_t seen;                   /* the newest scan that has met it */
    uint16_t length, name_at, depth; /* of path; where its last part begins; below the root */
    uint8_t list, flags;
};
