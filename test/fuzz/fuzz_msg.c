/* Fuzz target for wire/msg: the body of a control message.
 *
 * The first two octets of the input are the header's session id; bits of the third choose whether
 * there is a secret, and whether it is hidden when it is sent on.  Held to: nothing is read beyond
 * the body, and nothing shown that is not printable; a message found good, put together by us,
 * comes back with the same AVPs and the same values. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/messages.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WITH_SECRET 0x01
#define SEND_HIDDEN 0x02
#define HIDDEN_MOST 1015 /* octets of a value that can be hidden */

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

static struct verdict decode(struct msg *m, struct span body, uint16_t session, const char *secret,
                             uint8_t **arena)
{
    struct verdict v = msg_scan(m, body, session);

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
 * value too long to be hidden. */
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
    return true;
}

static void send_again(struct msg *m, bool hide, const char *secret)
{
    static uint8_t room[65536];
    struct msg_hiding hiding = {span_str(secret), span_of(TEST_VECTOR, 16),
                                span_of("?some more octets", 17), false};
    struct wr w = wr_over(room, sizeof room);
    struct msg again;
    uint8_t *arena;

    m->hidden = hide ? UINT64_MAX : 0;
    must(msg_encode(&w, m, hide ? &hiding : NULL) == can_be_sent(m, hide && secret[0] != '\0'));
    if (!can_be_sent(m, hide && secret[0] != '\0'))
        return;
    must(decode(&again, span_of(room, wr_len(&w)), m->session, secret, &arena).damage ==
         DAMAGE_NONE);
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
    if (decode(&m, span_of(data + 3, size - 3), session, secret, &arena).damage == DAMAGE_NONE)
        send_again(&m, (data[2] & SEND_HIDDEN) != 0, secret);
    free(arena);
    return 0;
}
