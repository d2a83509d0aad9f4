/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that a configuration names. */
#include "trial_folders.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "config/config_options.h"
#include "plugin/loader.h"

#include <string.h>
#include <sys/stat.h>

/* an option of something: of an instance, or of the configuration itself */
struct owner {
    struct rehearsal *rehearsal;
    const char *name, *place; /* name: "sink-http: ", or "" */
    bool watches;
    json_t *watched; /* {"path", "name", "place"} of the folders of all sources so far */
};

static void tell_twice(const struct owner *owner, const char *path, const json_t *other) {
    AUTOFREE char *text = mem_printf(
        "%s%s is watched by %s as well (%s): a file there is taken from whichever tells of it "
        "first, with the options of that one; name each folder once",
        owner->name, path, json_string_value(json_object_get(other, "name")),
        json_string_value(json_object_get(other, "place")));
    trial_say(owner->rehearsal, false, owner->place, text);
}

static bool is_within(const char *inner, const char *outer) {
    size_t length = strlen(outer);
    return strncmp(inner, outer, length) == 0 &&
           (!inner[length] || inner[length] == '/' || strcmp(outer, "/") == 0);
}

static void watch(const struct owner *owner, const char *path) {
    AUTOFREE char *real = realpath(path, NULL);
    const char *mine = real ? real : path;
    size_t at;
    json_t *other;
    json_array_foreach(owner->watched, at, other) {
        const char *theirs = json_string_value(json_object_get(other, "path"));
        const char *whose = json_string_value(json_object_get(other, "name"));
        bool same =
            strncmp(whose, owner->name, strlen(whose)) == 0 && owner->name[strlen(whose)] == ':';
        if (!same && (is_within(mine, theirs) || is_within(theirs, mine))) {
            tell_twice(owner, path, other);
            break;
        }
    }
    AUTOFREE char *name = mem_dup_length(owner->name, strcspn(owner->name, ":"));
    json_array_append_new(owner->watched,
                          json_pack("{s:o, s:o, s:o}", "path", json_any_string(mine), "name",
                                    json_any_string(name), "place", json_any_string(owner->place)));
}

/* what is not there may come, or is made; what is there must be a folder */
static void look_at(const struct owner *owner, const char *key, const char *path) {
    struct stat status;
    AUTOFREE char *what = mem_printf("%s%s: %s", owner->name, key, path);
    trial_doing(owner->rehearsal, true, owner->place, what);
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        AUTOFREE char *text =
            mem_printf("%soption \"%s\": %s is no folder", owner->name, key, path);
        trial_say(owner->rehearsal, true, owner->place, text);
    } else if (owner->watches) {
        watch(owner, path);
    }
}

static void look_at_options(struct owner *owner, const struct mrq_option *table,
                            const json_t *values) {
    for (const struct mrq_option *option = table; option->key; option++) {
        const json_t *value = json_object_get(values, option->key);
        const char *path = json_string_value(value);
        if (option->type == MRQ_FOLDER && path && *path) {
            owner->watches = false;
            look_at(owner, option->key, path);
        }
        for (size_t i = 0; option->type == MRQ_FOLDERS && i < json_array_size(value); i++) {
            owner->watches = true;
            look_at(owner, option->key, json_string_value(json_array_get(value, i)));
        }
    }
}

static void look_at_list(struct owner *owner, const json_t *list, enum mrq_kind kind) {
    size_t at;
    json_t *entry;
    json_array_foreach(list, at, entry) {
        struct loaded_plugin loaded;
        if (plugin_load(&loaded, json_string_value(json_object_get(entry, "file")), kind)) {
            AUTOFREE char *name =
                mem_printf("%s: ", json_string_value(json_object_get(entry, "name")));
            owner->name = name;
            owner->place = json_string_value(json_object_get(entry, "place"));
            look_at_options(owner, loaded.plugin.options, json_object_get(entry, "settings"));
            plugin_unload(&loaded);
        }
    }
}

void trial_folders(struct rehearsal *rehearsal, const json_t *config) {
    struct owner owner = {.rehearsal = rehearsal,
                          .name = "",
                          .place = json_string_value(json_object_get(config, "file")),
                          .watched = json_array()};
    look_at_options(&owner, config_options, json_object_get(config, "options"));
    look_at_list(&owner, json_object_get(config, "sources"), MRQ_SOURCE);
    look_at_list(&owner, json_object_get(config, "sinks"), MRQ_SINK);
    json_decref(owner.watched);
}
