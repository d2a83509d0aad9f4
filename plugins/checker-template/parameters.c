/* SPDX-License-Identifier: Apache-2.0 */
/* What is compared with a template, and how, as data. */
#include "parameters.h"

#include <string.h>

const struct parameter parameters[PARAMETERS] = {
    {"Project", RULE_TEXT, STEADY_SERIES, .style = STYLE_QUOTED, .unit = ""},
    {"SequenceName", RULE_TEXT, STEADY_SERIES, .style = STYLE_QUOTED, .unit = ""},
    {"Phase", RULE_NUMBERS, STEADY_ORIENTATION, .style = STYLE_SIGN, .unit = ""},
    {"iPAT", RULE_EXACT, STEADY_SERIES, .unit = ""},
    /* motion correction and simultaneous slices write one per volume */
    {"Comments", RULE_TEXT, STEADY_NEVER, .first_only = true, .style = STYLE_QUOTED, .unit = ""},
    {"SequenceType", RULE_SEQUENCE, STEADY_NEVER, .style = STYLE_QUOTED, .unit = ""},
    {"PED_major", RULE_TEXT, STEADY_ORIENTATION, .unit = ""},
    {"TR", RULE_WHOLE, STEADY_SERIES, .unit = " ms"},
    {"TE", RULE_SHARED, STEADY_ECHO, .unit = " ms"},
    {"Matrix", RULE_NUMBERS, STEADY_ORIENTATION, .style = STYLE_TIMES, .unit = ""},
    {"PixelResol", RULE_DECIMALS, STEADY_ORIENTATION, .style = STYLE_TIMES, .unit = " mm"},
    {"BWP", RULE_NUMBERS, STEADY_SERIES, .unit = " Hz/px"},
    {"BWPPE", RULE_NUMBERS, STEADY_ORIENTATION, .not_live = true, .unit = " Hz/px"},
    {"FA", RULE_MEMBERS, STEADY_SERIES, .unit = "°"},
    /* Siemens VB writes the whole time into the first volume and that of one into the others */
    {"TA", RULE_TEXT, STEADY_NEVER, .not_live = true, .first_only = true, .style = STYLE_QUOTED,
     .unit = ""},
    {"FoV", RULE_TEXT, STEADY_ORIENTATION, .not_live = true, .style = STYLE_QUOTED, .unit = ""},
    {"SequenceFile", RULE_TEXT, STEADY_SERIES, .style = STYLE_QUOTED, .unit = ""},
};

int parameter_index(const char *name) {
    for (int i = 0; i < PARAMETERS; i++) {
        if (strcmp(parameters[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}
