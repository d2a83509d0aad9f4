/* SPDX-License-Identifier: Apache-2.0 */
/* One instance of a source or sink plugin. */
#include "instance.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/config.h"
#include "config/source_options.h"
#include "health.h"
#include "http/http_service.h"
#include "pipeline/pipeline.h"
#include "plugin/settings.h"
#include "tracking/tracking.h"

static const struct parts *parts_of(const struct mrq_host *host) {
    return ((const struct instance *)host)->parts;
}

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    log_named(level, host->name, format, arguments);
}

/* One of the source's options is that text: it did not come to the folder by a link. */
static bool is_configured(const struct instance *instance, const char *given) {
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(instance->configured, "settings"), key, value) {
        bool named = json_is_string(value) && strcmp(json_string_value(value), given) == 0;
        for (size_t i = 0; i < json_array_size(value); i++) {
            const char *item = json_string_value(json_array_get(value, i));
            named = named || (item && strcmp(item, given) == 0);
        }
        if (named) {
            return true;
        }
    }
    return false;
}

static void host_follow_at(struct mrq_host *host, const char *root, const char *given) {
    const struct instance *instance = (const struct instance *)host;
    struct root_policy policy = source_options_policy(instance->configured);
    policy.configured = is_configured(instance, given);
    pipeline_follow(instance->parts->pipeline, root, &policy);
}

static void host_follow(struct mrq_host *host, const char *root) {
    host_follow_at(host, root, root);
}

static void host_emit(struct mrq_host *host, const struct mrq_found *found) {
    pipeline_emit(parts_of(host)->pipeline, found);
}

static struct mrq_address *host_listen(struct mrq_host *host, const char *address,
                                       const char *label, enum mrq_sharing sharing) {
    return http_service_listen(parts_of(host)->http, host->name, address, label, sharing);
}

static void host_route(struct mrq_address *address, const char *pattern, mrq_handler handler,
                       void *self) {
    http_service_route(address, pattern, handler, self);
}

static void host_upgraded(struct evhttp_request *request) {
    http_service_upgraded(request);
}

static const struct mrq_text *host_state(struct mrq_host *host) {
    return tracking_state(parts_of(host)->tracking);
}

static const struct mrq_text *host_healthz(struct mrq_host *host, int *status) {
    return health_text(parts_of(host)->health, status);
}

static enum mrq_acknowledged host_acknowledge(struct mrq_host *host,
                                              const struct mrq_acknowledgement *given) {
    return tracking_acknowledge(parts_of(host)->tracking, given);
}

static void host_announce(struct mrq_host *host, const char *label, const char *address) {
    struct instance *instance = (struct instance *)host;
    const char *before = instance->announced ? instance->announced : "";
    char *words = mem_printf("%s %s=%s", before, label, address);
    free(instance->announced);
    instance->announced = words;
}

static const struct mrq_host_ops operations = {
    .log = host_log,
    .follow = host_follow,
    .follow_at = host_follow_at,
    .emit = host_emit,
    .listen = host_listen,
    .route = host_route,
    .upgraded = host_upgraded,
    .state = host_state,
    .healthz = host_healthz,
    .acknowledge = host_acknowledge,
    .announce = host_announce,
};

static const char *text_member(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static struct mrq_settings *settings_of(const struct instance *instance, const json_t *configured) {
    return settings_create(json_object_get(configured, "settings"),
                           instance->loaded.plugin.options);
}

static bool open_plugin(struct instance *instance) {
    struct mrq_settings *settings = settings_of(instance, instance->configured);
    instance->self = instance->loaded.plugin.open(&instance->host, settings);
    settings_destroy(settings);
    return instance->self;
}

struct instance *instance_create(const struct parts *parts, json_t *config, json_t *configured) {
    struct instance *instance = mem_new(struct instance);
    instance->parts = parts;
    instance->config = json_incref(config);
    instance->configured = json_incref(configured);
    instance->host = (struct mrq_host){
        .ops = &operations,
        .base = parts->base,
        .name = text_member(configured, "name"),
        .database = config_text_option(config, "database"),
        .static_dir = config_text_option(config, "static_dir"),
        .epoch = parts->epoch,
        .version = MRQART_VERSION,
        .program_dir = parts->program_dir,
        .trial = parts->trial,
    };
    return instance;
}

void instance_destroy(struct instance *instance) {
    plugin_unload(&instance->loaded);
    json_decref(instance->configured);
    json_decref(instance->config);
    free(instance->announced);
    free(instance);
}

bool instance_open(struct instance *instance, enum mrq_kind kind) {
    return plugin_load(&instance->loaded, text_member(instance->configured, "file"), kind) &&
           open_plugin(instance);
}

void instance_close(struct instance *instance) {
    instance_stop(instance);
    if (instance->self) {
        instance->loaded.plugin.close(instance->self);
        instance->self = NULL;
    }
    if (instance->parts->pipeline) {
        pipeline_leave(instance->parts->pipeline, instance->host.name);
    }
}

bool instance_start(struct instance *instance) {
    const struct mrq_plugin *plugin = &instance->loaded.plugin;
    instance->started = !plugin->start || plugin->start(instance->self);
    return instance->started;
}

void instance_stop(struct instance *instance) {
    const struct mrq_plugin *plugin = &instance->loaded.plugin;
    if (instance->started && plugin->stop) {
        plugin->stop(instance->self);
    }
    instance->started = false;
}

/* the old object stays alive with config: host.name points into it */
bool instance_reload(struct instance *instance, json_t *configured) {
    const struct mrq_plugin *plugin = &instance->loaded.plugin;
    if (!plugin->reload) {
        return false;
    }
    struct mrq_settings *settings = settings_of(instance, configured);
    bool taken = plugin->reload(instance->self, settings);
    settings_destroy(settings);
    if (taken) {
        json_object_set(instance->configured, "settings", json_object_get(configured, "settings"));
    }
    return taken;
}

void instance_adjust(struct instance *instance, json_t *configured) {
    json_t *common = json_object_get(configured, "common");
    if (!json_equal(common, json_object_get(instance->configured, "common"))) {
        json_object_set(instance->configured, "common", common);
        const struct root_policy policy = source_options_policy(instance->configured);
        pipeline_adjust(instance->parts->pipeline, &policy);
    }
}
