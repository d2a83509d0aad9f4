// SPDX-License-Identifier: Apache-2.0
// How a data set and its elements are encoded, whatever the file says.
#pragma once

extern "C" {
#include "encoding.h"
}

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <cstdint>

using PeekedBytes = uint8_t[ENCODING_PEEK_BYTES];

bool syntax_is_big(E_TransferSyntax syntax);
bool syntax_is_explicit(E_TransferSyntax syntax);

// Explicit or implicit VR, in big or little endian.
E_TransferSyntax syntax_of(bool with_vr, bool big);

// The two letters of an element's VR; where the file does not tell, the dictionary's.
const char *syntax_vr(const DcmTag &tag);

// syntax in the byte order of a data set, which its first element's bytes show.
E_TransferSyntax syntax_order(const PeekedBytes &bytes, E_TransferSyntax syntax);

// How the element that begins with bytes is encoded: as syntax says, or with or without VR against
// it. left: so many bytes may follow.
E_TransferSyntax syntax_choose(const PeekedBytes &bytes, E_TransferSyntax syntax, uint64_t left);

// True if bytes, which should be a deflate stream (PS3.5 A.5), are a data set in explicit VR.
bool syntax_is_plain(const PeekedBytes &bytes);

// How many bytes of a header stand before a deflate stream, where none should be (RFC 1950).
uint64_t syntax_zlib_header(const PeekedBytes &bytes);
