/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets of a process, from /proc (proc(5)). */
#include "listening.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STATE_LISTEN = 0x0a };

static bool owns_socket(pid_t process, unsigned long inode) {
    AUTOFREE char *folder = mem_printf("/proc/%d/fd", (int)process);
    AUTOFREE char *wanted = mem_printf("socket:[%lu]", inode);
    DIR *descriptors = opendir(folder);
    bool found = false;
    const struct dirent *entry;
    while (descriptors && !found && (entry = readdir(descriptors))) {
        char target[64];
        ssize_t length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        found = strcmp(target, wanted) == 0;
    }
    if (descriptors) {
        closedir(descriptors);
    }
    return found;
}

/* "0100007F": words of 32 bits as the machine stores them */
static char *address_text(const char *hex, unsigned port) {
    uint32_t words[4] = {0};
    char text[INET6_ADDRSTRLEN];
    size_t count = strlen(hex) / 8;
    for (size_t i = 0; i < count && i < 4; i++) {
        sscanf(hex + 8 * i, "%8" SCNx32, &words[i]);
    }
    inet_ntop(count == 1 ? AF_INET : AF_INET6, words, text, sizeof(text));
    return mem_printf(count == 1 ? "%s:%u" : "[%s]:%u", text, port);
}

static void read_table(pid_t process, const char *name, void (*visit)(void *self, const char *),
                       void *self) {
    AUTOFREE char *path = mem_printf("/proc/%d/net/%s", (int)process, name);
    char line[512];
    FILE *table = fopen(path, "re");
    while (table && fgets(line, sizeof(line), table)) {
        char hex[33];
        unsigned port, state;
        unsigned long inode;
        if (sscanf(line, "%*d: %32[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %lu", hex, &port, &state,
                   &inode) == 4 &&
            state == STATE_LISTEN && owns_socket(process, inode)) {
            AUTOFREE char *address = address_text(hex, port);
            visit(self, address);
        }
    }
    if (table) {
        fclose(table);
    }
}

void listening_each(pid_t process, void (*visit)(void *self, const char *address), void *self) {
    read_table(process, "tcp", visit, self);
    read_table(process, "tcp6", visit, self);
}
