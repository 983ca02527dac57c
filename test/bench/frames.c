/* The frames of `make bench`; see frames.h. */
#include "frames.h"

#include <string.h>

#define STEPS 4096 /* where content begins, by its number: a power of two */
#define STRIDE 61

static const char *const names[] = {"plain", "random", "flags", "mixed"};
static uint8_t content[KINDS][STEPS + FRAME_PAYLOAD];

enum frame_kind frame_kind_of(const char *word)
{
    unsigned kind = PLAIN;

    while (kind <= MIXED && strcmp(word, names[kind]) != 0)
        kind++;
    return kind;
}

const char *frame_kind_name(enum frame_kind kind)
{
    return names[kind];
}

static uint32_t roll(uint32_t *lot)
{
    *lot = *lot * 1664525u + 1013904223u;
    return *lot >> 16;
}

void frames_begin(void)
{
    uint32_t lot = 2661;

    for (size_t i = 0; i < sizeof content[PLAIN]; i++) {
        content[PLAIN][i] = (uint8_t)('0' + i % 64);
        content[RANDOM][i] = (uint8_t)roll(&lot);
        content[FLAGS][i] = 0x7e;
    }
}

static const uint8_t *content_of(enum frame_kind kind, uint32_t number)
{
    return content[kind] + number * STRIDE % STEPS;
}

/* n octets for a number, the low bits first. */
static void put_number(uint8_t *dst, int n, uint32_t number)
{
    for (int i = 0; i < n; i++, number >>= 6)
        dst[i] = (uint8_t)('0' + (number & 63));
}

static uint32_t get_number(const uint8_t *p, int n)
{
    uint32_t number = 0;

    while (n-- > 0)
        number = number << 6 | ((p[n] - '0') & 63u);
    return number;
}

size_t frame_make(uint8_t *dst, unsigned call, uint32_t number, enum frame_kind kind, size_t size)
{
    uint32_t lot = number * 2654435761u ^ call * 40503u;

    if (kind == MIXED) {
        kind = roll(&lot) % KINDS;
        size = FRAME_STAMP + roll(&lot) % (FRAME_PAYLOAD - FRAME_STAMP + 1);
    }
    memcpy(dst, "\xff\x03\x00\x21", FRAME_HEAD);
    dst += FRAME_HEAD;
    put_number(dst, 2, call);
    put_number(dst + 2, 1, kind);
    put_number(dst + 3, 5, number);
    memcpy(dst + FRAME_STAMP, content_of(kind, number), size - FRAME_STAMP);
    return FRAME_HEAD + size;
}

bool flow_take(struct flow *f, unsigned call, struct span frame)
{
    const uint8_t *p = frame.p + FRAME_HEAD;
    uint32_t number;
    unsigned kind;

    if (frame.n < FRAME_HEAD + FRAME_STAMP || frame.n > FRAME_MOST ||
        memcmp(frame.p, "\xff\x03\x00\x21", FRAME_HEAD) != 0)
        return false;
    kind = get_number(p + 2, 1);
    number = get_number(p + 3, 5);
    f->frames++;
    if (get_number(p, 2) != call || kind >= KINDS ||
        memcmp(p + FRAME_STAMP, content_of(kind, number), frame.n - FRAME_HEAD - FRAME_STAMP) !=
            0) {
        f->damaged++;
        return true;
    }
    if (number < f->next)
        f->misordered++;
    else
        f->missing += number - f->next;
    f->next = number + 1;
    return true;
}

/* Options: ACCM 0, magic number. */
size_t lcp_make(uint8_t *dst, uint8_t code, uint32_t magic)
{
    struct wr w = wr_over(dst, FRAME_MOST);

    wr_u32(&w, 0xff03c021);
    wr_u8(&w, code);
    wr_u8(&w, 1); /* identifier */
    wr_u16(&w, 16);
    wr_u16(&w, 0x0206);
    wr_u32(&w, 0);
    wr_u16(&w, 0x0506);
    wr_u32(&w, magic);
    return wr_len(&w);
}

uint8_t lcp_read(struct span frame, uint32_t *magic)
{
    struct rd r = rd_over(frame);
    uint32_t head = rd_u32(&r);
    uint8_t code = rd_u8(&r);

    rd_take(&r, 11);
    *magic = rd_u32(&r);
    return r.failed || head != 0xff03c021 ? 0 : code;
}
