// SPDX-License-Identifier: Apache-2.0
// Reading any header tag by tag: what the parts of it share.
#pragma once

extern "C" {
#include "dcmtk_walk.h"
}
#include "dcmtk_stream.hh"
#include "dcmtk_syntax.hh"

#include <dcmtk/dcmdata/dcpcache.h>

#include <string>
#include <vector>

struct dcmtk_walk {
    std::vector<uint8_t> bytes; // of what was collected
    std::string why;
};

constexpr uint64_t open_end = UINT64_MAX;

// How reading goes on.
enum class Flow { on, pixels, cut, damaged, large };

// A data set, and where it stands.
struct Place {
    collect_level level;
    E_TransferSyntax syntax; // as its surroundings have it
    uint64_t end;            // here it ends at the latest
    int depth;
};

struct Element {
    DcmTag tag;
    uint32_t number;
    Uint32 length;
    E_TransferSyntax syntax;

    bool is_open() const {
        return length == DCM_UndefinedLength;
    }
};

// What is known of the data set that is being read.
struct Set {
    collect_scope scope;
    DcmPrivateTagCache creators;
};

class Walk {
  public:
    Walk(dcmtk_walk &walk, struct input *from, struct collector *to, struct header *result)
        : self(walk), input(from), collector(to), header(result), stream(from) {}

    void run(uint64_t start);

  private:
    Flow read_meta(E_TransferSyntax *declared);
    Flow begin_set(E_TransferSyntax declared);
    Flow read_set(const Place &place);
    Flow read_head(const Place &place, E_TransferSyntax syntax, Element *element);
    Flow read_element(const Place &place, Set &set, Element &element);
    Flow read_items(const Place &place, const Element &sequence, collect_level below, uint64_t end);
    Flow read_item(const Place &item, const Element &head);
    Flow read_value(Set &set, Element &element);
    Flow read_pixels(const Place &place, const Element &element);
    Flow contained(Flow flow, uint64_t end);
    Flow skip_to(uint64_t end);

    size_t peek(PeekedBytes &bytes);
    E_TransferSyntax choose(const Place &place, E_TransferSyntax syntax);
    E_TransferSyntax order(E_TransferSyntax syntax);
    bool at_end(const Place &place);
    bool is_padding();
    Flow cut(uint32_t tag);
    Flow damaged(uint32_t tag, const char *what);

    uint64_t tell() const {
        return static_cast<uint64_t>(stream.tell());
    }

    // Is that much of the file there? Of a deflated one nobody knows before.
    bool reaches(uint64_t end) const {
        return deflated || end <= input->size;
    }

    dcmtk_walk &self;
    struct input *input;
    struct collector *collector;
    struct header *header;
    InputStream stream;
    TagReader tags;
    bool deflated = false;
};
