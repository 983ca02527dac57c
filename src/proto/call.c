/* One session: judges and actions for the four call tables; sequence numbers of data.
 * RFC 2661, 5.2 to 5.4, 5.6, 7.4, 7.5. */
#include "proto/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/seq.h"
#include "proto/post.h"

#define COMING_MOST 512 /* calls of one tunnel that are not up yet; then ICRQs are refused */
#define OLD_RUN 5 /* "old" frames in order among themselves: the peer has begun to count again */

static void link_into(struct call *c, struct tunnel *t)
{
    c->tunnel = t;
    c->prev = NULL;
    c->next = t->calls;
    if (c->next != NULL)
        c->next->prev = c;
    t->calls = c;
    t->n_calls++;
}

static void unlink_from_tunnel(struct call *c)
{
    if (c->next != NULL)
        c->next->prev = c->prev;
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        c->tunnel->calls = c->next;
    c->tunnel->n_calls--;
}

struct call *call_new(struct tunnel *t, enum table table, uint16_t id, uint64_t now)
{
    struct call *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->table = table;
    c->id = id;
    c->born = now;
    c->due_setup = now + (t->p.setup_ms > 0 ? t->p.setup_ms : SETUP_MS);
    c->send_sequence = t->p.sequence;
    c->accm_send = c->accm_receive = 0xffffffff;
    c->is_coming = true;
    t->n_coming++;
    link_into(c, t);
    return c;
}

/* It is not coming up any more: it is up, or has ended. */
static void came(struct call *c)
{
    c->tunnel->n_coming -= c->is_coming;
    c->is_coming = false;
}

/* Leaves the line of those with news; seldom needed, as the host is told before the reaper comes.
 */
static void leave_newsy(struct call *c)
{
    struct call **link = &c->tunnel->newsy;

    while (*link != c)
        link = &(*link)->newsy_next;
    *link = c->newsy_next;
    if (*link == NULL)
        c->tunnel->newsy_end = link;
    c->is_newsy = false;
}

static void leave_waiting(struct call *c)
{
    struct call **link = &c->tunnel->waiting;

    while (*link != c)
        link = &(*link)->waiting_next;
    *link = c->waiting_next;
    if (*link == NULL)
        c->tunnel->waiting_end = link;
    c->is_waiting = false;
}

void call_wait(struct call *c)
{
    c->is_waiting = true;
    c->waiting_next = NULL;
    *c->tunnel->waiting_end = c;
    c->tunnel->waiting_end = &c->waiting_next;
}

struct call *call_next_waiting(struct tunnel *t)
{
    struct call *c = t->waiting;

    if (c != NULL)
        leave_waiting(c);
    return c;
}

void call_move(struct call *c, struct tunnel *to)
{
    if (c->is_newsy)
        leave_newsy(c);
    if (c->is_waiting)
        leave_waiting(c);
    c->tunnel->n_coming -= c->is_coming;
    to->n_coming += c->is_coming;
    unlink_from_tunnel(c);
    link_into(c, to);
    call_wait(c);
}

void call_free(struct call *c)
{
    if (c->is_newsy)
        leave_newsy(c);
    if (c->is_waiting)
        leave_waiting(c);
    came(c);
    unlink_from_tunnel(c);
    free(c);
}

static void tell(struct call *c, unsigned news)
{
    c->news |= news;
    if (c->is_newsy)
        return;
    c->is_newsy = true;
    c->newsy_next = NULL;
    *c->tunnel->newsy_end = c;
    c->tunnel->newsy_end = &c->newsy_next;
}

/* Judges: they look and answer, and change nothing. */

static struct verdict judge_icrq(const struct call *c)
{
    const struct tunnel *t = c->tunnel;

    if (!t->p.accept_incoming)
        return verdict_make(DAMAGE_SESSION, CDN_ADMINISTRATIVE, ERROR_NONE,
                            "no incoming calls are taken here");
    if (t->n_coming > COMING_MOST)
        return verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_RESOURCES,
                            "too many calls are coming up at once");
    if (!t->host->admit(t->host->ctx, t->host_data, &t->p))
        return verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_RESOURCES,
                            "no address or other resource is left");
    return verdict_ok();
}

static struct verdict judge_ocrq(const struct call *c, const struct msg *m)
{
    const struct l2tp_profile *p = &c->tunnel->p;

