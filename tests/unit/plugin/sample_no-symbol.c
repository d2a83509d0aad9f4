/* SPDX-License-Identifier: Apache-2.0 */
/* A shared object that is no plugin. */
int sample_nothing(void);

int sample_nothing(void) {
    return 0;
}
