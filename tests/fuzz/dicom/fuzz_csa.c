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
        for (size_t i = 0; i < element.length; i++) {
            sum += (unsigned char)element.text[i];
        }
    }
    return 0;
}
