/* What is known of a call's line; see status_line.h. */
#include "status_line.h"

#include <stdio.h>

#include "wire/avp.h"

/* The line, if this is said of it; else NULL. */
static const struct call_line *line_with(const struct status_at *at, unsigned avp)
{
    const struct call_line *line = at->call->line;

    return line != NULL && (line->has >> avp & 1) != 0 ? line : NULL;
}

static bool put_text(struct status_value *v, const char *text)
{
    snprintf(v->text, sizeof v->text, "%s", text != NULL ? text : "");
    return v->text[0] != '\0';
}

static bool put_rate(const struct status_at *at, struct status_value *v, enum line_rate which)
{
    const struct call_line *line = line_with(at, AVP_LINE_RATES + (unsigned)which);

    v->number = line != NULL ? line->rates[which] : 0;
    return line != NULL;
}

static bool put_delay(const struct status_at *at, struct status_value *v, enum line_delay which)
{
    const struct call_line *line = line_with(at, AVP_LINE_DELAYS + (unsigned)which);

    v->number = line != NULL ? line->delays[which] : 0;
    return line != NULL;
}

#define RATE_GETTER(name, which)                                                                   \
    bool status_line_##name(const struct status_at *at, struct status_value *v)                    \
    {                                                                                              \
        return put_rate(at, v, which);                                                             \
    }
#define DELAY_GETTER(name, which)                                                                  \
    bool status_line_##name(const struct status_at *at, struct status_value *v)                    \
    {                                                                                              \
        return put_delay(at, v, which);                                                            \
    }
STATUS_LINE_RATES(RATE_GETTER)
STATUS_LINE_DELAYS(DELAY_GETTER)

bool status_line_circuit_id(const struct status_at *at, struct status_value *v)
{
    return at->call->line != NULL && put_text(v, at->call->line->circuit_id);
}

bool status_line_remote_id(const struct status_at *at, struct status_value *v)
{
    return at->call->line != NULL && put_text(v, at->call->line->remote_id);
}

bool status_line_tx_bps(const struct status_at *at, struct status_value *v)
{
    v->number = at->call->tx_bps;
    return v->number != 0;
}

bool status_line_rx_bps(const struct status_at *at, struct status_value *v)
{
    v->number = at->call->rx_bps;
    return v->number != 0;
}

bool status_line_type(const struct status_at *at, struct status_value *v)
{
    const struct call_line *line = line_with(at, AVP_ACCESS_LINE_TYPE);

    if (line != NULL)
        avp_line_type_text(line->type, v->text, sizeof v->text);
    return line != NULL;
}

bool status_line_encapsulation(const struct status_at *at, struct status_value *v)
{
    const struct call_line *line = line_with(at, AVP_ACCESS_LOOP_ENCAPSULATION);

    if (line != NULL)
        snprintf(v->text, sizeof v->text, "%u/%u/%u", (unsigned)line->encapsulation[0],
                 (unsigned)line->encapsulation[1], (unsigned)line->encapsulation[2]);
    return line != NULL;
}

bool status_line_interworking(const struct status_at *at, struct status_value *v)
{
    const struct call_line *line = line_with(at, AVP_IWF_SESSION);

    v->number = line != NULL && line->iwf != 0;
    return line != NULL;
}
