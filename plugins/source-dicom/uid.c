/* SPDX-License-Identifier: Apache-2.0 */
/* Unique identifiers that become names of folders. */
#include "uid.h"

bool uid_valid(const char *bytes, size_t length) {
    bool digit = false; /* before this byte */
    if (length == 0 || length > UID_BYTES) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        bool dot = bytes[i] == '.';
        if (dot ? !digit : bytes[i] < '0' || bytes[i] > '9') {
            return false;
        }
        digit = !dot;
    }
    return digit;
}
