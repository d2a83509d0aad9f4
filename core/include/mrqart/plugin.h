/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mrqart/plugin.h: all that a plugin of MRQART needs to know.
 *
 * A plugin is a shared object that exports one symbol, made by MRQ_PLUGIN(). There are three kinds:
 *   source   notices complete files and hands their paths to the core;
 *   checker  is shown the header values of one file and says what it finds;
 *   sink     is given every event, in order, to pass on.
 * Sources and sinks live in the daemon, on its one thread and libevent loop, and must never block.
 * Checkers live in worker processes: what blocks, crashes or loops there costs one file only.
 *
 * Life of an instance: open() -> start() -> its work -> stop() -> close(). A plugin may be
 * configured several times; everything an instance knows is behind the pointer that its open()
 * returned, and every later call is given that pointer as self. Unused callbacks stay NULL.
 *
 * docs/writing-a-checker.md walks through a checker of about 30 lines.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MRQ_ABI 3        /* goes up when a struct of this header grows at its end */
#define MRQ_ABI_OLDEST 2 /* goes up when this header changes in any other way */

struct event_base;     /* <event2/event.h> */
struct evhttp_request; /* <event2/http.h> */
struct stat;           /* <sys/stat.h> */

/* ---- options ------------------------------------------------------------------------------- */

enum mrq_type {
    MRQ_STRING = 1,
    MRQ_BOOLEAN,
    MRQ_INTEGER,
    MRQ_NUMBER,  /* an integer in the configuration is accepted too */
    MRQ_STRINGS, /* list of strings; a single string in the configuration is a list of one */
    MRQ_NUMBERS, /* group of numbers by name: tolerances = { TE = 0.05; }; names that the
                    configuration does not give keep their default */
    /* strings that the core makes absolute, from the folder of the configuration file: */
    MRQ_PATH,    /* of a file; "" where it is not required: none */
    MRQ_FOLDER,  /* the same, and what is there must be a folder */
    MRQ_FOLDERS, /* list of them, none of them "" */
};

/**
 * One option of a plugin. The core checks the configuration against the table before open(), and
 * the table itself: a preset must be allowed.
 */
struct mrq_option {
    const char *key;
    enum mrq_type type;
    bool required;
    const char
        *preset; /* the default as JSON text: "8080", "\"realtime\"", "[\"MR.*\"]"; NULL: absent */
    double minimum; /* of numbers and integers; of a list: how many entries; both 0: any */
    double maximum;
    const char *choices; /* words allowed, parted by |: of strings, names of a group; NULL: any */
    const char *unit;    /* for people: "ms", "bytes"; NULL: none */
    const char *help;    /* one sentence */
};

/** The checked options of one instance. Valid during open() and reload() only. */
struct mrq_settings {
    const struct mrq_settings_ops *ops;
};

struct mrq_settings_ops {
    const char *(*string)(const struct mrq_settings *settings, const char *key);
    double (*number)(const struct mrq_settings *settings, const char *key);
    size_t (*count)(const struct mrq_settings *settings, const char *key);
    const char *(*item)(const struct mrq_settings *settings, const char *key, size_t index);
};

/** The value of a string option, or NULL where it has neither value nor default. */
static inline const char *mrq_setting(const struct mrq_settings *settings, const char *key) {
    return settings->ops->string(settings, key);
}

/** The value of a number, integer or boolean (0 or 1) option; 0 where it has none. */
static inline double mrq_setting_number(const struct mrq_settings *settings, const char *key) {
    return settings->ops->number(settings, key);
}

/** How many entries a list (MRQ_STRINGS) or a group (MRQ_NUMBERS) has. */
static inline size_t mrq_setting_count(const struct mrq_settings *settings, const char *key) {
    return settings->ops->count(settings, key);
}

/**
 * Entry index of a list, or the name of entry index of a group; NULL past the end. The number of a
 * group's entry is mrq_setting_number(settings, "group.name").
 */
static inline const char *mrq_setting_item(const struct mrq_settings *settings, const char *key,
                                           size_t index) {
    return settings->ops->item(settings, key, index);
}

/* ---- the host ------------------------------------------------------------------------------ */

