/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes of the receiver tell the plugin. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>

void say_stored(const char *path) {
    if (!record_send(RECEIVER_SOCKET, RECORD_STORED, 0, path)) {
        eventfd_write(RECEIVER_UNTOLD, 1);
    }
}

void say(enum record_kind kind, const char *format, ...) {
    char text[RECORD_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for (char *at = text; *at; at++) {
        *at = *at < ' ' || *at > '~' ? '?' : *at; /* AE titles come from the network */
    }
    record_send(RECEIVER_SOCKET, kind, 0, text);
}
