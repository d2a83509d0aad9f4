/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of mrqartd. */
#include "arguments.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "paths.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>

/* what an option does with its word */
enum effect {
    SETS_TEXT,
    SETS_PATH,
    SETS_PORT,
    SETS_TRUTH,
    ADDS_WATCH,
    ACTS,
};

static const struct switch_row {
    const char *name; /* without its dashes */
    char letter;      /* 0: none */
    const char *word; /* what it takes, for people; NULL: nothing */
    enum effect effect;
    size_t target;      /* SETS_…: offset in struct arguments */
    enum action action; /* ACTS; SETS_TEXT may act too */
    const char *help;
} switches[] = {
    {"config", 'c', "FILE", SETS_TEXT, offsetof(struct arguments, file), ACTION_RUN,
     "read this configuration (default: /etc/mrqart.conf)"},
    {"watch", 0, "DIR…", ADDS_WATCH, 0, ACTION_RUN,
     "watch these folders; no configuration file is needed"},
    {"port", 'p', "[ADDRESS:]PORT", SETS_PORT, offsetof(struct arguments, http), ACTION_RUN,
     "with --watch: where the dashboard is (default: 127.0.0.1:8080)"},
    {"ws-port", 0, "[ADDRESS:]PORT", SETS_PORT, offsetof(struct arguments, websocket), ACTION_RUN,
     "with --watch: where the websocket is (default: 127.0.0.1:5000)"},
    {"database", 0, "FILE", SETS_PATH, offsetof(struct arguments, database), ACTION_RUN,
     "with --watch: acquisitions and templates (default: db.sqlite in the state folder)"},
    {"state-dir", 0, "DIR", SETS_PATH, offsetof(struct arguments, state_dir), ACTION_RUN,
     "keep what was seen here, over a restart"},
    {"plugin-dir", 0, "DIR", SETS_PATH, offsetof(struct arguments, plugin_dir), ACTION_RUN,
     "load plugins from here"},
    {"static-dir", 0, "DIR", SETS_PATH, offsetof(struct arguments, static_dir), ACTION_RUN,
     "the files of the dashboard"},
    {"log-level", 0, "LEVEL", SETS_TEXT, offsetof(struct arguments, log_level), ACTION_RUN,
     "error, warning, notice (default), info or debug"},
    {"check-config", 0, NULL, ACTS, 0, ACTION_CHECK_CONFIG,
     "say what is wrong with the configuration, and exit"},
    {"dump-config", 0, NULL, ACTS, 0, ACTION_DUMP_CONFIG,
     "print the configuration in force, defaults included, and exit"},
    {"json", 0, NULL, SETS_TRUTH, offsetof(struct arguments, json), ACTION_RUN,
     "with --dump-config: as JSON, for programs"},
    {"dump-plugin", 0, "NAME", SETS_TEXT, offsetof(struct arguments, plugin), ACTION_DUMP_PLUGIN,
     "print the options of a plugin (a name, or the path of its file; mrqartd: those at the\n"
     "        top of the configuration), and exit"},
    {"list-plugins", 0, NULL, ACTS, 0, ACTION_LIST_PLUGINS,
     "print which plugins there are, and exit"},
    {"version", 0, NULL, ACTS, 0, ACTION_VERSION, "print the version, and exit"},
    {"help", 'h', NULL, ACTS, 0, ACTION_HELP, "print this text, and exit"},
};

enum { SWITCHES = sizeof(switches) / sizeof(switches[0]) };

static const char head[] =
    "Usage: mrqartd [-c FILE] [OPTION]…\n"
    "       mrqartd --watch DIR… [-p PORT] [--ws-port PORT] [--database FILE] [OPTION]…\n"
    "\n"
    "Watches the folders that MRI scanners stream their images into, and shows in a browser when "
    "a\n"
    "series deviates from the protocol of its project.\n"
    "\n";

static const char tail[] =
    "\n"
    "Examples:\n"
    "  mrqartd --watch /data/dicomstream              watch a folder, dashboard on port 8080\n"
    "  mrqartd --watch /data/a /data/b -p 0           two folders, any free port (see the ready "
    "line)\n"
    "  mrqartd --watch /data/a -p 0.0.0.0:8080        let other computers see the dashboard\n"
    "  mrqartd -c ./mrqart.conf --check-config        is this configuration right?\n"
    "  mrqartd --list-plugins                         which plugins are there?\n"
    "  mrqartd --dump-plugin mrqartd                  what can be configured at the top?\n"
    "\n"
    "Signals: HUP reads the configuration again, TERM and INT end the daemon in order.\n"
    "Exit status: 0 fine, 1 cannot run, 2 wrong use.\n"
    "Manual: mrqartd(8), mrqart.conf(5).\n";

void arguments_help(FILE *stream) {
    fputs(head, stream);
    for (size_t i = 0; i < SWITCHES; i++) {
        const struct switch_row *row = &switches[i];
        char letter[] = "-x, ";
        letter[1] = row->letter;
        fprintf(stream, "  %s--%s%s%s\n        %s\n", row->letter ? letter : "", row->name,
                row->word ? " " : "", row->word ? row->word : "", row->help);
    }
    fputs(tail, stream);
}

