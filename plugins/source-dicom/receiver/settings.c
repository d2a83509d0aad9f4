/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin tells the receiver at its start. */
#include "settings.h"

#include "base/memory.h"

static bool read_callers(struct receiver_settings *settings, const json_t *list) {
    size_t count = json_array_size(list);
    settings->callers = mem_zeroed(count + 1, sizeof(*settings->callers));
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !caller_read(&settings->callers[settings->caller_count++], text)) {
            return false;
        }
    }
    return true;
}

static bool read_classes(struct receiver_settings *settings, const json_t *list) {
    size_t count = json_array_size(list);
    settings->classes = mem_zeroed(count + 1, sizeof(*settings->classes));
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text) {
            return false;
        }
        settings->classes[settings->class_count++] = text;
    }
    return true;
}

bool receiver_settings_read(struct receiver_settings *settings, const char *text, size_t length) {
    *settings = (struct receiver_settings){.all = json_loadb(text, length, 0, NULL)};
    json_t *callers, *classes;
    int associations, per_peer, idle, pdu, acse, dimse, fsync, names_caller;
    json_int_t least_free, object;
    if (json_unpack(
            settings->all,
            "{s:s, s:s, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:b, s:I, s:I, s:s, s:s, s:s, "
            "s:s, s:b}",
            "spool", &settings->spool, "ae_title", &settings->ae_title, "callers", &callers,
            "classes", &classes, "associations", &associations, "per_peer", &per_peer, "idle",
            &idle, "pdu_bytes", &pdu, "acse", &acse, "dimse", &dimse, "fsync", &fsync, "free_bytes",
            &least_free, "object_bytes", &object, "certificate", &settings->certificate, "key",
            &settings->key, "ca", &settings->ca, "crl", &settings->crl, "names_caller",
            &names_caller) < 0) {
        return false;
    }
    settings->associations = (unsigned)associations;
    settings->associations_per_peer = (unsigned)per_peer;
    settings->idle_s = (unsigned)idle;
    settings->names_caller = names_caller;
    settings->pdu_bytes = (unsigned)pdu;
    settings->acse_s = (unsigned)acse;
    settings->dimse_s = (unsigned)dimse;
    settings->fsync = fsync;
    settings->free_bytes = least_free;
    settings->object_bytes = (uint64_t)object;
    return read_callers(settings, callers) && read_classes(settings, classes);
}

void receiver_settings_finish(struct receiver_settings *settings) {
    free(settings->callers);
    free(settings->classes);
    json_decref(settings->all);
    *settings = (struct receiver_settings){0};
}
