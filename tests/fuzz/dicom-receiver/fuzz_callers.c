/* SPDX-License-Identifier: Apache-2.0 */
/* An entry of "callers" and an AE title, parted by a NUL. */
#include "callers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void require(bool promise) {
    if (!promise) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 2);
    require(text);
    memcpy(text, data, size);
    text[size] = text[size + 1] = '\0';
    const char *title = text + strlen(text) + 1;
    const struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = {htonl(0xc0a80714)}};
    struct caller *caller = malloc(sizeof(*caller));
    require(caller);
    if (caller_read(caller, text)) {
        require(ae_title_valid(caller->ae_title) && caller->bits <= 128);
        bool any = strcmp(caller->ae_title, "*") == 0;
        bool is = caller_is(caller, title, (const struct sockaddr *)(const void *)&from);
        require(!is || any || strcmp(caller->ae_title, title) == 0);
    }
    free(caller);
    free(text);
    return 0;
}
