/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, as this process sees it: proc(5), mountinfo. */
#include "mount_table.h"
#include "base/memory.h"
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char table_path[] = "/proc/self/mountinfo";

enum { MOUNT_POINT = 5 }; /* which word of a line it is */

static bool is_octal(const char *text) {
    return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' && text[2] >= '0' &&
           text[2] <= '7';
}

/** Space, tab, newline and backslash are written as \ and three octal digits. */
static void unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from;) {
        if (from[0] == '\\' && is_octal(from + 1)) {
            *to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

static char *mount_point(char *line) {
    char *rest = line, *word = NULL;
    for (int i = 0; i < MOUNT_POINT; i++) {
        word = strsep(&rest, " ");
    }
    if (word) {
        unescape(word);
    }
    return word;
}

void mount_table_each(void (*visit)(void *self, const char *path), void *self) {
    FILE *file = fopen(table_path, "re");
    AUTOFREE char *line = NULL;
    size_t room = 0;
    while (file && getline(&line, &room, file) > 0) {
        const char *path = mount_point(line);
        if (path) {
            visit(self, path);
        }
    }
    if (file) {
        fclose(file);
    }
}

struct mount_table {
    void (*changed)(void *self);
    void *self;
    int fd;
    struct event *event;
};

static void handle_change(evutil_socket_t unused, short what, void *self) {
    (void)unused, (void)what;
    struct mount_table *table = self;
    table->changed(table->self);
}

struct mount_table *mount_table_open(struct mrq_host *host, void (*changed)(void *self),
                                     void *self) {
    if (!(event_base_get_features(host->base) & EV_FEATURE_ET)) {
        return NULL; /* the table can be read at any time: only its becoming so tells */
    }
    struct mount_table *table = mem_new(struct mount_table);
    table->changed = changed;
    table->self = self;
    table->fd = open(table_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (table->fd >= 0) {
        table->event =
            event_new(host->base, table->fd, EV_READ | EV_ET | EV_PERSIST, handle_change, table);
    }
    if (!table->event || event_add(table->event, NULL) < 0) {
        mount_table_close(table);
        return NULL;
    }
    return table;
}

void mount_table_close(struct mount_table *table) {
    if (!table) {
        return;
    }
    if (table->event) {
        event_free(table->event);
    }
    if (table->fd >= 0) {
        close(table->fd);
    }
    free(table);
}
