/* SPDX-License-Identifier: Apache-2.0 */
/* Lines on stderr: with the time for people, with a priority when stderr is the journal. */
#pragma once

#include <mrqart/plugin.h>
#include <stdarg.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Lines less urgent than level are dropped. At first MRQ_NOTICE. For main() only. */
void log_set_level(enum mrq_level level);

/** The level called word ("error", "warning", "notice", "info", "debug"), or 0. */
enum mrq_level log_level_named(const char *word);

/**
 * Lines go to take() instead of stderr, without time and level; NULL: to stderr again. For what
 * tries something out and tells by itself what came of it.
 */
void log_divert(void (*take)(void *self, enum mrq_level level, const char *line), void *self);

/** True if lines of this level are written at all: for what would cost something to put together.
 */
bool log_wants(enum mrq_level level);

/** Writes one line, whole, in one write, as text_shown() has it. Keeps errno; %m works. */
void log_line(enum mrq_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The same with a name before the text ("source-inotify: …"); name may be NULL. */
void log_named(enum mrq_level level, const char *name, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#define log_error(...) log_line(MRQ_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(MRQ_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(MRQ_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(MRQ_INFO, __VA_ARGS__)
#define log_debug(...) log_line(MRQ_DEBUG, __VA_ARGS__)

/**
 * Lines are for the daemon, which writes them once more: each begins with its priority, those of
 * plugins in this process too. For main() only.
 */
void log_to_daemon(void);

/**
 * A fault that may last, or come again as often as somebody outside likes: told once, then at
 * growing intervals (10 s to 1 h) with how often it was due, then once more when it is over. Zero
 * it to begin; one per fault.
 */
struct log_fault {
    enum mrq_level level; /* 0: MRQ_WARNING */
    long long since_ms, next_ms, last_ms;
    unsigned interval_s;
    unsigned untold;
};

/** Tells the fault when it is time to. */
void log_fault_tell(struct log_fault *fault, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Says that the fault is over, if it was told; format is the sentence for that. */
void log_fault_over(struct log_fault *fault, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * To be called now and then for a fault whose end nothing tells: it is over when it was not due for
 * 10 s. what: in the plural, of how many more is told.
 */
void log_fault_rest(struct log_fault *fault, const char *name, const char *what);

/** For those who log by other means: true when the fault is to be told now; *more times it was due
 * since it was told last. */
bool log_fault_due(struct log_fault *fault, unsigned *more);

#ifdef __cplusplus
}
#endif
