/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults that depend on machine, user and installation. */
#include "config_defaults.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "base/text.h"
#include "watch/reach.h"

#include <inttypes.h>
#include <sched.h>

enum {
    WORKERS_LEAST = 2, /* one slow file must not hold up all */
    WORKERS_MOST = 64, /* as in config_options.c */
};

static unsigned cores(void) {
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? (unsigned)CPU_COUNT(&allowed) : 1;
}

static unsigned default_workers(void) {
    unsigned count = cores();
    return count < WORKERS_LEAST ? WORKERS_LEAST : count > WORKERS_MOST ? WORKERS_MOST : count;
}

/* a number for the folders that are watched, in their order */
static uint64_t watched_hash(const struct arguments *arguments) {
    uint64_t hash = TEXT_HASH_SEED;
    struct reach *reach = reach_create(NULL); /* one on a mount that hangs counts by its name */
    for (size_t i = 0; i < arguments->watch_count; i++) {
        AUTOFREE char *real =
            reach_leads(reach, arguments->watch[i]) ? realpath(arguments->watch[i], NULL) : NULL;
        const char *path = real ? real : arguments->watch[i];
        hash = text_hash(hash, path, strlen(path) + 1);
    }
    reach_destroy(reach);
    return hash;
}

/* by hand: the user's, and one for each set of folders, so that what was seen in one is no history
 * of another */
static char *state_dir_by_hand(const struct arguments *arguments) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    uint64_t hash = watched_hash(arguments);
    if (state && *state == '/') {
        return mem_printf("%s/mrqart/%016" PRIx64, state, hash);
    }
    if (home && *home == '/') {
        const char *folder = strcmp(home, "/") == 0 ? "" : home;
        return mem_printf("%s/.local/state/mrqart/%016" PRIx64, folder, hash);
    }
    return NULL;
}

/* systemd names the state folder (several are parted by colons) */
static char *default_state_dir(const struct arguments *arguments) {
    const char *given = getenv("STATE_DIRECTORY");
    if (given && *given) {
        return mem_dup_length(given, strcspn(given, ":"));
    }
    bool by_hand = !arguments->file && arguments->watch_count;
    char *users = by_hand ? state_dir_by_hand(arguments) : NULL;
    return users ? users : mem_dup("/var/lib/mrqart");
}

char *config_default_database(const struct arguments *arguments, const char *state_dir) {
    AUTOFREE char *otherwise = default_state_dir(arguments);
    const char *folder = arguments->state_dir ? arguments->state_dir
                         : state_dir          ? state_dir
                                              : otherwise;
    return *folder ? mem_printf("%s/db.sqlite", folder) : mem_dup("");
}

static void set_text(json_t *options, const char *key, const char *text) {
    json_object_set_new(options, key, json_any_string(text));
}

static void set_absent(json_t *options, const char *key, const char *text) {
    if (!json_object_get(options, key)) {
        set_text(options, key, text);
    }
}

/* the command line puts these over what the file says */
static void put_over(json_t *options, const struct arguments *arguments) {
    const struct {
        const char *key, *text;
    } given[] = {
        {"state_dir", arguments->state_dir},
        {"plugin_dir", arguments->plugin_dir},
        {"static_dir", arguments->static_dir},
        {"log_level", arguments->log_level},
    };
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        if (given[i].text) {
            set_text(options, given[i].key, given[i].text);
        }
    }
}

void config_defaults(json_t *options, const struct arguments *arguments,
                     const struct paths *paths) {
    put_over(options, arguments);
    if (!json_object_get(options, "workers")) {
        json_object_set_new(options, "workers", json_integer(default_workers()));
    }
    AUTOFREE char *state_dir = default_state_dir(arguments);
    set_absent(options, "state_dir", state_dir);
    const char *kept = json_string_value(json_object_get(options, "state_dir"));
    AUTOFREE char *database = config_default_database(arguments, kept);
    set_absent(options, "database", database);
    set_absent(options, "plugin_dir", paths->plugin_dir);
    set_absent(options, "static_dir", paths->static_dir);
    set_absent(options, "tags", "");
}
