/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a plugin and adopting its table, whatever version of the header it was built with. */
#include "plugin/loader.h"
#include "base/log.h"
#include "base/memory.h"
#include "plugin/describe.h"

#include <dlfcn.h>

#if defined(__SANITIZE_ADDRESS__)
#define KEEP_LIBRARIES true /* a report must find the names of what it is about */
#else
#define KEEP_LIBRARIES false
#endif

enum {
    OPTIONS_MOST = 256,      /* a table without its end would be read for ever */
    OPTION_BYTES_MOST = 4096 /* a stride beyond it is no stride */
};

/* what the first header had: no plugin can be smaller */
static const size_t plugin_bytes_least = offsetof(struct mrq_plugin, open);
static const size_t option_bytes_least = offsetof(struct mrq_option, minimum);

static const char *const kind_names[] = {
    [MRQ_SOURCE] = "source", [MRQ_CHECKER] = "checker", [MRQ_SINK] = "sink"};

/* every kind's duties: where in the table the callback stands, and who must have it (0: all) */
static const struct {
    size_t offset;
    const char *name;
    enum mrq_kind kind;
} duties[] = {
    {offsetof(struct mrq_plugin, open), "open", (enum mrq_kind)0},
    {offsetof(struct mrq_plugin, close), "close", (enum mrq_kind)0},
    {offsetof(struct mrq_plugin, start), "start", MRQ_SOURCE},
    {offsetof(struct mrq_plugin, pause), "pause", MRQ_SOURCE},
    {offsetof(struct mrq_plugin, resume), "resume", MRQ_SOURCE},
    {offsetof(struct mrq_plugin, check), "check", MRQ_CHECKER},
};

const char *plugin_kind_name(enum mrq_kind kind) {
    bool known = kind >= MRQ_SOURCE && kind <= MRQ_SINK;
    return known ? kind_names[kind] : "plugin of an unknown kind";
}

static bool abi_fits(const struct mrq_plugin *theirs, const char *file) {
    if (theirs->abi > MRQ_ABI) {
        log_error("%s: built for plugin interface %u, this mrqart has %d: "
                  "upgrade mrqart, or build the plugin against this mrqart's plugin.h",
                  file, theirs->abi, MRQ_ABI);
        return false;
    }
    if (theirs->abi < MRQ_ABI_OLDEST) {
        log_error("%s: built for plugin interface %u, this mrqart has %d and takes %d or newer: "
                  "build the plugin anew against this mrqart's plugin.h",
                  file, theirs->abi, MRQ_ABI, MRQ_ABI_OLDEST);
        return false;
    }
    bool stride_fits = !theirs->options || (theirs->option_size >= option_bytes_least &&
                                            theirs->option_size <= OPTION_BYTES_MOST);
    if (theirs->size < plugin_bytes_least || !stride_fits) {
        log_error("%s: its table is damaged (%u bytes, %u per option): declare it by MRQ_PLUGIN()",
                  file, theirs->size, theirs->option_size);
        return false;
    }
    return true;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The options as this build strides them; NULL where the table does not end. */
static struct mrq_option *options_adopt(const struct mrq_plugin *theirs, const char *file) {
    struct mrq_option *options = mem_zeroed(OPTIONS_MOST + 1, sizeof(*options));
    const char *at = (const char *)theirs->options;
    for (size_t count = 0; at && count <= OPTIONS_MOST; count++, at += theirs->option_size) {
        struct mrq_option option = {0};
        memcpy(&option, at, smaller(sizeof(option), theirs->option_size));
        if (!option.key) {
            return mem_resize(options, count + 1, sizeof(*options));
        }
        if (count == OPTIONS_MOST) {
            log_error("%s: more than %d options, or a table that does not end with {0}", file,
                      OPTIONS_MOST);
            free(options);
            return NULL;
        }
        options[count] = option;
    }
    return options;
}

bool plugin_adopt(struct mrq_plugin *ours, struct mrq_option **options,
                  const struct mrq_plugin *theirs, const char *file) {
    *ours = (struct mrq_plugin){0};
    *options = NULL;
    if (!abi_fits(theirs, file)) {
        return false;
    }
    struct mrq_plugin adopted = {0};
    memcpy(&adopted, theirs, smaller(sizeof(adopted), theirs->size));
    *options = options_adopt(theirs, file);
    if (!*options) {
        return false;
    }
    adopted.size = sizeof(adopted);
    adopted.option_size = sizeof(struct mrq_option);
    adopted.options = *options;
    *ours = adopted;
    return true;
}

static bool kind_fits(const struct mrq_plugin *plugin, enum mrq_kind kind, const char *file) {
    if (plugin->kind < MRQ_SOURCE || plugin->kind > MRQ_SINK) {
        log_error("%s: of kind %d, which is none of source, checker and sink", file, plugin->kind);
        return false;
    }
    if (kind && plugin->kind != kind) {
        log_error("%s: a %s, not a %s: name it under %ss", file, plugin_kind_name(plugin->kind),
                  plugin_kind_name(kind), plugin_kind_name(plugin->kind));
        return false;
    }
    return true;
}

static bool duties_met(const struct mrq_plugin *plugin, const char *file) {
    bool met = true;
    for (size_t i = 0; i < sizeof(duties) / sizeof(duties[0]); i++) {
        void (*callback)(void);
        memcpy(&callback, (const char *)plugin + duties[i].offset, sizeof(callback));
        if (!callback && (!duties[i].kind || duties[i].kind == plugin->kind)) {
            log_error("%s: has no %s(), which a %s must have", file, duties[i].name,
                      plugin_kind_name(plugin->kind));
            met = false;
        }
    }
    if (!plugin->name || !*plugin->name || !plugin->version || !plugin->description) {
        log_error("%s: has no name, version or description", file);
        met = false;
    }
    return met;
}

bool plugin_load(struct loaded_plugin *loaded, const char *file, enum mrq_kind kind) {
    *loaded = (struct loaded_plugin){.file = mem_dup(file)};
    if (!strchr(file, '/')) { /* dlopen() would look for it in the system's folders */
        log_error("%s: name a plugin's file with its folder", file);
        goto fail;
    }
    loaded->library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!loaded->library) {
        log_error("cannot load plugin: %s", dlerror());
        goto fail;
    }
    const struct mrq_plugin *theirs = dlsym(loaded->library, "mrq_plugin");
    if (!theirs) {
        log_error("%s: is no plugin of mrqart: it does not export mrq_plugin (see MRQ_PLUGIN())",
                  file);
        goto fail;
    }
    struct mrq_option *options;
    bool adopted = plugin_adopt(&loaded->plugin, &options, theirs, file);
    if (adopted && kind_fits(&loaded->plugin, kind, file) && duties_met(&loaded->plugin, file) &&
        plugin_table_valid(loaded->plugin.options, file)) {
        return true;
    }
fail:
    plugin_unload(loaded);
    return false;
}

void plugin_unload(struct loaded_plugin *loaded) {
    if (loaded->library && !KEEP_LIBRARIES) {
        dlclose(loaded->library);
    }
    free((struct mrq_option *)loaded->plugin.options);
    free(loaded->file);
    *loaded = (struct loaded_plugin){0};
}
