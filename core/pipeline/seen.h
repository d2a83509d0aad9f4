/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of files that were counted: by path, which file it was and which series it was
 * counted in. Only hashes are kept, no names. It is bounded in three steps. While there is room
 * each file is remembered by itself. When it is full, folders that are quiet are remembered as a
 * whole (seen_quiet.h): a year of files, 20 million in 100,000 folders, takes 10 MB. Only when
 * there are too many of those is one forgotten.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen;

/** A place for a file: hashes of its watched folder, folder and path. */
struct seen_place {
    uint64_t root, folder, key;
};

/** What is known of a place. */
struct seen_file {
    uint64_t key;
    uint64_t identity; /* hash of it; 0: not known */
    uint64_t series;   /* counted in; SEEN_ERROR, SEEN_REFUSED: in none */
    uint32_t born;     /* a hash of when it was made; 0: not known */
    /** Its time of change when it was read and had a verdict, or might not be read (SEEN_ERROR); 0:
     * neither, or nobody knows. */
    int64_t proof_ns;
};

enum { SEEN_ERROR = 0, SEEN_REFUSED = 1 };

/** What the record is told, and asks for. */
struct seen_owner {
    void *self;
    /** A folder is forgotten: files of its watched folder that are not newer count as seen. */
    void (*forget)(void *self, uint64_t root, int64_t newest_ns);
    /** How urgently the files of a folder are to be remembered one by one. */
    enum seen_need (*need)(void *self, uint64_t root, uint64_t folder);
    /** Files of root that were changed before were not looked at; 0: all were. */
    int64_t (*since)(void *self, uint64_t root);
};

enum seen_need {
    SEEN_FREE,   /* not at all, when it is quiet */
    SEEN_WANTED, /* its files are to be removed one day: as long as can be */
    SEEN_BUSY,   /* some are on their way: what has not come yet may be older than what has */
};

struct seen_bounds {
    size_t files;     /* remembered one by one; four times as many where that must be */
    size_t folders;   /* remembered as a whole */
    int64_t quiet_ns; /* nothing was noted in a folder for so long: it is quiet */
};

/** Destroy takes NULL. */
struct seen *seen_create(const struct seen_bounds *bounds, const struct seen_owner *owner);
void seen_destroy(struct seen *seen);

/** Other bounds are in force: where there are more files by themselves, quiet folders go. */
void seen_configure(struct seen *seen, const struct seen_bounds *bounds, int64_t now_ns);

/** What is known of a place; NULL: nothing. Valid until the record changes. */
const struct seen_file *seen_find(const struct seen *seen, const struct seen_place *place);

/** A file with this identity, as it was when it was seen at its place; NULL: none is known. */
const struct seen_file *seen_anywhere(const struct seen *seen, uint64_t identity);

/** A file of this folder that was changed then was seen, though nothing is known of it. */
bool seen_covers(const struct seen *seen, uint64_t folder, int64_t changed_ns);

/** When something happens: the time now and that of the change of the file, 0: not known. */
struct seen_times {
    int64_t now_ns, changed_ns;
};

/** Takes file down at place. */
void seen_note(struct seen *seen, const struct seen_place *place, const struct seen_file *file,
               const struct seen_times *times);

/** The file with this identity now is at place: its old place is forgotten. */
void seen_move(struct seen *seen, const struct seen_place *place, uint64_t identity,
               const struct seen_times *times);

/** What was known by the identity once is known by another from now on. False: there was none. */
bool seen_identify(struct seen *seen, uint64_t once, uint64_t identity);

/** The file with this identity at place was removed; and a folder with all that was in it. */
void seen_remove(struct seen *seen, const struct seen_place *place, uint64_t identity);
void seen_remove_folder(struct seen *seen, uint64_t folder);

/** Files remembered one by one; folders remembered as a whole. */
size_t seen_count(const struct seen *seen);
size_t seen_quiet_count(const struct seen *seen);

/** When the file of root that was changed first was, as far as is known; most_ns if that is less.
 */
int64_t seen_oldest(const struct seen *seen, uint64_t root, int64_t most_ns);

/** Files that were SEEN_WANTED and for which there was no room one by one. */
size_t seen_crowded(const struct seen *seen);

/** One record of the state file; value is stolen, NULL: it is void. */
typedef void (*seen_put)(void *self, const char *key, json_t *value);

/** Gives what has changed since it was last asked, in records of some files each. */
void seen_collect(struct seen *seen, seen_put put, void *self);

/** Takes one such record back in. False: key or value are none. */
bool seen_restore(struct seen *seen, const char *key, const json_t *value);
