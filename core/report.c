/* SPDX-License-Identifier: Apache-2.0 */
/* What one instance says of itself for /healthz. */
#include "report.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "pipeline/pipeline.h"

#include <math.h>

enum { LIST_MOST = 1000 }; /* entries of one list; a source may watch 100,000 folders */

struct report {
    struct mrq_report public; /* what plugins see; first, so that both have one address */
    const struct instance *instance;
    json_t *said, *warnings;
    bool warned, broken;
};

static json_t *said(struct mrq_report *report) {
    return ((struct report *)report)->said;
}

static void report_number(struct mrq_report *report, const char *key, double value) {
    bool whole = fabs(value) < 9e15 && value == floor(value);
    json_object_set_new(said(report), key,
                        whole             ? json_integer((json_int_t)value)
                        : isfinite(value) ? json_real(value)
                                          : json_null());
}

static void report_text(struct mrq_report *report, const char *key, const char *value) {
    json_object_set_new(said(report), key, json_any_string(value));
}

static void report_item(struct mrq_report *report, const char *list, const char *name,
                        const char *state) {
    json_t *items = json_object_get(said(report), list);
    if (!json_is_array(items)) {
        items = json_array();
        json_object_set_new(said(report), list, items);
    }
    if (json_array_size(items) < LIST_MOST) {
        json_array_append_new(items, json_pack("{s:o, s:o}", "name", json_any_string(name), "state",
                                               json_any_string(state)));
    }
}

static void add_warning(struct report *report, const char *text) {
    AUTOFREE char *line = mem_printf("%s: %s", report->instance->host.name, text);
    json_array_append_new(report->warnings, json_any_string(line));
}

static void report_warning(struct mrq_report *report, const char *text) {
    struct report *mine = (struct report *)report;
    mine->warned = true;
    add_warning(mine, text);
}

static void report_broken(struct mrq_report *report, const char *text) {
    struct report *mine = (struct report *)report;
    mine->broken = true;
    add_warning(mine, text);
}

static const struct mrq_report_ops operations = {
    .number = report_number,
    .text = report_text,
    .item = report_item,
    .warning = report_warning,
    .broken = report_broken,
};

/* what core sees to for a source, and knows of the folders that it lists */
static void add_common(struct report *report) {
    static const char *const shown[] = {"share", "backlog"};
    const json_t *common = json_object_get(report->instance->configured, "common");
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        json_object_set(report->said, shown[i], json_object_get(common, shown[i]));
    }
    size_t at;
    json_t *folder;
    json_array_foreach(json_object_get(report->said, "folders"), at, folder) {
        const char *path = json_string_value(json_object_get(folder, "name"));
        pipeline_root_health(report->instance->parts->pipeline, path, folder);
    }
}

bool report_instance(const struct instance *instance, json_t *health, json_t *warnings) {
    const struct mrq_plugin *plugin = &instance->loaded.plugin;
    struct report report = {.public.ops = &operations,
                            .instance = instance,
                            .said = json_object(),
                            .warnings = warnings};
    report_text(&report.public, "plugin", plugin->name);
    report_text(&report.public, "kind", plugin_kind_name(plugin->kind));
    json_object_set_new(report.said, "status", json_null()); /* its place, before what follows */
    if (!instance->started) {
        report_broken(&report.public, "is not running");
    } else if (plugin->health) {
        plugin->health(instance->self, &report.public);
    }
    if (plugin->kind == MRQ_SOURCE) {
        add_common(&report);
    }
    const char *status = report.broken ? "broken" : report.warned ? "warnings" : "ok";
    json_object_set_new(report.said, "status", json_string(status));
    json_object_set_new(health, instance->host.name, report.said);
    return !report.broken;
}
