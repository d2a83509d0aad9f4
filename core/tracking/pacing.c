/* SPDX-License-Identifier: Apache-2.0 */
/* Things that are told at once and then at most every interval, the last time always. */
#include "pacing.h"
#include "base/clock.h"
#include "base/memory.h"

TAILQ_HEAD(pace_list, pace);

struct pacing {
    struct event *timer;
    unsigned interval_ms;
    struct pace_list waiting; /* by due_ms */
    void (*tell)(void *self, struct pace *pace);
    void *self;
};

static void arm(struct pacing *pacing, int64_t now) {
    struct pace *first = TAILQ_FIRST(&pacing->waiting);
    if (!first) {
        event_del(pacing->timer);
        return;
    }
    struct timeval wait = clock_delay(first->due_ms - now);
    event_add(pacing->timer, &wait);
}

void pacing_flush(struct pacing *pacing, struct pace *pace) {
    if (pace->waiting) {
        pacing_cancel(pacing, pace);
        pace->due_ms = clock_ms() + pacing->interval_ms;
        pacing->tell(pacing->self, pace);
    }
}

static void handle_timer(evutil_socket_t none, short what, void *context) {
    (void)none;
    (void)what;
    struct pacing *pacing = context;
    int64_t now = clock_ms();
    struct pace *first;
    while ((first = TAILQ_FIRST(&pacing->waiting)) && first->due_ms <= now) {
        pacing_flush(pacing, first);
    }
    arm(pacing, now);
}

struct pacing *pacing_create(struct event_base *base, void (*tell)(void *self, struct pace *pace),
                             void *self) {
    struct pacing *pacing = mem_new(struct pacing);
    TAILQ_INIT(&pacing->waiting);
    pacing->tell = tell;
    pacing->self = self;
    pacing->timer = evtimer_new(base, handle_timer, pacing);
    if (!pacing->timer) {
        abort(); /* out of memory, the one reason there is */
    }
    return pacing;
}

void pacing_destroy(struct pacing *pacing) {
    if (pacing) {
        event_free(pacing->timer);
        free(pacing);
    }
}

void pacing_set_interval(struct pacing *pacing, unsigned interval_ms) {
    pacing->interval_ms = interval_ms;
}

bool pacing_now(struct pacing *pacing, struct pace *pace) {
    if (pace->waiting) {
        return false;
    }
    if (pacing->interval_ms == 0) {
        return true;
    }
    int64_t now = clock_ms();
    if (pace->due_ms <= now) {
        pace->due_ms = now + pacing->interval_ms;
        return true;
    }
    struct pace *before = TAILQ_LAST(&pacing->waiting, pace_list);
    while (before && before->due_ms > pace->due_ms) {
        before = TAILQ_PREV(before, pace_list, link);
    }
    if (before) {
        TAILQ_INSERT_AFTER(&pacing->waiting, before, pace, link);
    } else {
        TAILQ_INSERT_HEAD(&pacing->waiting, pace, link);
    }
    pace->waiting = true;
    if (!before) {
        arm(pacing, now);
    }
    return false;
}

void pacing_cancel(struct pacing *pacing, struct pace *pace) {
    if (pace->waiting) {
        TAILQ_REMOVE(&pacing->waiting, pace, link);
        pace->waiting = false;
    }
}

void pacing_flush_all(struct pacing *pacing, bool (*which)(void *self, const struct pace *pace),
                      void *self) {
    struct pace *pace = TAILQ_FIRST(&pacing->waiting);
    while (pace) {
        struct pace *next = TAILQ_NEXT(pace, link);
        if (!which || which(self, pace)) {
            pacing_flush(pacing, pace);
        }
        pace = next;
    }
}