enum mrq_level { MRQ_ERROR = 3, MRQ_WARNING = 4, MRQ_NOTICE = 5, MRQ_INFO = 6, MRQ_DEBUG = 7 };

/** How urgent a file is: live files pass in front of what was found later. */
enum mrq_lane { MRQ_LIVE = 0, MRQ_BACKLOG = 1 };

/** A complete file that a source has noticed. Everything is copied: it stays yours. */
struct mrq_found {
    const char *root; /* the watched folder, absolute; path lies below it */
    const char *path; /* absolute, begins with root */
    /**
     * NULL: the file has just been closed or renamed into place. Else its stat: a scan has found
     * it, nobody knows whether it is closed, and the core drops it if it was seen before. Whatever
     * is no regular file may be emitted too, so that the core can say what has a file's name: of a
     * folder only st_mode is looked at.
     */
    const struct stat *stat;
    enum mrq_lane lane;
    /**
     * With stat: the source has made sure by itself that nobody writes the file any more (it was
     * the same for long enough), so that the core need not. Without stat it means nothing.
     */
    bool settled;
};

/** A text that several owners share: the message of an event, /state, /healthz. Never changes. */
struct mrq_text {
    const char *data; /* UTF-8, ends with a NUL that length does not count */
    size_t length;
    uint64_t seq;                                 /* of the newest event in it */
    void (*release)(const struct mrq_text *text); /* call through mrq_text_release() */
    const struct mrq_text *(*retain)(const struct mrq_text *text);
};

/** One more owner of text; each owner calls mrq_text_release() once. */
static inline const struct mrq_text *mrq_text_retain(const struct mrq_text *text) {
    return text->retain(text);
}

/** Gives an ownership back; takes NULL. */
static inline void mrq_text_release(const struct mrq_text *text) {
    if (text) {
        text->release(text);
    }
}

/** What an instance says of itself for /healthz; made by the core, filled in by health(). */
struct mrq_report {
    const struct mrq_report_ops *ops;
};

struct mrq_report_ops {
    void (*number)(struct mrq_report *report, const char *key, double value);
    void (*text)(struct mrq_report *report, const char *key, const char *value);
    void (*item)(struct mrq_report *report, const char *list, const char *name, const char *state);
    void (*warning)(struct mrq_report *report, const char *text);
    void (*broken)(struct mrq_report *report, const char *text);
};

/** key: number, shown under this instance. */
static inline void mrq_report_number(struct mrq_report *report, const char *key, double value) {
    report->ops->number(report, key, value);
}

/** key: text, shown under this instance. */
static inline void mrq_report_text(struct mrq_report *report, const char *key, const char *value) {
    report->ops->text(report, key, value);
}

/** One entry {"name", "state"} of a list, such as a watched folder: "folders", "/data", "watched".
 */
static inline void mrq_report_item(struct mrq_report *report, const char *list, const char *name,
                                   const char *state) {
    report->ops->item(report, list, name, state);
}

/** Something an administrator should look at; the instance still works. A sentence with the remedy.
 */
static inline void mrq_report_warning(struct mrq_report *report, const char *text) {
    report->ops->warning(report, text);
}

/** The instance cannot work at all; with no working source /healthz answers 503. */
static inline void mrq_report_broken(struct mrq_report *report, const char *text) {
    report->ops->broken(report, text);
}

/**
 * Sources and sinks are opened for a moment, and closed without a start, to see whether they can
 * be: by mrqartd --check-config, by mrqart doctor, and before a start or a reload. open() should
 * then find all that is wrong, in the same words, and leave nothing behind: what it would make, it
 * only looks at (is the folder there, may it be written?).
 */
enum mrq_trial {
    MRQ_NO_TRIAL = 0,
    MRQ_TRIAL,
    MRQ_TRIAL_BESIDE, /* the daemon runs meanwhile: a port in use or a file locked may be its own */
};

