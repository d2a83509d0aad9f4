/* SPDX-License-Identifier: Apache-2.0 */
/* The different numbers of several header values. */
#include "acqdb/number_set.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* scanners compute TR anew for each image: 1999.99975 and 2000.00003 are one */
static const double noise = 1e-6;

static bool is_same(const struct number_set *set, double a, double b) {
    return fabs(a - b) <= noise * fabs(a) || (set->whole && trunc(a) == trunc(b));
}

static bool add_number(struct number_set *set, const char *text) {
    struct number_text number;
    if (snprintf(number.text, sizeof(number.text), "%s", text) >= (int)sizeof(number.text) ||
        !text_to_number(number.text, &number.value) || set->count == NUMBER_SET_MOST) {
        return false;
    }
    size_t at = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (is_same(set, set->each[i].value, number.value)) {
            return false;
        }
        at += set->each[i].value < number.value;
    }
    memmove(&set->each[at + 1], &set->each[at], (set->count - at) * sizeof(number));
    set->each[at] = number;
    set->count++;
    return true;
}

bool number_set_add(struct number_set *set, const char *text) {
    static const char between[] = ", []";
    AUTOFREE char *list = mem_dup(text);
    char *rest = NULL;
    bool grew = false;
    for (char *part = strtok_r(list, between, &rest); part; part = strtok_r(NULL, between, &rest)) {
        grew = add_number(set, part) || grew;
    }
    return grew;
}

void number_set_text(const struct number_set *set, char out[NUMBER_SET_TEXT]) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < set->count; i++) {
        used += (size_t)snprintf(out + used, NUMBER_SET_TEXT - used, "%s%s", i ? "," : "",
                                 set->each[i].text);
    }
}
