/* proto/states: the five tables of RFC 2661, section 7, against a second reading of the RFC's own
 * pages, written out below in its words and its order; printed in its four columns; and every pair
 * of a state and an event walked through. */
#include "proto/states.h"

#include "rfc_states.h"
#include "tap.h"
#include "wire/avp.h"

/* clang-format off */
/* What the RFC calls an action, and which of ours do it. */
static const struct {
    const char *rfc;
    enum action ours[3];
} actions[] = {
    {"none", {ACT_NONE}},
    {"send SCCRQ", {ACT_SEND_SCCRQ}},
    {"send SCCRP", {ACT_SEND_SCCRP}},
    {"send SCCCN, tunnel-open", {ACT_SEND_SCCCN}},
    {"tunnel-open", {ACT_TUNNEL_UP}},
    {"send StopCCN", {ACT_SEND_STOPCCN, ACT_REFUSE}},
    {"clean up", {ACT_CLEAN_UP, ACT_LINGER}},
    {"send ICRQ", {ACT_SEND_ICRQ}},
    {"send ICRP", {ACT_SEND_ICRP}},
    {"send ICCN", {ACT_SEND_ICCN}},
    {"send OCRQ", {ACT_SEND_OCRQ}},
    {"send OCRP", {ACT_SEND_OCRP}},
    {"send OCCN", {ACT_SEND_OCCN}},
    {"send CDN", {ACT_SEND_CDN}},
    {"prepare for data", {ACT_CALL_UP}},
};

/* clang-format on */

static bool same_action(const char *rfc, enum action ours)
{
    for (size_t i = 0; i < N(actions); i++)
        if (strcmp(actions[i].rfc, rfc) == 0)
            return ours == actions[i].ours[0] ||
                   (actions[i].ours[1] != ACT_NONE && ours == actions[i].ours[1]);
    return false;
}

static bool same_next(const char *rfc, unsigned from, enum state next)
{
    if (next == STATES)
        next = (enum state)from;
    if (strcmp(rfc, "idle") == 0)
        return next == DEAD || next == STOPPING || next == STOPPED;
    return strcmp(rfc, state_name(next)) == 0;
}

/* Each row of the RFC: all of its pairs, and at least one. */
static void test_rfc(unsigned table)
{
    for (size_t i = 0; i < pages[table].n; i++) {
        const struct rfc_row *row = &pages[table].rows[i];
        unsigned pairs = 0, bad = 0;

        for (unsigned s = 0; s < STATES; s++)
            for (unsigned e = 0; e < EVENTS; e++) {
                const struct transition *t;

                if (!in_state(table, s) || !listed(row->states, state_name((enum state)s)) ||
                    !can_be(e) || !names_event(row, e))
                    continue;
                t = states_find((enum table)table, (enum state)s, (enum event)e);
                pairs++;
                bad += !same_action(row->action, t->action) || !same_next(row->next, s, t->next) ||
                       t->section == NULL || strcmp(t->section, pages[table].section) != 0;
            }
        ok(pairs > 0 && bad == 0, "%s %s: %s + %s: %s, %s (%u pairs, %u differ)", row->id,
           pages[table].section, row->states, row->events, row->action, row->next, pairs, bad);
    }
}

/* And the other way round: what stands in our table as the RFC's is in the RFC. */
static void test_nothing_added(unsigned table)
{
    unsigned pairs = 0, added = 0;

    for (unsigned s = 0; s < STATES; s++)
        for (unsigned e = 0; e < EVENTS; e++) {
            const struct transition *t;
            bool there = false;

            if (!in_state(table, s) || !can_be(e))
                continue;
            t = states_find((enum table)table, (enum state)s, (enum event)e);
            if (t->section == NULL)
                continue;
            for (size_t i = 0; i < pages[table].n; i++)
                there = there || (listed(pages[table].rows[i].states, state_name((enum state)s)) &&
                                  names_event(&pages[table].rows[i], e));
            pairs++;
            added += !there;
        }
    ok(pairs > 0 && added == 0, "%s: nothing passes for the RFC's that is not (%u pairs)",
       table_name((enum table)table), pairs);
}

