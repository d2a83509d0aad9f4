/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin built with the header of a later mrqart. */
#include <mrqart/plugin.h>

const struct mrq_plugin mrq_plugin = {.abi = MRQ_ABI + 1,
                                      .size = sizeof(struct mrq_plugin) + 64,
                                      .option_size = sizeof(struct mrq_option),
                                      .kind = MRQ_CHECKER,
                                      .name = "sample-newer",
                                      .version = "9",
                                      .description = "from the future"};
