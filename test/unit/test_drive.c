/* proto: each pair of a state and an event of the five tables (RFC 2661, section 7) is driven: a
 * real engine is brought into the state by real messages, the event is delivered as it comes about,
 * and what leaves and the new state are held against the RFC's rows.  Pairs that the RFC leaves
 * open have rows of ours below; those that cannot come about stand there by name, with the reason.
 */
#include "base/log.h"
#include "rfc_states.h"
#include "rig.h"
#include "tap.h"

static struct rig rig;

/* The step that a local event must have come to, as the log has it: "state, event:". */
static struct {
    char step[64];
    bool seen;
} watch;

static void sink(enum log_level level, const char *line)
{
    (void)level;
    watch.seen |= strstr(line, watch.step) != NULL;
}

#define UP "SCCRQ SCCCN "
#define OUR_UP "open SCCRP ZLB "

/* clang-format off */
/* How an object gets into a state. */
static const struct {
    enum table table;
    enum state state;
    const char *script;
} ways[] = {
    {TABLE_TUNNEL, IDLE, ""},
    {TABLE_TUNNEL, WAIT_CTL_REPLY, "open"},
    {TABLE_TUNNEL, WAIT_CTL_CONN, "SCCRQ"},
    {TABLE_TUNNEL, ESTABLISHED, OUR_UP},
    {TABLE_TUNNEL, STOPPING, OUR_UP "close"},
    {TABLE_TUNNEL, STOPPED, OUR_UP "StopCCN"},
    {TABLE_LAC_IN, IDLE, OUR_UP},
    {TABLE_LAC_IN, WAIT_TUNNEL, "open call"},
    {TABLE_LAC_IN, WAIT_REPLY, OUR_UP "call ZLB"},
    {TABLE_LAC_IN, ESTABLISHED, OUR_UP "call ICRP ZLB"},
    {TABLE_LNS_IN, IDLE, UP},
    {TABLE_LNS_IN, WAIT_CONNECT, UP "ICRQ ZLB"},
    {TABLE_LNS_IN, ESTABLISHED, UP "ICRQ ICCN"},
    {TABLE_LAC_OUT, IDLE, UP},
    {TABLE_LAC_OUT, WAIT_CS_ANSWER, UP "OCRQ ZLB"},
    {TABLE_LAC_OUT, ESTABLISHED, UP "OCRQ answer ZLB"},
    {TABLE_LNS_OUT, IDLE, OUR_UP},
    {TABLE_LNS_OUT, WAIT_TUNNEL, "open dial"},
    {TABLE_LNS_OUT, WAIT_REPLY, OUR_UP "dial ZLB"},
    {TABLE_LNS_OUT, WAIT_CONNECT, OUR_UP "dial OCRP"},
    {TABLE_LNS_OUT, ESTABLISHED, OUR_UP "dial OCRP OCCN"},
};

/* Local events as they come about; where more than the event is needed, the whole script. */
static const struct {
    enum table table; /* TABLES: the tables of calls */
    enum state state; /* STATES: any */
    enum event event;
    const char *script;
    bool whole;
} deeds[] = {
    {TABLE_TUNNEL, IDLE, EVENT_OPEN, "open", false},
    {TABLE_TUNNEL, STATES, EVENT_OPEN, "call", false},
    {TABLE_TUNNEL, WAIT_CTL_REPLY, EVENT_CLOSE, "close ZLB,nr=1", false},
    {TABLE_TUNNEL, WAIT_CTL_CONN, EVENT_CLOSE, "close ZLB,nr=1", false},
    {TABLE_TUNNEL, STATES, EVENT_CLOSE, "close", false},
    {TABLE_TUNNEL, STATES, EVENT_TIE_LOST, "SCCRQ,ns=0,tie=1", false},
    {TABLE_TUNNEL, WAIT_CTL_REPLY, EVENT_ACKED, "ZLB,nr=1", false},
    {TABLE_TUNNEL, ESTABLISHED, EVENT_ACKED, "open SCCRP | ZLB", true},
    {TABLE_TUNNEL, STATES, EVENT_ACKED, "ZLB", false},
    {TABLE_TUNNEL, ESTABLISHED, EVENT_SILENCE, "open SCCRP | idle,ms=47000", true},
    {TABLE_TUNNEL, STATES, EVENT_SILENCE, "idle,ms=47000", false},
    {TABLE_TUNNEL, STOPPED, EVENT_EXPIRY, "idle,ms=31000", false},
    {TABLE_TUNNEL, WAIT_CTL_REPLY, EVENT_EXPIRY, "open ZLB,nr=1 | idle,ms=60000", true},
    {TABLE_TUNNEL, WAIT_CTL_CONN, EVENT_EXPIRY, "SCCRQ ZLB,nr=1 | idle,ms=60000", true},
    {TABLE_TUNNEL, STATES, EVENT_EXPIRY, "idle,ms=60000", false},
    {TABLE_LAC_IN, IDLE, EVENT_OPEN, "open | call", true},
    {TABLE_LNS_OUT, IDLE, EVENT_OPEN, "open | dial", true},
    {TABLES, STATES, EVENT_TUNNEL_OPEN, "SCCRP", false},
    {TABLES, STATES, EVENT_TUNNEL_GONE, "StopCCN", false},
    {TABLES, STATES, EVENT_CLOSE, "hangup", false},
    {TABLES, STATES, EVENT_BEARER_DOWN, "hangup,res=1", false},
    {TABLES, STATES, EVENT_BEARER_UP, "answer", false},
    {TABLE_LAC_IN, WAIT_TUNNEL, EVENT_EXPIRY, "ZLB,nr=1 idle,ms=60000", false},
    {TABLE_LNS_OUT, WAIT_TUNNEL, EVENT_EXPIRY, "ZLB,nr=1 idle,ms=60000", false},
    {TABLES, STATES, EVENT_EXPIRY, "idle,ms=59999 idle,ms=1", false},
};

