/* One session: judges and actions for the four call tables.  RFC 2661, 5.2, 5.3, 5.6, 7.4, 7.5. */
#include "proto/call.h"

#include <stdlib.h>

#include "base/log.h"
#include "proto/call_parts.h"
#include "proto/post.h"
#include "wire/quirks.h"

#define WEN_MS 60000 /* between two WENs of a call, or more (6.13) */
#define LINE_WAIT_MS 500
#define COMING_MOST                                                                                \
    512 /* calls of one tunnel that are not up yet; then ICRQs and OCRQs are refused */

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
    c->ready_end = &c->ready;
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
    call_data_free(c);
    call_proxy_forget(c);
    free(c->line);
    unlink_from_tunnel(c);
    free(c);
}

bool call_is_lac(const struct call *c)
{
    return c->table == TABLE_LAC_IN || c->table == TABLE_LAC_OUT;
}

void call_tell(struct call *c, unsigned news)
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

static struct verdict not_taken(unsigned result, unsigned error, const char *text)
{
    return verdict_for(FAULT_NOT_TAKEN, verdict_make(DAMAGE_SESSION, result, error, "%s", text));
}

static struct verdict judge_crowd(const struct tunnel *t)
{
    if (t->n_coming <= COMING_MOST)
        return verdict_ok();
    return not_taken(CDN_ERROR, ERROR_RESOURCES, "too many calls are coming up at once");
}

/* The host does not want the call. */
static struct verdict refuse(enum l2tp_admission why)
{
    static const struct {
        unsigned result, error;
        enum fault fault;
        const char *text;
    } rows[] = {
        [NO_ROOM] = {CDN_ERROR, ERROR_RESOURCES, FAULT_NO_ROOM,
                     "no address or other resource is left"},
        [NO_LOCAL_ROOM] = {CDN_ERROR, ERROR_RESOURCES, FAULT_NO_LOCAL_ROOM,
                           "no local address is left"},
        [LOCAL_LEASED] = {CDN_ERROR, ERROR_RESOURCES, FAULT_LOCAL_LEASED, "its address is in use"},
        [SECTION_GONE] = {CDN_ADMINISTRATIVE, ERROR_NONE, FAULT_NO_SECTION,
                          "its section has left the configuration"},
        [STOPS] = {CDN_ADMINISTRATIVE, ERROR_NONE, FAULT_GIVES_WAY, "shutting down"},
    };

    return verdict_for(rows[why].fault, verdict_make(DAMAGE_SESSION, rows[why].result,
                                                     rows[why].error, "%s", rows[why].text));
}

static struct verdict judge_icrq(const struct call *c)
{
    const struct tunnel *t = c->tunnel;
    enum l2tp_admission admission;

    if (!t->p.accept_incoming)
        return not_taken(CDN_ADMINISTRATIVE, ERROR_NONE, "no incoming calls are taken here");
    admission = t->host->admit(t->host->ctx, t->host_data, &t->p);
    return admission == ADMITTED ? judge_crowd(t) : refuse(admission);
}

static struct verdict judge_ocrq(const struct call *c, const struct msg *m)
{
    const struct l2tp_profile *p = &c->tunnel->p;

    if (!p->accept_outgoing)
        return not_taken(CDN_ADMINISTRATIVE, ERROR_NONE, "no outgoing calls are placed here");
    if (m->minimum_bps > m->maximum_bps)
        return verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_VALUE,
                            "minimum_bps is above maximum_bps");
    if (m->minimum_bps > p->tx_bps)
        return not_taken(CDN_NEVER_FACILITIES, ERROR_NONE,
                         "no line here is as fast as minimum_bps");
    if ((m->framing_type & p->framing) == 0)
        return verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_VALUE,
                            "framing_type was not advertised");
    if (m->bearer_type != 0 && (m->bearer_type & p->bearer) == 0)
        return verdict_make(DAMAGE_SESSION, CDN_NO_FACILITIES, ERROR_NONE,
                            "bearer_type was not advertised");
    if (!call_can_keep(m->called_number, NUMBER) ||
        (msg_has(m, AVP_SUB_ADDRESS) && !call_can_keep(m->sub_address, NUMBER)))
        return verdict_make(DAMAGE_SESSION, CDN_DESTINATION, ERROR_NONE,
                            "the number is longer than %d digits, or is none", NUMBER - 1);
    return judge_crowd(c->tunnel); /* each of them runs a pppd at once */
}