    if (!p->accept_outgoing)
        return verdict_make(DAMAGE_SESSION, CDN_ADMINISTRATIVE, ERROR_NONE,
                            "no outgoing calls are placed here");
    if (m->minimum_bps > m->maximum_bps)
        return verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_VALUE,
                            "minimum_bps is above maximum_bps");
    if ((m->framing_type & p->framing) == 0)
        return verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_VALUE,
                            "framing_type was not advertised");
    if (m->bearer_type != 0 && (m->bearer_type & p->bearer) == 0)
        return verdict_make(DAMAGE_SESSION, CDN_NO_FACILITIES, ERROR_NONE,
                            "bearer_type was not advertised");
    return verdict_ok();
}

static struct verdict judge(const struct call *c, const struct msg *m)
{
    if (c->state == IDLE && m->type == ICRQ && c->table == TABLE_LNS_IN)
        return judge_icrq(c);
    if (c->state == IDLE && m->type == OCRQ && c->table == TABLE_LAC_OUT)
        return judge_ocrq(c, m);
    return verdict_ok();
}

/* What a message says of the call is kept as soon as it has been found good. */

static void keep_number(const struct msg *m, unsigned avp, struct span number, char *to)
{
    if (msg_has(m, avp))
        span_to_str(number, to, NUMBER);
}

#define KEEP(c_field, avp, m_field)                                                                \
    do {                                                                                           \
        if (msg_has(m, avp))                                                                       \
            c->c_field = m->m_field;                                                               \
    } while (0)

static void keep_facts(struct call *c, const struct msg *m)
{
    if (m->type == CDN)
        return;
    KEEP(serial, AVP_CALL_SERIAL_NUMBER, call_serial_number);
    KEEP(minimum_bps, AVP_MINIMUM_BPS, minimum_bps);
    KEEP(maximum_bps, AVP_MAXIMUM_BPS, maximum_bps);
    KEEP(bearer, AVP_BEARER_TYPE, bearer_type);
    KEEP(framing, AVP_FRAMING_TYPE, framing_type);
    KEEP(channel, AVP_PHYSICAL_CHANNEL_ID, physical_channel_id);
    keep_number(m, AVP_CALLED_NUMBER, m->called_number, c->called);
    keep_number(m, AVP_CALLING_NUMBER, m->calling_number, c->calling);
    keep_number(m, AVP_SUB_ADDRESS, m->sub_address, c->sub_address);
    if (msg_has(m, AVP_TX_CONNECT_SPEED))
        c->tx_bps = c->rx_bps = m->tx_connect_speed;
    KEEP(rx_bps, AVP_RX_CONNECT_SPEED, rx_connect_speed);
    if (msg_has(m, AVP_SEQUENCING_REQUIRED))
        c->must_sequence = c->send_sequence = true;
}

/* WEN and SLI have no rows in the RFC's tables: they count while the call is up. */
static void keep_status(struct call *c, const struct msg *m)
{
    bool we_are_lac = c->table == TABLE_LAC_IN || c->table == TABLE_LAC_OUT;

    if (c->state != ESTABLISHED)
        return;
    if (m->type == SLI && we_are_lac) {
        c->accm_send = m->accm[0];
        c->accm_receive = m->accm[1];
        tell(c, NEWS_LINE_INFO);
    } else if (m->type == WEN && !we_are_lac) {
        memcpy(c->errors, m->call_errors, sizeof c->errors);
        tell(c, NEWS_LINE_ERRORS);
    }
}

/* Actions. */

struct step {
    enum state was;
    enum event event;
    struct verdict why;
};

static void begin_end(struct call *c, struct verdict why, bool ours)
{
    c->why = why;
    c->why_ours = ours;
    c->due_setup = 0;
    c->news = 0; /* whatever was to be told of it: only its end counts now */
    came(c);
    tell(c, NEWS_DOWN);
}

static void act_send_cdn(struct call *c, const struct step *s)
{
    struct verdict why = s->why;
    struct msg m;
    char event[32];

    if (why.damage == DAMAGE_NONE)
        why = verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_VENDOR, "%s in state %s",
                           event_name(s->event, event, sizeof event), state_name(s->was));
    begin_end(c, why, true);
    msg_init(&m, CDN, c->peer_id);
    m.result_code =
        (struct msg_result){why.result, why.error, why.error != ERROR_NONE, span_str(why.text)};
    msg_set(&m, AVP_RESULT_CODE);
    m.assigned_session_id = c->id;
    msg_set(&m, AVP_ASSIGNED_SESSION_ID);
    if (!post_send(c->tunnel, &m))
        c->tunnel->lost_word = true;
}

static void act_clean_up(struct call *c, const struct step *s)
{
    begin_end(c, s->why, false);
}

