/* SPDX-License-Identifier: Apache-2.0 */
/* The different numbers of several header values: the TEs, TRs and flip angles of one series. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    NUMBER_SET_MOST = 64,      /* echoes, TRs or angles of one series; what differs more is noise */
    NUMBER_SET_TEXT = 64 * 32, /* bytes of all as text */
};

/** Zero it to begin; the first text of a number stays. */
struct number_set {
    bool whole; /* two numbers of the same whole part are one: TR (reference.md 4) */
    size_t count;
    struct number_text {
        double value;
        char text[32];
    } each[NUMBER_SET_MOST]; /* ascending */
};

/**
 * Adds the numbers of a database string ("20", "4.8,38.76", "[2, 10]"); true where one of them was
 * not there. Numbers equal to six digits are one. What is no number, or beyond the bound, is left
 * out.
 */
bool number_set_add(struct number_set *set, const char *text);

/** All of them as the database has several: "20,100". */
void number_set_text(const struct number_set *set, char out[NUMBER_SET_TEXT]);
