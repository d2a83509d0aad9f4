/* SPDX-License-Identifier: Apache-2.0 */
/* What the scanner takes, another reader takes too, and finds the same members in it. */
#include "base/json_scan.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check_list(const json_t *list, struct json_slice slice) {
    struct json_slice element;
    size_t count = 0;
    while (json_scan_element(&slice, &element)) {
        count++;
    }
    if (count != json_array_size(list)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"result", "watch"};
    struct json_slice values[2];
    const char *text = (const char *)data;
    if (!json_scan_object(text, size, JSON_DEPTH, names, values, 2)) {
        return 0;
    }
    json_t *tree = json_loadb(text, size, 0, NULL);
    if (!json_is_object(tree)) {
        abort();
    }
    bool escapes = memchr(text, '\\', size); /* in names too: the other reader undoes them */
    for (size_t i = 0; i < 2 && !escapes; i++) {
        const json_t *value = json_object_get(tree, names[i]);
        if (values[i].text && !value) {
            abort();
        }
        if (values[i].text && *values[i].text == '[') {
            check_list(value, values[i]);
        }
    }
    json_decref(tree);
    return 0;
}
