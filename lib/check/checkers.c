/* SPDX-License-Identifier: Apache-2.0 */
/* The configured checkers, loaded and opened, in their order. */
#include "check/checkers.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "plugin/loader.h"
#include "plugin/settings.h"

enum { UNKNOWN_MOST = 16 }; /* names that are told; a checker that makes more up is in a loop */

struct checker {
    struct loaded_plugin loaded;
    struct mrq_host host;
    char *name;
    void *self;
    bool open;
    unsigned place;
    const struct lookup *lookup;
    uint64_t unknown[UNKNOWN_MOST]; /* hashes of names that it asks for and nobody has */
    size_t unknown_count;
};

struct checkers {
    char *database;
    size_t count;
    struct checker each[];
};

/* the file as checkers see it */
struct shown_file {
    struct mrq_file public; /* first, so that both have one address */
    struct checker *checker;
    const char *excluded;
};

static void say_unknown(const struct checker *checker, enum mrq_level level, const char *name) {
    const char *nearest = lookup_nearest(checker->lookup, name);
    log_line(level, "%s asks for a header value \"%s\", which there is none of%s%s%s",
             checker->name, name, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
             nearest ? "\"?" : " (\"mrqart tags FILE\" lists them; the option tags adds more)");
}

/* told once by each worker: the checker would take it for absent in every file */
static void note_unknown(struct checker *checker, const char *name) {
    uint64_t hash = text_hash(TEXT_HASH_SEED, name, strlen(name));
    for (size_t i = 0; i < checker->unknown_count; i++) {
        if (checker->unknown[i] == hash) {
            return;
        }
    }
    if (checker->unknown_count < UNKNOWN_MOST) {
        checker->unknown[checker->unknown_count++] = hash;
        say_unknown(checker, MRQ_WARNING, name);
    }
}

static const struct dicom_value *value_of(const struct mrq_file *file, const char *name) {
    struct checker *checker = ((const struct shown_file *)file)->checker;
    const struct dicom_value *value = lookup_value(checker->lookup, name);
    if (!value) {
        note_unknown(checker, name);
    }
    return value;
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

static const char *file_excluded(const struct mrq_file *file) {
    return ((const struct shown_file *)file)->excluded;
}

static const struct mrq_file_ops file_operations = {.value = file_value,
                                                    .numbers = file_numbers,
                                                    .numeric = file_numeric,
                                                    .excluded = file_excluded};

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

static bool names_known(const struct checker *checker) {
    bool known = true;
    for (const char *const *name = checker->loaded.plugin.values; name && *name; name++) {
        if (!lookup_value(checker->lookup, *name)) {
            say_unknown(checker, MRQ_ERROR, *name);
            known = false;
        }
    }
    return known;
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
    if (!has_required(checker, values) || !names_known(checker)) {
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

struct checkers *checkers_create(const json_t *list, const char *database,
                                 const struct lookup *lookup) {
    size_t most = json_array_size(list);
    if (most > CHECK_CHECKERS_MOST) {
        log_error("%zu checkers are configured, and %d are the most", most, CHECK_CHECKERS_MOST);
        return NULL;
    }
    struct checkers *checkers =
        mem_zeroed(1, sizeof(struct checkers) + most * sizeof(struct checker));
    checkers->database = mem_dup(database ? database : "");
    for (size_t i = 0; i < most; i++) {
        const json_t *item = json_array_get(list, i);
        if (json_is_true(json_object_get(item, "disabled"))) {
            continue;
        }
        struct checker *checker = &checkers->each[checkers->count++];
        checker->place = (unsigned)i;
        checker->lookup = lookup;
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

unsigned checkers_place(const struct checkers *checkers, size_t index) {
    return checkers->each[index].place;
}

bool checkers_run(struct checkers *checkers, size_t index, const struct checkers_file *file,
                  struct mrq_verdict *verdict) {
    struct checker *checker = &checkers->each[index];
    if (file->excluded && checker->loaded.plugin.skip_excluded) {
        return true;
    }
    const struct shown_file shown = {.public = {.ops = &file_operations, .path = file->path},
                                     .checker = checker,
                                     .excluded = file->excluded};
    return checker->loaded.plugin.check(checker->self, &shown.public, verdict);
}
