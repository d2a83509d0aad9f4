/* SPDX-License-Identifier: Apache-2.0 */
/* What a series is by the header of its first file: as messages say it, and what we alone use. */
#pragma once

#include "base/json_scan.h"
#include "text_builder.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum about_key {
    ABOUT_UID,
    ABOUT_STUDY,
    ABOUT_NUMBER,
    ABOUT_NAME,
    ABOUT_PROJECT,
    ABOUT_EXPECTED,
    ABOUT_SHOWN, /* so many are part of messages */
    ABOUT_IMAGE_TYPE = ABOUT_SHOWN,
    ABOUT_PERIOD,
    ABOUT_KEYS,
};

struct about {
    char *values[ABOUT_KEYS]; /* JSON text of a string, a number, or null */
    uint64_t expected;        /* images due; 0: not known */
    uint64_t number;          /* of the series; 0: not known */
    int64_t period_ms;        /* between images, by the header; 0: it does not tell */
};

/**
 * From the "series" of an answer: only our keys are taken, and of them texts and numbers, whatever
 * else a worker has sent.
 */
void about_init(struct about *about, const struct json_slice *series);
void about_finish(struct about *about);

/** Adds {"uid": … "expected": …} without the brace at its end. */
void about_describe(const struct about *about, struct text_builder *out);

/** For the state file: all of it, to be given to about_init() again. New reference. */
json_t *about_save(const struct about *about);

/** Both have the value, and it is the same. */
bool about_same(const struct about *about, const struct about *other, enum about_key key);
bool about_has(const struct about *about, enum about_key key);

/** The study as workers hash it (worker/protocol.h); 0: none. */
uint64_t about_study(const struct about *about);

/** A later file of the series says how many images are due: if otherwise, nobody knows. True: that
 * is so since now. */
bool about_doubt(struct about *about, const json_t *series);

/** Computed from other images: its own scan need not have begun when it does. */
bool about_derived(const struct about *about);

/** Of one study, in which the scanner counts its series: it was begun there before other. */
bool about_before(const struct about *about, const struct about *other);