#define TUNNELS_OWN "SCCRQ|SCCRP|SCCCN|StopCCN|HELLO|unknown"
#define CALLS_OWN "OCRQ|OCRP|OCCN|ICRQ|ICRP|ICCN|CDN|WEN|SLI"
#define A_TUNNEL 1u
#define LAC_I 2u
#define LNS_I 4u
#define LAC_O 8u
#define LNS_O 16u
#define A_CALL 30u

/* Pairs that cannot come about: tables, states, events, why. */
static const struct {
    unsigned tables;
    const char *states, *events, *why;
} never[] = {
    {A_TUNNEL | A_CALL, "dead", "*", "what is dead is gone by the end of the same turn"},
    {A_TUNNEL, "idle", "close|tie lost|acked|silence|expiry", "before its first event there is no tunnel"},
    {A_TUNNEL, "*", "tunnel open|tunnel gone|bearer up|bearer down", "events of calls"},
    {A_TUNNEL, "established", CALLS_OWN, "its calls have tables of their own"},
    {A_TUNNEL, "wait-ctl-conn|established|stopping|stopped", "tie lost", "only an SCCRQ of ours that is unanswered can tie"},
    {A_TUNNEL, "stopping|stopped", "open", "no call is placed in a tunnel that goes"},
    {A_TUNNEL, "stopped", "acked|silence", "what was in flight is forgotten: nothing is there to be acknowledged"},
    {A_TUNNEL, "stopping", "expiry", "the StopCCN's acknowledgement or the peer's silence comes first"},
    {A_CALL, "*", TUNNELS_OWN "|tie lost|acked|silence", "events of the tunnel"},
    {LNS_I | LAC_O, "*", "open", "such a call is begun by the peer"},
    {LAC_I | LNS_O, "wait-tunnel|wait-reply|wait-connect|established", "open", "a call is placed once"},
    {LAC_I | LNS_O, "idle|wait-reply|wait-connect|established", "tunnel open", "it is told once, to one that waits"},
    {LNS_I | LAC_O, "*", "tunnel open", "its tunnel is up before it is born"},
    {A_CALL, "idle", "close|bearer up|bearer down|tunnel gone|expiry", "before its first event there is no call"},
    {LNS_I | LNS_O, "*", "bearer up|bearer down", "a LNS has no bearer"},
    {LAC_I | LNS_O, "wait-tunnel", CALLS_OWN, "nobody has been told its id; the tunnel's own table judges (5.0)"},
    {LAC_I | LNS_O, "idle", "ICRQ|OCRQ", "begins a call of another table"},
    {LNS_I, "idle", "OCRQ", "begins a call of another table"},
    {LAC_O, "idle", "ICRQ", "begins a call of another table"},
    {A_CALL, "established", "expiry", "no time runs but those of its data and of WEN"},
};

/* What the RFC's table leaves open; first, in brackets, where we differ from it (test/clauses says
 * why): these name no clause, as they would fail if it were kept. */
