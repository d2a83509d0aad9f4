/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart-worker: what the daemon does not do itself, in processes that may die. */
#include "base/capabilities.h"
#include "base/log.h"
#include "keeper_main.h"
#include "plugin/loader.h"
#include "sandbox/sandbox.h"
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "mrqart-worker: child of mrqartd that reads files and runs the checkers\n"
    "\n"
    "mrqartd starts it; by hand it is of use for one thing:\n"
    "  mrqart-worker --describe FILE.so   what a plugin is, its options too, as JSON\n"
    "  mrqart-worker --version\n"
    "  mrqart-worker --help\n";

static int describe(const char *file) {
    struct loaded_plugin loaded = {0};
    if (!sandbox_limit() || !plugin_load(&loaded, file, (enum mrq_kind)0)) {
        return 1;
    }
    json_t *table = plugin_describe(&loaded.plugin);
    int written = json_dumpf(table, stdout, JSON_INDENT(2));
    puts("");
    json_decref(table);
    plugin_unload(&loaded);
    return written == 0 && fflush(stdout) == 0 ? 0 : 1;
}

static int work(const char *parent) {
    return sandbox_enter(atoi(parent)) ? serve() : 1;
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    capabilities_drop();
    bool heard = argc == 4 && strcmp(argv[3], "--heard") == 0;
    if (strcmp(mode, "--check") == 0 && (argc == 3 || heard)) {
        if (heard) {
            log_to_daemon();
        }
        return work(argv[2]);
    }
    if (strcmp(mode, "--keeper") == 0 && argc == 4) {
        return keeper_main(argc, argv);
    }
    if (strcmp(mode, "--describe") == 0 && argc == 3) {
        return describe(argv[2]);
    }
    if (strcmp(mode, "--version") == 0) {
        puts("mrqart-worker " MRQART_VERSION);
        return 0;
    }
    if (strcmp(mode, "--help") == 0) {
        fputs(help, stdout);
        return 0;
    }
    fputs(help, stderr);
    return 2;
}