/** What the core does for one instance of a plugin. Valid from open() until close() returns. */
struct mrq_host {
    const struct mrq_host_ops *ops;
    struct event_base *base; /* the daemon's loop; NULL in a worker */
    const char *name;        /* of the instance, unique */
    const char *database;    /* path of the acquisition database; "" where there is none */
    const char *static_dir;  /* folder of the dashboard's files */
    const char *epoch;       /* which start of the daemon this is; "" in a worker */
    const char *version;     /* of the daemon */
    const char *program_dir; /* folder of the programs that are no commands: mrqart-worker … */
    enum mrq_trial trial;
};

struct mrq_address; /* an address and port of the shared HTTP service */

/** Handles a request on a route. Answer with evhttp_send_reply(), or take the connection over. */
typedef void (*mrq_handler)(struct evhttp_request *request, void *self);

/** What a person at the scanner answers to a series that deviates, changed or is incomplete. */
struct mrq_acknowledgement {
    const char *station;
    const char *series; /* its key in messages */
    const char *answer; /* "repeat", "unwell", "agreed" or "other"; NULL takes an answer back */
    const char *reason; /* free text, NULL: none; control characters become spaces */
};

/** What became of an acknowledgement. */
enum mrq_acknowledged {
    MRQ_ACKNOWLEDGED = 0,
    MRQ_ANSWER_UNKNOWN,    /* answer is none of the words */
    MRQ_REASON_TOO_LONG,   /* more than MRQ_REASON_CHARACTERS */
    MRQ_SERIES_UNKNOWN,    /* the station has no such series, or there is no such station */
    MRQ_NOTHING_TO_ANSWER, /* the series asks for nothing to be done */
};

#define MRQ_REASON_CHARACTERS 200 /* of a reason: two lines on every screen, also the smallest */

/** Whose port it is: with port 0, an own address gets a port of its own, a shared one joins. */
enum mrq_sharing { MRQ_OWN = 0, MRQ_SHARED = 1 };

struct mrq_host_ops {
    void (*log)(struct mrq_host *host, enum mrq_level level, const char *format, va_list arguments);
    void (*follow)(struct mrq_host *host, const char *root);
    void (*emit)(struct mrq_host *host, const struct mrq_found *found);
    struct mrq_address *(*listen)(struct mrq_host *host, const char *address, const char *label,
                                  enum mrq_sharing sharing);
    void (*route)(struct mrq_address *address, const char *pattern, mrq_handler handler,
                  void *self);
    void (*upgraded)(struct evhttp_request *request);
    const struct mrq_text *(*state)(struct mrq_host *host);
    const struct mrq_text *(*healthz)(struct mrq_host *host, int *status);
    enum mrq_acknowledged (*acknowledge)(struct mrq_host *host,
                                         const struct mrq_acknowledgement *given);
    void (*announce)(struct mrq_host *host, const char *label, const char *address);
    /* since 3 */
    void (*follow_at)(struct mrq_host *host, const char *root, const char *given);
};

/** Writes a line to the daemon's log, with the instance's name. %m works; errno is kept. */
__attribute__((format(printf, 3, 4))) static inline void
mrq_log(struct mrq_host *host, enum mrq_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    host->ops->log(host, level, format, arguments);
    va_end(arguments);
}

#define mrq_error(host, ...) mrq_log(host, MRQ_ERROR, __VA_ARGS__)
#define mrq_warning(host, ...) mrq_log(host, MRQ_WARNING, __VA_ARGS__)
#define mrq_notice(host, ...) mrq_log(host, MRQ_NOTICE, __VA_ARGS__)
#define mrq_info(host, ...) mrq_log(host, MRQ_INFO, __VA_ARGS__)
#define mrq_debug(host, ...) mrq_log(host, MRQ_DEBUG, __VA_ARGS__)

/**
 * Source: root, an absolute folder, is watched from now on. Call it when watching has begun and
 * before the first scan, so that the core knows which files are older than that.
 */
static inline void mrq_follow(struct mrq_host *host, const char *root) {
    host->ops->follow(host, root);
}

/**
 * The same of a folder that an option names: given is its text there, root where that leads, with
 * all links resolved. The core takes your word for it: looking for itself it might hang, on a mount
 * whose server is gone. Only in such folders files are removed (option retention).
 */
