/* SPDX-License-Identifier: Apache-2.0 */
/* Where this program's plugins are, in the build tree as in an installed one. */
#include "where.h"
#include "base/memory.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool ends_in_so(const char *name) {
    size_t bytes = strlen(name);
    return bytes > 3 && strcmp(name + bytes - 3, ".so") == 0;
}

char *where_plugin(const char *name) {
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (strchr(name, '/') || length <= 0) {
        return mem_dup(name);
    }
    bool is_file = ends_in_so(name) && access(name, F_OK) == 0;
    if (is_file) {
        return mem_printf("./%s", name); /* without a slash it is looked for among libraries */
    }
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    *slash = '\0';
    return mem_printf("%s/%s/%s%s", program, MRQART_PLUGINS_FROM_BIN, name,
                      ends_in_so(name) ? "" : ".so");
}
