/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of folders that may not be there yet. */
#include "watch/paths.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *paths_absolute(const char *given) {
    AUTOFREE char *here = given[0] == '/' ? NULL : getcwd(NULL, 0);
    AUTOFREE char *whole = mem_printf("%s/%s", here ? here : "", given);
    char *path = mem_zeroed(strlen(whole) + 2, 1), *end = path;
    char *rest = whole;
    for (char *part = strsep(&rest, "/"); part; part = strsep(&rest, "/")) {
        if (*part && strcmp(part, ".") != 0) {
            *end++ = '/';
            end = stpcpy(end, part);
        }
    }
    if (end == path) {
        *path = '/';
    }
    return path;
}

char *paths_resolve(const char *path) {
    char *real = realpath(path, NULL);
    if (real) {
        return real;
    }
    AUTOFREE char *parent = mem_dup(path);
    size_t length = strlen(parent);
    while (length > 1 && parent[length - 1] == '/') {
        parent[--length] = '\0';
    }
    char *slash = strrchr(parent, '/');
    if (!slash || slash == parent) {
        AUTOFREE char *top = slash ? mem_dup("") : realpath(".", NULL);
        return mem_printf("%s/%s", top ? top : "", slash ? parent + 1 : parent);
    }
    *slash = '\0';
    AUTOFREE char *above = paths_resolve(parent);
    return mem_printf("%s/%s", strcmp(above, "/") == 0 ? "" : above, slash + 1);
}

bool paths_is_within(const char *inner, const char *outer) {
    size_t length = strlen(outer);
    return strncmp(inner, outer, length) == 0 &&
           (inner[length] == '\0' || inner[length] == '/' || length == 1);
}
