/* SPDX-License-Identifier: Apache-2.0 */
/* Checkers that kill their workers. */
#include "blame.h"

#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "protocol.h"

enum { CRASHES = 3 }; /* in a row: not one bad file, which is tried twice */

struct suspect {
    char *name;
    unsigned crashes;
    bool disabled;
};

struct blame {
    json_t *settings;
    char *text;
    struct suspect *suspects;
    size_t count;
    bool clean; /* nobody has crashed since the last file that passed */
};

struct blame *blame_create(const char *settings) {
    struct blame *blame = mem_new(struct blame);
    blame->settings = json_loads(settings, 0, NULL);
    blame->text = mem_dup(settings);
    blame->clean = true;
    json_t *checkers = json_object_get(blame->settings, "checkers"), *checker;
    size_t index;
    blame->suspects = mem_zeroed(json_array_size(checkers), sizeof(*blame->suspects));
    json_array_foreach(checkers, index, checker) {
        const char *name = json_string_value(json_object_get(checker, "name"));
        blame->suspects[index].name = mem_dup(name ? name : "");
        blame->count = index + 1;
    }
    return blame;
}

void blame_destroy(struct blame *blame) {
    if (!blame) {
        return;
    }
    for (size_t i = 0; i < blame->count; i++) {
        free(blame->suspects[i].name);
    }
    free(blame->suspects);
    free(blame->text);
    json_decref(blame->settings);
    free(blame);
}

static void disable(struct blame *blame, size_t index) {
    struct suspect *suspect = &blame->suspects[index];
    suspect->disabled = true;
    json_t *checker = json_array_get(json_object_get(blame->settings, "checkers"), index);
    json_object_set_new(checker, "disabled", json_true());
    free(blame->text);
    blame->text = json_text(blame->settings, NULL);
    log_error("%s is disabled: it killed its worker %d times in a row; the other checkers go on. "
              "Mend it, then reload the configuration (SIGHUP)",
              suspect->name, CRASHES);
}

bool blame_crash(struct blame *blame, const char *checker) {
    for (size_t i = 0; i < blame->count && *checker; i++) {
        struct suspect *suspect = &blame->suspects[i];
        /* a worker's note holds so much of a name */
        if (strncmp(suspect->name, checker, PROTOCOL_NAME_BYTES - 1) != 0 || suspect->disabled) {
            continue;
        }
        blame->clean = false;
        if (++suspect->crashes >= CRASHES) {
            disable(blame, i);
            return true;
        }
        return false;
    }
    return false;
}

void blame_passed(struct blame *blame) {
    if (blame->clean) {
        return;
    }
    for (size_t i = 0; i < blame->count; i++) {
        blame->suspects[i].crashes = 0;
    }
    blame->clean = true;
}

const char *blame_settings(const struct blame *blame) {
    return blame->text;
}

json_t *blame_health(const struct blame *blame, json_t *warnings) {
    json_t *disabled = json_array();
    for (size_t i = 0; i < blame->count; i++) {
        if (blame->suspects[i].disabled) {
            AUTOFREE char *sentence =
                mem_printf("%s is disabled: it killed its worker %d times in a row. Mend it, then "
                           "reload the configuration (SIGHUP)",
                           blame->suspects[i].name, CRASHES);
            json_array_append_new(disabled, json_any_string(blame->suspects[i].name));
            json_array_append_new(warnings, json_any_string(sentence));
        }
    }
    return disabled;
}
