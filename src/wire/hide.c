/* The key stream of RFC 2661, 4.3: b1 = MD5(attribute + secret + vector), and each later block is
 * MD5(secret + the cipher text before it).  Hiding and revealing are the same XOR, but for whose
 * octets are the cipher text. */
#include "wire/hide.h"

#include <string.h>

struct stream {
    struct span secret;
    uint8_t key[MD5_SIZE];    /* of the present block */
    uint8_t cipher[MD5_SIZE]; /* gathered for the next key */
    size_t used;              /* octets of key used */
};

static void stream_start(struct stream *s, uint16_t attribute, struct span secret,
                         struct span random_vector)
{
    uint8_t number[2] = {(uint8_t)(attribute >> 8), (uint8_t)attribute};
    struct md5 m;

    s->secret = secret;
    s->used = 0;
    md5_init(&m);
    md5_add(&m, span_of(number, sizeof number));
    md5_add(&m, secret);
    md5_add(&m, random_vector);
    md5_end(&m, s->key);
}

static void stream_next_block(struct stream *s)
{
    struct md5 m;

    md5_init(&m);
    md5_add(&m, s->secret);
    md5_add(&m, span_of(s->cipher, MD5_SIZE));
    md5_end(&m, s->key);
    s->used = 0;
}

/* The key octet for the next cipher octet, which stream_cipher() is then told. */
static uint8_t stream_key(struct stream *s)
{
    if (s->used == MD5_SIZE)
        stream_next_block(s);
    return s->key[s->used];
}

static void stream_cipher(struct stream *s, uint8_t cipher)
{
    s->cipher[s->used++] = cipher;
}

static void hide_octets(struct stream *s, struct wr *w, struct span plain)
{
    for (size_t i = 0; i < plain.n; i++) {
        uint8_t cipher = plain.p[i] ^ stream_key(s);

        stream_cipher(s, cipher);
        wr_u8(w, cipher);
    }
}

void hide_value(struct wr *w, uint16_t attribute, struct span secret, struct span random_vector,
                struct span value, struct span padding)
{
    uint8_t length[HIDE_LENGTH] = {(uint8_t)(value.n >> 8), (uint8_t)value.n};
    struct stream s;

    stream_start(&s, attribute, secret, random_vector);
    hide_octets(&s, w, span_of(length, sizeof length));
    hide_octets(&s, w, value);
    hide_octets(&s, w, padding);
    bytes_wipe(&s, sizeof s);
}

bool hide_reveal(uint16_t attribute, struct span secret, struct span random_vector,
                 struct span hidden, uint8_t *room, struct span *value)
{
    struct stream s;
    struct rd r;
    uint16_t length;

    *value = span_of(NULL, 0);
    if (secret.n == 0 || random_vector.n == 0)
        return false;
    stream_start(&s, attribute, secret, random_vector);
    for (size_t i = 0; i < hidden.n; i++) {
        room[i] = hidden.p[i] ^ stream_key(&s);
        stream_cipher(&s, hidden.p[i]);
    }
    bytes_wipe(&s, sizeof s);
    r = rd_over(span_of(room, hidden.n));
    length = rd_u16(&r);
    *value = rd_take(&r, length);
    return !r.failed;
}

void hide_challenge_response(uint8_t id, struct span secret, struct span challenge,
                             uint8_t response[MD5_SIZE])
{
    struct md5 m;

    md5_init(&m);
    md5_add(&m, span_of(&id, 1));
    md5_add(&m, secret);
    md5_add(&m, challenge);
    md5_end(&m, response);
}
