/* "attach"; see control_line.h. */
#include "control_line.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "proto/objects.h"
#include "proto/profile.h"

_Static_assert(NUMBER == LINE_ID_MOST + 1, "an id of a line is as long as a number, at most");

typedef bool take_fn(struct line_wish *w, size_t at, char *value);

static bool take_text(struct line_wish *w, size_t at, char *value)
{
    *(const char **)((char *)w + at) = value;
    return value[0] != '\0' && strlen(value) < NUMBER;
}

/* %XX stands for an octet, as a blank would end the setting; false: that does not, or for a NUL. */
static bool unescape(char *text)
{
    char *to = text;

    for (const char *at = text; *at != '\0'; at++) {
        unsigned octet = 0;

        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        if (!isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]) ||
            sscanf(at + 1, "%2x", &octet) != 1 || octet == 0)
            return false;
        *to++ = (char)octet;
        at += 2;
    }
    *to = '\0';
    return true;
}

static bool take_id(struct line_wish *w, size_t at, char *value)
{
    return unescape(value) && strlen(value) >= LINE_ID_LEAST && take_text(w, at, value);
}

static bool read_u32(const char *value, uint32_t *to)
{
    char *end;
    unsigned long long n = value[0] >= '0' && value[0] <= '9' ? strtoull(value, &end, 10) : 0;

    if (value[0] < '0' || value[0] > '9' || *end != '\0' || n > UINT32_MAX)
        return false;
    *to = (uint32_t)n;
    return true;
}

static bool take_number(struct line_wish *w, size_t at, char *value)
{
    return read_u32(value, (uint32_t *)((char *)w + at));
}

static bool take_channel(struct line_wish *w, size_t at, char *value)
{
    w->has_channel = take_number(w, at, value);
    return w->has_channel;
}

static bool take_bearer(struct line_wish *w, size_t at, char *value)
{
    (void)at;
    w->bearer = strcmp(value, "analog") == 0    ? BEARER_ANALOG
                : strcmp(value, "digital") == 0 ? BEARER_DIGITAL
                                                : 0;
    return w->bearer != 0;
}

static bool take_switch(struct line_wish *w, size_t at, char *value)
{
    bool is_on = strcmp(value, "yes") == 0;

    *(bool *)((char *)w + at) = is_on;
    return is_on || strcmp(value, "no") == 0;
}

static const struct {
    const char *key;
    take_fn *take;
    size_t at;
} keys[] = {
    {"called", take_text, offsetof(struct line_wish, called)},
    {"calling", take_text, offsetof(struct line_wish, calling)},
    {"sub-address", take_text, offsetof(struct line_wish, sub_address)},
    {"circuit-id", take_id, offsetof(struct line_wish, circuit_id)},
    {"remote-id", take_id, offsetof(struct line_wish, remote_id)},
    {"bearer", take_bearer, 0},
    {"tx", take_number, offsetof(struct line_wish, tx_bps)},
    {"rx", take_number, offsetof(struct line_wish, rx_bps)},
    {"channel", take_channel, offsetof(struct line_wish, channel)},
    {"modem", take_switch, offsetof(struct line_wish, modem)},
    {"sync", take_switch, offsetof(struct line_wish, sync)},
};

static bool take(struct line_wish *w, char *setting)
{
    char *value = strchr(setting, '=');

    if (value == NULL)
        return false;
    *value++ = '\0';
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(setting, keys[i].key) == 0)
            return keys[i].take(w, keys[i].at, value);
    return false;
}

void control_attach(void *ctx, struct fifo_reply *reply, char *rest)
{
    const char *lac = fifo_word(&rest);
    struct line_wish wish = {.device = fifo_word(&rest)};
    char *setting;

    while ((setting = fifo_word(&rest)) != NULL)
        if (!take(&wish, setting)) {
            fifo_answer(reply, 1, "Cannot take the setting '%s'", setting);
            return;
        }
    if (wish.device[0] != '/' || strlen(wish.device) > 60)
        fifo_answer(reply, 1, "DEVICE must be the whole path of a terminal");
    else
        line_attach(ctx, reply, lac, &wish);
}
