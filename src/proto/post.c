/* Encoding with the tunnel's secret, and the names that log lines begin with; see post.h. */
#include "proto/post.h"

#include <stdio.h>

#include "base/log.h"
#include "wire/proxy.h"
#include "wire/quirks.h"

#define VECTOR_SIZE 16  /* octets, or more, are advised (4.4.1) */
#define PADDING_SIZE 17 /* one octet says how much of the other 16 */

/* A password in the clear, that of PAP or of a text login (4.4.5). */
static bool has_password(const struct msg *m)
{
    return msg_has(m, AVP_PROXY_AUTHEN_RESPONSE) &&
           (m->proxy_authen_type == PROXY_TEXT || m->proxy_authen_type == PROXY_PAP);
}

/* Which AVPs are to be hidden: bits.  Passwords always, if there is a secret to do it with. */
static uint64_t to_hide(const struct tunnel *t, const struct msg *m)
{
    bool hide = t->p.hide == HIDE_ALWAYS || (t->p.hide == HIDE_PROVEN && t->proven);

    if (t->p.secret[0] == '\0')
        return 0;
    if (hide && !(t->quirks & QUIRK_NO_HIDING))
        return m->present;
    return has_password(m) ? UINT64_C(1) << AVP_PROXY_AUTHEN_RESPONSE : 0;
}

bool post_send(struct tunnel *t, struct msg *m)
{
    uint8_t body[POST_MOST], vector[VECTOR_SIZE], padding[PADDING_SIZE];
    struct wr w = wr_over(body, sizeof body);
    struct msg_hiding hiding = {span_str(t->p.secret), span_of(vector, sizeof vector),
                                span_of(padding, sizeof padding),
                                (t->quirks & QUIRK_BRIEF_HIDING) != 0};
    char name[TUNNEL_NAME], line[512];
    bool fine;

    m->hidden = to_hide(t, m);
    if (m->hidden != 0) {
        t->host->random(t->host->ctx, vector, sizeof vector);
        t->host->random(t->host->ctx, padding, sizeof padding);
    }
    fine = msg_encode(&w, m, m->hidden != 0 ? &hiding : NULL);
    if (!fine) {
        log_errorx("%s: a %s that cannot be encoded is not sent", tunnel_name(t, name, sizeof name),
                   msg_type_name(m->type));
        return false;
    }
    if (log_topic(TOPIC_PACKET))
        log_debug(TOPIC_PACKET, "%s: send session=%u %s", tunnel_name(t, name, sizeof name),
                  (unsigned)m->session, msg_describe(m, line, sizeof line));
    return xport_send(&t->x, m->session, span_of(body, wr_len(&w)));
}

void post_say_heard(const struct tunnel *t, uint16_t ns, uint16_t nr, enum xport_got got)
{
    static const char *const what[] = {
        [XPORT_ZLB] = "an acknowledgement alone",
        [XPORT_DELIVER] = "in its turn",
        [XPORT_DUPLICATE] = "a duplicate",
        [XPORT_EARLY_ONE] = "early, kept",
        [XPORT_BEYOND] = "beyond our window, dropped",
    };
    char name[TUNNEL_NAME];

    log_debug(TOPIC_XPORT, "%s: heard ns=%u nr=%u: %s; in flight %u, waiting %u",
              tunnel_name(t, name, sizeof name), (unsigned)ns, (unsigned)nr, what[got],
              (unsigned)(uint16_t)(t->x.ns_high - t->x.una),
              (unsigned)(uint16_t)(t->x.ns_next - t->x.ns_high));
}

void post_say_sent(const struct tunnel *t, uint64_t now, bool is_message, bool again)
{
    const struct xport *x = &t->x;
    char name[TUNNEL_NAME];

    tunnel_name(t, name, sizeof name);
    if (!is_message) {
        log_debug(TOPIC_XPORT, "%s: send ns=%u nr=%u: an acknowledgement alone", name,
                  (unsigned)x->ns_high, (unsigned)x->nr);
        return;
    }
    log_debug(
        TOPIC_XPORT,
        "%s: send ns=%u nr=%u%s: window %u of %u, the oldest was sent again %u times, next in "
        "%llu ms",
        name, (unsigned)(uint16_t)(x->ns_send - 1), (unsigned)x->nr, again ? " again" : "", x->cwnd,
        (unsigned)x->peer_window, x->tries,
        (unsigned long long)(x->due_resend > now ? x->due_resend - now : 0));
}

struct msg_result post_result(const struct verdict *why, uint16_t usual)
{
    bool mute = why->error == ERROR_VENDOR && why->text[0] == '\0';

    return (struct msg_result){why->result != 0 ? why->result : usual, why->error,
                               why->error != ERROR_NONE,
                               span_str(mute ? "no reason is given" : why->text)};
}

struct verdict post_open(struct tunnel *t, struct msg *m, uint8_t *arena, size_t size)
{
    char name[TUNNEL_NAME];
    struct verdict v;

    m->strict = !(t->quirks & QUIRK_MISSING_AVPS);
    v = msg_reveal(m, span_str(t->p.secret), arena, size);
    if (!(t->quirks & QUIRK_SWAPPED_RESULTS) || !msg_unswap_result(m))
        return v;
    if (!(t->quirks_told & QUIRK_SWAPPED_RESULTS))
        log_info("%s: peer's result code is in its own byte order (quirk swapped-results): it "
                 "means %u",
                 tunnel_name(t, name, sizeof name), (unsigned)m->result_code.result);
    t->quirks_told |= QUIRK_SWAPPED_RESULTS;
    return v;
}

const char *tunnel_name(const struct tunnel *t, char *dst, size_t size)
{
    char begin[101], name[sizeof begin + 2];
    size_t n;

    snprintf(begin, sizeof begin, "%.100s", t->peer_name[0] != '\0' ? t->peer_name : "?");
    for (n = strlen(begin); n + 1 == sizeof begin && begin[n - 1] == '\\';)
        begin[--n] = '\0'; /* no half of what is escaped */
    snprintf(dst, size, "tunnel %u (%s)", (unsigned)t->id,
             log_apart(begin, "() ", name, sizeof name));
    return dst;
}

const char *call_name(const struct call *c, char *dst, size_t size)
{
    snprintf(dst, size, "call %u/%u", (unsigned)c->tunnel->id, (unsigned)c->id);
    return dst;
}
