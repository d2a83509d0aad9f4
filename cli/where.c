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

/* the folder of this program; NULL where /proc does not tell */
static char *own_folder(void) {
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    program[length > 0 ? length : 0] = '\0';
    const char *slash = strrchr(program, '/');
    return slash ? mem_dup_length(program, (size_t)(slash - program)) : NULL;
}

char *where_daemon(void) {
    AUTOFREE char *folder = own_folder();
    return folder ? mem_printf("%s/mrqartd", folder) : mem_dup("mrqartd");
}

char *where_plugin(const char *name) {
    AUTOFREE char *folder = own_folder();
    if (strchr(name, '/') || !folder) {
        return mem_dup(name);
    }
    bool is_file = ends_in_so(name) && access(name, F_OK) == 0;
    if (is_file) {
        return mem_printf("./%s", name); /* without a slash it is looked for among libraries */
    }
    return mem_printf("%s/%s/%s%s", folder, MRQART_PLUGINS_FROM_BIN, name,
                      ends_in_so(name) ? "" : ".so");
}
