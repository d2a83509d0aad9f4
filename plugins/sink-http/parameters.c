/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each parameter means. A site's own file is read at the start and at a reload, not when it is
 * asked for: so who edits it learns of a slip at once, and the page never does.
 */
#include "parameters.h"

#include "base/memory.h"
#include "file_cache.h"
#include "reply.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES (256 * 1024) /* the installed one has 14 KiB */
#define NAME_BYTES 64           /* of a key in a message: what is no such file may have any */

struct parameters {
    struct mrq_host *host;
    struct file_cache *cache; /* of the one file */
    struct file_copy *copy;   /* of the site's file; NULL: the page's own is shown */
    char *fault;              /* what is wrong with the site's file; NULL: nothing */
};

/* ---- what a file must be, see docs/parameters.md ------------------------------------------- */

/* what is wrong with the members of an entry, or NULL */
static char *check_texts(const char *entry, const json_t *object, const char *const *keys) {
    for (; *keys; keys++) {
        const json_t *value = json_object_get(object, *keys);
        if (value && !json_is_string(value)) {
            return mem_printf("\"%s\" of \"%.*s\" is no text", *keys, NAME_BYTES, entry);
        }
    }
    return NULL;
}

static char *check_vendors(const char *entry, json_t *vendors) {
    static const char *const keys[] = {"called", "where", NULL};
    const char *name;
    json_t *vendor;
    if (vendors && !json_is_object(vendors)) {
        return mem_printf("\"vendors\" of \"%.*s\" is no object", NAME_BYTES, entry);
    }
    json_object_foreach(vendors, name, vendor) {
        AUTOFREE char *both = mem_printf("%.*s, %.*s", NAME_BYTES, entry, NAME_BYTES, name);
        char *fault = json_is_object(vendor) ? check_texts(both, vendor, keys)
                                             : mem_printf("\"%s\" is no object", both);
        if (fault) {
            return fault;
        }
    }
    return NULL;
}

static char *check_entry(const char *name, json_t *entry) {
    static const char *const keys[] = {"name", "unit", "meaning", "why", NULL};
    if (!json_is_string(json_object_get(entry, "name"))) {
        return mem_printf("\"%.*s\" has no \"name\"", NAME_BYTES, name);
    }
    char *fault = check_texts(name, entry, keys);
    return fault ? fault : check_vendors(name, json_object_get(entry, "vendors"));
}

static char *check_text(const char *text, size_t length) {
    json_error_t error;
    json_auto_t *file = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!file) {
        return mem_printf("line %d: %s", error.line, error.text);
    }
    const char *name;
    json_t *entry;
    char *fault = json_is_object(file) ? NULL : mem_dup("it is no JSON object");
    json_object_foreach(file, name, entry) {
        fault = fault ? fault : check_entry(name, entry);
    }
    return fault;
}

/* ---- the file ------------------------------------------------------------------------------ */

static char *read_open(struct parameters *parameters, const char *path, int fd) {
    struct stat stat;
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        return mem_dup("it is no file");
    }
    if (stat.st_size > FILE_BYTES) {
        return mem_printf("it is longer than %d bytes", FILE_BYTES);
    }
    char *bytes = mem_zeroed((size_t)stat.st_size + 1, 1);
    ssize_t length = read(fd, bytes, (size_t)stat.st_size);
    char *fault = length < 0 ? mem_dup(strerror(errno)) : check_text(bytes, (size_t)length);
    if (fault) {
        free(bytes);
    } else {
        stat.st_size = length;
        parameters->copy = file_cache_add(parameters->cache, path, &stat, bytes);
    }
    return fault;
}

static char *read_file(struct parameters *parameters, const char *path) {
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return mem_dup(strerror(errno));
    }
    char *fault = read_open(parameters, path, fd);
    close(fd);
    return fault;
}

void parameters_configure(struct parameters *parameters, const struct mrq_settings *settings) {
    const char *path = mrq_setting(settings, "parameters");
    file_cache_destroy(parameters->cache);
    parameters->cache = file_cache_create();
    parameters->copy = NULL;
    free(parameters->fault);
    parameters->fault = NULL;
    AUTOFREE char *fault = path && *path ? read_file(parameters, path) : NULL;
    if (fault) {
        parameters->fault = mem_printf("%s, the option \"parameters\": %s; the help of the page "
                                       "shows the installed texts until that is put right",
                                       path, fault);
        mrq_error(parameters->host, "%s", parameters->fault);
    }
}

void parameters_reply(const struct parameters *parameters, struct files *files,
                      struct evhttp_request *request) {
    if (parameters->copy) {
        struct reply_body body;
        file_copy_lend(parameters->copy, FILE_PLAIN, &body);
        reply_header(request, "Cache-Control", "no-store");
        reply_send(request, HTTP_OK, "application/json", &body);
    } else if (!files_reply(files, request, "parameters.json")) {
        reply_text(request, HTTP_NOTFOUND, "There is no parameters.json in the dashboard.\n");
    }
}

void parameters_report(const struct parameters *parameters, struct mrq_report *report) {
    if (parameters->fault) {
        mrq_report_warning(report, parameters->fault);
    }
}

struct parameters *parameters_create(struct mrq_host *host) {
    struct parameters *parameters = mem_new(struct parameters);
    parameters->host = host;
    return parameters;
}

void parameters_destroy(struct parameters *parameters) {
    if (parameters) {
        file_cache_destroy(parameters->cache);
        free(parameters->fault);
        free(parameters);
    }
}