static inline void mrq_follow_at(struct mrq_host *host, const char *root, const char *given) {
    if (host->ops->follow_at) { /* a host of a test may have none */
        host->ops->follow_at(host, root, given);
    } else {
        host->ops->follow(host, root);
    }
}

/**
 * Source: hands a file to the pipeline. Call it on the loop only. Never blocks and cannot fail:
 * when the queues are full the core calls your pause(), and what you still emit then is kept as
 * well.
 */
static inline void mrq_emit(struct mrq_host *host, const struct mrq_found *found) {
    host->ops->emit(host, found);
}

/**
 * Sink: in open(), asks for an address of the shared HTTP service, "127.0.0.1:8080" or "[::1]:0".
 * Instances that name the same address and port share it. label appears in the ready line
 * (label=address) for the first instance that asks for the address as its own.
 * Returns NULL, having said why, when the text is no address. Owned by the core.
 */
static inline struct mrq_address *mrq_listen(struct mrq_host *host, const char *address,
                                             const char *label, enum mrq_sharing sharing) {
    return host->ops->listen(host, address, label, sharing);
}

/**
 * Sink: in open(), handler answers the requests for pattern: a path ("/state"), a folder
 * ("/static/" + "*") or all that no other route takes ("*"). The longest pattern wins. Any method
 * comes through: the handler answers 405 itself where it must.
 */
static inline void mrq_route(struct mrq_host *host, struct mrq_address *address,
                             const char *pattern, mrq_handler handler, void *self) {
    host->ops->route(address, pattern, handler, self);
}

/**
 * Sink: in a handler, says that the request's connection is taken over (after 101): the service
 * stops its deadlines and no longer counts it. Call it before you set callbacks of your own on the
 * connection. evhttp still owns the connection object; free that (evhttp_connection_free) to close
 * it, and learn of its end by evhttp_connection_set_closecb(), which is called in any case.
 */
static inline void mrq_upgraded(struct mrq_host *host, struct evhttp_request *request) {
    host->ops->upgraded(request);
}

/**
 * The current /state as JSON text, rendered once per change. Release it with mrq_text_release().
 * NULL: there is no room for it, since many slow readers still have older ones; ask again later.
 */
static inline const struct mrq_text *mrq_state(struct mrq_host *host) {
    return host->ops->state(host);
}

/** The current /healthz as JSON text; *status becomes 200 or 503. Release it. */
static inline const struct mrq_text *mrq_healthz(struct mrq_host *host, int *status) {
    return host->ops->healthz(host, status);
}

/**
 * Sink: passes on what a person says to a series. It is kept over a restart, shown in /state, and
 * every sink gets the event `acknowledged`, before this returns. All is copied. A later answer
 * takes the place of an earlier one.
 */
static inline enum mrq_acknowledged mrq_acknowledge(struct mrq_host *host,
                                                    const struct mrq_acknowledgement *given) {
    return host->ops->acknowledge(host, given);
}

/**
 * Source or sink: in open(), says that address, of a listener of the plugin's own, is to appear in
 * the ready line (label=address): with port 0 nobody knows it otherwise.
 */
static inline void mrq_announce(struct mrq_host *host, const char *label, const char *address) {
    host->ops->announce(host, label, address);
}

/* ---- checkers ------------------------------------------------------------------------------ */

/** The file that is being checked. Valid during check() only, its texts too. */
struct mrq_file {
    const struct mrq_file_ops *ops;
    const char *path;
};

struct mrq_file_ops {
    const char *(*value)(const struct mrq_file *file, const char *name);
    size_t (*numbers)(const struct mrq_file *file, const char *name, double *values, size_t room);
    bool (*numeric)(const struct mrq_file *file, const char *name);
    const char *(*excluded)(const struct mrq_file *file);
};

/**
 * A header value by name ("TR", "SequenceName", "ImageType"; `mrqart tags FILE` lists them) as
 * text: numbers as they stand in the file, several values as "[94, 0, 0, 88]". NULL where the file
 * does not have it; "" where it is there and empty.
 */
static inline const char *mrq_value(const struct mrq_file *file, const char *name) {
    return file->ops->value(file, name);
}