static struct verdict judge(const struct call *c, const struct msg *m)
{
    if (c->state == IDLE && m->type == ICRQ && c->table == TABLE_LNS_IN)
        return judge_icrq(c);
    if (c->state == IDLE && m->type == OCRQ && c->table == TABLE_LAC_OUT)
        return judge_ocrq(c, m);
    return verdict_ok();
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
    c->due_setup = c->due_wen = c->due_line = c->due_reorder = 0;
    c->news = 0; /* whatever was to be told of it: only its end counts now */
    came(c);
    call_tell(c, NEWS_DOWN);
}

static void act_send_cdn(struct call *c, const struct step *s)
{
    struct verdict why = s->why;
    char event[32];

    if (why.damage == DAMAGE_NONE) {
        why = verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_VENDOR, "%s in state %s",
                           event_name(s->event, event, sizeof event), state_name(s->was));
        why.fault = FAULT_MESSAGE;
    }
    begin_end(c, why, true);
    if (!call_say_cdn(c, &why))
        c->tunnel->lost_word = true;
}

/* Also for one that ends on our side before the peer has heard of it. */
static void act_clean_up(struct call *c, const struct step *s)
{
    begin_end(c, s->why,
              s->event == EVENT_CLOSE || s->event == EVENT_BEARER_DOWN || s->event == EVENT_EXPIRY);
}

/* The transport has no room for what this call wants to say: it ends without a word. */
static bool said_or_dead(struct call *c, bool said)
{
    if (said)
        return true;
    c->state = DEAD;
    begin_end(
        c, verdict_make(DAMAGE_SESSION, CDN_ERROR, ERROR_RESOURCES, "the tunnel's queue is full"),
        true);
    return false;
}

static void act_call_up(struct call *c, const struct step *s)
{
    (void)s;
    c->due_setup = 0;
    c->was_up = true;
    came(c);
    call_tell(c, NEWS_UP);
    /* RFC 5515, 4.2: what the ICCN has said may be old by now */
    if (c->table == TABLE_LNS_IN && c->tells_speed && c->tunnel->p.ask_speed)
        (void)call_say_speed(c, CSURQ); /* without room for it things stay as they are */
}

static void act_send_icrq(struct call *c, const struct step *s)
{
    (void)s;
    said_or_dead(c, call_say_icrq(c));
}

static void act_send_ocrq(struct call *c, const struct step *s)
{
    (void)s;
    said_or_dead(c, call_say_ocrq(c));
}

static void act_send_icrp(struct call *c, const struct step *s)
{
    (void)s;
    if (said_or_dead(c, call_say_id(c, ICRP)))
        call_tell(c, NEWS_COMING);
}

static void act_send_iccn(struct call *c, const struct step *s)
{
    if (said_or_dead(c, call_say_connected(c, ICCN)))
        act_call_up(c, s);
}

static void act_send_ocrp(struct call *c, const struct step *s)
{
    (void)s;
    if (said_or_dead(c, call_say_id(c, OCRP)))
        call_tell(c, NEWS_DIAL);
}

