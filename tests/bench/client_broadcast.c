/* SPDX-License-Identifier: Apache-2.0 */
/* One message to many clients: when the first and when the last has it. */
#include "base/memory.h"
#include "client.h"
#include <err.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, WAIT_MS = 20000, READ_BYTES = 64 * 1024, GAP_NS = 300 * 1000 * 1000 };

struct crowd {
    int epoll;
    unsigned count, reached;
    struct connection *list;
    double first, last;
};

static void handle_message(void *self, const char *start, size_t length) {
    (void)start;
    struct crowd *crowd = self;
    if (length < FRAME_LARGE) {
        return;
    }
    crowd->last = now_ms();
    if (crowd->reached++ == 0) {
        crowd->first = crowd->last;
    }
}

static void gather(struct crowd *crowd, const struct target *target) {
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd->list = mem_zeroed(crowd->count, sizeof(struct connection));
    for (unsigned i = 0; i < crowd->count; i++) {
        connection_open(&crowd->list[i], target->address, target->greet);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, crowd->list[i].fd, &event);
    }
}

static void receive(struct crowd *crowd) {
    static char buffer[READ_BYTES];
    struct epoll_event events[EVENTS];
    int count = epoll_wait(crowd->epoll, events, EVENTS, WAIT_MS);
    if (count <= 0) {
        errx(1, "bench-client: %u of %u clients were reached", crowd->reached, crowd->count);
    }
    for (int i = 0; i < count; i++) {
        struct connection *connection = &crowd->list[events[i].data.u32];
        ssize_t length = read(connection->fd, buffer, sizeof(buffer));
        if (length <= 0) {
            errx(1, "bench-client: a client was dropped");
        }
        connection_take(connection, buffer, (size_t)length, handle_message, crowd);
    }
}

static int compare(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

int client_broadcast(const struct target *target, unsigned clients, unsigned rounds) {
    struct crowd crowd = {.count = clients};
    gather(&crowd, target);
    const struct timespec gap = {.tv_nsec = GAP_NS};
    double *first = mem_zeroed(rounds, sizeof(double)), *last = mem_zeroed(rounds, sizeof(double));
    for (unsigned round = 0; round < rounds; round++) {
        char name[32];
        snprintf(name, sizeof(name), "%u-%08u.dcm", clients, round);
        stock_number(target->stock, clients * 100 + round, round);
        nanosleep(&gap, NULL); /* what the last round left to do is done */
        crowd.reached = 0;
        double closed = stock_write(target->stock, target->folder, name);
        while (crowd.reached < clients) {
            receive(&crowd);
        }
        first[round] = crowd.first - closed;
        last[round] = crowd.last - closed;
    }
    qsort(first, rounds, sizeof(double), compare);
    qsort(last, rounds, sizeof(double), compare);
    printf("%.2f %.2f\n", first[rounds / 2], last[rounds / 2]);
    free(first);
    free(last);
    free(crowd.list);
    return 0;
}
