/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities(7): the daemon keeps what it was given to itself, its children have none. */
#include "capabilities.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* to read, to remove, and to ask whether somebody still writes */
static const uint64_t root_files =
    1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_FOWNER | 1ULL << CAP_LEASE;

enum { HALF = 32 }; /* bits per word */

typedef struct __user_cap_data_struct capability_sets[_LINUX_CAPABILITY_U32S_3];

static bool read_sets(capability_sets sets) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(SYS_capget, &header, sets) == 0;
}

void capabilities_keep(void) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

void capabilities_drop(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    capability_sets sets = {0};
    uint64_t stays = geteuid() == 0 ? root_files : 0;
    capabilities_keep();
    if (!read_sets(sets)) {
        return; /* a kernel without them has none to give up */
    }
    for (int half = 0; half < _LINUX_CAPABILITY_U32S_3; half++) {
        sets[half].permitted &= (uint32_t)(stays >> (half * HALF));
        sets[half].effective &= sets[half].permitted;
        sets[half].inheritable = 0;
    }
    syscall(SYS_capset, &header, sets); /* less than before is never refused */
}

bool capabilities_has(unsigned number) {
    capability_sets sets = {0};
    return read_sets(sets) && sets[number / HALF].effective >> number % HALF & 1;
}
