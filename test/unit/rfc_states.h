/* rfc_states: a second reading of the RFC's five state tables (RFC 2661, section 7), written out in
 * its words and its order.  test_states.c holds our rows to it, test_drive.c what the engine does.
 */
#ifndef TEST_RFC_STATES_H
#define TEST_RFC_STATES_H

#include <stdio.h>
#include <string.h>

#include "proto/states.h"
#include "wire/avp.h"

/* One row of the RFC.  Events: a message's name is "received, acceptable or not"; with '+' or '-'
 * behind it only the one or the other.  "idle" as the new state means that it is over: whatever
 * keeps the object a while longer for 5.7 and 5.8 (stopping, stopped) is the same to the RFC. */
struct rfc_row {
    const char *id, *states, *events, *action, *next;
};

/* clang-format off */
static const struct rfc_row control[] = {
    {"F-CC-01", "idle", "open", "send SCCRQ", "wait-ctl-reply"},
    {"F-CC-02", "idle", "SCCRQ+", "send SCCRP", "wait-ctl-conn"},
    {"F-CC-03", "idle", "SCCRQ-", "send StopCCN", "idle"},
    {"F-CC-04", "idle", "SCCRP", "send StopCCN", "idle"},
    {"F-CC-05", "idle", "SCCCN", "clean up", "idle"},
    {"F-CC-06", "wait-ctl-reply", "SCCRP+", "send SCCCN, tunnel-open", "established"},
    {"F-CC-07", "wait-ctl-reply", "SCCRP-", "send StopCCN", "idle"},
    {"F-CC-08", "wait-ctl-reply", "tie lost", "clean up", "idle"},
    {"F-CC-09", "wait-ctl-reply", "SCCCN", "send StopCCN", "idle"},
    {"F-CC-10", "wait-ctl-conn", "SCCCN+", "tunnel-open", "established"},
    {"F-CC-11", "wait-ctl-conn", "SCCCN-", "send StopCCN", "idle"},
    {"F-CC-12", "wait-ctl-conn", "SCCRP|SCCRQ", "send StopCCN", "idle"},
    {"F-CC-13", "established", "open", "tunnel-open", "established"},
    {"F-CC-14", "established", "close", "send StopCCN", "idle"},
    {"F-CC-15", "established", "SCCRQ|SCCRP|SCCCN", "send StopCCN", "idle"},
    {"F-CC-16", "idle|wait-ctl-reply|wait-ctl-conn|established", "StopCCN", "clean up", "idle"},
};

static const struct rfc_row lac_in[] = {
    {"F-LI-01", "idle", "open", "none", "wait-tunnel"},
    {"F-LI-02", "idle", "ICCN|ICRP|CDN", "clean up", "idle"},
    {"F-LI-03", "wait-tunnel", "bearer down|close", "clean up", "idle"},
    {"F-LI-04", "wait-tunnel", "tunnel open", "send ICRQ", "wait-reply"},
    {"F-LI-05", "wait-reply", "ICRP+", "send ICCN", "established"},
    {"F-LI-06", "wait-reply", "ICRP-", "send CDN", "idle"},
    {"F-LI-07", "wait-reply", "ICRQ", "send CDN", "idle"},
    {"F-LI-08", "wait-reply", "CDN|ICCN", "clean up", "idle"},
    {"F-LI-09", "wait-reply", "close|bearer down", "send CDN", "idle"},
    {"F-LI-10", "established", "CDN", "clean up", "idle"},
    {"F-LI-11", "established", "ICRQ|ICRP|ICCN", "send CDN", "idle"},
    {"F-LI-12", "established", "bearer down|close", "send CDN", "idle"},
};

static const struct rfc_row lns_in[] = {
    {"F-NI-01", "idle", "ICRQ+", "send ICRP", "wait-connect"},
    {"F-NI-02", "idle", "ICRQ-", "send CDN", "idle"},
    {"F-NI-03", "idle", "ICRP", "send CDN", "idle"},
    {"F-NI-04", "idle", "ICCN", "clean up", "idle"},
    {"F-NI-05", "wait-connect", "ICCN+", "prepare for data", "established"},
    {"F-NI-06", "wait-connect", "ICCN-", "send CDN", "idle"},
    {"F-NI-07", "wait-connect", "ICRQ|ICRP", "send CDN", "idle"},
    {"F-NI-08", "idle|wait-connect|established", "CDN", "clean up", "idle"},
    {"F-NI-09", "wait-connect|established", "close", "send CDN", "idle"},
    {"F-NI-10", "established", "ICRQ|ICRP|ICCN", "send CDN", "idle"},
};