static bool wrong_use(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool wrong_use(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("mrqartd: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\nTry mrqartd --help.\n", stderr);
    va_end(arguments);
    return false;
}

static bool port_valid(const char *text) {
    char *end;
    errno = 0;
    unsigned long port = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && errno == 0 && port <= UINT16_MAX;
}

static bool set_port(char **target, const char *name, const char *word) {
    const char *colon = strrchr(word, ':');
    if (!port_valid(colon ? colon + 1 : word) || colon == word) {
        return wrong_use("--%s %s: give a port from 0 to 65535 (0: any free one), or ADDRESS:PORT",
                         name, word);
    }
    *target = colon ? mem_dup(word) : mem_printf("127.0.0.1:%s", word);
    return true;
}

static bool apply(struct arguments *arguments, const struct switch_row *row, const char *word) {
    char **target = (char **)((char *)arguments + row->target);
    if (row->action != ACTION_RUN) {
        arguments->action = row->action;
    }
    if (row->effect == ACTS) {
        return true;
    }
    if (row->effect == SETS_TRUTH) {
        *(bool *)target = true;
        return true;
    }
    if (row->effect == ADDS_WATCH && !*word) {
        return wrong_use("--%s \"\": give a folder, such as /data/dicomstream", row->name);
    }
    if (row->effect == ADDS_WATCH) {
        arguments->watch = mem_resize(arguments->watch, arguments->watch_count + 1, sizeof(char *));
        arguments->watch[arguments->watch_count++] = path_absolute(word);
        return true;
    }
    free(*target);
    *target = NULL;
    if (row->effect == SETS_PORT) {
        return set_port(target, row->name, word);
    }
    *target = row->effect == SETS_PATH && *word ? path_absolute(word) : mem_dup(word);
    return true;
}

/* the row that word names; *value: what stands in the same word ("--port=80", "-p80"), or NULL */
static const struct switch_row *row_named(const char *word, const char **value) {
    bool longer = word[1] == '-';
    size_t length = longer ? strcspn(word + 2, "=") : 1;
    *value = longer ? (word[2 + length] ? word + 3 + length : NULL) : (word[2] ? word + 2 : NULL);
    for (size_t i = 0; i < SWITCHES; i++) {
        const struct switch_row *row = &switches[i];
        bool same = longer
                        ? strlen(row->name) == length && strncmp(row->name, word + 2, length) == 0
                        : row->letter && row->letter == word[1];
        if (same) {
            return row;
        }
    }
    return NULL;
}

static bool unknown_switch(const char *word) {
    const char *names[SWITCHES + 1] = {0};
    for (size_t i = 0; i < SWITCHES; i++) {
        names[i] = switches[i].name;
    }
    const char *nearest = word[1] == '-' ? text_nearest(word + 2, names) : NULL;
    return nearest ? wrong_use("unknown option %s; did you mean --%s?", word, nearest)
                   : wrong_use("unknown option %s", word);
}

static bool is_switch(const char *word) {
    return word[0] == '-' && word[1];
}

static bool parse_words(struct arguments *arguments, int count, char **words) {
    const struct switch_row *open = NULL; /* takes every further word: --watch DIR… */
    for (int i = 1; i < count; i++) {
        if (!is_switch(words[i])) {
            if (!open) {
                return wrong_use("\"%s\" belongs to no option; folders stand behind --watch",
                                 words[i]);
            }
            if (!apply(arguments, open, words[i])) {
                return false;
            }
            continue;
        }
        const char *value;
        const struct switch_row *row = row_named(words[i], &value);
        if (!row) {
            return unknown_switch(words[i]);
        }
        if (!row->word && value) {
            return wrong_use("--%s takes no value", row->name);
        }
        if (row->word && !value) {
            value = i + 1 < count && !is_switch(words[i + 1]) ? words[++i] : NULL;
        }
        if (row->word && !value) {
            return wrong_use("--%s needs %s behind it", row->name, row->word);
        }
        if (!apply(arguments, row, value)) {
            return false;
        }
        open = row->effect == ADDS_WATCH ? row : NULL;
    }
    return true;
}

bool arguments_parse(struct arguments *arguments, int count, char **words) {
    *arguments = (struct arguments){0};
    if (!parse_words(arguments, count, words)) {
        return false;
    }
    if (arguments->log_level && !log_level_named(arguments->log_level)) {
        return wrong_use("--log-level %s: give error, warning, notice, info or debug",
                         arguments->log_level);
    }
    return true;
}

void arguments_finish(struct arguments *arguments) {
    for (size_t i = 0; i < arguments->watch_count; i++) {
        free(arguments->watch[i]);
    }
    free(arguments->watch);
    for (size_t i = 0; i < SWITCHES; i++) {
        if (switches[i].effect == SETS_TEXT || switches[i].effect == SETS_PATH ||
            switches[i].effect == SETS_PORT) {
            free(*(char **)((char *)arguments + switches[i].target));
        }
    }
    *arguments = (struct arguments){0};
}
