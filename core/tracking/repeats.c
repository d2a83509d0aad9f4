/* SPDX-License-Identifier: Apache-2.0 */
/* Which earlier series a series repeats. */
#include "repeats.h"
#include "base/memory.h"

static bool same_session(const struct series *earlier, const struct series *later,
                         int64_t session_ms) {
    const struct about *a = &earlier->about, *b = &later->about;
    if (about_has(a, ABOUT_STUDY) && about_has(b, ABOUT_STUDY)) {
        return about_same(a, b, ABOUT_STUDY);
    }
    return session_ms == 0 || later->started_ms - earlier->last_ms < session_ms;
}

/*
 * The images that one acquisition gives, magnitude and phase, have the same name, but another type;
 * and what began before the last file of the other was made together with it.
 */
static bool may_repeat(const struct series *earlier, const struct series *later,
                       int64_t session_ms) {
    const struct about *a = &earlier->about, *b = &later->about;
    return later->order > earlier->seen_order && about_same(a, b, ABOUT_NAME) &&
           strcmp(a->values[ABOUT_PROJECT], b->values[ABOUT_PROJECT]) == 0 &&
           strcmp(a->values[ABOUT_IMAGE_TYPE], b->values[ABOUT_IMAGE_TYPE]) == 0 &&
           same_session(earlier, later, session_ms);
}

struct series *repeats_find(struct series *series, int64_t session_ms) {
    struct series *earlier = series;
    while ((earlier = TAILQ_NEXT(earlier, begun))) {
        if (may_repeat(earlier, series, session_ms)) {
            return series_asks_for_an_act(earlier) ? earlier : NULL;
        }
    }
    return NULL;
}

struct series *repeats_follower(struct series *earlier, int64_t session_ms) {
    struct series *later = earlier;
    while ((later = TAILQ_PREV(later, series_list, begun))) {
        if (may_repeat(earlier, later, session_ms)) {
            return later;
        }
    }
    return NULL;
}

void repeats_set(struct series *series, const struct series *earlier) {
    free(series->repeats);
    series->repeats = NULL;
    if (earlier) {
        AUTOFREE char *key = series_key_text(earlier);
        series->repeats =
            mem_printf("{\"key\":\"%s\",\"number\":%s}", key, earlier->about.values[ABOUT_NUMBER]);
    }
    series_restate(series);
}

bool repeats_is(const struct series *series, const struct series *earlier) {
    if (!series->repeats) {
        return false;
    }
    AUTOFREE char *key = series_key_text(earlier);
    const char *start = strstr(series->repeats, key);
    return start && start[strlen(key)] == '"';
}
