/* The tables of RFC 2661, section 7: rows in the RFC's order; after them, with no section, what the
 * RFC's lists leave open: the end of a tunnel, timers, and the last row for anything else. */
#include "proto/states.h"

#include <stdio.h>

#include "wire/avp.h"

#define S(state) (1u << (state))
#define E(event) (UINT64_C(1) << (event))
#define OK(type) E(EVENT_OK(type))
#define BAD(type) E(EVENT_BAD(type))
#define BOTH(type) (OK(type) | BAD(type))
#define SAME STATES
#define ANY_STATE 0xffffffffu
#define ANY_EVENT (~UINT64_C(0))
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* clang-format off */
#define CTL "7.2.1"
#define UP_OR_COMING (S(WAIT_CTL_REPLY) | S(WAIT_CTL_CONN) | S(ESTABLISHED))

static const struct transition tunnel_rows[] = {
    {S(IDLE), E(EVENT_OPEN), ACT_SEND_SCCRQ, WAIT_CTL_REPLY, CTL},
    {S(IDLE), OK(SCCRQ), ACT_SEND_SCCRP, WAIT_CTL_CONN, CTL},
    {S(IDLE), BAD(SCCRQ), ACT_REFUSE, DEAD, CTL},
    {S(IDLE), BOTH(SCCRP), ACT_SEND_STOPCCN, STOPPING, CTL},
    {S(IDLE), BOTH(SCCCN), ACT_CLEAN_UP, DEAD, CTL},
    {S(WAIT_CTL_REPLY), OK(SCCRP), ACT_SEND_SCCCN, ESTABLISHED, CTL},
    {S(WAIT_CTL_REPLY), BAD(SCCRP), ACT_SEND_STOPCCN, STOPPING, CTL},
    {S(WAIT_CTL_REPLY), E(EVENT_TIE_LOST), ACT_CLEAN_UP, DEAD, CTL},
    {S(WAIT_CTL_REPLY), BOTH(SCCCN), ACT_SEND_STOPCCN, STOPPING, CTL},
    {S(WAIT_CTL_CONN), OK(SCCCN), ACT_TUNNEL_UP, ESTABLISHED, CTL},
    {S(WAIT_CTL_CONN), BAD(SCCCN), ACT_SEND_STOPCCN, STOPPING, CTL},
    {S(WAIT_CTL_CONN), BOTH(SCCRP) | BOTH(SCCRQ), ACT_SEND_STOPCCN, STOPPING, CTL},
    {S(ESTABLISHED), E(EVENT_OPEN), ACT_TUNNEL_UP, SAME, CTL},
    {S(ESTABLISHED), E(EVENT_CLOSE), ACT_SEND_STOPCCN, STOPPING, CTL},
    {S(ESTABLISHED), BOTH(SCCRQ) | BOTH(SCCRP) | BOTH(SCCCN), ACT_SEND_STOPCCN, STOPPING, CTL},
    {S(IDLE) | UP_OR_COMING, BOTH(STOPCCN), ACT_LINGER, STOPPED, CTL},

    {S(WAIT_CTL_REPLY) | S(WAIT_CTL_CONN), E(EVENT_OPEN), ACT_NONE, SAME, NULL},
    {S(WAIT_CTL_REPLY) | S(WAIT_CTL_CONN), E(EVENT_CLOSE) | E(EVENT_EXPIRY), ACT_SEND_STOPCCN, STOPPING, NULL},
    {UP_OR_COMING, OK(HELLO), ACT_NONE, SAME, NULL},
    {S(ESTABLISHED), E(EVENT_EXPIRY), ACT_SEND_HELLO, SAME, NULL},
    {UP_OR_COMING, E(EVENT_ACKED), ACT_NONE, SAME, NULL},
    {UP_OR_COMING, E(EVENT_SILENCE), ACT_CLEAN_UP, DEAD, NULL},
    {S(STOPPING), E(EVENT_ACKED) | E(EVENT_SILENCE) | E(EVENT_EXPIRY), ACT_CLEAN_UP, DEAD, NULL},
    {S(STOPPING), BOTH(STOPCCN), ACT_LINGER, STOPPED, NULL},
    {S(STOPPED), E(EVENT_EXPIRY), ACT_CLEAN_UP, DEAD, NULL},
    {S(STOPPING) | S(STOPPED) | S(DEAD), ANY_EVENT, ACT_NONE, SAME, NULL},
    {ANY_STATE, ANY_EVENT, ACT_SEND_STOPCCN, STOPPING, NULL},
};

