/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that cannot fail. */
#include "memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static void *or_die(void *memory) {
    if (!memory) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *mem_zeroed(size_t count, size_t size) {
    return or_die(calloc(count ? count : 1, size ? size : 1));
}

void *mem_resize(void *old, size_t count, size_t size) {
    return or_die(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *mem_dup(const char *text) {
    return text ? or_die(strdup(text)) : NULL;
}

char *mem_dup_length(const char *text, size_t length) {
    char *copy = mem_zeroed(length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

char *mem_printf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return or_die(length < 0 ? NULL : text);
}
