/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scans of folders, in slices: at most 256 entries per turn of the loop, so that events are heard
 * in between. A folder is always watched before it is scanned; what happens in it meanwhile is
 * heard, what happened before is seen.
 */
#pragma once

#include "tree.h"

struct walk;

/** Paused at first. Tree and roots must outlive it. Destroy takes NULL. */
struct walk *walk_create(struct mrq_host *host, struct tree *tree, struct roots *roots);
void walk_destroy(struct walk *walk);

/** Has folder scanned; flags: FOLDER_DEEP, FOLDER_FRESH or 0. */
void walk_queue(struct walk *walk, struct folder *folder, enum mrq_lane lane, unsigned flags);

/** What to do with a folder that was attached on an event: scan it where that is due. */
void walk_attached(struct walk *walk, struct folder *folder, enum tree_change change);

/** What was heard of folder could not be looked at (tree_answers()): all in it is, later. */
void walk_later(struct walk *walk, struct folder *folder);

/** Once per round: scans what waits for it, and has the tree forget what is gone. */
void walk_round(struct walk *walk);

/** Stops and goes on, at any time. */
void walk_pause(struct walk *walk, bool paused);

/** No file is told in the lane MRQ_BACKLOG; folders are watched all the same. */
void walk_hold_back(struct walk *walk, bool held);

/** True while there is something to scan. */
bool walk_is_busy(const struct walk *walk);
