/* SPDX-License-Identifier: Apache-2.0 */
/* The life of source and sink plugins in the daemon. */
#include "instances.h"
#include "base/log.h"
#include "base/memory.h"
#include "instance.h"
#include "report.h"

struct instance_list {
    struct instance **items;
    size_t count;
};

struct instances {
    const struct parts *parts;
    struct instance_list open;   /* in the order of the configuration, sources first */
    struct instance_list closed; /* to be unloaded, once the loop has turned */
    bool paused, held, running;  /* held: the backlog is */
};

static const struct {
    enum mrq_kind kind;
    const char *list; /* in the configuration */
} lists[] = {{MRQ_SOURCE, "sources"}, {MRQ_SINK, "sinks"}};

struct instances *instances_create(const struct parts *parts) {
    struct instances *instances = mem_new(struct instances);
    instances->parts = parts;
    return instances;
}

static void append(struct instance_list *list, struct instance *instance) {
    list->items = mem_resize(list->items, list->count + 1, sizeof(struct instance *));
    list->items[list->count++] = instance;
}

static struct instance *take_out(struct instance_list *list, size_t index) {
    struct instance *instance = list->items[index];
    list->count--;
    memmove(&list->items[index], &list->items[index + 1],
            (list->count - index) * sizeof(struct instance *));
    return instance;
}

static void put_away(struct instances *instances, struct instance *instance) {
    instance_close(instance);
    append(&instances->closed, instance);
}

static void unload_closed(struct instances *instances) {
    while (instances->closed.count > 0) {
        instance_destroy(take_out(&instances->closed, instances->closed.count - 1));
    }
}

void instances_close(struct instances *instances) {
    while (instances && instances->open.count > 0) {
        put_away(instances, take_out(&instances->open, 0));
    }
}

void instances_destroy(struct instances *instances) {
    if (!instances) {
        return;
    }
    unload_closed(instances);
    free(instances->open.items);
    free(instances->closed.items);
    free(instances);
}

static enum mrq_kind kind_of(const struct instance *instance) {
    return instance->loaded.plugin.kind;
}

/* Puts it away where it cannot be opened. */
static struct instance *open_instance(struct instances *instances, enum mrq_kind kind,
                                      json_t *config, json_t *entry) {
    struct instance *instance = instance_create(instances->parts, config, entry);
    if (!instance_open(instance, kind)) {
        put_away(instances, instance);
        return NULL;
    }
    return instance;
}

bool instances_open(struct instances *instances, json_t *config) {
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const json_t *list = json_object_get(config, lists[i].list);
        for (size_t j = 0; j < json_array_size(list); j++) {
            struct instance *instance =
                open_instance(instances, lists[i].kind, config, json_array_get(list, j));
            if (!instance) {
                return false;
            }
            append(&instances->open, instance);
        }
    }
    return true;
}

static bool start_kind(struct instances *instances, enum mrq_kind kind) {
    for (size_t i = 0; i < instances->open.count; i++) {
        struct instance *instance = instances->open.items[i];
        if (kind_of(instance) == kind && !instance_start(instance)) {
            return false;
        }
    }
    return true;
}

bool instances_start(struct instances *instances) {
    instances->running = start_kind(instances, MRQ_SINK) && start_kind(instances, MRQ_SOURCE);
    return instances->running;
}

void instances_stop(struct instances *instances, enum mrq_kind kind) {
    instances->running = false;
    for (size_t i = 0; i < instances->open.count; i++) {
        if (kind_of(instances->open.items[i]) == kind) {
            instance_stop(instances->open.items[i]);
        }
    }
}

void instances_event(struct instances *instances, const struct mrq_event *event) {
    for (size_t i = 0; i < instances->open.count; i++) {
        const struct mrq_plugin *plugin = &instances->open.items[i]->loaded.plugin;
        if (plugin->kind == MRQ_SINK && plugin->event && instances->open.items[i]->started) {
            plugin->event(instances->open.items[i]->self, event);
        }
    }
}

static void pause_source(struct instance *instance, enum mrq_lane lane, bool paused) {
    const struct mrq_plugin *plugin = &instance->loaded.plugin;
    if (lane == MRQ_BACKLOG) {
        if (plugin->hold_back) {
            plugin->hold_back(instance->self, paused);
        }
    } else if (paused) {
        plugin->pause(instance->self);
    } else {
        plugin->resume(instance->self);
    }
}

void instances_pause(struct instances *instances, enum mrq_lane lane, bool paused) {
    *(lane == MRQ_BACKLOG ? &instances->held : &instances->paused) = paused;
    for (size_t i = 0; i < instances->open.count; i++) {
        if (kind_of(instances->open.items[i]) == MRQ_SOURCE && instances->open.items[i]->started) {
            pause_source(instances->open.items[i], lane, paused);
        }
    }
}

