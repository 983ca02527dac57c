/* How long a peer may be silent, and what of that is borne; see silence.h.  RFC 2661, 5.5, 5.8. */
#include "proto/silence.h"

#include <string.h>

#include "base/log.h"
#include "proto/post.h"
#include "wire/quirks.h"

#define UNASKED_MS 60000    /* how fresh data have to be where no HELLO is due by itself */
#define UNANSWERED_MS 10000 /* so long data may go unanswered before who has dialled asks */
#define LATE_MS 2000        /* who looks so much later than it meant to was held up, ... */
#define SETUP_LOOK_MS 1000  /* between looks at a set-up that is given up sooner if nothing comes */
#define HELD_UP_MS 5000     /* ... and gives so long for a sign of life */

uint32_t silence_hello_ms(const struct tunnel *t)
{
    bool too_long = t->p.dead_ms > 0 && t->p.hello_ms > t->p.dead_ms / 2;

    return too_long ? t->p.dead_ms / 2 : t->p.hello_ms;
}

uint64_t silence_hello_at(const struct tunnel *t)
{
    uint64_t at = t->heard + silence_hello_ms(t);
    uint64_t sooner = t->unanswered + UNANSWERED_MS;

    return t->initiator && t->unanswered > t->heard && sooner < at ? sooner : at;
}

uint32_t silence_look_ms(const struct tunnel *t)
{
    uint32_t hello_ms = silence_hello_ms(t);

    return t->p.doubt_ms > 0 && t->p.doubt_ms < hello_ms ? t->p.doubt_ms : hello_ms;
}

bool silence_is_doubtful(const struct tunnel *t, uint64_t now)
{
    return t->p.doubt_ms > 0 && !(t->quirks_told & QUIRK_SILENT_HELLO) &&
           now >= silence_hello_at(t) + t->p.doubt_ms;
}

bool silence_is_asked(const struct tunnel *t, uint64_t now, uint32_t within_ms)
{
    /* what was heard in this very moment is no answer yet */
    bool is_open = t->heard < t->probed_at || t->probed_at == now;

    return t->due_probe != 0 && is_open && t->due_probe <= now + within_ms;
}

/* One that passes HELLOs over, and whose data flow, is known for that. */
void silence_hello_sent(struct tunnel *t, uint64_t now)
{
    if (t->p.hello_wait_ms == 0 || (t->quirks_told & QUIRK_SILENT_HELLO) ||
        silence_is_asked(t, now, t->p.hello_wait_ms))
        return;
    t->probed_at = now;
    t->due_probe = now + t->p.hello_wait_ms;
}

static bool is_of_our_make(const struct tunnel *t)
{
    return t->p.vendor_name[0] != '\0' && strcmp(t->p.vendor_name, t->peer_vendor) == 0;
}

void silence_make_answerable(const struct tunnel *t, struct msg *m, uint8_t vector[SILENCE_VECTOR])
{
    if (!is_of_our_make(t))
        return;
    t->host->random(t->host->ctx, vector, SILENCE_VECTOR);
    m->random_vector = span_of(vector, SILENCE_VECTOR);
    msg_set(m, AVP_RANDOM_VECTOR);
}

bool silence_is_answered_by(const struct tunnel *t, uint16_t nr)
{
    return is_of_our_make(t) && t->hello_out && !xport_all_acked(&t->x) &&
           t->x.una == t->hello_ns && nr == (uint16_t)(t->hello_ns + 1);
}

bool silence_data_sent(struct tunnel *t, uint64_t now)
{
    if (!t->initiator || t->due_hello == 0 || t->unanswered > t->heard)
        return false;
    t->unanswered = now;
    if (now + UNANSWERED_MS >= t->due_hello)
        return false;
    t->due_hello = now + UNANSWERED_MS;
    return true;
}

bool silence_is_disowned(const struct tunnel *t)
{
    return t->disowned > t->heard;
}

/* All that goes unanswered is a HELLO, while data came until a short while ago: some phones do not
 * answer any.  The call is alive, so nothing ends for that. */
static bool bears_silence(struct tunnel *t, uint64_t now)
{
    char name[TUNNEL_NAME];
    uint32_t while_ms = t->p.hello_ms > 0 ? t->p.hello_ms : UNASKED_MS;
    uint64_t lately = now > while_ms ? now - while_ms : 0;

    if (!(t->quirks & QUIRK_SILENT_HELLO) || t->state != ESTABLISHED || !t->hello_out ||
        t->x.una != t->hello_ns || t->heard <= t->hello_at || t->heard < lately)
        return false;
    if (!(t->quirks_told & QUIRK_SILENT_HELLO))
        log_info("%s: peer does not acknowledge HELLO, but its data flow: it stays (quirk "
                 "silent-hello)",
                 tunnel_name(t, name, sizeof name));
    t->quirks_told |= QUIRK_SILENT_HELLO;
    xport_bear(&t->x, now);
    return true;
}

/* A peer may be asleep for as long as the profile has it: then what it owes an answer to goes
 * again, slowly.  But who speaks, and passes a message over, is not asleep. */
static bool bears_sleep(struct tunnel *t, uint64_t now)
{
    bool says_nothing = (int32_t)(t->x.queue->sent_ms - (uint32_t)t->heard) >= 0;
    bool asked_only = t->hello_out && t->x.una == t->hello_ns;

    if (t->state != ESTABLISHED || now >= t->heard + t->p.dead_ms || !(says_nothing || asked_only))
        return false;
    xport_bear(&t->x, now);
    return true;
}

bool silence_is_borne(struct tunnel *t, uint64_t now)
{
    return bears_silence(t, now) || bears_sleep(t, now);
}

