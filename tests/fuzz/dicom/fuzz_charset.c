/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: texts in the character sets of DICOM. A line with the set's name, then the text. */
#include "base/memory.h"
#include "dicom/charset.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    if (!line) {
        return 0;
    }
    struct charset charset = {charset_create(), (const char *)data, (size_t)(line - data)};
    const char *bytes = (const char *)line + 1;
    static const char *const delimiters[] = {"\\^=", "\\", ""};
    for (size_t i = 0; i < sizeof(delimiters) / sizeof(delimiters[0]); i++) {
        size_t length = size - charset.length - 1;
        const char *text = charset_utf8(&charset, delimiters[i], bytes, &length);
        if (memchr(text, 0x1b, length)) {
            abort();
        }
    }
    charset_destroy(charset.converter);
    return 0;
}