/* What every call's table shares, after its own rows. */
#define CALL_TAIL(known_to_peer)                                                                    \
    {S(DEAD), ANY_EVENT, ACT_NONE, SAME, NULL},                                                     \
    {ANY_STATE, E(EVENT_TUNNEL_GONE), ACT_CLEAN_UP, DEAD, NULL},                                    \
    {S(IDLE) | S(WAIT_TUNNEL), E(EVENT_EXPIRY), ACT_CLEAN_UP, DEAD, NULL},                          \
    {known_to_peer, E(EVENT_EXPIRY), ACT_SEND_CDN, DEAD, NULL},                                     \
    {ANY_STATE, E(EVENT_TUNNEL_OPEN) | E(EVENT_OPEN), ACT_NONE, SAME, NULL},                        \
    {ANY_STATE, OK(SLI) | OK(WEN), ACT_NONE, SAME, NULL},                                         \
    {S(ESTABLISHED), E(EVENT_BEARER_UP), ACT_NONE, SAME, NULL},                                     \
    {S(IDLE) | S(WAIT_TUNNEL), ANY_EVENT, ACT_CLEAN_UP, DEAD, NULL},                                \
    {ANY_STATE, ANY_EVENT, ACT_SEND_CDN, DEAD, NULL}

#define LI "7.4.1"
#define LOCAL_END (E(EVENT_CLOSE) | E(EVENT_BEARER_DOWN))

static const struct transition lac_in_rows[] = {
    {S(IDLE), E(EVENT_OPEN), ACT_NONE, WAIT_TUNNEL, LI},
    {S(IDLE), BOTH(ICCN) | BOTH(ICRP) | BOTH(CDN), ACT_CLEAN_UP, DEAD, LI},
    {S(WAIT_TUNNEL), LOCAL_END, ACT_CLEAN_UP, DEAD, LI},
    {S(WAIT_TUNNEL), E(EVENT_TUNNEL_OPEN), ACT_SEND_ICRQ, WAIT_REPLY, LI},
    {S(WAIT_REPLY), OK(ICRP), ACT_SEND_ICCN, ESTABLISHED, LI},
    {S(WAIT_REPLY), BAD(ICRP), ACT_SEND_CDN, DEAD, LI},
    {S(WAIT_REPLY), BOTH(ICRQ), ACT_SEND_CDN, DEAD, LI},
    {S(WAIT_REPLY), BOTH(CDN) | BOTH(ICCN), ACT_CLEAN_UP, DEAD, LI},
    {S(WAIT_REPLY), LOCAL_END, ACT_SEND_CDN, DEAD, LI},
    {S(ESTABLISHED), BOTH(CDN), ACT_CLEAN_UP, DEAD, LI},
    {S(ESTABLISHED), BOTH(ICRQ) | BOTH(ICRP) | BOTH(ICCN), ACT_SEND_CDN, DEAD, LI},
    {S(ESTABLISHED), LOCAL_END, ACT_SEND_CDN, DEAD, LI},

    CALL_TAIL(S(WAIT_REPLY) | S(ESTABLISHED)),
};

