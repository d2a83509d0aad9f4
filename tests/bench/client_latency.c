/* SPDX-License-Identifier: Apache-2.0 */
/* From the closing of a file to its message, one file every 10 ms. */
#include "client.h"
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { GAP_NS = 10 * 1000 * 1000, WAIT_MS = 5000, UNCOUNTED = 50 };

struct wait {
    const char *part; /* of the message that is waited for; NULL: any */
    double arrived;
};

static void handle_message(void *self, const char *start, size_t length) {
    (void)length;
    struct wait *wait = self;
    if (!wait->part || strstr(start, wait->part)) {
        wait->arrived = now_ms();
    }
}

static double measure_one(const struct target *target, struct connection *connection,
                          const char *part, unsigned number) {
    char name[32];
    snprintf(name, sizeof(name), "%08u.dcm", number);
    struct wait wait = {.part = part};
    double closed = stock_write(target->stock, target->folder, name);
    while (wait.arrived == 0) {
        if (!connection_read(connection, WAIT_MS, handle_message, &wait)) {
            errx(1, "bench-client: no message for %s", name);
        }
    }
    return wait.arrived - closed;
}

int client_latency(const struct target *target, unsigned count, bool new_series) {
    struct connection connection;
    connection_open(&connection, target->address, target->greet);
    const struct timespec gap = {.tv_nsec = GAP_NS};
    for (unsigned i = 0; i < UNCOUNTED + count; i++) {
        bool is_new = new_series || i == 0;
        stock_number(target->stock, new_series ? i + 1 : 1, i);
        nanosleep(&gap, NULL);
        double time = measure_one(target, &connection,
                                  !target->greet ? NULL
                                  : is_new       ? "\"type\":\"new\""
                                                 : "\"type\":\"update\"",
                                  i);
        if (i >= UNCOUNTED) { /* the first ones find everything cold */
            printf("%.3f ", time);
        }
    }
    putchar('\n');
    return 0;
}
