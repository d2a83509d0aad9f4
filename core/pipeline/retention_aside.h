/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing a file, and never another one than was looked at. Between a look at a name and unlink()
 * another file may take the name, or somebody may move the whole folder away, where what holds it
 * open follows. So the file is renamed into a folder beside it first, whose name is wanted by
 * nobody; there it is looked at again, and only if it is the same, and its folder is where it was,
 * it goes; else it is put back, never over another. What was put aside when the process was killed
 * is put back by the next pass.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

/** Where files wait for that; a name of companion.h. */
#define ASIDE_NAME ".mrqart-removing"

/** A folder that files are removed in. */
struct aside {
    const char *root;  /* path of the watched folder */
    const char *below; /* path of the folder relative to it; "": itself */
    int folder;        /* open; not ours */
    int fd;            /* of ASIDE_NAME in it; -1: not open */
    unsigned stuck;    /* files that stay in it, since their names were taken meanwhile */
};

enum aside_outcome {
    ASIDE_REMOVED,
    ASIDE_LEFT,   /* it is another file: where it was */
    ASIDE_MOVED,  /* the folder is not in its place any more: all that is in it stays */
    ASIDE_GONE,   /* somebody else has removed it */
    ASIDE_DENIED, /* see errno */
    ASIDE_UNABLE, /* the file system cannot rename without replacing: nothing is touched */
};

/** Puts back what is left in it, if anything. False: something has to stay, or see errno. */
bool aside_begin(struct aside *aside);
/** Takes its own folder away again. */
void aside_end(struct aside *aside);

/** The folder is still at its path below the watched folder. */
bool aside_in_place(const struct aside *aside);

/** Removes name if it is the file of that status still; its time of change aside. */
enum aside_outcome aside_remove(struct aside *aside, const char *name, const struct stat *status);