/* Every row is some pair's first; the RFC's rows name only states that the object can be in. */
static void test_reached(unsigned table)
{
    size_t n;
    const struct transition *rows = states_rows((enum table)table, &n);

    for (size_t i = 0; i < n; i++) {
        unsigned pairs = 0;
        /* the rows that all calls share may name states that some of them lack */
        uint32_t strange = rows[i].section != NULL ? rows[i].states & ~pages[table].states : 0;

        for (unsigned s = 0; s < STATES; s++)
            for (unsigned e = 0; e < EVENTS; e++)
                pairs += in_state(table, s) && can_be(e) &&
                         states_find((enum table)table, (enum state)s, (enum event)e) == &rows[i];
        ok(pairs > 0 && strange == 0, "%s: row %zu is reached (%u pairs)",
           table_name((enum table)table), i + 1, pairs);
    }
}

/* Prints how each pair is decided, and holds the holes to the rule that they end the object: in the
 * tunnel's table by a StopCCN, in a call's by a CDN where the peer knows of it. */
static void test_holes(unsigned table)
{
    size_t n;
    const struct transition *rows = states_rows((enum table)table, &n);
    unsigned rfc = 0, ours = 0, last = 0;
    char name[32];

    for (unsigned s = 0; s < STATES; s++) {
        if (!in_state(table, s))
            continue;
        printf("# %s, %s falls through:", table_name((enum table)table), state_name((enum state)s));
        for (unsigned e = 0; e < EVENTS; e++) {
            const struct transition *t = states_find((enum table)table, (enum state)s, (enum event)e);

            if (!can_be(e))
                continue;
            rfc += t->section != NULL;
            last += t == &rows[n - 1];
            ours += t->section == NULL && t != &rows[n - 1];
            if (t == &rows[n - 1])
                printf(" %s,", event_name((enum event)e, name, sizeof name));
        }
        printf("\n");
    }
    printf("# %s: %u pairs from the RFC's rows, %u from rows of our own, %u fall through\n",
           table_name((enum table)table), rfc, ours, last);
    ok(rows[n - 1].states == 0xffffffffu && rows[n - 1].events == ~UINT64_C(0) &&
           rows[n - 1].action == (table == TABLE_TUNNEL ? ACT_SEND_STOPCCN : ACT_SEND_CDN),
       "%s: the last row takes what is left and ends it", table_name((enum table)table));
}