static void act_send_occn(struct call *c, const struct step *s)
{
    if (said_or_dead(c, call_say_connected(c, OCCN)))
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

/* The only writer of c->state, but for said_or_dead(). */
static void step(struct call *c, enum event event, struct verdict why)
{
    const struct transition *row = states_find(c->table, c->state, event);
    struct step s = {c->state, event, why};
    char name[64], what[32];

    if (row->next != STATES)
        c->state = row->next;
    if (log_topic(TOPIC_STATE))
        log_debug(TOPIC_STATE, "%s: %s, %s: %s, %s", call_name(c, name, sizeof name),
                  state_name(s.was), event_name(event, what, sizeof what), action_name(row->action),
                  state_name(c->state));
    acts[row->action](c, &s);
}

void call_end(struct call *c, uint64_t now, enum event event, struct verdict why,
              const struct call_cause *cause)
{
    (void)now;
    if (cause != NULL)
        c->cause = *cause;
    step(c, event, why);
}

void call_event(struct call *c, uint64_t now, enum event event, struct verdict why)
{
    call_end(c, now, event, why, NULL);
}

void call_message(struct call *c, uint64_t now, const struct msg *m, struct verdict v)
{
    char safe[64];

    (void)now;
    if (v.damage == DAMAGE_IGNORE)
        return;
    if (m->type == CDN) {
        call_keep_cause(c, m);
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
        call_keep_facts(c, m);
        call_keep_status(c, m);
    } else if (v.fault == FAULT_NONE) {
        v.fault = FAULT_MESSAGE;
    }
    step(c, v.damage == DAMAGE_NONE ? EVENT_OK(m->type) : EVENT_BAD(m->type), v);
}

/* The line. */

/* What somebody else's peer says of its end, as where a call goes on through a switch, may come faster
 * than this one hears it: then the latest waits, instead of each, until there is no room for anything. */
static void tell_line(struct call *c, uint64_t now)
{
    bool waits = xport_is_busy(&c->tunnel->x), told = true;

    c->due_line = waits ? now + LINE_WAIT_MS : 0;
    if (waits)
        return;
    if (c->owes_map)
        told = call_say_line_info(c);
    if (c->owes_speed)
        told = call_say_speed(c, CSUN) && told;
    c->owes_map = c->owes_speed = false;
    if (!told)
        c->tunnel->lost_word = true;
}

static bool may_tell_line(const struct call *c, bool as_lac)
{
    return c->state == ESTABLISHED && call_is_lac(c) == as_lac &&
           !(c->tunnel->quirks & QUIRK_NO_STATUS);
}

void call_line_info(struct call *c, uint64_t now, uint32_t send, uint32_t receive)
{
    if (!may_tell_line(c, false))
        return;
    c->accm_send = send;
    c->accm_receive = receive;
    c->owes_map = true;
    tell_line(c, now);
}

void call_line_speed(struct call *c, uint64_t now, uint32_t tx, uint32_t rx)
{
    if (c->state != ESTABLISHED || !call_is_lac(c) || !c->tells_speed ||
        (c->tx_bps == tx && c->rx_bps == rx))
        return;
    c->tx_bps = tx;
    c->rx_bps = rx;
    c->owes_speed = true;
    tell_line(c, now);
}

static void tell_errors(struct call *c, uint64_t now)
{
    c->due_wen = 0;
    c->wen_after = now + WEN_MS;
    if (!call_say_line_errors(c))
        c->tunnel->lost_word = true;
}

/* Cumulative: a count that has not grown stays as it is. */
static bool take_errors(struct call *c, const uint32_t errors[6])
{
    bool grown = false;

    for (size_t i = 0; i < 6; i++) {
        if (errors[i] <= c->errors[i])
            continue;
        c->errors[i] = errors[i];
        grown = true;
    }
    return grown;
}

void call_line_errors(struct call *c, uint64_t now, const uint32_t errors[6])
{
    if (!may_tell_line(c, true) || !take_errors(c, errors))
        return;
    if (now >= c->wen_after)
        tell_errors(c, now);
    else
        c->due_wen = c->wen_after;
}

/* Time. */

uint64_t call_due(const struct call *c)
{
    return heap_earlier(heap_earlier(c->due_setup, c->due_line), heap_earlier(c->due_wen, c->due_reorder));
}

void call_tick(struct call *c, uint64_t now)
{
    unsigned late = call_is_lac(c) ? CDN_TIMEOUT : CDN_ADMINISTRATIVE;

    if (c->due_setup != 0 && now >= c->due_setup)
        step(c, EVENT_EXPIRY,
             verdict_for(FAULT_SLOW,
                         verdict_make(DAMAGE_SESSION, late, ERROR_NONE, "not set up in time")));
    if (c->due_wen != 0 && now >= c->due_wen)
        tell_errors(c, now);
    if (c->due_line != 0 && now >= c->due_line)
        tell_line(c, now);
    call_data_tick(c, now);
}
