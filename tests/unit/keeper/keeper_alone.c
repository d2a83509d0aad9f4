/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart-worker, as far as it is the keeper. */
#include "keeper_main.h"

int main(int argc, char **argv) {
    return keeper_main(argc, argv);
}
