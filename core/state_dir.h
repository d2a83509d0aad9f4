/* SPDX-License-Identifier: Apache-2.0 */
/* The state folder: made, and locked against a second daemon. */
#pragma once

#include <stdbool.h>

enum state_dir_outcome {
    STATE_DIR_TAKEN, /* it is ours until *lock is closed */
    STATE_DIR_BUSY,  /* another daemon has it: said which, and what to do */
    STATE_DIR_BAD,   /* it cannot be used: said why */
};

/**
 * Would state_dir_take() take path? Nothing is made. NULL, or why not: a sentence to be freed.
 * *busy: another daemon has it, which is no fault here.
 */
char *state_dir_look(const char *path, bool *busy);

/** Makes path (mode 0700) with its parents where it is missing, and takes path/lock. */
enum state_dir_outcome state_dir_take(const char *path, int *lock);