static const struct {
    unsigned tables;
    struct rfc_row row;
} own[] = {
    {A_TUNNEL, {"(differs) A-07: a stranger is not answered", "idle", "SCCRP", "drop", "idle"}},
    {LNS_I, {"(differs) A-20: no call, so nobody's role: as F-LI-02", "idle", "ICRP", "clean up", "idle"}},
    {LAC_O, {"(differs) A-20: no call, so nobody's role: as F-NO-02", "idle", "OCRP", "clean up", "idle"}},

    {A_TUNNEL, {"A-07", "idle", "HELLO|unknown|" CALLS_OWN, "drop", "idle"}},
    {A_TUNNEL, {"a message out of its place", "wait-ctl-reply", "SCCRQ", "send StopCCN", "idle"}},
    {A_TUNNEL, {"S5.0-01 a call's", "wait-ctl-reply|wait-ctl-conn", CALLS_OWN, "send StopCCN", "idle"}},
    {A_TUNNEL, {"A-24", "wait-ctl-reply|wait-ctl-conn|established", "HELLO+", "none", "same"}},
    {A_TUNNEL, {"S4.1-05", "wait-ctl-reply|wait-ctl-conn|established", "HELLO-", "send StopCCN", "idle"}},
    {A_TUNNEL, {"S4.4.1-03", "wait-ctl-reply|wait-ctl-conn|established", "unknown-", "send StopCCN", "idle"}},
    {A_TUNNEL, {"S4.4.1-04", "wait-ctl-reply|wait-ctl-conn|established", "unknown+", "none", "same"}},
    {A_TUNNEL, {"a call waits", "wait-ctl-reply|wait-ctl-conn", "open", "none", "same"}},
    {A_TUNNEL, {"A-11", "wait-ctl-reply|wait-ctl-conn", "close|expiry", "send StopCCN", "idle"}},
    {A_TUNNEL, {"S5.5-01", "established", "expiry", "send HELLO", "same"}},
    {A_TUNNEL, {"", "wait-ctl-reply|wait-ctl-conn|established", "acked", "none", "same"}},
    {A_TUNNEL, {"S5.8-15", "wait-ctl-reply|wait-ctl-conn|established", "silence", "clean up", "gone"}},
    {A_TUNNEL, {"S7.6-01", "stopping", "silence", "drop", "gone"}},
    {A_TUNNEL, {"S7.6-01", "stopping", "acked", "drop", "gone"}},
    {A_TUNNEL, {"S5.7-02", "stopping", "StopCCN", "drop", "stopped"}},
    {A_TUNNEL, {"S7.1-01", "stopping", "SCCRQ|SCCRP|SCCCN|HELLO|unknown|close|" CALLS_OWN, "drop", "same"}},
    {A_TUNNEL, {"S5.7-02", "stopped", TUNNELS_OWN "|close|" CALLS_OWN, "drop", "same"}},
    {A_TUNNEL, {"S5.7-03", "stopped", "expiry", "drop", "gone"}},

    {A_CALL, {"S6.4-01 the tunnel's StopCCN says it", "*", "tunnel gone", "clean up", "idle"}},
    {LAC_I | LNS_O, {"A-11 nobody knows of it", "wait-tunnel", "expiry|bearer up|bearer down", "clean up", "idle"}},
    {A_CALL, {"A-11", "wait-reply|wait-connect|wait-cs-answer", "expiry", "send CDN", "idle"}},
    {A_CALL, {"A-20", "idle", CALLS_OWN, "drop", "idle"}},
    {A_CALL, {"A-24", "wait-reply|wait-connect|wait-cs-answer|established", "WEN+|SLI+", "none", "same"}},
    {LAC_I | LAC_O, {"answered once", "established", "bearer up", "none", "same"}},
    {LAC_I, {"an answer that nobody waits for", "wait-reply", "bearer up", "send CDN", "idle"}},
    {LAC_O, {"given up before the answer", "wait-cs-answer", "close", "send CDN", "idle"}},
    {A_CALL, {"S4.1-04 or of another kind of call", "wait-reply|wait-connect|wait-cs-answer|established", CALLS_OWN, "send CDN", "idle"}},
};
/* clang-format on */

static bool fits(const char *list, const char *word)
{
    return strcmp(list, "*") == 0 || listed(list, word);
}

/* "SCCRQ+", and into base "SCCRQ"; of a local event its name, twice. */
static void name_event(unsigned event, char word[32], char base[32])
{
    if (event >= EVENT_OPEN)
        event_name((enum event)event, base, 32);
    else
        snprintf(base, 32, "%s", event < 2 ? "unknown" : msg_type_name(event / 2));
    snprintf(word, 32, "%s%s", base, event >= EVENT_OPEN ? "" : event % 2 ? "-" : "+");
}

