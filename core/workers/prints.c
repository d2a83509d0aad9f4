/* SPDX-License-Identifier: Apache-2.0 */
/* What workers print. */
#include "prints.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    LINE_BYTES = 4096,      /* as log.c writes it; what is longer is cut */
    READ_BYTES = 64 * 1024, /* per turn of the loop: all that a pipe holds */
    LINES = 50,             /* per interval that are written on */
    INTERVAL_FIRST_S = 10,  /* then three times as long, as long as there are too many … */
    INTERVAL_LAST_S = 3600,
};

struct prints {
    int ends[2];
    struct event *readable, *interval;
    unsigned interval_s; /* 0: nothing was printed lately */
    unsigned lines;      /* written on in this interval */
    unsigned long long left_out;
    size_t used;
    char line[LINE_BYTES];
};

static void begin_interval(struct prints *prints, unsigned seconds) {
    struct timeval delay = clock_delay(seconds * 1000LL);
    prints->interval_s = seconds;
    prints->lines = 0;
    prints->left_out = 0;
    evtimer_add(prints->interval, &delay);
}

static void handle_interval(evutil_socket_t unused, short events, void *self) {
    (void)unused, (void)events;
    struct prints *prints = self;
    unsigned longer = prints->interval_s * 3;
    if (prints->left_out == 0) {
        prints->interval_s = 0;
        return;
    }
    log_warning("workers have printed %llu lines more in %u s, which are left out of the log; a "
                "checker may do so at each file",
                prints->left_out, prints->interval_s);
    begin_interval(prints, longer < INTERVAL_LAST_S ? longer : INTERVAL_LAST_S);
}

/* "<4>text" is a line of our log, of level 4 */
static void take_line(struct prints *prints) {
    const char *text = prints->line;
    enum mrq_level level = MRQ_NOTICE;
    prints->line[prints->used] = '\0';
    if (text[0] == '<' && isdigit((unsigned char)text[1]) && text[2] == '>') {
        level = (enum mrq_level)(text[1] - '0');
        text += 3;
    }
    if (prints->interval_s == 0) {
        begin_interval(prints, INTERVAL_FIRST_S);
    }
    if (prints->lines == LINES) {
        prints->left_out++;
        return;
    }
    prints->lines++;
    log_line(level >= MRQ_ERROR ? level : MRQ_ERROR, "%s", text);
}

static void take(struct prints *prints, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            take_line(prints);
            prints->used = 0;
        } else if (prints->used < sizeof(prints->line) - 1) {
            prints->line[prints->used++] = bytes[i];
        }
    }
}

/* False: there is nothing more at present. */
static bool hear(struct prints *prints) {
    char bytes[READ_BYTES];
    ssize_t length = read(prints->ends[0], bytes, sizeof(bytes));
    if (length > 0) {
        take(prints, bytes, (size_t)length);
    }
    return length > 0;
}

static void handle_readable(evutil_socket_t fd, short events, void *self) {
    (void)fd, (void)events;
    hear(self);
}

struct prints *prints_create(struct event_base *base) {
    struct prints *prints = mem_new(struct prints);
    if (pipe2(prints->ends, O_CLOEXEC) < 0) {
        log_error("cannot make a pipe: %m; raise LimitNOFILE");
        free(prints);
        return NULL;
    }
    fcntl(prints->ends[0], F_SETFL, O_NONBLOCK);
    prints->readable =
        event_new(base, prints->ends[0], EV_READ | EV_PERSIST, handle_readable, prints);
    prints->interval = evtimer_new(base, handle_interval, prints);
    event_add(prints->readable, NULL);
    return prints;
}

void prints_destroy(struct prints *prints) {
    if (!prints) {
        return;
    }
    hear(prints);
    if (prints->used > 0) {
        take_line(prints);
    }
    event_free(prints->readable);
    event_free(prints->interval);
    close(prints->ends[0]);
    close(prints->ends[1]);
    free(prints);
}

int prints_end(const struct prints *prints) {
    return prints ? prints->ends[1] : -1;
}
