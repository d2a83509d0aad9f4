/* SPDX-License-Identifier: Apache-2.0 */
/* Long work in small steps: so few per turn of the loop that events are heard in between. */
#include "watch/turns.h"
#include "base/clock.h"
#include "base/memory.h"
#include <event2/event.h>
#include <sched.h>

/* of work per turn: an image that has just come waits for no more */
static const long long TURN_NS = 50 * 1000;

struct turns {
    struct turns_owner owner;
    struct event *turn;
    long long began_ns;
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
    const long long end_ns = clock_ns() + TURN_NS;
    while (!turns->paused && turns->owner.step(turns->owner.self)) {
        if (clock_ns() >= end_ns) {
            turns_wake(turns);
            sched_yield(); /* to whom a live image wakes: it would wait for a tick, some ms */
            return;
        }
    }
    if (!turns->paused) {
        turns->owner.rest(turns->owner.self);
    }
}

void turns_pause(struct turns *turns, bool paused) {
    turns->paused = paused;
    if (paused) {
        event_del(turns->turn);
        return;
    }
    if (!turns->began_ns) {
        turns->began_ns = clock_ns();
    }
    turns_wake(turns);
}

double turns_taken_ms(const struct turns *turns) {
    return (double)(clock_ns() - turns->began_ns) / 1e6;
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
