/* SPDX-License-Identifier: Apache-2.0 */
/* A worker that can do nothing but describe a plugin; some files make it fail in other ways. */
#include "plugin/loader.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **words) {
    struct loaded_plugin loaded;
    if (count != 3 || strcmp(words[1], "--describe") != 0) {
        return 2;
    }
    if (strstr(words[2], "crash")) {
        raise(SIGKILL);
    }
    if (strstr(words[2], "babble")) {
        return puts("no JSON") < 0;
    }
    if (!plugin_load(&loaded, words[2], (enum mrq_kind)0)) {
        return 1;
    }
    json_t *described = plugin_describe(&loaded.plugin);
    json_dumpf(described, stdout, 0);
    json_decref(described);
    plugin_unload(&loaded);
    return 0;
}