#define NI "7.4.2"
static const struct transition lns_in_rows[] = {
    {S(IDLE), OK(ICRQ), ACT_SEND_ICRP, WAIT_CONNECT, NI},
    {S(IDLE), BAD(ICRQ), ACT_SEND_CDN, DEAD, NI},
    {S(IDLE), BOTH(ICRP), ACT_SEND_CDN, DEAD, NI},
    {S(IDLE), BOTH(ICCN), ACT_CLEAN_UP, DEAD, NI},
    {S(WAIT_CONNECT), OK(ICCN), ACT_CALL_UP, ESTABLISHED, NI},
    {S(WAIT_CONNECT), BAD(ICCN), ACT_SEND_CDN, DEAD, NI},
    {S(WAIT_CONNECT), BOTH(ICRQ) | BOTH(ICRP), ACT_SEND_CDN, DEAD, NI},
    {S(IDLE) | S(WAIT_CONNECT) | S(ESTABLISHED), BOTH(CDN), ACT_CLEAN_UP, DEAD, NI},
    {S(WAIT_CONNECT) | S(ESTABLISHED), E(EVENT_CLOSE), ACT_SEND_CDN, DEAD, NI},
    {S(ESTABLISHED), BOTH(ICRQ) | BOTH(ICRP) | BOTH(ICCN), ACT_SEND_CDN, DEAD, NI},

    CALL_TAIL(S(WAIT_CONNECT) | S(ESTABLISHED)),
};

#define LO "7.5.1"
static const struct transition lac_out_rows[] = {
    {S(IDLE), OK(OCRQ), ACT_SEND_OCRP, WAIT_CS_ANSWER, LO},
    {S(IDLE), BAD(OCRQ), ACT_SEND_CDN, DEAD, LO},
    {S(IDLE), BOTH(OCRP), ACT_SEND_CDN, DEAD, LO},
    {S(IDLE), BOTH(OCCN) | BOTH(CDN), ACT_CLEAN_UP, DEAD, LO},
    {S(WAIT_CS_ANSWER), E(EVENT_BEARER_UP), ACT_SEND_OCCN, ESTABLISHED, LO},
    {S(WAIT_CS_ANSWER), E(EVENT_BEARER_DOWN), ACT_SEND_CDN, DEAD, LO},
    {S(WAIT_CS_ANSWER), BOTH(OCRQ) | BOTH(OCRP) | BOTH(OCCN), ACT_SEND_CDN, DEAD, LO},
    {S(ESTABLISHED), BOTH(OCRQ) | BOTH(OCRP) | BOTH(OCCN), ACT_SEND_CDN, DEAD, LO},
    {S(WAIT_CS_ANSWER) | S(ESTABLISHED), BOTH(CDN), ACT_CLEAN_UP, DEAD, LO},
    {S(ESTABLISHED), LOCAL_END, ACT_SEND_CDN, DEAD, LO},

    CALL_TAIL(S(WAIT_CS_ANSWER) | S(ESTABLISHED)),
};

#define NO "7.5.2"
static const struct transition lns_out_rows[] = {
    {S(IDLE), E(EVENT_OPEN), ACT_NONE, WAIT_TUNNEL, NO},
    {S(IDLE), BOTH(OCCN) | BOTH(OCRP) | BOTH(CDN), ACT_CLEAN_UP, DEAD, NO},
    {S(WAIT_TUNNEL), E(EVENT_TUNNEL_OPEN), ACT_SEND_OCRQ, WAIT_REPLY, NO},
    {S(WAIT_REPLY), OK(OCRP), ACT_NONE, WAIT_CONNECT, NO},
    {S(WAIT_REPLY), BAD(OCRP), ACT_SEND_CDN, DEAD, NO},
    {S(WAIT_REPLY), BOTH(OCCN) | BOTH(OCRQ), ACT_SEND_CDN, DEAD, NO},
    {S(WAIT_CONNECT), OK(OCCN), ACT_CALL_UP, ESTABLISHED, NO},
    {S(WAIT_CONNECT), BOTH(OCRQ) | BOTH(OCRP), ACT_SEND_CDN, DEAD, NO},
    {S(IDLE) | S(WAIT_REPLY) | S(WAIT_CONNECT) | S(ESTABLISHED), BOTH(CDN), ACT_CLEAN_UP, DEAD, NO},
    {S(ESTABLISHED), BOTH(OCRQ) | BOTH(OCRP) | BOTH(OCCN), ACT_SEND_CDN, DEAD, NO},
    {S(WAIT_REPLY) | S(WAIT_CONNECT) | S(ESTABLISHED), E(EVENT_CLOSE), ACT_SEND_CDN, DEAD, NO},
    {S(WAIT_TUNNEL), E(EVENT_CLOSE), ACT_CLEAN_UP, DEAD, NO},

    CALL_TAIL(S(WAIT_REPLY) | S(WAIT_CONNECT) | S(ESTABLISHED)),
};

