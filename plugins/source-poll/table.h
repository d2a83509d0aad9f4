/* SPDX-License-Identifier: Apache-2.0 */
/* What the scanning child knows: the folders below its roots, and their files. */
#pragma once

#include "base/hash_table.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <time.h>

struct known_tree;
struct known_folder;

/** What tells one state of a file or folder from another. */
struct known_form {
    struct timespec modified, changed;
    uint64_t size, inode;
};

enum file_flag {
    FILE_NEW = 1,     /* it has come, or changed, under our eyes */
    FILE_BACKLOG = 2, /* it was there when the scan began */
    FILE_LINK = 4,    /* a symbolic link to a file, which is followed */
};

/** What a file waits for. */
enum file_list {
    LIST_NONE,
    LIST_LIVE,    /* to settle: its form has not been reported */
    LIST_BACKLOG, /* … as one that was there when the scan began */
    LIST_RECENT,  /* reported, but changed lately: to be old */
    LISTS,
};

struct known_file {
    struct hash_link link;           /* by folder and name */
    TAILQ_ENTRY(known_file) sibling; /* of its folder */
    TAILQ_ENTRY(known_file) waiting; /* in list */
    struct known_folder *folder;
    struct known_tree *target; /* of a link to a folder: what is followed for it; else NULL */
    struct known_form form;
    uint64_t listed_inode; /* as its folder lists it: tells that another file has taken the name */
    int64_t since_ms;      /* when it was first seen in this form */
    uint32_t read;         /* the reading of its folder that met it last */
    uint8_t flags, list;
    char name[];
};
TAILQ_HEAD(known_files, known_file);

/** Goes into a folder a second time, to find it by its number. */
struct inode_link {
    struct hash_link link;
    struct known_folder *folder;
};

TAILQ_HEAD(known_folders, known_folder);

struct known_folder {
    struct hash_link link; /* by parent and name */
    struct inode_link by_inode;
    TAILQ_ENTRY(known_folder) sibling, newer;
    struct known_folder *parent; /* NULL: the root of tree */
    struct known_tree *tree;
    struct known_folders folders;
    struct known_files files;
    struct known_form form;
    int64_t seen_ms; /* when it was first seen in this form */
    int64_t read_ms; /* when it was last read; meaningless while reads is 0 */
    int64_t full_ms; /* … and all its files looked at */
    uint32_t reads, read, epoch;
    bool fresh;    /* it has come under our eyes: what is in it is new, whatever its age */
    bool unsure;   /* read it again, whatever its times say */
    bool told;     /* that it cannot be read */
    bool inode_in; /* by_inode is in its table */
    bool newest;   /* it is among the newest */
    bool busy;     /* it is being read */
    char name[];
};

/** A root: the watched folder, or where a followed link leads. */
struct known_tree {
    TAILQ_ENTRY(known_tree) entry;
    struct known_folder *top;
    unsigned links;           /* that lead here; 0: the watched folder itself */
    uint32_t epoch;           /* goes up when another folder takes the place of the root */
    struct timespec followed; /* since when: what is older and comes is new nevertheless */
    dev_t device;
    bool known, mount; /* it has been there; it was the root of a mount */
    bool inodes;       /* numbers tell files apart: not where FUSE makes them up */
    bool scanned;      /* once to its end */
    char path[];
};
TAILQ_HEAD(known_trees, known_tree);

enum {
    TABLE_LEFT = 256, /* numbers of folders that have gone: one of them may come elsewhere */
    TABLE_NEWEST =
        64, /* folders that are looked at in the middle of rounds: 32 ms at 0.5 ms each */
};

struct table {
    struct hash_table files, folders, inodes;
    struct known_files lists[LISTS];
    size_t counts[LISTS];
    struct known_folders newest; /* those that changed last, the last one first */
    unsigned newest_count;
    struct known_trees trees;
    uint64_t left[TABLE_LEFT];
    unsigned left_at;
};

void table_init(struct table *table);
void table_finish(struct table *table);

/** The first is the watched folder, the others are where links lead. */
struct known_tree *table_add_tree(struct table *table, const char *path);
/** A tree that no link leads to any more; NULL: none. */
struct known_tree *table_unlinked(const struct table *table);
void table_drop_tree(struct table *table, struct known_tree *tree);

/** What is of this name in folder; NULL: nothing. */
struct known_file *table_find_file(const struct table *table, const struct known_folder *folder,
                                   const char *name);
struct known_folder *table_find_folder(const struct table *table, const struct known_folder *folder,
                                       const char *name);

struct known_file *table_add_file(struct table *table, struct known_folder *folder,
                                  const char *name);
/** Forgets it, and that it leads to another tree. */
void table_drop_file(struct table *table, struct known_file *file);

struct known_folder *table_add_folder(struct table *table, struct known_folder *parent,
                                      const char *name);
/** Forgets it with all that lies below. */
void table_drop_folder(struct table *table, struct known_folder *folder);

/** folder is now known by its form's number. */
void table_number(struct table *table, struct known_folder *folder);
/** folder was read: it is among the newest if its times are. */
void table_note(struct table *table, struct known_folder *folder);
/** A folder of this number is known, or has left lately. */
bool table_has_number(const struct table *table, uint64_t inode);

/** file changed at now_ms: it has to settle, behind those of its list that changed before. */
void table_settle(struct table *table, struct known_file *file, int64_t now_ms);
/** Puts file at the end of list, and of no other. */
void table_put(struct table *table, struct known_file *file, enum file_list list);

/** Writes the path of folder, or of name in it (may be NULL); false: room is too small. */
bool table_path(const struct known_folder *folder, const char *name, char *path, size_t room);
