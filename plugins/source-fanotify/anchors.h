/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders by which others are known to be watched: the watched folders themselves, and what is
 * mounted below them. Each is known by file system and handle; its path is where it was met.
 */
#pragma once

#include "identity.h"
#include "marks.h"
#include "watch/roots.h"

/** An anchor: what this source knows of a root, and of a mount below one. */
struct folder {
    TAILQ_ENTRY(folder) entry;
    struct root *root;
    char *path; /* absolute: that of root, or below it */
    size_t length;
    int mount; /* the kernel's number of the mount it was met on */
    bool refused, listed;
    bool silent; /* it could not be looked at last time */
    struct identity identity;
};

struct anchors;

/** Destroy takes NULL. marks and reach must outlive it. */
struct anchors *anchors_create(struct mrq_host *host, struct marks *marks, struct reach *reach);
void anchors_destroy(struct anchors *anchors);

/** The first; the next by TAILQ_NEXT(folder, entry). */
const struct folder *anchors_first(const struct anchors *anchors);

/** True while folder can be looked at (watch/reach.h). */
bool anchors_answers(const struct anchors *anchors, const struct folder *folder);

/** True while folder is at its path. */
bool anchors_is_there(const struct anchors *anchors, const struct folder *folder);

/**
 * Looks what is at root->path, and marks its file system: see struct roots_owner. What cannot be
 * marked is refused, having said why.
 */
enum root_look anchors_look(struct anchors *anchors, struct root *root);

/** Drops root's folder and what is mounted below it. The marks stay: others may need them. */
void anchors_leave(struct anchors *anchors, struct root *root);

/**
 * Marks what is mounted below watched folders, and drops what is no longer; calls came(self) for
 * each that is new. Returns true when anything has changed.
 */
bool anchors_look_below(struct anchors *anchors, const struct roots *roots,
                        void (*came)(void *self, const struct folder *folder), void *self);

/** Marks all again: some file system was mounted anew. */
void anchors_mark_again(struct anchors *anchors);
