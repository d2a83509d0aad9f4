/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-1 (FIPS 180-4) of one short text and base64 of its digest. Nothing rests on SHA-1 here: it
 * only shows that the server speaks websocket, which is not worth a cryptographic library.
 */
#include "accept_key.h"

#include <stdint.h>
#include <string.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define BLOCK_BYTES 64
#define INPUT_BYTES (WEBSOCKET_KEY_BYTES + sizeof(GUID) - 1)
#define PADDED_BYTES ((size_t)2 * BLOCK_BYTES) /* 60 bytes, a bit and the length: two blocks */
#define DIGEST_BYTES 20

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint32_t rotate(uint32_t value, unsigned bits) {
    return (value << bits) | (value >> (32 - bits));
}

static void expand(const uint8_t *block, uint32_t words[80]) {
    for (size_t i = 0; i < 16; i++) {
        const uint8_t *byte = block + 4 * i;
        words[i] = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 |
                   (uint32_t)byte[3];
    }
    for (size_t i = 16; i < 80; i++) {
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    }
}

static uint32_t mix(size_t round, uint32_t b, uint32_t c, uint32_t d) {
    switch (round / 20) {
    case 0:
        return ((b & c) | (~b & d)) + 0x5a827999;
    case 1:
        return (b ^ c ^ d) + 0x6ed9eba1;
    case 2:
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    default:
        return (b ^ c ^ d) + 0xca62c1d6;
    }
}

static void digest_block(const uint8_t *block, uint32_t state[5]) {
    uint32_t words[80];
    expand(block, words);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (size_t i = 0; i < 80; i++) {
        uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + words[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

static void digest(const uint8_t input[INPUT_BYTES], uint8_t out[DIGEST_BYTES]) {
    uint8_t padded[PADDED_BYTES] = {0};
    memcpy(padded, input, INPUT_BYTES);
    padded[INPUT_BYTES] = 0x80;
    padded[PADDED_BYTES - 2] = (uint8_t)(INPUT_BYTES * 8 >> 8);
    padded[PADDED_BYTES - 1] = (uint8_t)(INPUT_BYTES * 8);
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    digest_block(padded, state);
    digest_block(padded + BLOCK_BYTES, state);
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

static void encode(const uint8_t *bytes, size_t length, char *out) {
    for (size_t i = 0; i < length; i += 3) {
        uint32_t triple = (uint32_t)bytes[i] << 16;
        triple |= i + 1 < length ? (uint32_t)bytes[i + 1] << 8 : 0;
        triple |= i + 2 < length ? bytes[i + 2] : 0;
        *out++ = alphabet[triple >> 18];
        *out++ = alphabet[triple >> 12 & 63];
        *out++ = '=';
        *out++ = '=';
        if (i + 1 < length) {
            out[-2] = alphabet[triple >> 6 & 63];
        }
        if (i + 2 < length) {
            out[-1] = alphabet[triple & 63];
        }
    }
    *out = '\0';
}

bool websocket_key_valid(const char *key) {
    return strlen(key) == WEBSOCKET_KEY_BYTES && strspn(key, alphabet) == WEBSOCKET_KEY_BYTES - 2 &&
           strcmp(key + WEBSOCKET_KEY_BYTES - 2, "==") == 0;
}

void websocket_accept_key(const char *key, char out[ACCEPT_KEY_BYTES]) {
    uint8_t input[INPUT_BYTES], hash[DIGEST_BYTES];
    memcpy(input, key, WEBSOCKET_KEY_BYTES);
    memcpy(input + WEBSOCKET_KEY_BYTES, GUID, sizeof(GUID) - 1);
    digest(input, hash);
    encode(hash, DIGEST_BYTES, out);
}
