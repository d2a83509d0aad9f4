/* SPDX-License-Identifier: Apache-2.0 */
/* The options of source-dicom. */
#include "settings.h"
#include "base/json_text.h"
#include "callers.h"
#include "records.h"
#include "uid.h"

#include <jansson.h>
#include <string.h>

enum { MIB = 1 << 20 };

const struct mrq_option dicom_options[] = {
    {"spool", MRQ_FOLDER, .required = true,
     .help = "folder that objects are stored in, as study/series/instance.dcm"},
    {"ae_title", MRQ_STRING, .preset = "\"MRQART\"",
     .help = "application entity title by which senders have to call"},
    {"listen", MRQ_STRING, .preset = "\"127.0.0.1:11112\"",
     .help = "address to receive on; \"0.0.0.0:11112\" for all of this machine"},
    {"callers", MRQ_STRINGS, .preset = "[]",
     .help = "who may send, as \"AE\", \"AE@ADDRESS\", or \"*@192.168.7.0/24\"; if none is named, "
             "whoever reaches the address"},
    {"more_classes", MRQ_STRINGS, .preset = "[]",
     .help = "UIDs of SOP classes that are taken besides those of MR, or \"*\" for all that are "
             "stored"},
    {"associations", MRQ_INTEGER, .preset = "8", .minimum = 1, .maximum = RECORD_ASSOCIATIONS_MOST,
     .help = "how many senders may be connected at once; the next one is told to come later"},
    {"associations_per_peer", MRQ_INTEGER, .preset = "2", .minimum = 1,
     .maximum = RECORD_ASSOCIATIONS_MOST, .help = "how many of them may come from one address"},
    {"idle_timeout", MRQ_INTEGER, .preset = "5", .minimum = 1, .maximum = 3600, .unit = "s",
     .help = "an association without an object for so long makes room for a sender that finds all "
             "taken"},
    {"pdu_bytes", MRQ_INTEGER, .preset = "65536", .minimum = 4096, .maximum = 131072,
     .unit = "bytes", .help = "the most that a sender may put into one piece"},
    {"acse_timeout", MRQ_INTEGER, .preset = "30", .minimum = 1, .maximum = 3600, .unit = "s",
     .help = "how long a connection may take to ask for an association"},
    {"dimse_timeout", MRQ_INTEGER, .preset = "300", .minimum = 1, .maximum = 86400, .unit = "s",
     .help = "how long an association may be silent, between objects or within one"},
    {"fsync", MRQ_BOOLEAN, .preset = "false",
     .help = "acknowledge an object only when it is on the disk, safe from a power cut; slower"},
    {"min_free", MRQ_INTEGER, .preset = "-1", .minimum = -1, .maximum = 1 << 30, .unit = "MiB",
     .help = "free space that the spool's file system keeps, for the daemon's own files; objects "
             "are refused before it is used up; -1: a hundredth of the file system, 1024 MiB at "
             "most"},
    {"max_object", MRQ_INTEGER, .preset = "4096", .minimum = 1, .maximum = 1 << 20, .unit = "MiB",
     .help = "the largest object that is taken"},
    {"tls_certificate", MRQ_PATH, .preset = "\"\"",
     .help = "PEM file with our certificate; with it only TLS is spoken, 1.2 or newer"},
    {"tls_key", MRQ_PATH, .preset = "\"\"",
     .help = "PEM file with the private key of the certificate, without a password"},
    {"tls_ca", MRQ_PATH, .preset = "\"\"",
     .help = "PEM file with the certificates of who signs those of senders; empty: a sender needs "
             "none"},
    {"tls_crl", MRQ_PATH, .preset = "\"\"",
     .help = "PEM file with the revocation lists of all in tls_ca, read anew for each association; "
             "empty: none is looked at"},
    {"tls_names_caller", MRQ_BOOLEAN, .preset = "false",
     .help = "a sender's certificate has to name the AE title that it calls by, as common name or "
             "DNS name"},
    {0},
};

static const char *text(const struct mrq_settings *settings, const char *key) {
    const char *value = mrq_setting(settings, key);
    return value ? value : "";
}

static json_int_t whole(const struct mrq_settings *settings, const char *key) {
    return (json_int_t)mrq_setting_number(settings, key);
}

