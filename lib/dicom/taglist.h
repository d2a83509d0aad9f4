/* SPDX-License-Identifier: Apache-2.0 */
/* Which header values there are, and where in a file each may stand. */
#pragma once

#include "element_content.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DICOM_TAG(group, element) ((uint32_t)(group) << 16 | (uint32_t)(element))

/** A VR as the number that its two letters make. */
static inline uint16_t dicom_vr(const char *letters) {
    return (uint16_t)((uint8_t)letters[0] << 8 | (uint8_t)letters[1]);
}

/** What kind of place a source is. */
enum tag_place {
    TAG_NOWHERE = 0, /* ends the sources of an entry */
    TAG_ELEMENT,     /* a DICOM element */
    TAG_CSA,         /* an element of the Siemens CSA image header, by name */
    TAG_PROTOCOL,    /* a line of the Siemens protocol text (ASCCONV), by key */
    TAG_SHIMS,       /* the shim settings in the protocol text */
    TAG_MATRIX,      /* made of the frequency and phase encoding steps and the direction */
};

/** Who reserved a block of private elements; the block's number differs from file to file. */
enum tag_creator {
    CREATOR_NONE = 0, /* a public element, or a private one by its fixed number */
    CREATOR_CSA,      /* SIEMENS CSA HEADER */
    CREATOR_MR,       /* SIEMENS MR HEADER */
    CREATOR_SDS,      /* SIEMENS MR SDS 01: XA, of the series */
    CREATOR_SDI,      /* SIEMENS MR SDI 02: XA, of the image or frame */
    CREATOR_GE,       /* GEMS_RELA_01 */
    CREATOR_PHILIPS,  /* Philips Imaging DD 001 */
    CREATOR_PHILIPS5, /* Philips MR Imaging DD 005 */
    CREATOR_UIH,      /* Image Private Header: United Imaging */
    CREATOR_COUNT
};

/** The private creator's text. */
const char *tag_creator_text(enum tag_creator creator);

/** In which data sets an element is looked for; the first one with a value counts. */
enum tag_scope {
    SCOPE_TOP = 1, /* the file's own */
    SCOPE_GROUPS =
        2, /* the functional groups of enhanced objects, which go before the file's own */
    SCOPE_FRAMES = 4, /* United Imaging's slices of a volume, which come behind the file's own */
    SCOPE_BOTH = SCOPE_TOP | SCOPE_GROUPS,
    SCOPE_TIMES = SCOPE_TOP | SCOPE_FRAMES,
};

/** What is made of an element's value. */
enum tag_form {
    FORM_PLAIN = 0,
    FORM_DATE,      /* the date of a DT */
    FORM_TIME,      /* the time of a DT */
    FORM_DIRECTION, /* COLUMN becomes COL */
    FORM_DISTINCT,  /* the different numbers of all frames, ascending, joined by commas */
    FORM_ECHO,      /* the echo in Siemens' ICE dimensions */
};

/** One place where a value may stand. */
struct tag_source {
    enum tag_place place;
    uint32_t tag; /* of private elements with a creator: block 00 */
    enum tag_creator creator;
    enum tag_scope scope;
    const char *vr; /* the dictionary's; "UN": it does not know the element */
    enum tag_form form;
    const char *key; /* TAG_CSA, TAG_PROTOCOL */
    uint8_t values;  /* how many the dictionary allows; 0: any number */
    bool own;        /* a site's: numeric if the file says so */
};

enum { TAG_SOURCES = 3 };

/** A value: the first source that has something in the file wins. */
struct tag_entry {
    const char *name;
    const char *description;
    bool numeric; /* in the standard's opinion; of a site's own tags: as the file says */
    struct tag_source sources[TAG_SOURCES];
};

struct taglist {
    struct tag_entry *entries;
    enum dicom_content *contents; /* of each; of a site's own elements as element_content() finds */
    size_t count;
    char *texts; /* of the extension file */
};

enum { TAGLIST_EXTRA = 200 }; /* values that a site may add */

/**
 * The built-in list, extended by the file at path (may be NULL): lines of
 * name<TAB>tag<TAB>description, tag being gggg,eeee, a CSA element's name, or ASCCOV (the name is
 * then the key in the protocol text). A name that exists gets the new place.
 * Says file and line and returns NULL when the file is bad. Destroy takes NULL.
 */
struct taglist *taglist_create(const char *path);
void taglist_destroy(struct taglist *list);

/** The same from text of length bytes; name is what messages call it. */
struct taglist *taglist_parse(const char *name, const char *text, size_t length);
