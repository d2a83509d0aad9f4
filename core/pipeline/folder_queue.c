/* SPDX-License-Identifier: Apache-2.0 */
/* Files that wait for a worker. */
#include "folder_queue.h"

#include <string.h>

void folder_queue_init(struct folder_queue *queue) {
    memset(queue, 0, sizeof(*queue));
    for (size_t lane = 0; lane < LANES; lane++) {
        TAILQ_INIT(&queue->rings[lane]);
    }
}

static bool waits(const struct folder *folder) {
    return !TAILQ_EMPTY(&folder->waiting[MRQ_LIVE]) || !TAILQ_EMPTY(&folder->waiting[MRQ_BACKLOG]);
}

static void enter(struct folder_queue *queue, struct queued_file *file) {
    struct folder *folder = file->folder;
    enum mrq_lane lane = file->lane;
    file->state = FILE_WAITING;
    queue->folders += !waits(folder);
    queue->waiting[lane]++;
    folder->root->waiting++;
    if (TAILQ_EMPTY(&folder->waiting[lane])) {
        TAILQ_INSERT_TAIL(&queue->rings[lane], folder, ring[lane]);
    }
}

void folder_queue_put(struct folder_queue *queue, struct queued_file *file) {
    enter(queue, file);
    TAILQ_INSERT_TAIL(&file->folder->waiting[file->lane], file, entry);
}

void folder_queue_put_front(struct folder_queue *queue, struct queued_file *file) {
    enter(queue, file);
    TAILQ_INSERT_HEAD(&file->folder->waiting[file->lane], file, entry);
}

void folder_queue_remove(struct folder_queue *queue, struct queued_file *file) {
    struct folder *folder = file->folder;
    enum mrq_lane lane = file->lane;
    TAILQ_REMOVE(&folder->waiting[lane], file, entry);
    queue->waiting[lane]--;
    folder->root->waiting--;
    if (TAILQ_EMPTY(&folder->waiting[lane])) {
        TAILQ_REMOVE(&queue->rings[lane], folder, ring[lane]);
    }
    queue->folders -= !waits(folder);
}

static bool has_one_of(const struct load *load, const struct folder *folder) {
    for (size_t i = 0; i < load->count; i++) {
        if (load->files[i] && load->files[i]->folder == folder) {
            return true;
        }
    }
    return false;
}

static bool may_have(const struct folder_queue *queue, const struct load *load,
                     const struct folder *folder, unsigned workers) {
    bool last_worker = workers > 1 && folder->workers >= workers - 1 && !has_one_of(load, folder);
    return !folder->root->shut && !(last_worker && queue->folders > 1);
}

static void move(struct folder_queue *queue, struct load *load, struct queued_file *file) {
    struct folder *folder = file->folder;
    enum mrq_lane lane = file->lane;
    folder_queue_remove(queue, file);
    if (!TAILQ_EMPTY(&folder->waiting[lane])) { /* behind those that have not had their turn */
        TAILQ_REMOVE(&queue->rings[lane], folder, ring[lane]);
        TAILQ_INSERT_TAIL(&queue->rings[lane], folder, ring[lane]);
    }
    folder->workers += !has_one_of(load, folder);
    load->files[load->count++] = file;
    file->state = FILE_SENT;
}

struct queued_file *folder_queue_next(struct folder_queue *queue, struct load *load,
                                      unsigned workers, enum mrq_lane last) {
    if (load->count >= LOAD_FILES || (load->count > 0 && load->files[0] && load->files[0]->alone)) {
        return NULL;
    }
    for (enum mrq_lane lane = MRQ_LIVE; lane <= last; lane++) {
        struct folder *folder;
        TAILQ_FOREACH(folder, &queue->rings[lane], ring[lane]) {
            struct queued_file *file = TAILQ_FIRST(&folder->waiting[lane]);
            if (may_have(queue, load, folder, workers) && !(file->alone && load->count > 0)) {
                move(queue, load, file);
                return file;
            }
        }
    }
    return NULL;
}

void folder_queue_blank(struct load *load, size_t index) {
    struct queued_file *file = load->files[index];
    load->files[index] = NULL;
    if (file) {
        file->folder->workers -= !has_one_of(load, file->folder);
    }
}

void folder_queue_leave(struct load *load, size_t index) {
    folder_queue_blank(load, index);
    memmove(load->files + index, load->files + index + 1,
            (load->count - index - 1) * sizeof(load->files[0]));
    load->count--;
}