/* The transport has no room for what this call wants to say: it ends without a word. */
static void send_or_die(struct call *c, struct msg *m)
{
    if (post_send(c->tunnel, m))
        return;
    c->state = DEAD;
    begin_end(
        c, verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_RESOURCES, "the tunnel's queue is full"),
        true);
}

static void send_id(struct call *c, enum msg_type type)
{
    struct msg m;

    msg_init(&m, type, c->peer_id);
    m.assigned_session_id = c->id;
    msg_set(&m, AVP_ASSIGNED_SESSION_ID);
    send_or_die(c, &m);
}

static void act_call_up(struct call *c, const struct step *s)
{
    (void)s;
    c->due_setup = 0;
    c->was_up = true;
    came(c);
    tell(c, NEWS_UP);
}

static void act_send_icrq(struct call *c, const struct step *s)
{
    struct msg m;

    (void)s;
    msg_init(&m, ICRQ, 0);
    m.assigned_session_id = c->id;
    msg_set(&m, AVP_ASSIGNED_SESSION_ID);
    m.call_serial_number = c->serial;
    msg_set(&m, AVP_CALL_SERIAL_NUMBER);
    m.bearer_type = c->bearer;
    msg_set(&m, AVP_BEARER_TYPE);
    if (c->called[0] != '\0') {
        m.called_number = span_str(c->called);
        msg_set(&m, AVP_CALLED_NUMBER);
    }
    if (c->calling[0] != '\0') {
        m.calling_number = span_str(c->calling);
        msg_set(&m, AVP_CALLING_NUMBER);
    }
    send_or_die(c, &m);
}

static void act_send_ocrq(struct call *c, const struct step *s)
{
    const struct tunnel *t = c->tunnel;
    struct msg m;

    (void)s;
    msg_init(&m, OCRQ, 0);
    m.assigned_session_id = c->id;
    msg_set(&m, AVP_ASSIGNED_SESSION_ID);
    m.call_serial_number = c->serial;
    msg_set(&m, AVP_CALL_SERIAL_NUMBER);
    m.minimum_bps = c->minimum_bps;
    msg_set(&m, AVP_MINIMUM_BPS);
    m.maximum_bps = c->maximum_bps;
    msg_set(&m, AVP_MAXIMUM_BPS);
    /* only what the LAC has advertised may be asked for (4.4.3, 4.4.4) */
    m.bearer_type = c->bearer & t->peer_bearer;
    msg_set(&m, AVP_BEARER_TYPE);
    m.framing_type = c->framing & t->peer_framing;
    msg_set(&m, AVP_FRAMING_TYPE);
    m.called_number = span_str(c->called);
    msg_set(&m, AVP_CALLED_NUMBER);
    send_or_die(c, &m);
}

static void send_connected(struct call *c, enum msg_type type)
{
    const struct tunnel *t = c->tunnel;
    struct msg m;

    msg_init(&m, type, c->peer_id);
    c->tx_bps = t->p.tx_bps;
    c->rx_bps = t->p.rx_bps;
    m.tx_connect_speed = c->tx_bps;
    msg_set(&m, AVP_TX_CONNECT_SPEED);
    c->framing = t->peer_framing & t->p.framing & FRAMING_SYNC ? FRAMING_SYNC : FRAMING_ASYNC;
    m.framing_type = c->framing;
    msg_set(&m, AVP_FRAMING_TYPE);
    if (c->rx_bps != 0 && c->rx_bps != c->tx_bps) {
        m.rx_connect_speed = c->rx_bps;
        msg_set(&m, AVP_RX_CONNECT_SPEED);
    }
    send_or_die(c, &m);
}

static void act_send_icrp(struct call *c, const struct step *s)
{
    (void)s;
    send_id(c, ICRP);
}

static void act_send_iccn(struct call *c, const struct step *s)
{
    send_connected(c, ICCN);
    if (c->state != DEAD)
        act_call_up(c, s);
}

static void act_send_ocrp(struct call *c, const struct step *s)
{
    (void)s;
    send_id(c, OCRP);
    if (c->state != DEAD)
        tell(c, NEWS_DIAL);
}

static void act_send_occn(struct call *c, const struct step *s)
{
    send_connected(c, OCCN);
    if (c->state != DEAD)
        act_call_up(c, s);
}

static void act_none(struct call *c, const struct step *s)
{
    (void)c;
    (void)s;
}

typedef void act_fn(struct call *c, const struct step *s);

