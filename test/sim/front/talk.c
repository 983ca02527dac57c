/* What a caller says beside LCP's automaton: who it is, and what nobody has asked for. */
#include <string.h>

#include "base/md5.h"
#include "front_sim.h"

static bool does(const struct life *l, unsigned what)
{
    return (l->player.make->does & what) != 0;
}

static struct span secret_of(const struct life *l)
{
    return span_str(does(l, WRONG) ? "a guess" : SECRET);
}

static struct span name_of(const struct life *l)
{
    return span_str(does(l, NAMELESS) ? "" : NAME);
}

static void say_pap(struct life *l)
{
    struct player *p = &l->player;
    uint8_t body[80];
    struct wr w = wr_over(body, sizeof body);

    if (p->tries == 0)
        return;
    p->tries--;
    p->due = l->now + p->restart_ms;
    wr_u8(&w, (uint8_t)name_of(l).n);
    wr_put(&w, name_of(l));
    wr_u8(&w, (uint8_t)secret_of(l).n);
    wr_put(&w, secret_of(l));
    player_say(l, PAP, 1, p->next_id++, span_of(body, wr_len(&w)));
    if (p->anew_left > 0)
        p->due_talk = l->now + 5000;
}

static void say_protocol_reject(struct life *l)
{
    uint8_t body[2];
    struct wr w = wr_over(body, sizeof body);

    wr_u16(&w, l->player.way == 'p' ? PAP : CHAP);
    player_say(l, LCP, 8, l->player.next_id++, span_of(body, wr_len(&w)));
}

void talk_authenticate(struct life *l)
{
    if (l->player.way != 0 && does(l, PROTOCOL))
        say_protocol_reject(l);
    else if (l->player.way == 'p')
        say_pap(l);
}

/* RFC 1994, 4: over the Identifier, the secret and the challenge. */
static void say_chap(struct life *l, uint8_t id, struct span challenge)
{
    uint8_t body[80];
    struct wr w = wr_over(body, sizeof body);
    struct md5 m;

    wr_u8(&w, MD5_SIZE);
    md5_init(&m);
    md5_add(&m, span_of(&id, 1));
    md5_add(&m, secret_of(l));
    md5_add(&m, challenge);
    md5_end(&m, body + 1);
    wr_skip(&w, MD5_SIZE);
    wr_put(&w, name_of(l));
    player_say(l, CHAP, 2, id, span_of(body, wr_len(&w)));
}

/* MS-CHAPv2's has another size; of what is in it nothing can be told anyway. */
static void say_mschap(struct life *l, uint8_t id)
{
    uint8_t body[1 + 49 + 8] = {49};
    struct wr w = wr_over(body + 50, sizeof body - 50);

    wr_put(&w, name_of(l));
    player_say(l, CHAP, 2, id, span_of(body, 50 + wr_len(&w)));
}

static void respond(struct life *l, uint8_t id, struct span challenge)
{
    if (l->player.way == 'c')
        say_chap(l, id, challenge);
    else if (l->player.way == 'm')
        say_mschap(l, id);
}

void talk_challenge(struct life *l, const struct ppp_packet *packet)
{
    struct player *p = &l->player;
    struct rd r = rd_over(packet->options);
    struct span challenge = rd_take(&r, rd_u8(&r));

    if (r.failed || challenge.n > sizeof p->challenge || does(l, PROTOCOL))
        return;
    p->last_id = p->challenge_id;
    p->n_last = p->n_challenge;
    memcpy(p->last_challenge, p->challenge, p->n_challenge);
    p->challenge_id = packet->id;
    p->n_challenge = challenge.n;
    memcpy(p->challenge, challenge.p, challenge.n);
    if (does(l, OLD_ANSWER)) {
        /* waits for a second one, and answers the first one before it */
        if (!p->challenged) {
            p->challenged = true;
            return;
        }
        respond(l, p->last_id, span_of(p->last_challenge, p->n_last));
    }
    respond(l, p->challenge_id, challenge);
    if (does(l, TWICE))
        respond(l, p->challenge_id, challenge);
    if (p->anew_left > 0)
        p->due_talk = l->now + 5000;
}

/* -- what nobody has asked for --------------------------------------------------------------------
 */

void talk_garbage(struct life *l)
{
    static const char *const texts[] = {"login: ", "CONNECT 33600/V.34\r\n", "\xff\x03\xc0",
                                        "\xff\x03\xc0\x21\x01", "~~~~"};
    uint8_t octets[40];

    if (prng_chance(&l->dice, 50)) {
        line_send(l, true, span_str(texts[prng_below(&l->dice, 5)]));
        return;
    }
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)prng_next(&l->dice);
    octets[0] = 'x'; /* an odd number in its place would be a protocol */
    octets[1] = 'y' - 1;
    line_send(l, true, span_of(octets, 1 + prng_below(&l->dice, sizeof octets)));
}

/* Some that means nothing to LCP, wherever it is. */
void talk_babble(struct life *l)
{
    static const struct {
        uint16_t protocol;
        uint8_t code;
        const char *body;
    } says[] = {
        {LCP, 12, "MSRASV5.20"}, /* Identification (RFC 1570) */
        {LCP, 0, ""},
        {LCP, 10, "0000echo"}, /* answers to what nobody has asked */
        {LCP, 11, "0000"},
        {LCP, 7, "\14"},
        {LCP, 8, "\x80\x57"},
        {0x8021, 1, "\3\6\0"}, /* IPCP */
        {0x80fd, 1, "\x12"},   /* CCP */
        {0xc227, 1, ""},       /* EAP */
        {0xc025, 1, "quality"},
        {0xc029, 1, "callback"},
        {PAP, 2, "OK"}, /* what only we could say */
        {PAP, 3, "No"},
        {CHAP, 3, "Welcome"},
        {CHAP, 4, "E=691"},
        {CHAP, 1, "\4abcdbob"},
    };
    size_t i = prng_below(&l->dice, sizeof says / sizeof says[0]);
    uint8_t id = (uint8_t)prng_next(&l->dice);

    if (does(l, ECHOES) && prng_chance(&l->dice, 80))
        player_say(l, LCP, 9, id, span_str("\1\1\1\1abc"));
    else if (does(l, BABBLES))
        player_say(l, says[i].protocol, says[i].code, id, span_str(says[i].body));
}
