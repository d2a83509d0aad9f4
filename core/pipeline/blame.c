/* SPDX-License-Identifier: Apache-2.0 */
/* Checkers that fail. */
#include "blame.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "check/check.h"
#include "protocol.h"

enum {
    FAULTS = 3,            /* files in a row: not one bad file, however often it comes */
    PAUSE_FIRST_S = 60,    /* until a disabled checker is tried again: what it needs may be back */
    PAUSE_LAST_S = 3600,   /* the pauses grow threefold up to this */
    LATELY_MS = 10 * 60000 /* so long /healthz tells of a fault that is over */
};

struct suspect {
    char *name;
    uint64_t files[FAULTS]; /* those it failed on since it last passed one */
    unsigned faults;
    unsigned pause_s; /* the last one; 0: it has passed a file since */
    bool disabled;
    long long again_ms; /* disabled: until then */
    long long last_ms;  /* of a fault */
    unsigned long long failed;
    struct log_fault told;
};

struct blame {
    json_t *settings;
    char *text;
    struct suspect *suspects;
    size_t count;
    bool clean; /* all have passed the last file, and none is under suspicion */
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

static void set_disabled(struct blame *blame, size_t index, bool disabled) {
    blame->suspects[index].disabled = disabled;
    json_t *checker = json_array_get(json_object_get(blame->settings, "checkers"), index);
    json_object_set_new(checker, "disabled", json_boolean(disabled));
    free(blame->text);
    blame->text = json_text(blame->settings, NULL);
}

static void disable(struct blame *blame, size_t index, long long now_ms) {
    struct suspect *suspect = &blame->suspects[index];
    unsigned longer = suspect->pause_s ? suspect->pause_s * 3 : PAUSE_FIRST_S;
    suspect->pause_s = longer < PAUSE_LAST_S ? longer : PAUSE_LAST_S;
    suspect->again_ms = now_ms + suspect->pause_s * 1000LL;
    set_disabled(blame, index, true);
    log_error("%s is disabled: it failed on %d files in a row; the other checkers go on. It is "
              "tried again in %u s, or when it is mended and the configuration reloaded (SIGHUP)",
              suspect->name, FAULTS, suspect->pause_s);
}

static bool is_counted(const struct suspect *suspect, uint64_t place) {
    for (unsigned i = 0; i < suspect->faults; i++) {
        if (suspect->files[i] == place) {
            return true;
        }
    }
    return false;
}

static bool accuse(struct blame *blame, size_t index, const struct blame_file *file) {
    struct suspect *suspect = &blame->suspects[index];
    blame->clean = false;
    suspect->last_ms = file->now_ms;
    if (suspect->disabled || is_counted(suspect, file->place)) {
        return false;
    }
    suspect->failed++;
    suspect->files[suspect->faults++] = file->place;
    if (suspect->faults < FAULTS) {
        return false;
    }
    disable(blame, index, file->now_ms);
    return true;
}

bool blame_crash(struct blame *blame, const char *checker, const struct blame_file *file) {
    for (size_t i = 0; i < blame->count && *checker; i++) {
        /* a worker's note holds so much of a name */
        if (strncmp(blame->suspects[i].name, checker, PROTOCOL_NAME_BYTES - 1) == 0) {
            return accuse(blame, i, file);
        }
    }
    return false;
}

static void acquit(struct suspect *suspect) {
    log_fault_over(&suspect->told, suspect->name, "judges files again");
    suspect->faults = suspect->pause_s = 0;
}

bool blame_looks(const struct blame *blame, uint32_t failed) {
    return failed || !blame->clean;
}

bool blame_passed(struct blame *blame, uint32_t failed, const struct blame_file *file) {
    bool disabled = false, clean = true;
    for (size_t i = 0; i < blame->count; i++) {
        struct suspect *suspect = &blame->suspects[i];
        if (i < CHECK_CHECKERS_MOST && failed & (1U << i)) {
            log_fault_tell(&suspect->told, suspect->name, "failed on %s: its verdict is missing",
                           file->said);
            disabled |= accuse(blame, i, file);
        } else if (!suspect->disabled) {
            acquit(suspect);
        }
        clean &= suspect->disabled || suspect->faults == 0;
    }
    blame->clean = clean;
    return disabled;
}

long long blame_next_ms(const struct blame *blame) {
    long long next_ms = 0;
    for (size_t i = 0; i < blame->count; i++) {
        const struct suspect *suspect = &blame->suspects[i];
        if (suspect->disabled && (next_ms == 0 || suspect->again_ms < next_ms)) {
            next_ms = suspect->again_ms;
        }
    }
    return next_ms;
}

bool blame_try_again(struct blame *blame, long long now_ms) {
    bool any = false;
    for (size_t i = 0; i < blame->count; i++) {
        struct suspect *suspect = &blame->suspects[i];
        if (suspect->disabled && suspect->again_ms <= now_ms) {
            log_notice("%s is tried again", suspect->name);
            set_disabled(blame, i, false);
            suspect->faults = FAULTS - 1; /* one more, and it is disabled for longer */
            blame->clean = false;
            any = true;
        }
    }
    return any;
}

const char *blame_settings(const struct blame *blame) {
    return blame->text;
}

static char *sentence(const struct suspect *suspect, long long now_ms) {
    if (suspect->disabled) {
        long long left_ms = suspect->again_ms - now_ms;
        return mem_printf("%s is disabled: it failed on %d files in a row. It is tried again in "
                          "%lld s, or when it is mended and the configuration reloaded (SIGHUP)",
                          suspect->name, FAULTS, left_ms > 0 ? (left_ms + 999) / 1000 : 0);
    }
    if (suspect->failed && now_ms - suspect->last_ms < LATELY_MS) {
        return mem_printf("%s failed on %llu files, lately too, and its verdict is missing there: "
                          "the log says which",
                          suspect->name, suspect->failed);
    }
    return NULL;
}

void blame_health(const struct blame *blame, json_t *health, json_t *warnings) {
    json_t *checkers = json_array(), *disabled = json_array();
    long long now_ms = clock_ms();
    for (size_t i = 0; i < blame->count; i++) {
        const struct suspect *suspect = &blame->suspects[i];
        AUTOFREE char *said = sentence(suspect, now_ms);
        json_array_append_new(checkers,
                              json_pack("{s:o, s:I}", "name", json_any_string(suspect->name),
                                        "failed", (json_int_t)suspect->failed));
        if (suspect->disabled) {
            json_array_append_new(disabled, json_any_string(suspect->name));
        }
        if (said) {
            json_array_append_new(warnings, json_any_string(said));
        }
    }
    json_object_set_new(health, "checkers", checkers);
    json_object_set_new(health, "disabled", disabled);
}
