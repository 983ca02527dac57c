/* Fuzz target for wire/ppp: any frames, in any order, either way.
 *
 * The first octet of the input is the outer ECN field, the rest are frames, each behind an octet
 * with its length (7 bits) and its direction (the upper bit: from pppd).  Held to: nothing is read
 * beyond a frame, which lies in a block of its own; what is told hangs together; merging changes
 * the ECN field and IPv4's checksum alone, the latter stays right if it was, and merging again
 * changes nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/ppp.h"
#include "wire/ppp_facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 127

static void must(bool held)
{
    if (!held)
        abort();
}

/* The sum over an IPv4 header, its checksum included: 0xffff if that is right. */
static unsigned sum16(const uint8_t *p)
{
    unsigned sum = 0;

    for (size_t i = 0; i < 4u * (p[0] & 0xf); i += 2)
        sum += (unsigned)p[i] << 8 | p[i + 1];
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static void merge(uint8_t outer, uint8_t *frame, size_t n)
{
    uint8_t before[MOST + 1], after[MOST + 1];
    size_t info;
    uint16_t protocol = ppp_protocol(span_of(frame, n), &info);
    uint8_t inner = ppp_ecn(span_of(frame, n)), left;
    bool v4 = protocol == 0x0021 && inner != 0;
    unsigned sum = v4 ? sum16(frame + info) : 0;

    memcpy(before, frame, n);
    if (ppp_ecn_merge(outer, frame, n) == PPP_ECN_DROP) {
        must(outer == 3 && inner == 0 && (protocol == 0x0021 || protocol == 0x0057) &&
             memcmp(before, frame, n) == 0);
        return;
    }
    left = ppp_ecn(span_of(frame, n));
    must((left == 0) == (inner == 0) && (inner == 0 || outer != 3 || left == 3));
    if (v4)
        must((sum == 0xffff) == (sum16(frame + info) == 0xffff));
    memcpy(after, frame, n);
    must(ppp_ecn_merge(outer, frame, n) == PPP_ECN_KEEP && memcmp(after, frame, n) == 0);
    if (inner != 0) {
        before[info + 1] ^= (uint8_t)(inner ^ left) << (v4 ? 0 : 4);
        if (v4)
            memcpy(before + info + 10, after + info + 10, 2);
    }
    must(memcmp(before, after, n) == 0);
}

static void watch(struct ppp_watch *w, bool from_pppd, struct span frame)
{
    static const uint8_t lcp[] = {0xc0, 0x21};
    uint32_t send = 1, receive = 2, now_send = 1, now_receive = 2;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    bool settled = ppp_watch_accm(w, &send, &receive), up = ppp_watch_is_up(w), now;
    bool order = ppp_watch_needs_order(w);

    must(info <= frame.n && (protocol == 0) == (info == 0));
    must(!ppp_is_echo(frame) || protocol == 0xc021);
    ppp_watch_frame(w, from_pppd, frame);
    now = ppp_watch_accm(w, &now_send, &now_receive);
    if (protocol != 0xc021) {
        must(now == settled && now_send == send && now_receive == receive);
        must(up <= ppp_watch_is_up(w));
        return;
    }
    must(memcmp(frame.p + info - 2, lcp, 2) == 0);
    must(up >= ppp_watch_is_up(w) && order >= ppp_watch_needs_order(w));
    if (ppp_is_echo(frame))
        must(now == settled && up == ppp_watch_is_up(w) && order == ppp_watch_needs_order(w));
    must(now <= settled || frame.p[info] == 2); /* Configure-Ack */
    if (now && settled)
        must(now_send == send && now_receive == receive);
}

/* What is known of names and addresses changes only where that is said, and by what says so. */
static void facts(struct ppp_facts *f, bool from_pppd, struct span frame)
{
    struct ppp_facts was = *f;
    size_t info;
    uint16_t protocol = ppp_protocol(frame, &info);
    bool news = ppp_facts_frame(f, from_pppd, frame);

    must(memchr(f->far.name, '\0', PPP_NAME) != NULL &&
         memchr(f->pppd.name, '\0', PPP_NAME) != NULL);
    must(!news || protocol >= 0x8000);
    must(protocol == 0xc021 || news == (memcmp(&was, f, sizeof was) != 0));
    must(protocol >= 0x8000 || memcmp(&was, f, sizeof was) == 0);
    must(f->far.name[0] != '\0' || !f->far.accepted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ppp_facts f = {0};
    struct rd r = rd_over(span_of(data, size));
    uint8_t outer = rd_u8(&r) & 3;
    struct ppp_watch w;

    ppp_watch_init(&w);
    while (rd_left(&r) > 0) {
        uint8_t head = rd_u8(&r);
        size_t n = head & MOST;
        struct span frame = rd_take(&r, n < rd_left(&r) ? n : rd_left(&r));
        uint8_t *block = malloc(frame.n > 0 ? frame.n : 1);

        must(block != NULL);
        if (frame.n > 0)
            memcpy(block, frame.p, frame.n);
        watch(&w, head > MOST, span_of(block, frame.n));
        facts(&f, head > MOST, span_of(block, frame.n));
        merge(outer, block, frame.n);
        free(block);
    }
    return 0;
}
