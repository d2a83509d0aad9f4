/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which answers are let go. */
#include "order.h"

#include "base/clock.h"
#include "base/memory.h"

enum { HELD_ANSWERS = 256 }; /* per folder; some 5 MB at most */

struct order {
    struct event *timer;
    unsigned hold_ms;
    struct file_list held; /* of all folders, longest held first */
    size_t count;
    order_deliver deliver;
    void *self;
};

static void set_timer(struct order *order) {
    const struct queued_file *first = TAILQ_FIRST(&order->held);
    if (first && !evtimer_pending(order->timer, NULL)) {
        struct timeval delay = clock_delay(first->due_ms - clock_ms());
        evtimer_add(order->timer, &delay);
    }
}

static struct queued_file *first_in_turn(const struct folder *folder, enum mrq_lane lane) {
    return TAILQ_FIRST(&folder->turns[lane]);
}

/* What is unanswered before the first answer of the folder loses its place. */
static void go_ahead(struct order *order, struct folder *folder, enum mrq_lane lane) {
    struct queued_file *first;
    while ((first = first_in_turn(folder, lane)) && first->state != FILE_HELD) {
        order_leave(order, first);
    }
    order_run(order, folder);
}

static void handle_timer(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct order *order = self;
    long long now = clock_ms();
    struct queued_file *first;
    while ((first = TAILQ_FIRST(&order->held)) && first->due_ms <= now) {
        go_ahead(order, first->folder, first->turn_lane);
    }
    set_timer(order);
}

struct order *order_create(struct event_base *base, unsigned hold_ms, order_deliver deliver,
                           void *self) {
    struct order *order = mem_new(struct order);
    order->timer = evtimer_new(base, handle_timer, order);
    order->hold_ms = hold_ms;
    order->deliver = deliver;
    order->self = self;
    TAILQ_INIT(&order->held);
    return order;
}

void order_destroy(struct order *order) {
    if (!order) {
        return;
    }
    event_free(order->timer);
    free(order);
}

void order_configure(struct order *order, unsigned hold_ms) {
    order->hold_ms = hold_ms;
}

void order_join(struct folder *folder, struct queued_file *file) {
    if (!file->in_turn) {
        file->turn_lane = file->lane;
        TAILQ_INSERT_TAIL(&folder->turns[file->turn_lane], file, turn);
        file->in_turn = true;
    }
}

bool order_may_go(const struct queued_file *file) {
    return !file->in_turn || first_in_turn(file->folder, file->turn_lane) == file;
}

void order_hold(struct order *order, struct queued_file *file) {
    file->state = FILE_HELD;
    file->due_ms = clock_ms() + order->hold_ms;
    TAILQ_INSERT_TAIL(&order->held, file, entry);
    order->count++;
    if (++file->folder->held > HELD_ANSWERS) {
        go_ahead(order, file->folder, file->turn_lane);
    }
    set_timer(order);
}

void order_leave(struct order *order, struct queued_file *file) {
    if (file->in_turn) {
        TAILQ_REMOVE(&file->folder->turns[file->turn_lane], file, turn);
        file->in_turn = false;
    }
    if (file->state == FILE_HELD) {
        TAILQ_REMOVE(&order->held, file, entry);
        order->count--;
        file->folder->held--;
        file->state = FILE_SENT;
    }
}

void order_run(struct order *order, struct folder *folder) {
    for (enum mrq_lane lane = MRQ_LIVE; lane <= MRQ_BACKLOG; lane++) {
        struct queued_file *first;
        while ((first = first_in_turn(folder, lane)) && first->state == FILE_HELD) {
            order_leave(order, first);
            order->deliver(order->self, first);
        }
    }
}

void order_flush(struct order *order) {
    for (struct queued_file *first; (first = TAILQ_FIRST(&order->held));) {
        go_ahead(order, first->folder, first->turn_lane);
    }
}

size_t order_count(const struct order *order) {
    return order->count;
}
