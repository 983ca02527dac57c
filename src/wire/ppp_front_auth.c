/* The beginning of PAP (RFC 1334), CHAP (RFC 1994) and MS-CHAPv2 (RFC 2759): as far as what the
 * caller says of itself.  It is kept, and neither judged nor answered.  See ppp_front.h. */
#include <string.h>

#include "wire/ppp_front_parts.h"

#define PAP_REQUEST 1 /* RFC 1334, 2.2 */
#define CHAP_CHALLENGE 1
#define CHAP_RESPONSE 2 /* RFC 1994, 4 */
#define CHALLENGE 16    /* octets; MS-CHAPv2 has no other size (RFC 2759, 3) */

const struct front_way front_ways[FRONT_AUTHS] = {
    [FRONT_PAP] = {"pap", PPP_PAP, 0, 0, PROXY_PAP},
    [FRONT_CHAP] = {"chap", PPP_CHAP, 5, PROXY_CHAP_RESPONSE, PROXY_CHAP},
    [FRONT_MSCHAP2] = {"mschap-v2", PPP_CHAP, 0x81, 49, 0}, /* RFC 2759, 4 */
};

static void become_known(struct front *f)
{
    f->state = FRONT_KNOWN;
    f->due_end = f->due_restart = FRONT_NEVER;
}

/* Each challenge has an Identifier and a value of its own (RFC 1994, 4.1). */
static void send_challenge(struct front *f, uint64_t now)
{
    uint8_t body[1 + CHALLENGE + FRONT_OURS];
    struct wr w = wr_over(body, sizeof body);

    f->n_challenge = CHALLENGE;
    f->c.random(f->c.ctx, f->challenge, CHALLENGE);
    f->id = f->next_id++;
    wr_u8(&w, CHALLENGE);
    wr_put(&w, span_of(f->challenge, CHALLENGE));
    wr_put(&w, f->c.name);
    f->restarts -= f->restarts > 0;
    f->due_restart = now + f->c.restart_ms;
    front_send(f, PPP_CHAP, CHAP_CHALLENGE, f->id, span_of(body, wr_len(&w)));
}

void front_auth_begin(struct front *f, uint64_t now)
{
    const struct front_way *way = front_auth_way(f);

    f->restarts = MAX_CONFIGURE;
    if (way == NULL)
        become_known(f);
    else if (way->protocol == PPP_CHAP)
        send_challenge(f, now);
}

void front_auth_timeout(struct front *f, uint64_t now)
{
    send_challenge(f, now);
}

void front_auth_down(struct front *f, uint64_t now)
{
    if (f->state == FRONT_KNOWN)
        f->due_end = now + f->c.total_ms;
    f->state = FRONT_RUNNING;
    f->n_name = f->n_challenge = f->n_response = 0;
    bytes_wipe(f->response, sizeof f->response);
}

/* -- what comes -----------------------------------------------------------------------------------
 */

static void keep(struct front *f, uint64_t now, uint8_t id, struct span name, struct span response)
{
    if (name.n == 0) {
        front_fail(f, now, FRONT_NO_NAME);
        return;
    }
    memcpy(f->name, name.p, name.n);
    f->n_name = (uint8_t)name.n;
    if (response.n > 0)
        memcpy(f->response, response.p, response.n);
    f->n_response = (uint8_t)response.n;
    f->id = id;
    become_known(f);
}

/* One that is said again has another Identifier (RFC 1334, 2.2.1), and that is the one that the
 * caller waits for; but with another name or password it is not what we have told of. */
static void on_pap(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    struct rd r = rd_over(p->options);
    struct span name = rd_take(&r, rd_u8(&r));
    struct span password = rd_take(&r, rd_u8(&r));

    if (p->code != PAP_REQUEST || r.failed) /* its name has FRONT_NAME octets at most */
        return;
    if (f->state == FRONT_RUNNING)
        keep(f, now, p->id, name, password);
    else if (span_eq(name, span_of(f->name, f->n_name)) &&
             span_eq(password, span_of(f->response, f->n_response)))
        f->id = p->id;
}

static void on_chap(struct front *f, uint64_t now, const struct ppp_packet *p)
{
    struct rd r = rd_over(p->options);
    struct span response = rd_take(&r, rd_u8(&r));
    struct span name = rd_rest(&r);

    if (p->code != CHAP_RESPONSE || p->id != f->id || f->state != FRONT_RUNNING || r.failed ||
        response.n != front_auth_way(f)->response)
        return;
    if (name.n > FRONT_NAME)
        front_fail(f, now, FRONT_LONG_NAME);
    else
        keep(f, now, p->id, name, response);
}

void front_auth_input(struct front *f, uint64_t now, uint16_t protocol, const struct ppp_packet *p)
{
    const struct front_way *way = front_auth_way(f);

    if (way == NULL || way->protocol != protocol)
        return;
    if (protocol == PPP_PAP)
        on_pap(f, now, p);
    else
        on_chap(f, now, p);
}
