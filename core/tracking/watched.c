/* SPDX-License-Identifier: Apache-2.0 */
/* The values watched over a series. */
#include "watched.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/redact_kept.h"

/* values that one checker gave for one name within one group */
struct watched_set {
    char *checker, *name, *group;
    bool collected;
    json_t *values; /* strings or null, in the order in which they were first seen */
};

enum { SET_OVERHEAD = 160 }; /* bytes that a set or a value costs beside its texts */

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is_collected(const json_t *entry) {
    return strcmp(text_of(entry, "watching"), "collected") == 0;
}

/* TE may be both: a constant within an echo, and collected over all */
static bool same_set(const struct watched_set *set, const json_t *entry) {
    return set->collected == is_collected(entry) &&
           strcmp(set->name, text_of(entry, "name")) == 0 &&
           strcmp(set->group, text_of(entry, "group")) == 0 &&
           strcmp(set->checker, text_of(entry, "checker")) == 0;
}

static struct watched_set *find(const struct watched *watched, const json_t *entry) {
    for (size_t i = 0; i < watched->count; i++) {
        if (same_set(&watched->sets[i], entry)) {
            return &watched->sets[i];
        }
    }
    return NULL;
}

static bool has(const json_t *values, const json_t *value) {
    for (size_t i = 0; i < json_array_size(values); i++) {
        if (json_equal(json_array_get(values, i), value)) {
            return true;
        }
    }
    return false;
}

static size_t value_bytes(const json_t *value) {
    return json_string_length(value) + SET_OVERHEAD;
}

/* of a set without its values */
static size_t set_bytes(const char *name, const char *group, const char *checker) {
    return strlen(name) + strlen(group) + strlen(checker) + SET_OVERHEAD;
}

static bool afford(struct watched *watched, size_t bytes) {
    if (watched->bytes + bytes > WATCHED_BYTES) {
        return false;
    }
    watched->bytes += bytes;
    return true;
}

static struct watched_set *add_set(struct watched *watched, const json_t *entry) {
    const char *name = text_of(entry, "name");
    const char *group = text_of(entry, "group");
    const char *checker = text_of(entry, "checker");
    if (!*name || !afford(watched, set_bytes(name, group, checker))) {
        return NULL;
    }
    watched->sets = mem_resize(watched->sets, watched->count + 1, sizeof(*watched->sets));
    struct watched_set *set = &watched->sets[watched->count++];
    *set = (struct watched_set){
        .checker = mem_dup(checker),
        .name = mem_dup(name),
        .group = mem_dup(group),
        .collected = is_collected(entry),
        .values = json_array(),
    };
    return set;
}

static bool add_value(struct watched *watched, struct watched_set *set, json_t *value) {
    if (!json_is_string(value) && !json_is_null(value)) {
        return false;
    }
    return afford(watched, value_bytes(value)) && json_array_append(set->values, value) == 0;
}

static void free_set(struct watched *watched, struct watched_set *set) {
    watched->bytes -= set_bytes(set->name, set->group, set->checker);
    for (size_t at = 0; at < json_array_size(set->values); at++) {
        watched->bytes -= value_bytes(json_array_get(set->values, at));
    }
    free(set->checker);
    free(set->name);
    free(set->group);
    json_decref(set->values);
}

void watched_finish(struct watched *watched) {
    for (size_t i = 0; i < watched->count; i++) {
        free_set(watched, &watched->sets[i]);
    }
    free(watched->sets);
    *watched = (struct watched){0};
}

void watched_forget_constants(struct watched *watched) {
    size_t kept = 0;
    for (size_t i = 0; i < watched->count; i++) {
        if (watched->sets[i].collected) {
            watched->sets[kept++] = watched->sets[i];
        } else {
            free_set(watched, &watched->sets[i]);
        }
    }
    watched->count = kept;
}

bool watched_note(struct watched *watched, const json_t *entry, const json_t **from, bool *grew) {
    json_t *value = json_object_get(entry, "value");
    struct watched_set *set = find(watched, entry);
    if (set && has(set->values, value)) {
        return false;
    }
    set = set ? set : add_set(watched, entry);
    if (!set || !add_value(watched, set, value)) {
        return false;
    }
    *grew = true;
    size_t count = json_array_size(set->values);
    if (set->collected || count == 1) {
        return false;
    }
    *from = json_array_get(set->values, count - 2);
    return true;
}

const char *watched_first_group(const struct watched *watched, const char *checker,
                                const char *name) {
    for (size_t i = 0; i < watched->count; i++) {
        const struct watched_set *set = &watched->sets[i];
        if (!set->collected && strcmp(set->name, name) == 0 && strcmp(set->checker, checker) == 0) {
            return set->group;
        }
    }
    return NULL;
}

static int compare(const json_t *left, const json_t *right) {
    double a, b;
    const char *left_text = json_string_value(left), *right_text = json_string_value(right);
    bool numbers = text_to_number(left_text, &a) && text_to_number(right_text, &b);
    if (numbers && (a < b || a > b)) {
        return a < b ? -1 : 1;
    }
    return strcmp(left_text, right_text);
}

/* sorted, so that the order in which echoes arrive makes no difference */
static void insert_sorted(json_t *values, json_t *value) {
    size_t at = json_array_size(values);
    while (at > 0 && compare(json_array_get(values, at - 1), value) > 0) {
        at--;
    }
    json_array_insert(values, at, value);
}

json_t *watched_collected(const struct watched *watched) {
    json_t *collected = json_object();
    for (size_t i = 0; i < watched->count; i++) {
        const struct watched_set *set = &watched->sets[i];
        if (!set->collected) {
            continue;
        }
        json_t *values = json_object_get(collected, set->name);
        if (!values) {
            values = json_array();
            json_object_set_new(collected, set->name, values);
        }
        for (size_t at = 0; at < json_array_size(set->values); at++) {
            json_t *value = json_array_get(set->values, at);
            if (json_is_string(value) && !has(values, value)) {
                insert_sorted(values, value);
            }
        }
    }
    return collected;
}

bool watched_redact(struct watched *watched, const struct redact_kept *kept) {
    bool any = false;
    for (size_t i = 0; i < watched->count; i++) {
        json_t *values = watched->sets[i].values;
        for (size_t at = 0; at < json_array_size(values); at++) {
            json_t *value = json_array_get(values, at);
            json_t *other = redact_kept_value(kept, watched->sets[i].name, value);
            any |= other && !json_equal(value, other);
            if (other) {
                watched->bytes += value_bytes(other) - value_bytes(value);
                json_array_set_new(values, at, other);
            }
        }
    }
    return any;
}

json_t *watched_save(const struct watched *watched) {
    json_t *saved = json_array();
    for (size_t i = 0; i < watched->count; i++) {
        const struct watched_set *set = &watched->sets[i];
        json_array_append_new(saved, json_pack("{s:s, s:s, s:s, s:s, s:O}", "checker", set->checker,
                                               "name", set->name, "group", set->group, "watching",
                                               set->collected ? "collected" : "constant", "values",
                                               set->values));
    }
    return saved;
}

void watched_restore(struct watched *watched, const json_t *saved) {
    for (size_t i = 0; i < json_array_size(saved); i++) {
        const json_t *entry = json_array_get(saved, i);
        const json_t *values = json_object_get(entry, "values");
        struct watched_set *set = find(watched, entry) ? NULL : add_set(watched, entry);
        for (size_t at = 0; set && at < json_array_size(values); at++) {
            add_value(watched, set, json_array_get(values, at));
        }
    }
}
