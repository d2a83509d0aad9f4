/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: the file that extends the tag list. */
#include "base/log.h"
#include "dicom/taglist.h"

#include <string.h>

static volatile size_t sum; /* so that all bytes are read */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    log_set_level(0); /* what is wrong with a list is not of interest here */
    struct taglist *list = taglist_parse("list", (const char *)data, size);
    for (size_t i = 0; list && i < list->count; i++) {
        sum += strlen(list->entries[i].name) + strlen(list->entries[i].description);
    }
    taglist_destroy(list);
    return 0;
}
