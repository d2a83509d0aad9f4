/* SPDX-License-Identifier: Apache-2.0 */
/* Where this program's plugins are, in the build tree as in an installed one. */
#include "where.h"
#include "base/memory.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

char *where_plugin(const char *name) {
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (strchr(name, '/') || length <= 0) {
        return mem_dup(name);
    }
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    *slash = '\0';
    size_t bytes = strlen(name);
    const char *ending = bytes > 3 && strcmp(name + bytes - 3, ".so") == 0 ? "" : ".so";
    return mem_printf("%s/%s/%s%s", program, MRQART_PLUGINS_FROM_BIN, name, ending);
}
