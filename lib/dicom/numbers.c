/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers in a header value's text. */
#include "base/text.h"
#include "dicom.h"

#include <string.h>

enum { NUMBER_BYTES = 64 }; /* DICOM's longest, DS, has 16 characters; spaces around it */

/* one number of length bytes; it need not end with a NUL */
static bool number_of(const char *text, size_t length, double *value) {
    char copy[NUMBER_BYTES];
    if (length >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    return text_to_number(copy, value);
}

size_t dicom_numbers(const char *text, double *values, size_t room) {
    size_t length = text ? strlen(text) : 0;
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    size_t count = 0;
    const char *end = text + length;
    for (const char *part = text; length > 0 && part <= end;) {
        const char *comma = memchr(part, ',', (size_t)(end - part));
        const char *stop = comma ? comma : end;
        double value;
        if (!number_of(part, (size_t)(stop - part), &value)) {
            return 0;
        }
        if (count < room) {
            values[count] = value;
        }
        count++;
        part = stop + 1;
    }
    return count;
}
