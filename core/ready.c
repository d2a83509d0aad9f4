/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon prints when it is complete. */
#include "ready.h"
#include "base/memory.h"

#include <stdio.h>
#include <unistd.h>

struct lines {
    char *ready;     /* words so far */
    char *dashboard; /* address of the first page */
};

static void add_words(void *self, const char *words) {
    struct lines *lines = self;
    char *longer = mem_printf("%s%s", lines->ready, words);
    free(lines->ready);
    lines->ready = longer;
}

static void add_address(void *self, const char *label, const char *address) {
    struct lines *lines = self;
    AUTOFREE char *words = mem_printf(" %s=%s", label, address);
    add_words(lines, words);
    if (!lines->dashboard && strcmp(label, "http") == 0) {
        lines->dashboard = mem_dup(address);
    }
}

/* "every address" cannot be clicked, but the one of this machine can */
static char *clickable(const char *address) {
    const char *port = strrchr(address, ':');
    bool every = strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0;
    return every && port ? mem_printf("127.0.0.1%s", port) : mem_dup(address);
}

void ready_print(const struct http_service *http, const struct instances *instances) {
    struct lines lines = {.ready = mem_dup("ready")};
    http_service_each(http, add_address, &lines);
    instances_announced(instances, add_words, &lines);
    printf("%s pid=%ld\n", lines.ready, (long)getpid());
    if (lines.dashboard) {
        AUTOFREE char *address = clickable(lines.dashboard);
        printf("dashboard http://%s/\n", address);
    }
    fflush(stdout);
    free(lines.ready);
    free(lines.dashboard);
}