static const struct rfc_row lac_out[] = {
    {"F-LO-01", "idle", "OCRQ+", "send OCRP", "wait-cs-answer"},
    {"F-LO-02", "idle", "OCRQ-", "send CDN", "idle"},
    {"F-LO-03", "idle", "OCRP", "send CDN", "idle"},
    {"F-LO-04", "idle", "OCCN|CDN", "clean up", "idle"},
    {"F-LO-05", "wait-cs-answer", "bearer up", "send OCCN", "established"},
    {"F-LO-06", "wait-cs-answer", "bearer down", "send CDN", "idle"},
    {"F-LO-07", "wait-cs-answer", "OCRQ|OCRP|OCCN", "send CDN", "idle"},
    {"F-LO-08", "established", "OCRQ|OCRP|OCCN", "send CDN", "idle"},
    {"F-LO-09", "wait-cs-answer|established", "CDN", "clean up", "idle"},
    {"F-LO-10", "established", "bearer down|close", "send CDN", "idle"},
};

static const struct rfc_row lns_out[] = {
    {"F-NO-01", "idle", "open", "none", "wait-tunnel"},
    {"F-NO-02", "idle", "OCCN|OCRP|CDN", "clean up", "idle"},
    {"F-NO-03", "wait-tunnel", "tunnel open", "send OCRQ", "wait-reply"},
    {"F-NO-04", "wait-reply", "OCRP+", "none", "wait-connect"},
    {"F-NO-05", "wait-reply", "OCRP-", "send CDN", "idle"},
    {"F-NO-06", "wait-reply", "OCCN|OCRQ", "send CDN", "idle"},
    {"F-NO-07", "wait-connect", "OCCN+", "prepare for data", "established"},
    {"F-NO-08", "wait-connect", "OCRQ|OCRP", "send CDN", "idle"},
    {"F-NO-09", "idle|wait-reply|wait-connect|established", "CDN", "clean up", "idle"},
    {"F-NO-10", "established", "OCRQ|OCRP|OCCN", "send CDN", "idle"},
    {"F-NO-11", "wait-reply|wait-connect|established", "close", "send CDN", "idle"},
    {"F-NO-12", "wait-tunnel", "close", "clean up", "idle"},
};

#define N(a) (sizeof(a) / sizeof *(a))
static const struct {
    const char *section;
    const struct rfc_row *rows;
    size_t n;
    uint32_t states; /* those that an object of this kind can be in */
} pages[TABLES] = {
    [TABLE_TUNNEL] = {"7.2.1", control, N(control), 0x7f},
    [TABLE_LAC_IN] = {"7.4.1", lac_in, N(lac_in),
        1u << IDLE | 1u << WAIT_TUNNEL | 1u << WAIT_REPLY | 1u << ESTABLISHED | 1u << DEAD},
    [TABLE_LNS_IN] = {"7.4.2", lns_in, N(lns_in),
        1u << IDLE | 1u << WAIT_CONNECT | 1u << ESTABLISHED | 1u << DEAD},
    [TABLE_LAC_OUT] = {"7.5.1", lac_out, N(lac_out),
        1u << IDLE | 1u << WAIT_CS_ANSWER | 1u << ESTABLISHED | 1u << DEAD},
    [TABLE_LNS_OUT] = {"7.5.2", lns_out, N(lns_out),
        1u << IDLE | 1u << WAIT_TUNNEL | 1u << WAIT_REPLY | 1u << WAIT_CONNECT | 1u << ESTABLISHED | 1u << DEAD},
};
/* clang-format on */

__attribute__((unused)) static bool in_state(unsigned table, unsigned state)
{
    return pages[table].states >> state & 1;
}

/* Is the event one that can be: of a message that exists, or local? */
__attribute__((unused)) static bool can_be(unsigned event)
{
    return event >= EVENT_OPEN || event < EVENT_OK(1) || msg_type_known(event / 2);
}

/* Is the word one of a list with '|' between? */
static bool listed(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = list; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, word, n) == 0 && (at[n] == '|' || at[n] == '\0'))
            return true;
    }
    return false;
}

static bool names_event(const struct rfc_row *row, unsigned event)
{
    char word[32];

    if (event >= EVENT_OPEN)
        return listed(row->events, event_name((enum event)event, word, sizeof word));
    if (event < EVENT_OK(1))
        return false;
    snprintf(word, sizeof word, "%s%c", msg_type_name(event / 2), event % 2 ? '-' : '+');
    return listed(row->events, word) || listed(row->events, msg_type_name(event / 2));
}

#endif