static const struct {
    const char *name;
    const struct transition *rows;
    size_t n;
} tables[TABLES] = {
    [TABLE_TUNNEL] = {"control connection", tunnel_rows, COUNT(tunnel_rows)},
    [TABLE_LAC_IN] = {"LAC incoming call", lac_in_rows, COUNT(lac_in_rows)},
    [TABLE_LNS_IN] = {"LNS incoming call", lns_in_rows, COUNT(lns_in_rows)},
    [TABLE_LAC_OUT] = {"LAC outgoing call", lac_out_rows, COUNT(lac_out_rows)},
    [TABLE_LNS_OUT] = {"LNS outgoing call", lns_out_rows, COUNT(lns_out_rows)},
};

static const char *const state_names[STATES] = {
    [IDLE] = "idle", [WAIT_CTL_REPLY] = "wait-ctl-reply", [WAIT_CTL_CONN] = "wait-ctl-conn",
    [ESTABLISHED] = "established", [STOPPING] = "stopping", [STOPPED] = "stopped",
    [DEAD] = "dead", [WAIT_TUNNEL] = "wait-tunnel", [WAIT_REPLY] = "wait-reply",
    [WAIT_CONNECT] = "wait-connect", [WAIT_CS_ANSWER] = "wait-cs-answer",
};

static const char *const event_names[EVENTS] = {
    [EVENT_OPEN] = "open", [EVENT_CLOSE] = "close", [EVENT_TUNNEL_OPEN] = "tunnel open",
    [EVENT_TUNNEL_GONE] = "tunnel gone", [EVENT_BEARER_UP] = "bearer up",
    [EVENT_BEARER_DOWN] = "bearer down", [EVENT_TIE_LOST] = "tie lost", [EVENT_ACKED] = "acked",
    [EVENT_SILENCE] = "silence", [EVENT_EXPIRY] = "expiry",
};

static const char *const action_names[ACTIONS] = {
    [ACT_NONE] = "none", [ACT_SEND_SCCRQ] = "send SCCRQ", [ACT_SEND_SCCRP] = "send SCCRP",
    [ACT_SEND_SCCCN] = "send SCCCN, tunnel up", [ACT_TUNNEL_UP] = "tunnel up",
    [ACT_SEND_STOPCCN] = "send StopCCN, clean up", [ACT_REFUSE] = "send StopCCN, keep nothing",
    [ACT_LINGER] = "clean up, linger", [ACT_SEND_HELLO] = "send HELLO",
    [ACT_CLEAN_UP] = "clean up", [ACT_SEND_ICRQ] = "send ICRQ", [ACT_SEND_ICRP] = "send ICRP",
    [ACT_SEND_ICCN] = "send ICCN, call up", [ACT_SEND_OCRQ] = "send OCRQ",
    [ACT_SEND_OCRP] = "send OCRP, open bearer", [ACT_SEND_OCCN] = "send OCCN, call up",
    [ACT_CALL_UP] = "call up", [ACT_SEND_CDN] = "send CDN, clean up",
};
/* clang-format on */

const struct transition *states_find(enum table table, enum state state, enum event event)
{
    const struct transition *row = tables[table].rows;

    while (!(row->states & S(state)) || !(row->events & E(event)))
        row++;
    return row;
}

const struct transition *states_rows(enum table table, size_t *n)
{
    *n = tables[table].n;
    return tables[table].rows;
}

const char *table_name(enum table table)
{
    return tables[table].name;
}

const char *state_name(enum state state)
{
    return state < STATES ? state_names[state] : "same";
}

const char *action_name(enum action action)
{
    return action_names[action];
}

const char *event_name(enum event event, char *dst, size_t size)
{
    if (event < EVENT_OPEN)
        snprintf(dst, size, "%s %s",
                 event < EVENT_OK(SCCRQ) ? "unknown message" : msg_type_name(event / 2u),
                 event % 2u ? "bad" : "ok");
    else
        snprintf(dst, size, "%s", event_names[event]);
    return dst;
}
