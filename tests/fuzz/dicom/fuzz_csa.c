/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: CSA headers. */
#include "dicom/csa.h"

static volatile unsigned sum; /* so that all bytes are read */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct csa csa;
    struct csa_element element;
    if (!csa_begin(&csa, data, size)) {
        return 0;
    }
    while (csa_next(&csa, &element)) {
        for (size_t i = 0; i < element.name_length; i++) {
            sum += (unsigned char)element.name[i];
        }
        struct csa_text texts[8];
        size_t count = csa_texts(&csa, &element, texts, 8);
        for (size_t i = 0; i < count; i++) {
            for (size_t at = 0; at < texts[i].length; at++) {
                sum += (unsigned char)texts[i].text[at];
            }
        }
    }
    return 0;
}
