/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force, as the daemon's own program reads it. */
#include "effective.h"
#include "base/memory.h"
#include "child.h"

#include <string.h>

json_t *effective_config(const char *program, const char *file, char **fault) {
    const char *const dump[] = {program, "-c", file, "--dump-config", "--json", NULL};
    int status;
    char *text = child_run(NULL, dump, &status);
    const char *brace = strchr(text, '{'); /* behind what was said on the error output */
    json_t *config = status == 0 && brace ? json_loads(brace, 0, NULL) : NULL;
    if (!config && !*text) {
        free(text);
        text = mem_printf("%s cannot be run, or did not end", program);
    }
    size_t length = strlen(text);
    if (length && text[length - 1] == '\n') {
        text[length - 1] = '\0';
    }
    *fault = text;
    return config;
}
