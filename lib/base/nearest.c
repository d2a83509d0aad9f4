/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody may have meant: the smallest edit distance, swaps counted as one. */
#include "nearest.h"

#include <stddef.h>
#include <string.h>

enum { WORD_BYTES = 64 }; /* no option is longer */

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Damerau and Levenshtein: changes, insertions, deletions, and two neighbours swapped */
static size_t distance(const char *a, const char *b) {
    size_t rows[3][WORD_BYTES + 1];
    size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++) {
        rows[0][j] = j;
    }
    size_t height = strlen(a);
    for (size_t i = 1; i <= height; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = smallest(row[j], row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[height % 3][width];
}

const char *text_nearest(const char *word, const char *const *names) {
    const char *nearest = NULL;
    size_t length = strlen(word);
    size_t least = length / 3 + 1; /* more slips than that make another word */
    for (; length <= WORD_BYTES && *names; names++) {
        if (strlen(*names) > WORD_BYTES) {
            continue;
        }
        size_t slips = distance(word, *names);
        if (slips <= least && (!nearest || slips < least)) {
            least = slips;
            nearest = *names;
        }
    }
    return nearest;
}