/* The reason's place, or N(never). */
static size_t why_never(unsigned table, unsigned state, unsigned event)
{
    char word[32], base[32];

    name_event(event, word, base);
    for (size_t i = 0; i < N(never); i++)
        if ((never[i].tables >> table & 1) &&
            fits(never[i].states, state_name((enum state)state)) &&
            (fits(never[i].events, base) || fits(never[i].events, word)))
            return i;
    return N(never);
}

static const struct rfc_row *expected_row(unsigned table, unsigned state, unsigned event)
{
    const char *name = state_name((enum state)state);
    const struct rfc_row *left_open = NULL;
    char word[32], base[32];

    name_event(event, word, base);
    for (size_t i = 0; i < N(own); i++)
        if ((own[i].tables >> table & 1) && fits(own[i].row.states, name) &&
            (listed(own[i].row.events, base) || listed(own[i].row.events, word))) {
            left_open = &own[i].row;
            break;
        }
    if (left_open != NULL && left_open->id[0] == '(')
        return left_open; /* where we differ */
    for (size_t i = 0; i < pages[table].n; i++)
        if (listed(pages[table].rows[i].states, name) && names_event(&pages[table].rows[i], event))
            return &pages[table].rows[i];
    return left_open;
}

/* The script that delivers an event to an object in a state. */
static void script_of(unsigned table, unsigned state, unsigned event, char *script, size_t size)
{
    const char *way = "", *in = "";
    char word[32], base[32];

    for (size_t i = 0; i < N(ways); i++)
        if (ways[i].table == table && ways[i].state == state)
            way = ways[i].script;
    for (size_t i = 0; event >= EVENT_OPEN && i < N(deeds); i++) {
        if (deeds[i].event != event || (deeds[i].state != STATES && deeds[i].state != state) ||
            (deeds[i].table != table && (deeds[i].table != TABLES || table == TABLE_TUNNEL)))
            continue;
        snprintf(script, size, "%s%s%s", deeds[i].whole ? "" : way, deeds[i].whole ? "" : " | ",
                 deeds[i].script);
        return;
    }
    name_event(event, word, base);
    if (state == STOPPING)
        in = ",in,nr=2"; /* the StopCCN is not acknowledged by it */
    else if (state != IDLE)
        in = ",in";
    else if (table == TABLE_TUNNEL && event / 2 != SCCRQ)
        in = ",tid=77";
    else if (event / 2 != SCCRQ && event / 2 != ICRQ && event / 2 != OCRQ)
        in = ",sid=7";
    snprintf(script, size, "%s | %s%s%s", way, event < 2 ? "HELLO,type=99" : base, in,
             event == 0       ? ",soft"
             : event % 2 == 0 ? ""
             : event < 2      ? ""
                              : ",alien=1");
}

/* The words of a trace that are this one, times before them put aside. */
static unsigned count_word(const char *word)
{
    unsigned n = 0;

    for (const char *at = rig.trace; *at != '\0'; at += strspn(at, " ")) {
        at += strspn(at, "0123456789:");
        n += strncmp(at, word, strlen(word)) == 0 && strchr(" :", at[strlen(word)]) != NULL;
        at += strcspn(at, " ");
    }
    return n;
}

/* Messages of the tunnel, or of its calls, in the trace, but for one type. */
static unsigned count_messages(unsigned table, const char *but)
{
    unsigned n = 0;

    for (unsigned t = 1; t < MSG_TYPES; t++)
        if (msg_type_known(t) && (table == TABLE_TUNNEL || msg_type_of_session((uint16_t)t)) &&
            strcmp(msg_type_name(t), but) != 0)
            n += count_word(msg_type_name(t));
    return n;
}

/* The codes that an end must have. */
static const char *codes_of(unsigned table, unsigned event)
{
    bool lac = table == TABLE_LAC_IN || table == TABLE_LAC_OUT;

    /* a CDN is carried out whatever else is in it: it cannot be bad */
    if (event < EVENT_OPEN && event % 2 == 1 && event / 2 != CDN)
        return "2/8";
    if (event == EVENT_BEARER_DOWN)
        return "1";
    if (event == EVENT_CLOSE)
        return table == TABLE_TUNNEL ? "6" : "3";
    if (event == EVENT_EXPIRY)
        return table == TABLE_TUNNEL ? "1" : lac ? "10" : "3";
    return table == TABLE_TUNNEL ? "7" : "2/6";
}

