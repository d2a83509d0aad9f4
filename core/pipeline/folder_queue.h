/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that wait for a worker: one queue per folder and lane, served in turn, live before
 * backlog. While another folder waits, one folder has at most all workers but one.
 */
#pragma once

#include "queued_file.h"

enum { LOAD_FILES = 4 }; /* with one worker at once: hides the way there and back */

/** The files that one worker has. */
struct load {
    struct queued_file *files[LOAD_FILES];
    size_t count;
};

/** Put it into the file's own struct; init before use. */
struct folder_queue {
    TAILQ_HEAD(folder_ring, folder) rings[LANES];
    size_t waiting[LANES];
    size_t folders; /* with files that wait */
};

void folder_queue_init(struct folder_queue *queue);

/** file->lane says where to. */
void folder_queue_put(struct folder_queue *queue, struct queued_file *file);
void folder_queue_put_front(struct folder_queue *queue, struct queued_file *file);
void folder_queue_remove(struct folder_queue *queue, struct queued_file *file);

/**
 * Moves the next file for the worker that has load to the end of load; workers: how many there are;
 * last: MRQ_LIVE: live ones only. NULL: none waits that this worker may have.
 */
struct queued_file *folder_queue_next(struct folder_queue *queue, struct load *load,
                                      unsigned workers, enum mrq_lane last);

/** The file at index is taken back: NULL takes its place, since its answer may still come. */
void folder_queue_blank(struct load *load, size_t index);

/** What is at index leaves load. */
void folder_queue_leave(struct load *load, size_t index);
