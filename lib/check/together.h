/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of whole series, checked by one program after the other. As the daemon, which sees them so
 * too, it leaves out findings that hold only for a group of images other than that of the first one
 * (a localizer has three orientations); and it has what was said without JSON.
 */
#pragma once

#include <mrqart/plugin.h>
#include <stddef.h>
#include <stdint.h>

enum { TOGETHER_MESSAGE_BYTES = 512, TOGETHER_FINDINGS = 256 };

struct together_finding {
    const char *checker;
    enum mrq_severity severity;
    char message[TOGETHER_MESSAGE_BYTES];
};

struct together;

struct together *together_create(void);
void together_destroy(struct together *together); /* takes NULL */

/** Begins a file of a series: nothing was said of it yet. */
void together_begin(struct together *together, uint64_t series_key);

/** What the checker called name is given; all but what is left out goes on to inner. */
struct mrq_verdict *together_for(struct together *together, const char *name,
                                 struct mrq_verdict *inner);

/** That checker failed: its findings are taken back. Takes NULL. */
void together_drop(struct together *together);

/** What was said of the file; valid until the next one begins. */
const struct together_finding *together_findings(const struct together *together, size_t *count);
size_t together_compared(const struct together *together);    /* how many parameters */
long long together_seen(const struct together *together);     /* the template; 0: there is none */
const char *together_reason(const struct together *together); /* why it is not checked, or "" */
