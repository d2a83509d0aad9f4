/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that cannot fail: out of memory ends the process, in one place. */
#pragma once

#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Zeroed memory for count things of size bytes each; never NULL. Free it with free(). */
void *mem_zeroed(size_t count, size_t size);

/** Like realloc() for count things of size bytes, overflow checked; never NULL. */
void *mem_resize(void *old, size_t count, size_t size);

/** Copies of a text, or of its first length bytes with a NUL behind; mem_dup(NULL) is NULL. */
char *mem_dup(const char *text);
char *mem_dup_length(const char *text, size_t length);

/** A new text, as printf makes it. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define mem_new(type) ((type *)mem_zeroed(1, sizeof(type)))

static inline void mem_autofree_cleanup(void *pointer) {
    free(*(void **)pointer);
}

/** For a local pointer: freed when its block ends. */
#define AUTOFREE __attribute__((cleanup(mem_autofree_cleanup)))

#ifdef __cplusplus
}
#endif