/* What must hold beyond the RFC's rows. */
static void test_own_rows(void)
{
    static const struct {
        const char *name;
        enum table table;
        enum state state;
        unsigned event;
        enum action action;
        enum state next;
    } rows[] = {
        {"A-24 HELLO when up", TABLE_TUNNEL, ESTABLISHED, EVENT_OK(HELLO), ACT_NONE, STATES},
        {"A-24 HELLO when coming up", TABLE_TUNNEL, WAIT_CTL_CONN, EVENT_OK(HELLO), ACT_NONE, STATES},
        {"S4.1-05 bad HELLO", TABLE_TUNNEL, ESTABLISHED, EVENT_BAD(HELLO), ACT_SEND_STOPCCN, STOPPING},
        {"S4.4.1-03 unknown mandatory type", TABLE_TUNNEL, ESTABLISHED, EVENT_BAD(ZLB), ACT_SEND_STOPCCN, STOPPING},
        {"A-11 no SCCRP in time", TABLE_TUNNEL, WAIT_CTL_REPLY, EVENT_EXPIRY, ACT_SEND_STOPCCN, STOPPING},
        {"A-11 no SCCCN in time", TABLE_TUNNEL, WAIT_CTL_CONN, EVENT_EXPIRY, ACT_SEND_STOPCCN, STOPPING},
        {"S5.8-15 silence when up", TABLE_TUNNEL, ESTABLISHED, EVENT_SILENCE, ACT_CLEAN_UP, DEAD},
        {"S7.6-01 StopCCN acknowledged", TABLE_TUNNEL, STOPPING, EVENT_ACKED, ACT_CLEAN_UP, DEAD},
        {"S7.6-01 StopCCN not acknowledged", TABLE_TUNNEL, STOPPING, EVENT_SILENCE, ACT_CLEAN_UP, DEAD},
        {"S5.7-02 crossing StopCCNs", TABLE_TUNNEL, STOPPING, EVENT_OK(STOPCCN), ACT_LINGER, STOPPED},
        {"S5.7-02 a second StopCCN", TABLE_TUNNEL, STOPPED, EVENT_OK(STOPCCN), ACT_NONE, STATES},
        {"S5.7-03 the cycle is over", TABLE_TUNNEL, STOPPED, EVENT_EXPIRY, ACT_CLEAN_UP, DEAD},
        {"S5.0-01 ICRQ before the tunnel is up", TABLE_TUNNEL, WAIT_CTL_CONN, EVENT_OK(ICRQ), ACT_SEND_STOPCCN, STOPPING},
        {"S6.14-02 SLI", TABLE_LAC_IN, ESTABLISHED, EVENT_OK(SLI), ACT_NONE, STATES},
        {"S6.13-03 WEN", TABLE_LNS_IN, ESTABLISHED, EVENT_OK(WEN), ACT_NONE, STATES},
        {"A-11 no ICRP in time", TABLE_LAC_IN, WAIT_REPLY, EVENT_EXPIRY, ACT_SEND_CDN, DEAD},
        {"A-11 no ICCN in time", TABLE_LNS_IN, WAIT_CONNECT, EVENT_EXPIRY, ACT_SEND_CDN, DEAD},
        {"S7.5-02 no answer in time", TABLE_LAC_OUT, WAIT_CS_ANSWER, EVENT_EXPIRY, ACT_SEND_CDN, DEAD},
        {"A-11 no tunnel in time", TABLE_LAC_IN, WAIT_TUNNEL, EVENT_EXPIRY, ACT_CLEAN_UP, DEAD},
        {"S6.4-01 no CDN when the tunnel goes", TABLE_LNS_IN, ESTABLISHED, EVENT_TUNNEL_GONE, ACT_CLEAN_UP, DEAD},
        {"a dead call stays dead", TABLE_LNS_OUT, DEAD, EVENT_OK(OCRP), ACT_NONE, STATES},
    };

    for (size_t i = 0; i < N(rows); i++) {
        const struct transition *t = states_find(rows[i].table, rows[i].state, (enum event)rows[i].event);

        ok(t->action == rows[i].action && t->next == rows[i].next && t->section == NULL, "%s: %s, %s",
           rows[i].name, action_name(t->action), state_name(t->next));
    }
}

static void print_list(char *dst, size_t size, const char *word)
{
    size_t n = strlen(dst);

    snprintf(dst + n, size - n, "%s%s", n > 0 ? ", " : "", word);
}

/* The table in the RFC's columns, for a reader with the RFC beside it. */
static void print_table(unsigned table)
{
    size_t n;
    const struct transition *rows = states_rows((enum table)table, &n);

    printf("#\n# %s (%s)\n# %-42s %-56s %-26s %s\n", table_name((enum table)table),
           pages[table].section, "State", "Event", "Action", "New State");
    for (size_t i = 0; i < n; i++) {
        char states[256] = "", events[4096] = "", name[32];

        for (unsigned s = 0; s < STATES && rows[i].states != 0xffffffffu; s++)
            if (rows[i].states >> s & 1)
                print_list(states, sizeof states, state_name((enum state)s));
        for (unsigned e = 0; e < EVENTS && rows[i].events != ~UINT64_C(0); e++)
            if (can_be(e) && (rows[i].events >> e & 1))
                print_list(events, sizeof events, event_name((enum event)e, name, sizeof name));
        printf("#%s%-42s %-56s %-26s %s\n", rows[i].section != NULL ? " " : "+",
               states[0] != '\0' ? states : "any", events[0] != '\0' ? events : "anything else",
               action_name(rows[i].action), state_name(rows[i].next));
    }
}

int main(void)
{
    for (unsigned table = 0; table < TABLES; table++) {
        print_table(table);
        test_rfc(table);
        test_nothing_added(table);
        test_reached(table);
        test_holes(table);
    }
    test_own_rows();
    return tap_done();
}
