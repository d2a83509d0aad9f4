/* SPDX-License-Identifier: Apache-2.0 */
/* bench-client: writes files as a scanner does and waits for what comes of them. */
#include "client.h"
#include "base/memory.h"
#include <stdio.h>
#include <sys/resource.h>

static int usage(void) {
    fputs("usage: bench-client daemon|bare ADDRESS FOLDER STOCK MEASURE\n"
          "\n"
          "  new COUNT                 ms from close to message of each file; each a new series\n"
          "  update COUNT              the same in one series (update_interval = 0)\n"
          "  burst COUNT               files per second, from the first byte to the last message\n"
          "  broadcast CLIENTS ROUNDS  ms from close to the first and to the last client\n",
          stderr);
    return 2;
}

static void raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv) {
    if (argc < 7) {
        return usage();
    }
    raise_descriptors();
    struct stock stock;
    stock_load(&stock, argv[4]);
    const struct target target = {.greet = strcmp(argv[1], "daemon") == 0,
                                  .address = argv[2],
                                  .folder = argv[3],
                                  .stock = &stock};
    const char *measure = argv[5];
    unsigned count = (unsigned)atoi(argv[6]);
    if (strcmp(measure, "new") == 0 || strcmp(measure, "update") == 0) {
        return client_latency(&target, count, measure[0] == 'n');
    }
    if (strcmp(measure, "burst") == 0) {
        return client_burst(&target, count);
    }
    if (strcmp(measure, "broadcast") == 0 && argc == 8) {
        return client_broadcast(&target, count, (unsigned)atoi(argv[7]));
    }
    return usage();
}