/**
 * The numbers of a header value: fills at most room of them and returns how many there are, 0 where
 * the value is absent or no number.
 */
static inline size_t mrq_numbers(const struct mrq_file *file, const char *name, double *values,
                                 size_t room) {
    return file->ops->numbers(file, name, values, room);
}

/** The first number of a header value; false, and *value untouched, where there is none. */
static inline bool mrq_number(const struct mrq_file *file, const char *name, double *value) {
    return mrq_numbers(file, name, value, 1) > 0;
}

/** True where DICOM gives the value as a number (DS, IS, FD, US …), whatever it looks like. */
static inline bool mrq_numeric(const struct mrq_file *file, const char *name) {
    return file->ops->numeric(file, name);
}

/**
 * Why a checker before this one said that the file is none to be compared (mrq_not_checked());
 * NULL: none did. A derived image deviates from a protocol by design: see skip_excluded below.
 */
static inline const char *mrq_excluded(const struct mrq_file *file) {
    return file->ops->excluded(file);
}

enum mrq_severity { MRQ_WARN = 1, MRQ_FAIL = 2 };

/** Something a checker has found. Texts are copied. */
struct mrq_finding {
    const char *parameter; /* "TR" */
    const char *expect;    /* NULL: absent */
    const char *have;      /* NULL: absent */
    enum mrq_severity severity;
    const char *message; /* for people; NULL: made of the others */
    /**
     * NULL or "": holds for every file. Else a group as in mrq_watch(): the finding counts only if
     * the series began with this group of the parameter. A template has one set of values for a
     * localizer of three orientations, and it is that of the first.
     */
    const char *group;
};

/** How a value behaves over the files of a series. */
enum mrq_watching {
    MRQ_CONSTANT = 1, /* stays the same within its group; a change is an event of its own */
    MRQ_COLLECTED,    /* its values are gathered as a set and shown */
};

/** Where a checker says what it found. Valid during check() only. */
struct mrq_verdict {
    const struct mrq_verdict_ops *ops;
};

struct mrq_verdict_ops {
    void (*finding)(struct mrq_verdict *verdict, const struct mrq_finding *finding);
    void (*compared)(struct mrq_verdict *verdict, const char *parameter);
    void (*reference)(struct mrq_verdict *verdict, const char *name, const char *value);
    void (*not_checked)(struct mrq_verdict *verdict, const char *reason);
    void (*note)(struct mrq_verdict *verdict, const char *text);
    void (*data)(struct mrq_verdict *verdict, const char *key, const char *json);
    void (*watch)(struct mrq_verdict *verdict, const char *name, const char *value,
                  enum mrq_watching watching, const char *group);
};

/** Adds a finding: MRQ_FAIL makes the series deviate, MRQ_WARN makes it warn. */
static inline void mrq_add_finding(struct mrq_verdict *verdict, const struct mrq_finding *finding) {
    verdict->ops->finding(verdict, finding);
}

/** The usual finding: have is not what was to be expected, and the series deviates. */
static inline void mrq_deviates(struct mrq_verdict *verdict, const char *parameter,
                                const char *expect, const char *have) {
    struct mrq_finding finding = {parameter, expect, have, MRQ_FAIL, NULL, NULL};
    mrq_add_finding(verdict, &finding);
}

/** Says that a parameter was compared with something, whatever came of it. */
static inline void mrq_compared(struct mrq_verdict *verdict, const char *parameter) {
    verdict->ops->compared(verdict, parameter);
}

/** One value of the template that the file was compared with; value NULL: absent there. */
static inline void mrq_reference(struct mrq_verdict *verdict, const char *name, const char *value) {
    verdict->ops->reference(verdict, name, value);
}

/** This file is none to be compared, and why: "derived image (MOCO)". */
static inline void mrq_not_checked(struct mrq_verdict *verdict, const char *reason) {
    verdict->ops->not_checked(verdict, reason);
}

/** A remark for the log (log_level = "info") and for people who look closely; no part of the
 * verdict. */
static inline void mrq_note(struct mrq_verdict *verdict, const char *text) {
    verdict->ops->note(verdict, text);
}

