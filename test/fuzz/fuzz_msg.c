/* Fuzz target for wire/msg: the body of a control message.
 *
 * The first two octets of the input are the header's session id; bits of the third choose whether
 * there is a secret, whether what is missing is excused, whether it is hidden when it is sent on.
 * Held to: nothing is read beyond the body, and nothing shown that is not printable; a message found
 * good, put together by us, comes back with the same AVPs and the same values. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/messages.h"
#include "base/log.h"
#include "wire/lcp.h"
#include "wire/proxy.h"
#include "wire/quirks.h"
#include "wire/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WITH_SECRET 0x01
#define SEND_HIDDEN 0x02
#define STRICT 0x04      /* nothing is excused */
#define BRIEFLY 0x08     /* only what fits one block is hidden */
#define UNSWAP 0x10      /* results in host order are mended */
#define HIDDEN_MOST 1015 /* octets of a value that can be hidden */

static bool strict;

static void must(bool held)
{
    if (!held)
        abort();
}

static void look_at_line(enum log_level level, const char *line)
{
    (void)level;
    for (; *line != '\0'; line++)
        must(*line >= ' ' && *line <= '~');
}

static void describe(const struct msg *m, size_t room)
{
    char line[600];

    memset(line, '#', sizeof line);
    msg_describe(m, line, room);
    must(memchr(line, '\0', room) != NULL && line[room] == '#');
    look_at_line(LEVEL_DEBUG, line);
}

/* Whatever it is called, and whatever its options: names of ours, and no more than there is room
 * for (which describe() has tried before). */
static void look_at_quirks(const struct msg *m)
{
    const char *who;
    char text[QUIRKS_TEXT];

    quirks_text(quirks_of(m, &who), text, sizeof text);
    look_at_line(LEVEL_DEBUG, text);
    if (msg_has(m, AVP_LAST_SENT_LCP_CONFREQ))
        must((strstr(lcp_describe(m->last_sent_lcp_confreq, text, sizeof text), "malformed") ==
              NULL) ||
             !lcp_well_formed(m->last_sent_lcp_confreq));
}

static struct verdict decode(struct msg *m, struct span body, uint16_t session, const char *secret,
                             uint8_t **arena)
{
    struct verdict v = msg_scan(m, body, session);

    m->strict = strict;
    *arena = malloc(body.n + 1);
    must(m->session == session && *arena != NULL);
    describe(m, 1 + (session % 512u));
    if (v.damage == DAMAGE_NONE)
        v = msg_reveal(m, span_str(secret), *arena, body.n);
    describe(m, 599);
    look_at_line(LEVEL_DEBUG, v.text);
    must((v.damage == DAMAGE_NONE) == (v.result == 0));
    must(!msg_type_known(m->type) || (m->type != STOPCCN && m->type != CDN) ||
         v.damage == DAMAGE_NONE || !msg_has(m, AVP_MESSAGE_TYPE));
    return v;
}

/* What we would not send though we take it: an excused or a last message that lacks something, a
 * value too long to be hidden, a result 0 or one unexplained, proxy authentication with a flaw. */
static bool is_unexplained(const struct msg *m)
{
    return m->result_code.has_error && m->result_code.error == 6 && m->result_code.text.n == 0;
}

static bool can_be_sent(const struct msg *m, bool hide)
{
    for (size_t i = 0; i < RFC_AVPS; i++) {
        const struct rfc_avp *a = &rfc_avps[i];
        const struct avp_row *row = avp_row(slot_of(a));

        if ((row->must >> m->type & 1) && !msg_has(m, slot_of(a)))
            return false;
        if (hide && a->h && a->shape == SPAN && msg_has(m, slot_of(a)) &&
            ((const struct span *)(const void *)((const uint8_t *)m + a->field))->n > HIDDEN_MOST)
            return false;
    }
    if (msg_has(m, AVP_RESULT_CODE) && (m->result_code.result == 0 || is_unexplained(m)))
        return false;
    return m->type != ICCN || proxy_flaw(m) == NULL;
}

/* Texts that had to be made UTF-8 are as long as they were, and are from now on what they are. */
static void follow(struct span *was, struct span is)
{
    bool clean = true;

    for (struct span s = *was; s.n > 0 && clean;) {
        size_t n = utf8_length(s);

        must(n <= s.n && n <= 4);
        clean = n > 0;
        s = span_of(s.p + n, s.n - n);
    }
    must(was->n == is.n && (!clean || span_eq(*was, is)));
    *was = is;
}

static void send_again(struct msg *m, bool hide, bool brief, const char *secret)
{
    bool all = hide && !brief && secret[0] != '\0';
    static uint8_t room[65536];
    struct msg_hiding hiding = {span_str(secret), span_of(TEST_VECTOR, 16),
                                span_of("?some more octets", 17), brief};
    struct wr w = wr_over(room, sizeof room);
    struct msg again;
    uint8_t *arena;

    m->hidden = hide ? UINT64_MAX : 0;
    must(msg_encode(&w, m, hide ? &hiding : NULL) == can_be_sent(m, all));
    if (!can_be_sent(m, all))
        return;
    must(decode(&again, span_of(room, wr_len(&w)), m->session, secret, &arena).damage ==
         DAMAGE_NONE);
    if (msg_has(m, AVP_VENDOR_NAME))
        follow(&m->vendor_name, again.vendor_name);
    if (msg_has(m, AVP_RESULT_CODE))
        follow(&m->result_code.text, again.result_code.text);
    if (msg_has(m, AVP_PPP_DISCONNECT_CAUSE))
        follow(&m->ppp_disconnect_cause.text, again.ppp_disconnect_cause.text);
    must(same_message(m, &again));
    free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint16_t session;
    const char *secret;
    uint8_t *arena;
    struct msg m;

    if (size < 4)
        return 0;
    log_set_sink(look_at_line);
    log_set_topics(UINT32_MAX);
    session = (uint16_t)(data[0] << 8 | data[1]);
    secret = data[2] & WITH_SECRET ? TEST_SECRET : "";
    strict = (data[2] & STRICT) != 0;
    if (decode(&m, span_of(data + 3, size - 3), session, secret, &arena).damage == DAMAGE_NONE)
        send_again(&m, (data[2] & SEND_HIDDEN) != 0, (data[2] & BRIEFLY) != 0, secret);
    if ((data[2] & UNSWAP) && msg_unswap_result(&m))
        must(m.result_code.result > 0 && m.result_code.result < 256 && !msg_unswap_result(&m));
    look_at_quirks(&m);
    free(arena);
    return 0;
}
