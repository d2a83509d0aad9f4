/* SPDX-License-Identifier: Apache-2.0 */
/* What files are checked with. */
#include "settings.h"
#include "../doctor/effective.h"
#include "../where.h"
#include "acqdb/acqdb.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static json_t *own_settings(const struct check_options *options) {
    AUTOFREE char *template = where_plugin("checker-template");
    const char *context = options->context ? options->context : "realtime";
    return json_pack("{s: s, s: [{s: s, s: {s: s}}]}", "database", WHERE_DATABASE, "checkers",
                     "file", template, "settings", "context", context);
}

static void set_context(const json_t *checkers, const char *context) {
    size_t at;
    json_t *checker;
    json_array_foreach(checkers, at, checker) {
        const char *plugin = json_string_value(json_object_get(checker, "plugin"));
        if (plugin && strcmp(plugin, "checker-template") == 0) {
            json_object_set_new(json_object_get(checker, "settings"), "context",
                                json_string(context));
        }
    }
}

/* what the daemon tells its workers (core/config/core_settings.c), redaction aside */
static json_t *daemon_settings(const struct check_options *options, json_t **wanted) {
    static const char *const passed_on[] = {"header_bytes", "tags", "database", "station"};
    AUTOFREE char *daemon = where_daemon();
    AUTOFREE char *fault = NULL;
    json_auto_t *config = effective_config(daemon, options->config, &fault);
    if (!config) {
        fprintf(stderr, "mrqart check: -c %s: %s\n", options->config, fault);
        return NULL;
    }
    json_t *settings = json_object(), *common = json_object_get(config, "options");
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++) {
        json_object_set(settings, passed_on[i], json_object_get(common, passed_on[i]));
    }
    json_object_set(settings, "checkers", json_object_get(config, "checkers"));
    if (options->context) {
        set_context(json_object_get(settings, "checkers"), options->context);
    }
    json_decref(*wanted);
    *wanted = json_incref(json_object_get(common, "wanted"));
    return settings;
}

static bool database_usable(const char *path) {
    if (access(path, R_OK) < 0) {
        fprintf(stderr,
                "mrqart check: the database %s: %m; name another with --database, or make it with "
                "\"mrqart db init\"\n",
                path);
        return false;
    }
    struct acqdb *acqdb = acqdb_open(path, "mrqart check");
    bool usable = acqdb_was_read(acqdb);
    acqdb_close(acqdb);
    return usable;
}

json_t *settings_make(const struct check_options *options, json_t **wanted) {
    *wanted = json_pack("[s, s, s]", "MR.*", "*.dcm", "*.IMA");
    json_t *settings = options->config ? daemon_settings(options, wanted) : own_settings(options);
    if (!settings) {
        return NULL;
    }
    if (options->database) {
        json_object_set_new(settings, "database", json_string(options->database));
    }
    size_t index;
    json_t *name;
    json_array_foreach(options->checkers, index, name) {
        AUTOFREE char *file = where_plugin(json_string_value(name));
        json_array_append_new(json_object_get(settings, "checkers"),
                              json_pack("{s: s}", "file", file));
    }
    json_object_set_new(settings, "cut_pixels", json_true());
    json_object_set_new(settings, "together", json_true());
    json_object_set_new(settings, "text", json_boolean(!options->json));
    return settings;
}

bool settings_databases_usable(const json_t *settings) {
    const char *common = json_string_value(json_object_get(settings, "database"));
    bool usable = !common || !*common || database_usable(common);
    size_t at;
    json_t *checker;
    json_array_foreach(json_object_get(settings, "checkers"), at, checker) {
        const char *own =
            json_string_value(json_object_get(json_object_get(checker, "settings"), "database"));
        usable = (!own || !*own || database_usable(own)) && usable;
    }
    return usable;
}
