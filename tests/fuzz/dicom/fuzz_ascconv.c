/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: the protocol text. */
#include "dicom/ascconv.h"

#include <stdint.h>

static volatile unsigned sum; /* so that all bytes are read */

static void read_piece(const struct ascconv_piece *piece) {
    for (size_t i = 0; i < piece->length; i++) {
        sum += (unsigned char)piece->text[i];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ascconv ascconv;
    struct ascconv_piece line, value;
    ascconv_begin(&ascconv, (const char *)data, size);
    while (ascconv_next(&ascconv, &line)) {
        if (ascconv_shim(&line, &value)) {
            read_piece(&value);
        }
        if (ascconv_value(&line, "tSequenceFileName", &value)) {
            read_piece(&value);
        }
    }
    return 0;
}