static act_fn *const acts[ACTIONS] = {
    [ACT_NONE] = act_none,           [ACT_CLEAN_UP] = act_clean_up,
    [ACT_SEND_ICRQ] = act_send_icrq, [ACT_SEND_ICRP] = act_send_icrp,
    [ACT_SEND_ICCN] = act_send_iccn, [ACT_SEND_OCRQ] = act_send_ocrq,
    [ACT_SEND_OCRP] = act_send_ocrp, [ACT_SEND_OCCN] = act_send_occn,
    [ACT_CALL_UP] = act_call_up,     [ACT_SEND_CDN] = act_send_cdn,
};

/* The only writer of c->state, but for send_or_die(). */
static void step(struct call *c, enum event event, struct verdict why)
{
    const struct transition *row = states_find(c->table, c->state, event);
    struct step s = {c->state, event, why};
    char name[64], what[32];

    if (row->next != STATES)
        c->state = row->next;
    log_debug(TOPIC_STATE, "%s: %s, %s: %s, %s", call_name(c, name, sizeof name), state_name(s.was),
              event_name(event, what, sizeof what), action_name(row->action), state_name(c->state));
    acts[row->action](c, &s);
}

void call_event(struct call *c, uint64_t now, enum event event, struct verdict why)
{
    bool we_are_lac = c->table == TABLE_LAC_IN || c->table == TABLE_LAC_OUT;

    (void)now;
    if (event == EVENT_EXPIRY)
        why = verdict_make(DAMAGE_SESSION, we_are_lac ? CDN_TIMEOUT : CDN_ADMINISTRATIVE,
                           ERROR_NONE, "not set up in time");
    step(c, event, why);
}

void call_message(struct call *c, uint64_t now, const struct msg *m, struct verdict v)
{
    char safe[64];

    (void)now;
    if (v.damage == DAMAGE_IGNORE)
        return;
    if (m->type == CDN) {
        step(c, EVENT_OK(CDN),
             verdict_make(DAMAGE_SESSION, m->result_code.result, m->result_code.error, "%s",
                          log_safe(m->result_code.text, safe, sizeof safe)));
        return;
    }
    /* now, so that a refusal finds its way; and for good, as the registry has the call by this id
     */
    if (msg_has(m, AVP_ASSIGNED_SESSION_ID) && c->peer_id == 0)
        c->peer_id = m->assigned_session_id;
    if (v.damage == DAMAGE_NONE)
        v = judge(c, m);
    if (v.damage == DAMAGE_NONE) {
        keep_facts(c, m);
        keep_status(c, m);
    }
    step(c, v.damage == DAMAGE_NONE ? EVENT_OK(m->type) : EVENT_BAD(m->type), v);
}

/* Sequence numbers of data (5.4). */

/* A LAC does as its LNS does, unless it has demanded sequencing itself. */
static void follow_habit(struct call *c, bool sequenced)
{
    if ((c->table == TABLE_LAC_IN || c->table == TABLE_LAC_OUT) && !c->must_sequence)
        c->send_sequence = sequenced;
}

/* An "old" number: dropped, but after a run of them that are in order we go on from there. */
static bool is_begun_again(struct call *c, uint16_t ns)
{
    c->old_run = ns == c->old_next ? c->old_run + 1 : 1;
    c->old_next = (uint16_t)(ns + 1);
    return c->old_run >= OLD_RUN;
}

static bool take_number(struct call *c, uint16_t ns)
{
    if (seq_before(ns, c->data_nr) && !is_begun_again(c, ns)) {
        c->old_dropped++;
        return false;
    }
    if (ns != c->data_nr)
        c->gaps++;
    c->data_nr = (uint16_t)(ns + 1);
    c->old_run = 0;
    return true;
}

bool call_frame_in(struct call *c, const struct packet *p)
{
    if (c->state != ESTABLISHED) {
        c->early_dropped++;
        return false;
    }
    if (p->has_sequence && !take_number(c, p->ns))
        return false;
    follow_habit(c, p->has_sequence);
    c->frames_in++;
    c->octets_in += p->body.n;
    return true;
}

size_t call_frame_out(struct call *c, uint8_t *frame, size_t n)
{
    struct packet_data d = {c->tunnel->peer_id, c->peer_id, c->tunnel->p.length_bit,
                            c->send_sequence,   false,      c->data_ns};

    if (c->state != ESTABLISHED)
        return 0;
    if (c->send_sequence)
        c->data_ns++;
    c->frames_out++;
    c->octets_out += n;
    return packet_data_header(&d, frame, n);
}
