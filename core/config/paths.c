/* SPDX-License-Identifier: Apache-2.0 */
/* Where the daemon's own files are. */
#include "paths.h"
#include "base/memory.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static void parent(char *path) {
    char *slash = strrchr(path, '/');
    if (slash) {
        *slash = '\0';
    }
}

/* The prefix: our own folder without the parts of the installed bindir ("bin"). */
static char *prefix_of_program(void) {
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length <= 0) {
        return mem_dup(MRQART_PREFIX);
    }
    program[length] = '\0';
    parent(program);
    for (const char *part = MRQART_BINDIR; part; part = strchr(part, '/')) {
        part += *part == '/';
        parent(program);
    }
    return mem_dup(program);
}

/* folder is relative to the prefix, or absolute where the build was told so */
static char *below(const char *prefix, const char *folder, const char *name) {
    return *folder == '/' ? mem_printf("%s%s", folder, name)
                          : mem_printf("%s/%s%s", prefix, folder, name);
}

void paths_init(struct paths *paths) {
    AUTOFREE char *prefix = prefix_of_program();
    *paths = (struct paths){
        .worker = below(prefix, MRQART_LIBEXEC_DIR, "/mrqart-worker"),
        .program_dir = below(prefix, MRQART_LIBEXEC_DIR, ""),
        .plugin_dir = below(prefix, MRQART_PLUGIN_DIR, ""),
        .static_dir = below(prefix, MRQART_DATA_DIR, "/static"),
        .default_conf = below(prefix, MRQART_DATA_DIR, "/default.conf"),
    };
}

void paths_finish(struct paths *paths) {
    free(paths->worker);
    free(paths->program_dir);
    free(paths->plugin_dir);
    free(paths->static_dir);
    free(paths->default_conf);
    *paths = (struct paths){0};
}

char *path_absolute(const char *path) {
    char working[PATH_MAX];
    bool relative = *path != '/' && getcwd(working, sizeof(working));
    bool top = relative && !working[1];
    char *absolute = relative ? mem_printf("%s/%s", top ? "" : working, path) : mem_dup(path);
    for (size_t length = strlen(absolute); length > 1 && absolute[length - 1] == '/'; length--) {
        absolute[length - 1] = '\0';
    }
    return absolute;
}

char *path_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    return !slash ? mem_dup(".") : mem_dup_length(path, slash == path ? 1 : (size_t)(slash - path));
}
