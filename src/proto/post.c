/* Encoding with the tunnel's secret, and the names that log lines begin with; see post.h. */
#include "proto/post.h"

#include <assert.h>
#include <stdio.h>

#include "base/log.h"

#define VECTOR_SIZE 16  /* octets, or more, are advised (4.4.1) */
#define PADDING_SIZE 17 /* one octet says how much of the other 16 */

bool post_send(struct tunnel *t, struct msg *m)
{
    uint8_t body[POST_MOST], vector[VECTOR_SIZE], padding[PADDING_SIZE];
    struct wr w = wr_over(body, sizeof body);
    struct msg_hiding hiding = {span_str(t->p.secret), span_of(vector, sizeof vector),
                                span_of(padding, sizeof padding), false};
    char name[TUNNEL_NAME], line[512];
    bool fine;

    if (t->p.hide && t->proven && hiding.secret.n > 0) {
        t->host->random(t->host->ctx, vector, sizeof vector);
        t->host->random(t->host->ctx, padding, sizeof padding);
        m->hidden = m->present;
    }
    fine = msg_encode(&w, m, m->hidden != 0 ? &hiding : NULL);
    assert(fine);
    if (log_topic(TOPIC_PACKET))
        log_debug(TOPIC_PACKET, "%s: send session=%u %s", tunnel_name(t, name, sizeof name),
                  (unsigned)m->session, msg_describe(m, line, sizeof line));
    return fine && xport_send(&t->x, m->session, span_of(body, wr_len(&w)));
}

const char *tunnel_name(const struct tunnel *t, char *dst, size_t size)
{
    snprintf(dst, size, "tunnel %u (%s)", (unsigned)t->id,
             t->peer_name[0] != '\0' ? t->peer_name : "?");
    return dst;
}

const char *call_name(const struct call *c, char *dst, size_t size)
{
    snprintf(dst, size, "call %u/%u", (unsigned)c->tunnel->id, (unsigned)c->id);
    return dst;
}
