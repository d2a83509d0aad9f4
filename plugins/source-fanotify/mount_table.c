/* SPDX-License-Identifier: Apache-2.0 */
/* When something is mounted or unmounted. */
#include "mount_table.h"
#include "base/memory.h"
#include "watch/mount_list.h"
#include <event2/event.h>
#include <fcntl.h>
#include <unistd.h>

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
    table->fd = open(mount_list_file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
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
