/* SPDX-License-Identifier: Apache-2.0 */
/* The configured checkers, loaded and opened, in their order. */
#include "check/checkers.h"
#include "base/log.h"
#include "base/memory.h"
#include "plugin/loader.h"
#include "plugin/settings.h"

struct checker {
    struct loaded_plugin loaded;
    struct mrq_host host;
    char *name;
    void *self;
    bool open;
};

struct checkers {
    char *database;
    size_t count;
    struct checker each[];
};

/* the file as checkers see it */
struct shown_file {
    struct mrq_file public; /* first, so that both have one address */
    const struct lookup *lookup;
};

static const struct dicom_value *value_of(const struct mrq_file *file, const char *name) {
    return lookup_value(((const struct shown_file *)file)->lookup, name);
}

static const char *file_value(const struct mrq_file *file, const char *name) {
    const struct dicom_value *value = value_of(file, name);
    return value ? value->text : NULL;
}

static size_t file_numbers(const struct mrq_file *file, const char *name, double *values,
                           size_t room) {
    const char *text = file_value(file, name);
    return text ? dicom_numbers(text, values, room) : 0;
}

static bool file_numeric(const struct mrq_file *file, const char *name) {
    const struct dicom_value *value = value_of(file, name);
    return value && value->numeric;
}

static const struct mrq_file_ops file_operations = {
    .value = file_value, .numbers = file_numbers, .numeric = file_numeric};

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    log_named(level, host->name, format, arguments);
}

/* the rest is for sources and sinks, which live in the daemon */
static const struct mrq_host_ops host_operations = {.log = host_log};

/* the daemon's configuration was checked before; the command line gives defaults only */
static bool has_required(const struct checker *checker, const json_t *settings) {
    const struct mrq_option *options = checker->loaded.plugin.options;
    for (size_t i = 0; options && options[i].key; i++) {
        if (options[i].required && !json_object_get(settings, options[i].key)) {
            log_error(
                "%s: its option \"%s\" has no default: run it in a daemon, with the option in "
                "the configuration",
                checker->name, options[i].key);
            return false;
        }
    }
    return true;
}

static bool checker_open(struct checker *checker, const json_t *item, const char *database) {
    const char *file = json_string_value(json_object_get(item, "file"));
    if (!file || !plugin_load(&checker->loaded, file, MRQ_CHECKER)) {
        return false;
    }
    const struct mrq_plugin *plugin = &checker->loaded.plugin;
    const char *name = json_string_value(json_object_get(item, "name"));
    checker->name = mem_dup(name ? name : plugin->name);
    checker->host = (struct mrq_host){.ops = &host_operations,
                                      .name = checker->name,
                                      .database = database,
                                      .static_dir = "",
                                      .epoch = "",
                                      .version = MRQART_VERSION};
    const json_t *values = json_object_get(item, "settings");
    if (!has_required(checker, values)) {
        return false;
    }
    if (!plugin->open) {
        checker->open = true;
        return true;
    }
    struct mrq_settings *settings = settings_create(values, plugin->options);
    checker->self = plugin->open(&checker->host, settings);
    settings_destroy(settings);
    checker->open = checker->self != NULL;
    return checker->open;
}

struct checkers *checkers_create(const json_t *list, const char *database) {
    size_t most = json_array_size(list);
    struct checkers *checkers =
        mem_zeroed(1, sizeof(struct checkers) + most * sizeof(struct checker));
    checkers->database = mem_dup(database ? database : "");
    for (size_t i = 0; i < most; i++) {
        const json_t *item = json_array_get(list, i);
        if (json_is_true(json_object_get(item, "disabled"))) {
            continue;
        }
        struct checker *checker = &checkers->each[checkers->count++];
        if (!checker_open(checker, item, checkers->database)) {
            checkers_destroy(checkers);
            return NULL;
        }
    }
    return checkers;
}

void checkers_destroy(struct checkers *checkers) {
    if (!checkers) {
        return;
    }
    for (size_t i = checkers->count; i-- > 0;) {
        struct checker *checker = &checkers->each[i];
        if (checker->open && checker->loaded.plugin.close) {
            checker->loaded.plugin.close(checker->self);
        }
        plugin_unload(&checker->loaded);
        free(checker->name);
    }
    free(checkers->database);
    free(checkers);
}

size_t checkers_count(const struct checkers *checkers) {
    return checkers->count;
}

const char *checkers_name(const struct checkers *checkers, size_t index) {
    return checkers->each[index].name;
}

bool checkers_run(const struct checkers *checkers, size_t index, const struct lookup *lookup,
                  const char *path, struct mrq_verdict *verdict) {
    const struct checker *checker = &checkers->each[index];
    const struct shown_file file = {.public = {.ops = &file_operations, .path = path},
                                    .lookup = lookup};
    return checker->loaded.plugin.check(checker->self, &file.public, verdict);
}