/** Anything else, as JSON text, shown under "data" in the check result. */
static inline void mrq_data(struct mrq_verdict *verdict, const char *key, const char *json) {
    verdict->ops->data(verdict, key, json);
}

/** Has the core watch a value over the series. group: "" or what the value may differ between. */
static inline void mrq_watch(struct mrq_verdict *verdict, const char *name, const char *value,
                             enum mrq_watching watching, const char *group) {
    verdict->ops->watch(verdict, name, value, watching, group);
}

/** What is known of a series as a whole. Its members come with a later version. */
struct mrq_summary {
    uint32_t size;
};

/* ---- sinks --------------------------------------------------------------------------------- */

/** One event. Valid during event(); retain message to keep it longer. */
struct mrq_event {
    const char *type;               /* "new", "update", "changed", "error", … */
    const char *station;            /* NULL: an error that belongs to no station */
    uint64_t seq;                   /* grows by one per event */
    uint64_t station_seq;           /* grows by one per event of the station */
    const struct mrq_text *message; /* the whole event as a JSON object */
};

/* ---- the plugin ---------------------------------------------------------------------------- */

enum mrq_kind { MRQ_SOURCE = 1, MRQ_CHECKER, MRQ_SINK };

/** What a plugin is. The first three members stay for ever; new ones go to the end. */
struct mrq_plugin {
    uint32_t abi, size, option_size; /* option_size: the stride of options, which may grow */
    enum mrq_kind kind;
    const char *name, *version, *description;
    const struct mrq_option *options; /* ended by {0} */

    /** Makes an instance. Says why and returns NULL when it cannot. */
    void *(*open)(struct mrq_host *host, const struct mrq_settings *settings);
    /** Frees an instance; takes NULL. */
    void (*close)(void *self);
    /** Sources and sinks: the daemon is complete, work begins. False, having said why: it cannot.
     */
    bool (*start)(void *self);
    /** Sources and sinks: work ends; what is on its way may still go out. */
    void (*stop)(void *self);
    /** Sources and sinks: describe yourself for /healthz. */
    void (*health)(void *self, struct mrq_report *report);
    /**
     * Sources and sinks: take changed options while running; false: only a restart can. Without it
     * a changed source is closed and opened anew, and a changed sink needs a restart. A sink is
     * told of unchanged options too: the files that they name may have changed.
     */
    bool (*reload)(void *self, const struct mrq_settings *settings);

    /** Source: emit no more until resume(); let the kernel's own queue fill. */
    void (*pause)(void *self);
    void (*resume)(void *self);

    /**
     * Checker: look at one file. Must not remember files: any worker may get any file of a series.
     * False: the checker itself failed: what it has said of this file is taken back, the verdicts
     * of the others stand, and it is named. Three files in a row, and it is disabled for a while.
     */
    bool (*check)(void *self, const struct mrq_file *file, struct mrq_verdict *verdict);
    /** Checker: look at a series that has ended. Not called by this version. */
    bool (*series)(void *self, const struct mrq_summary *summary, struct mrq_verdict *verdict);

    /** Sink: an event has happened. */
    void (*event)(void *self, const struct mrq_event *event);

    /**
     * Source: held: find no more files for the lane MRQ_BACKLOG until called with false; live files
     * are to go on. Called when much of the backlog waits already. Without it the backlog fills the
     * queues, and pause() then stops live files too.
     */
    void (*hold_back)(void *self, bool held);

    /**
     * Checker: the names that it asks for by mrq_value() and its like, ended by NULL. One that
     * there is no header value of is then told when the checker is loaded; NULL: when it is first
     * asked.
     */
    const char *const *values;
    /** Checker: check() is not called for a file that mrq_excluded() has a reason for. */
    bool skip_excluded;
};

extern __attribute__((visibility("default"))) const struct mrq_plugin mrq_plugin;
#define MRQ_PLUGIN(...)                                                                            \
    const struct mrq_plugin mrq_plugin = {.abi = MRQ_ABI,                                          \
                                          .size = sizeof(struct mrq_plugin),                       \
                                          .option_size = sizeof(struct mrq_option),                \
                                          __VA_ARGS__}

#ifdef __cplusplus
}
#endif
