/* SPDX-License-Identifier: Apache-2.0 */
/* A header value's text as a JSON value. */
#include "dicom_json.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "base/text.h"
#include "dicom.h"

#include <math.h>

enum { FIRST_ROOM = 16 }; /* more numbers than this in one value are rare */

static const double integer_limit = 9007199254740992.0; /* 2^53: up to here doubles are exact */

static json_t *number_json(double number) {
    if (floor(number) == number && fabs(number) < integer_limit) {
        return json_integer((json_int_t)number);
    }
    return json_real(number);
}

static json_t *numbers_json(const char *text) {
    double first[FIRST_ROOM];
    size_t count = dicom_numbers(text, first, FIRST_ROOM);
    if (count == 0) {
        return NULL;
    }
    bool list = *text == '[' || count > 1;
    if (!list) {
        return number_json(first[0]);
    }
    AUTOFREE double *all = mem_zeroed(count, sizeof(*all));
    dicom_numbers(text, all, count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(array, number_json(all[i]));
    }
    return array;
}

/* a list of texts as Python writes it: ['ORIGINAL', 'PRIMARY'] */
static json_t *texts_json(const char *text) {
    size_t length = strlen(text);
    if (length < 4 || strncmp(text, "['", 2) != 0 || strcmp(text + length - 2, "']") != 0) {
        return NULL;
    }
    json_t *array = json_array();
    AUTOFREE char *copy = mem_dup_length(text + 2, length - 4);
    char *part = copy;
    for (char *end = strstr(part, "', '"); end; end = strstr(part, "', '")) {
        *end = '\0';
        json_array_append_new(array, json_any_string(part));
        part = end + strlen("', '");
    }
    json_array_append_new(array, json_any_string(part));
    return array;
}

json_t *dicom_json(const char *text, bool numeric) {
    if (!text || (numeric && !*text)) {
        return json_null();
    }
    json_t *list = numeric ? numbers_json(text) : texts_json(text);
    return list ? list : json_any_string(text);
}
