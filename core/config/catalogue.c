/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins there are, and what each can be told. */
#include "catalogue.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "describe_child.h"
#include "plugin/loader.h"

#include <dirent.h>

static const char suffix[] = ".so";

struct catalogue {
    char *worker, *plugin_dir;
    json_t *known; /* file to description */
};

struct catalogue *catalogue_create(const char *worker, const char *plugin_dir) {
    struct catalogue *catalogue = mem_new(struct catalogue);
    catalogue->worker = mem_dup(worker);
    catalogue->plugin_dir = mem_dup(plugin_dir);
    catalogue->known = json_object();
    return catalogue;
}

void catalogue_destroy(struct catalogue *catalogue) {
    if (!catalogue) {
        return;
    }
    json_decref(catalogue->known);
    free(catalogue->plugin_dir);
    free(catalogue->worker);
    free(catalogue);
}

char *catalogue_file(const struct catalogue *catalogue, const char *plugin) {
    return strchr(plugin, '/') ? mem_dup(plugin)
                               : mem_printf("%s/%s%s", catalogue->plugin_dir, plugin, suffix);
}

static json_t *describe_loaded(const char *file, enum mrq_kind kind) {
    struct loaded_plugin loaded;
    if (!plugin_load(&loaded, file, kind)) {
        return NULL;
    }
    json_t *described = plugin_describe(&loaded.plugin);
    plugin_unload(&loaded);
    return described;
}

/* a worker describes a plugin of any kind: whether it is the right one is seen here */
static bool kind_fits(const json_t *described, enum mrq_kind kind, const char *file) {
    const char *have = json_string_value(json_object_get(described, "kind"));
    if (!have || (kind && strcmp(have, plugin_kind_name(kind)) != 0)) {
        log_error("%s: a %s, not a %s: name it under %ss", file, have ? have : "plugin of no kind",
                  plugin_kind_name(kind), have ? have : "other plugin");
        return false;
    }
    return true;
}

const json_t *catalogue_describe(struct catalogue *catalogue, const char *plugin,
                                 enum mrq_kind kind) {
    AUTOFREE char *file = catalogue_file(catalogue, plugin);
    json_t *described = json_object_get(catalogue->known, file);
    if (!described) {
        bool loads = kind == MRQ_SOURCE || kind == MRQ_SINK;
        described = loads ? describe_loaded(file, kind) : describe_child(catalogue->worker, file);
        if (!described) {
            return NULL;
        }
        json_object_set_new(described, "file", json_any_string(file));
        json_object_set_new(catalogue->known, file, described);
    }
    return kind_fits(described, kind, file) ? described : NULL;
}

static int is_plugin_file(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length >= sizeof(suffix) && strcmp(entry->d_name + length - 3, suffix) == 0;
}

char **catalogue_names(const struct catalogue *catalogue) {
    struct dirent **entries = NULL;
    int count = scandir(catalogue->plugin_dir, &entries, is_plugin_file, alphasort);
    count = count < 0 ? 0 : count;
    char **names = mem_zeroed((size_t)count + 1, sizeof(*names));
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        names[i] = mem_dup_length(name, strlen(name) - (sizeof(suffix) - 1));
        free(entries[i]);
    }
    free(entries);
    return names;
}

void catalogue_names_free(char **names) {
    for (char **name = names; name && *name; name++) {
        free(*name);
    }
    free(names);
}
