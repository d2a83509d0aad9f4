/* SPDX-License-Identifier: Apache-2.0 */
/* Many files of one series as fast as they can be written. */
#include "base/memory.h"
#include "client.h"
#include <err.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 10000 };

struct counting {
    bool bare;
    unsigned count;
};

static void handle_message(void *self, const char *start, size_t length) {
    (void)length;
    struct counting *counting = self;
    static const char update[] = "\"type\":\"update\",\"content\":";
    const char *content = strstr(start, update);
    if (counting->bare) {
        counting->count++;
    } else if (content) { /* of the series after its first file */
        counting->count = 1 + (unsigned)strtoul(content + sizeof(update) - 1, NULL, 10);
    }
}

static _Noreturn void write_all(const struct target *target, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "%08u.dcm", i);
        stock_number(target->stock, 1, i);
        stock_write(target->stock, target->folder, name);
    }
    _exit(0);
}

int client_burst(const struct target *target, unsigned count) {
    struct connection connection;
    connection_open(&connection, target->address, target->greet);
    struct counting counting = {.bare = !target->greet};
    double start = now_ms();
    pid_t writer = fork();
    if (writer == 0) {
        write_all(target, count);
    }
    while (counting.count < count) {
        if (!connection_read(&connection, WAIT_MS, handle_message, &counting)) {
            errx(1, "bench-client: only %u of %u files have come", counting.count, count);
        }
    }
    double taken = now_ms() - start;
    waitpid(writer, NULL, 0);
    printf("%.0f\n", count / taken * 1e3);
    return 0;
}
