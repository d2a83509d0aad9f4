/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same everywhere for the same seed. */
#include "random.h"

#include <inttypes.h>
#include <stdio.h>

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t random_next(uint64_t *random) {
    uint64_t value = (*random += 0x9e3779b97f4a7c15ULL);
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

void random_uid(char uid[IMAGE_UID_BYTES], uint64_t *random) {
    uint64_t high = random_next(random) | 1; /* no component begins with 0 */
    uint64_t low = random_next(random) % 1000000000000000ULL;
    snprintf(uid, IMAGE_UID_BYTES, "2.25.%" PRIu64 "%015" PRIu64, high, low);
}
