/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal strings (DS) with commas in them. */
#include "decimal.h"

#include <stdbool.h>

static size_t count_of(const char *text, size_t length, char wanted) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += text[i] == wanted;
    }
    return count;
}

void decimal_mend(char *text, size_t length, size_t values) {
    size_t commas = count_of(text, length, ',');
    bool parted = count_of(text, length, '\\') > 0, points = count_of(text, length, '.') > 0;
    bool count_tells = values ? commas + 1 == values : commas > 1;
    bool many = !parted && values != 1 && (points || count_tells);
    bool both = !parted && !points && values > 1 && commas + 1 == 2 * values; /* 0,5,0,5 */
    for (size_t i = 0, comma = 0; i < length; i++) {
        if (text[i] == ',') {
            text[i] = many || (both && comma % 2) ? '\\' : '.';
            comma++;
        }
    }
}