/* Is what came out what the row's action says, and nothing beside it? */
static bool acted(const struct rfc_row *row, unsigned table, unsigned state, unsigned event)
{
    const char *down = table == TABLE_TUNNEL ? "down" : "call-down", *action = row->action;
    unsigned downs = count_word(down), ups = count_word(table == TABLE_TUNNEL ? "up" : "call-up");
    char sent[16] = "", with[32];

    if (strncmp(action, "send ", 5) == 0)
        snprintf(sent, sizeof sent, "%.*s", (int)strcspn(action + 5, ","), action + 5);
    if (strcmp(action, "tunnel-open") == 0 && state == ESTABLISHED)
        return count_word("ICRQ") == 1 && count_messages(table, "ICRQ") == 0;
    if (event == EVENT_TIE_LOST) /* the winner's is answered, by another tunnel */
        snprintf(sent, sizeof sent, "SCCRP");
    /* until silence is found out, what is unanswered is sent again */
    if (event != EVENT_SILENCE && count_messages(table, sent) != 0)
        return false;
    if (strcmp(sent, "StopCCN") == 0 || strcmp(sent, "CDN") == 0) {
        snprintf(with, sizeof with, "%s:%s", sent, codes_of(table, event));
        return count_word(with) == 1 && count_word(sent) == 1 &&
               (downs == 1 || (table == TABLE_TUNNEL && state == IDLE)) && ups == 0;
    }
    if (sent[0] != '\0' && count_word(sent) != 1)
        return false;
    if (strcmp(sent, "OCRP") == 0 && count_word("dial") != 1)
        return false;
    if (strcmp(action, "clean up") == 0)
        return downs == (state != IDLE) && ups == 0 && count_word("CDN") == 0 &&
               (state == STOPPING || count_word("StopCCN") == 0 || table != TABLE_TUNNEL);
    return downs == 0 && ups == (strstr(action, "tunnel-open") != NULL ||
                                 strcmp(action, "prepare for data") == 0 ||
                                 strcmp(sent, "ICCN") == 0 || strcmp(sent, "OCCN") == 0);
}

static bool went(const struct rfc_row *row, unsigned table, unsigned state)
{
    const char *now = table == TABLE_TUNNEL ? rig_tunnel_state(&rig) : rig_call_state(&rig);

    if (strcmp(row->next, "idle") == 0)
        return listed("gone|stopping|stopped", now);
    if (strcmp(row->next, "same") == 0)
        return strcmp(now, state_name((enum state)state)) == 0;
    return strcmp(now, row->next) == 0;
}

static void drive(unsigned table, unsigned state, unsigned event)
{
    const struct rfc_row *row = expected_row(table, state, event);
    char script[160], word[32], base[32];

    script_of(table, state, event, script, sizeof script);
    name_event(event, word, base);
    snprintf(watch.step, sizeof watch.step, ": %s, %s:", state_name((enum state)state), base);
    watch.seen = false;
    rig_again(&rig);
    rig_run(&rig, script);
    if (event >= EVENT_OPEN)
        ok(watch.seen, "%s, %s + %s has come to the table", table_name((enum table)table),
           state_name((enum state)state), base);
    if (!ok(row != NULL && acted(row, table, state, event) && went(row, table, state),
            "%s%s%s, %s + %s: %s, %s", row != NULL ? row->id : "", row != NULL ? ": " : "",
            table_name((enum table)table), state_name((enum state)state), word,
            row != NULL ? row->action : "?", row != NULL ? row->next : "?"))
        printf("#   script %s\n#      got %s [tunnel %s, call %s]\n", script, rig.trace,
               rig_tunnel_state(&rig), rig_call_state(&rig));
}

int main(void)
{
    unsigned counts[N(never)] = {0}, driven = 0, all = 0;

    rig_init(&rig);
    log_set_sink(sink);
    log_set_topics(1u << TOPIC_STATE);
    for (unsigned table = 0; table < TABLES; table++)
        for (unsigned state = 0; state < STATES; state++)
            for (unsigned event = 0; event < EVENTS; event++) {
                size_t why;

                if (!in_state(table, state) || !can_be(event))
                    continue;
                all++;
                why = why_never(table, state, event);
                if (why < N(never)) {
                    counts[why]++;
                    continue;
                }
                driven++;
                drive(table, state, event);
            }
    for (size_t i = 0; i < N(never); i++)
        ok(counts[i] > 0, "cannot come about, %u pairs: %s + %s: %s", counts[i], never[i].states,
           never[i].events, never[i].why);
    is_int(all, 1040, "so many pairs are there");
    is_int(driven, 449, "so many of them are driven");
    rig_free(&rig);
    return tap_done();
}
