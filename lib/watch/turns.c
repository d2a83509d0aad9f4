/* SPDX-License-Identifier: Apache-2.0 */
/* Long work in small steps: so many per turn of the loop that events are heard in between. */
#include "watch/turns.h"
#include "base/memory.h"
#include <event2/event.h>
#include <time.h>

enum { TURNS_SLICE = 256 }; /* steps, most of them an entry of a folder: about 1 ms */

struct turns {
    struct turns_owner owner;
    struct event *turn;
    struct timespec began;
    bool paused;
};

void turns_wake(struct turns *turns) {
    static const struct timeval at_once = {0};
    if (!turns->paused) {
        evtimer_add(turns->turn, &at_once);
    }
}

static void handle_turn(evutil_socket_t unused, short what, void *self) {
    (void)unused, (void)what;
    struct turns *turns = self;
    unsigned left = TURNS_SLICE;
    while (left > 0 && !turns->paused && turns->owner.step(turns->owner.self)) {
        left--;
    }
    if (left == 0) {
        turns_wake(turns);
    } else if (!turns->paused) {
        turns->owner.rest(turns->owner.self);
    }
}

void turns_pause(struct turns *turns, bool paused) {
    turns->paused = paused;
    if (paused) {
        event_del(turns->turn);
        return;
    }
    if (!turns->began.tv_sec) {
        clock_gettime(CLOCK_MONOTONIC, &turns->began);
    }
    turns_wake(turns);
}

double turns_taken_ms(const struct turns *turns) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - turns->began.tv_sec) * 1e3 +
           (double)(now.tv_nsec - turns->began.tv_nsec) / 1e6;
}

struct turns *turns_create(struct mrq_host *host, const struct turns_owner *owner) {
    struct turns *turns = mem_new(struct turns);
    turns->owner = *owner;
    turns->paused = true;
    turns->turn = evtimer_new(host->base, handle_turn, turns);
    if (!turns->turn) {
        mrq_error(host, "cannot join the event loop");
        turns_destroy(turns);
        return NULL;
    }
    return turns;
}

void turns_destroy(struct turns *turns) {
    if (!turns) {
        return;
    }
    if (turns->turn) { /* event_free(NULL) crashes in libevent 2.1 */
        event_free(turns->turn);
    }
    free(turns);
}