static bool callers_are_fine(struct mrq_host *host, const struct mrq_settings *settings) {
    struct caller caller;
    const char *item;
    for (size_t i = 0; (item = mrq_setting_item(settings, "callers", i)); i++) {
        if (!caller_read(&caller, item)) {
            mrq_error(host,
                      "callers: \"%s\" is neither \"AE\" (up to 16 characters) nor \"AE@ADDRESS\" "
                      "with an address in figures",
                      item);
            return false;
        }
    }
    return true;
}

static bool classes_are_fine(struct mrq_host *host, const struct mrq_settings *settings) {
    const char *item;
    for (size_t i = 0; (item = mrq_setting_item(settings, "more_classes", i)); i++) {
        if (strcmp(item, "*") != 0 && !uid_valid(item, strlen(item))) {
            mrq_error(host,
                      "more_classes: \"%s\" is no UID, such as 1.2.840.10008.5.1.4.1.1.7 "
                      "(Secondary Capture)",
                      item);
            return false;
        }
    }
    return true;
}

static bool tls_is_fine(struct mrq_host *host, const struct mrq_settings *settings) {
    bool certificate = *text(settings, "tls_certificate"), key = *text(settings, "tls_key");
    if (certificate != key) {
        mrq_error(host, "%s is set without %s: TLS needs both",
                  certificate ? "tls_certificate" : "tls_key",
                  certificate ? "tls_key" : "tls_certificate");
    } else if (!certificate && *text(settings, "tls_ca")) {
        mrq_error(host, "tls_ca is set without tls_certificate and tls_key: TLS needs all three");
    } else if (!*text(settings, "tls_ca") &&
               (*text(settings, "tls_crl") || whole(settings, "tls_names_caller"))) {
        mrq_error(host, "%s is set without tls_ca: only then senders have to show a certificate",
                  *text(settings, "tls_crl") ? "tls_crl" : "tls_names_caller");
    } else {
        return true;
    }
    return false;
}

static json_t *list(const struct mrq_settings *settings, const char *key) {
    json_t *items = json_array();
    const char *item;
    for (size_t i = 0; (item = mrq_setting_item(settings, key, i)); i++) {
        json_array_append_new(items, json_any_string(item));
    }
    return items;
}

static json_t *pack(const struct mrq_settings *settings, const char *spool) {
    static const char *const texts[][2] = {{"ae_title", "ae_title"},
                                           {"certificate", "tls_certificate"},
                                           {"key", "tls_key"},
                                           {"ca", "tls_ca"},
                                           {"crl", "tls_crl"}};
    static const struct {
        const char *name, *option;
        json_int_t unit;
    } numbers[] = {{"associations", "associations", 1}, {"per_peer", "associations_per_peer", 1},
                   {"idle", "idle_timeout", 1},         {"pdu_bytes", "pdu_bytes", 1},
                   {"acse", "acse_timeout", 1},         {"dimse", "dimse_timeout", 1},
                   {"free_bytes", "min_free", MIB},     {"object_bytes", "max_object", MIB}};
    json_t *all = json_object();
    json_object_set_new(all, "spool", json_any_string(spool));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_object_set_new(all, texts[i][0], json_any_string(text(settings, texts[i][1])));
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        json_object_set_new(all, numbers[i].name,
                            json_integer(whole(settings, numbers[i].option) * numbers[i].unit));
    }
    json_object_set_new(all, "callers", list(settings, "callers"));
    json_object_set_new(all, "classes", list(settings, "more_classes"));
    json_object_set_new(all, "fsync", json_boolean(whole(settings, "fsync")));
    json_object_set_new(all, "names_caller", json_boolean(whole(settings, "tls_names_caller")));
    return all;
}

char *dicom_settings(struct mrq_host *host, const struct mrq_settings *settings,
                     const char *spool) {
    if (!ae_title_valid(text(settings, "ae_title"))) {
        mrq_error(host, "ae_title: \"%s\" is no AE title: 1 to 16 characters, no backslash",
                  text(settings, "ae_title"));
        return NULL;
    }
    if (!callers_are_fine(host, settings) || !classes_are_fine(host, settings) ||
        !tls_is_fine(host, settings)) {
        return NULL;
    }
    size_t length;
    json_t *all = pack(settings, spool);
    char *packed = json_text(all, &length);
    json_decref(all);
    if (length >= RECORD_SETTINGS_BYTES) {
        mrq_error(host, "callers and more_classes are longer than %d bytes: name networks instead",
                  RECORD_SETTINGS_BYTES);
        free(packed);
        return NULL;
    }
    return packed;
}
