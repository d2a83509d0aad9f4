/* SPDX-License-Identifier: Apache-2.0 */
/* What a series is by the header of its first file. */
#include "about.h"
#include "base/memory.h"
#include "base/text.h"
#include "cadence.h"

static const char *const keys[ABOUT_KEYS] = {"uid",     "study",    "number",     "name",
                                             "project", "expected", "image_type", "period"};

static const char absent[] = "null";

static bool is_plain(const struct json_slice *value) {
    return value->text && strchr("\"-0123456789", *value->text);
}

/* a whole number above 0; else 0 */
static uint64_t natural(const char *text) {
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && number <= INT64_MAX ? number : 0;
}

void about_init(struct about *about, const struct json_slice *series) {
    struct json_slice values[ABOUT_KEYS];
    json_scan_object(series->text, series->length, JSON_DEPTH, keys, values, ABOUT_KEYS);
    for (size_t i = 0; i < ABOUT_KEYS; i++) {
        about->values[i] = is_plain(&values[i]) ? mem_dup_length(values[i].text, values[i].length)
                                                : mem_dup(absent);
    }
    about->expected = natural(about->values[ABOUT_EXPECTED]);
    about->number = natural(about->values[ABOUT_NUMBER]);
    uint64_t period = natural(about->values[ABOUT_PERIOD]);
    about->period_ms = period <= CADENCE_MOST_MS ? (int64_t)period : 0;
}

void about_finish(struct about *about) {
    for (size_t i = 0; i < ABOUT_KEYS; i++) {
        free(about->values[i]);
    }
    *about = (struct about){0};
}

void about_describe(const struct about *about, struct text_builder *out) {
    for (size_t i = 0; i < ABOUT_SHOWN; i++) {
        text_builder_text(out, i ? ",\"" : "{\"");
        text_builder_text(out, keys[i]);
        text_builder_text(out, "\":");
        text_builder_text(out, about->values[i]);
    }
}

json_t *about_save(const struct about *about) {
    json_t *saved = json_object();
    for (size_t i = 0; i < ABOUT_KEYS; i++) {
        json_object_set_new(saved, keys[i], json_loads(about->values[i], JSON_DECODE_ANY, NULL));
    }
    return saved;
}

bool about_has(const struct about *about, enum about_key key) {
    return strcmp(about->values[key], absent) != 0;
}

bool about_same(const struct about *about, const struct about *other, enum about_key key) {
    return about_has(about, key) && strcmp(about->values[key], other->values[key]) == 0;
}

uint64_t about_study(const struct about *about) {
    const char *text = about->values[ABOUT_STUDY]; /* "1.2.3": of a UID nothing is escaped */
    return *text == '"' ? text_hash(TEXT_HASH_SEED, text + 1, strlen(text) - 2) : 0;
}

bool about_doubt(struct about *about, const json_t *series) {
    const json_t *expected = json_object_get(series, keys[ABOUT_EXPECTED]);
    if (about->expected == 0 || (uint64_t)json_integer_value(expected) == about->expected) {
        return false;
    }
    free(about->values[ABOUT_EXPECTED]);
    about->values[ABOUT_EXPECTED] = mem_dup(absent);
    about->expected = 0;
    return true;
}

bool about_derived(const struct about *about) {
    const char *type = about->values[ABOUT_IMAGE_TYPE];
    return strstr(type, "DERIVED") || strstr(type, "MOCO");
}

bool about_before(const struct about *about, const struct about *other) {
    return about_same(about, other, ABOUT_STUDY) && about->number > 0 &&
           about->number < other->number;
}