void instances_announced(const struct instances *instances,
                         void (*each)(void *self, const char *words), void *self) {
    for (size_t i = 0; i < instances->open.count; i++) {
        each(self, instances->open.items[i]->announced ? instances->open.items[i]->announced : "");
    }
}

/* ---- a new configuration ---- */

static const char *text_member(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

/* the entry of a list that configures instance: of that name, and still of that plugin's file */
static json_t *entry_of(const json_t *list, const struct instance *instance) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i);
        if (strcmp(text_member(entry, "name"), instance->host.name) == 0 &&
            strcmp(text_member(entry, "file"), instance->loaded.file) == 0) {
            return entry;
        }
    }
    return NULL;
}

static bool is_open(const struct instances *instances, enum mrq_kind kind, const char *name) {
    for (size_t i = 0; i < instances->open.count; i++) {
        if (kind_of(instances->open.items[i]) == kind &&
            strcmp(instances->open.items[i]->host.name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_unchanged(const struct instance *instance, const json_t *entry) {
    return json_equal(json_object_get(instance->configured, "settings"),
                      json_object_get(entry, "settings"));
}

/* what cannot go on as it is makes room for what is opened anew; retired: what it was */
static void retire_sources(struct instances *instances, const json_t *list, json_t *retired) {
    for (size_t i = instances->open.count; i-- > 0;) {
        struct instance *instance = instances->open.items[i];
        if (kind_of(instance) != MRQ_SOURCE) {
            continue;
        }
        json_t *entry = entry_of(list, instance);
        if (!entry || (!is_unchanged(instance, entry) && !instance_reload(instance, entry))) {
            log_notice("%s: closed%s", instance->host.name, entry ? ", to be opened anew" : "");
            json_object_set(retired, instance->host.name, instance->configured);
            put_away(instances, take_out(&instances->open, i));
        } else {
            instance_adjust(instance, entry);
        }
    }
}

static bool open_source(struct instances *instances, json_t *config, json_t *entry) {
    struct instance *instance = open_instance(instances, MRQ_SOURCE, config, entry);
    if (!instance) {
        return false;
    }
    if (!instance_start(instance)) {
        put_away(instances, instance);
        return false;
    }
    append(&instances->open, instance);
    if (instances->paused) {
        pause_source(instance, MRQ_LIVE, true);
    }
    if (instances->held) {
        pause_source(instance, MRQ_BACKLOG, true);
    }
    return true;
}

static bool configure_sources(struct instances *instances, json_t *config) {
    const json_t *list = json_object_get(config, "sources");
    json_auto_t *retired = json_object();
    retire_sources(instances, list, retired);
    bool all = true;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i);
        const char *name = text_member(entry, "name");
        if (is_open(instances, MRQ_SOURCE, name) || open_source(instances, config, entry)) {
            continue;
        }
        all = false;
        json_t *old = json_object_get(retired, name);
        if (old && open_source(instances, config, old)) {
            log_warning("%s: goes on with its old options", name);
        }
    }
    return all;
}

static void say_changed(const struct instance *instance, const json_t *entry) {
    const json_t *old = json_object_get(instance->configured, "settings");
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(entry, "settings"), key, value) {
        if (!json_equal(value, json_object_get(old, key))) {
            log_warning("%s: option \"%s\" needs a restart", instance->host.name, key);
        }
    }
    json_object_foreach((json_t *)old, key, value) {
        if (!json_object_get(json_object_get(entry, "settings"), key)) {
            log_warning("%s: option \"%s\" needs a restart", instance->host.name, key);
        }
    }
}

/* routes of the HTTP service stay until the end, so sinks neither come nor go */
static void configure_sinks(struct instances *instances, const json_t *list) {
    for (size_t i = 0; i < instances->open.count; i++) {
        struct instance *instance = instances->open.items[i];
        json_t *entry = kind_of(instance) == MRQ_SINK ? entry_of(list, instance) : NULL;
        if (kind_of(instance) == MRQ_SINK && !entry) {
            log_warning("%s: only a restart takes a sink away", instance->host.name);
        } else if (entry && !instance_reload(instance, entry) && !is_unchanged(instance, entry)) {
            say_changed(instance, entry);
        }
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = text_member(json_array_get(list, i), "name");
        if (!is_open(instances, MRQ_SINK, name)) {
            log_warning("%s: only a restart adds a sink", name);
        }
    }
}

bool instances_configure(struct instances *instances, json_t *config) {
    unload_closed(instances); /* by an earlier configuration, many turns ago */
    configure_sinks(instances, json_object_get(config, "sinks"));
    return configure_sources(instances, config);
}

bool instances_health(const struct instances *instances, json_t *health, json_t *warnings) {
    bool source_works = false;
    for (size_t i = 0; i < instances->open.count; i++) {
        const struct instance *instance = instances->open.items[i];
        bool works = report_instance(instance, health, warnings);
        source_works |= works && kind_of(instance) == MRQ_SOURCE;
    }
    return source_works;
}