/* A daemon that was held up (stopped, frozen, on a machine that was) has not asked, nor could the
 * answer have come: it asks now. */
static bool dead_time_is_over(struct tunnel *t, uint64_t now)
{
    uint64_t over = t->heard + t->p.dead_ms;

    if (now < over) {
        t->due_dead = over;
        return false;
    }
    if (now < (over > t->due_dead ? over : t->due_dead) + LATE_MS)
        return true;
    t->due_dead = now + HELD_UP_MS;
    if (t->due_hello != 0)
        t->due_hello = now;
    return false;
}

bool silence_is_final(struct tunnel *t, uint64_t now)
{
    if (t->due_probe != 0 && now >= t->due_probe) {
        t->due_probe = 0;
        if (t->heard < t->probed_at)
            return true;
    }
    return t->due_dead != 0 && now >= t->due_dead && dead_time_is_over(t, now);
}

/* Message Type is the first AVP of each: six octets, and the type (4.4.1) */
static uint16_t type_of(const uint8_t *body, size_t n)
{
    return n >= AVP_HEADER + 2 ? (uint16_t)(body[AVP_HEADER] << 8 | body[AVP_HEADER + 1]) : ZLB;
}

/* What the oldest message in flight is; ZLB if there is none. */
static uint16_t oldest(const struct tunnel *t)
{
    const struct xport_msg *m = t->x.queue;

    return m != NULL ? type_of(m->body, m->n) : ZLB;
}

bool silence_is_of_setup(uint16_t type)
{
    return type == SCCRQ || type == SCCCN || type == ICRQ || type == ICCN || type == OCRQ;
}

bool silence_awaits_setup(const struct tunnel *t)
{
    return silence_is_of_setup(oldest(t));
}

void silence_control_heard(struct tunnel *t, uint64_t now, bool acked, struct span delivered)
{
    uint16_t type = type_of(delivered.p, delivered.n);

    t->spoken = true;
    if (acked || (type != ZLB && type != HELLO))
        t->moved = now;
}

/* What is acknowledged and waits for its answer; ZLB: nothing does.  (The dialling of a call that is
 * to be placed takes what time it takes.) */
static uint16_t unanswered(const struct tunnel *t)
{
    uint16_t asked = ZLB;

    if (t->state == WAIT_CTL_REPLY)
        return SCCRQ;
    for (const struct call *c = t->calls; c != NULL; c = c->next) {
        if (c->state == ESTABLISHED) /* the first one is up */
            return ZLB;
        if (c->state == WAIT_REPLY)
            asked = c->table == TABLE_LNS_OUT ? OCRQ : ICRQ;
    }
    return asked;
}

bool silence_is_unheard(const struct tunnel *t)
{
    return t->state == WAIT_CTL_REPLY && !t->spoken;
}

static uint32_t first_ms(const struct tunnel *t)
{
    return t->p.first_ms > 0 ? t->p.first_ms : t->p.connect_ms;
}

uint64_t silence_setup_begins(const struct tunnel *t, uint64_t now)
{
    uint32_t ms = t->p.quiet_ms > 0 && SETUP_LOOK_MS < first_ms(t) ? SETUP_LOOK_MS : first_ms(t);

    return t->p.connect_ms > 0 ? now + ms : 0;
}

void silence_inherit(struct tunnel *t, const struct tunnel *from)
{
    t->p.hello_ms = from->p.hello_ms;
    t->p.hello_wait_ms = from->p.hello_wait_ms;
    t->p.doubt_ms = from->p.doubt_ms;
    t->p.dead_ms = from->p.dead_ms;
}

/* Of silence that is borne in the set-up, when what was sent is acknowledged or not. */
static uint32_t patience_ms(const struct tunnel *t, bool acknowledged)
{
    if (silence_is_unheard(t))
        return first_ms(t);
    return !acknowledged && t->p.quiet_ms > 0 ? t->p.quiet_ms : t->p.connect_ms;
}

bool silence_ends_setup(struct tunnel *t, uint64_t now, struct verdict *why)
{
    bool acknowledged = !silence_is_of_setup(oldest(t));
    uint16_t asked = acknowledged ? unanswered(t) : oldest(t);
    uint64_t until = (acknowledged ? t->moved : t->heard) + patience_ms(t, acknowledged);

    if (t->due_connect == 0 || now < t->due_connect)
        return false;
    t->due_connect = 0;
    if (asked != ZLB && now < until) /* what is acknowledged now may be followed by what is not */
        t->due_connect = t->p.quiet_ms > 0 && now + SETUP_LOOK_MS < until ? now + SETUP_LOOK_MS : until;
    if (asked == ZLB || now < until)
        return false;
    silence_note(t, now);
    *why = verdict_make(DAMAGE_TUNNEL, STOPCCN_GENERAL, ERROR_NONE, "no %s %s",
                        acknowledged ? "answer to" : "acknowledgement of", msg_type_name(asked));
    if (silence_is_unheard(t))
        *why = verdict_make(DAMAGE_TUNNEL, STOPCCN_GENERAL, ERROR_NONE, "the peer does not answer");
    why->fault = acknowledged ? FAULT_SLOW : FAULT_SILENCE;
    return true;
}

void silence_note(struct tunnel *t, uint64_t now)
{
    const struct xport_msg *m = t->x.queue;

    t->unacked = oldest(t);
    t->unacked_sent = (uint16_t)(t->x.tries + 1);
    t->unacked_since = m != NULL ? now - ((uint32_t)now - m->sent_ms) : now;
    t->unacked_last = t->x.due_resend != 0 ? t->x.due_resend - t->x.rto_ms : now;
}
