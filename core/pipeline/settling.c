/* SPDX-License-Identifier: Apache-2.0 */
/* Files that were incomplete or open when looked at. */
#include "settling.h"

#include "base/clock.h"
#include "base/memory.h"

enum {
    STEPS = 6,              /* of patience: 2, 4, 8, 16, 30 s */
    LONGEST_MS = 30 * 1000, /* a scanner's own buffers are written out by then */
};

struct settling {
    struct event *timer;
    unsigned settle_ms;
    struct file_list steps[STEPS]; /* each in the order in which they are due */
    size_t count;
    void (*due)(void *self, struct queued_file *file);
    void *self;
};

static struct queued_file *first_due(const struct settling *settling) {
    struct queued_file *first = NULL;
    for (size_t step = 0; step < STEPS; step++) {
        struct queued_file *file = TAILQ_FIRST(&settling->steps[step]);
        if (file && (!first || file->due_ms < first->due_ms)) {
            first = file;
        }
    }
    return first;
}

static void set_timer(struct settling *settling) {
    const struct queued_file *first = first_due(settling);
    if (first) {
        struct timeval delay = clock_delay(first->due_ms - clock_ms());
        event_add(settling->timer, &delay);
    }
}

static void handle_timer(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct settling *settling = self;
    long long now = clock_ms();
    struct queued_file *file;
    while ((file = first_due(settling)) && file->due_ms <= now) {
        settling_remove(settling, file);
        settling->due(settling->self, file);
    }
    set_timer(settling);
}

struct settling *settling_create(struct event_base *base, unsigned settle_ms,
                                 void (*due)(void *self, struct queued_file *file), void *self) {
    struct settling *settling = mem_new(struct settling);
    settling->timer = evtimer_new(base, handle_timer, settling);
    settling->settle_ms = settle_ms;
    settling->due = due;
    settling->self = self;
    for (size_t step = 0; step < STEPS; step++) {
        TAILQ_INIT(&settling->steps[step]);
    }
    return settling;
}

void settling_destroy(struct settling *settling) {
    if (!settling) {
        return;
    }
    event_free(settling->timer);
    free(settling);
}

void settling_configure(struct settling *settling, unsigned settle_ms) {
    settling->settle_ms = settle_ms;
}

static size_t step_of(const struct queued_file *file) {
    return file->patience < STEPS - 1 ? file->patience : STEPS - 1;
}

static struct file_list *list_of(struct settling *settling, const struct queued_file *file) {
    return &settling->steps[step_of(file)];
}

void settling_put(struct settling *settling, struct queued_file *file) {
    long long delay = (long long)settling->settle_ms << step_of(file);
    long long longest = settling->settle_ms > LONGEST_MS ? settling->settle_ms : LONGEST_MS;
    file->due_ms = clock_ms() + (delay < longest ? delay : longest);
    file->state = FILE_SETTLING;
    TAILQ_INSERT_TAIL(list_of(settling, file), file, entry);
    settling->count++;
    if (settling->count == 1 || first_due(settling) == file) {
        set_timer(settling);
    }
}

void settling_remove(struct settling *settling, struct queued_file *file) {
    TAILQ_REMOVE(list_of(settling, file), file, entry);
    settling->count--;
}

size_t settling_count(const struct settling *settling) {
    return settling->count;
}
