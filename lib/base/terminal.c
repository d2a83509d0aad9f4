/* SPDX-License-Identifier: Apache-2.0 */
/* What a program for the command line writes. */
#include "terminal.h"

#include "memory.h"
#include "text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { GROWTH = 3 }; /* a byte that is no character becomes U+FFFD */

static bool write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* How much of text comes before a character that its end cuts. */
static size_t whole_length(const char *text, size_t length) {
    for (size_t back = 1; back < TERMINAL_CHARACTER_BYTES && back <= length; back++) {
        unsigned char byte = (unsigned char)text[length - back];
        size_t wants = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        if (byte < 0x80 || byte >= 0xc0) {
            return wants > back ? length - back : length;
        }
    }
    return length;
}

static size_t clean(const char *text, size_t length, char *out, size_t room) {
    size_t used = 0;
    for (size_t at = 0; at < length; at++) {
        size_t plain = 0; /* the layout of our own lines is kept */
        while (at + plain < length && !memchr("\n\t\r", text[at + plain], 3)) {
            plain++;
        }
        used += text_shown(text + at, plain, out + used, room - used);
        at += plain;
        if (at < length) {
            out[used++] = text[at];
        }
    }
    return used;
}

static ssize_t handle_write(void *self, const char *bytes, size_t length) {
    struct terminal_channel *channel = self;
    size_t all = channel->begun_length + length, room = all * GROWTH + 1;
    AUTOFREE char *text = mem_zeroed(all + 1, 1), *out = mem_zeroed(room, 1);
    memcpy(text, channel->begun, channel->begun_length);
    memcpy(text + channel->begun_length, bytes, length);
    size_t whole = whole_length(text, all);
    channel->begun_length = all - whole;
    memcpy(channel->begun, text + whole, all - whole);
    return write_all(channel->fd, out, clean(text, whole, out, room)) ? (ssize_t)length : 0;
}

static FILE *cleaned(FILE *before, struct terminal_channel *channel, int fd, int buffering) {
    *channel = (struct terminal_channel){.fd = fd};
    FILE *stream = fopencookie(channel, "w", (cookie_io_functions_t){.write = handle_write});
    if (!stream) {
        return before;
    }
    setvbuf(stream, NULL, buffering, BUFSIZ);
    return stream;
}

void terminal_clean(struct terminal *terminal) {
    fflush(NULL);
    stdout =
        cleaned(stdout, &terminal->out, STDOUT_FILENO, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
    stderr = cleaned(stderr, &terminal->error, STDERR_FILENO, _IONBF);
}

void terminal_control(FILE *stream, const char *sequence) {
    fflush(stream);
    write_all(stream == stderr ? STDERR_FILENO : STDOUT_FILENO, sequence, strlen(sequence));
}
