/* rig_talk: dialogues in octets with the rig's engine: what a peer of a certain make sends, digit
 * by digit, and what comes back, digit by digit.
 *
 * A scene is a table of lines.  Each line is one of
 *
 *   '<'  a datagram of the peer's          '>'  the engine's next datagram
 *   '!'  a verb: what the host does, or time passes    '='  the engine's next event
 *   '#'  the log has one line with this in it          '~'  the log has none
 *
 * Digits are 0-9 and a-f; blanks mean nothing.  Capitals stand for digits that the engine chooses:
 * the first '>' with a capital says what it is, later lines must have the same, and in '<' it is
 * put in: T and U are the engine's tunnel ids, S and V its session ids, X its challenge, R and Q
 * what answers that as SCCRP or SCCCN with RIG_SECRET.  Before each '<' and '!', and at the end,
 * all that came out must have been asked for. */
#ifndef TEST_RIG_TALK_H
#define TEST_RIG_TALK_H

#include <stdlib.h>

#include "base/log.h"
#include "rig.h"
#include "tap.h"
#include "wire/hide.h"
#include "wire/quirks.h"

#define TALK_LINES 48
#define TALK_OUT 64

struct talk_line {
    char kind;
    const char *what;
};

struct talk_scene {
    const char *name;
    const char *setup; /* words: see talk_setup() */
    struct talk_line lines[TALK_LINES];
};

/* What we say to whom, the rig's profile given: the answers that nearly every dialogue has.  The
 * arguments are strings of digits. */
#define OUR_SCCRP(peer) "c802 005c " peer " 0000 0000 0001 8008 0000 0000 0002 " OUR_FACE
#define OUR_SCCRQ "c802 005c 0000 0000 0000 0000 8008 0000 0000 0001 " OUR_FACE
#define OUR_FACE                                                                                   \
    "8008 0000 0002 0100 800a 0000 0003 00000003 800a 0000 0004 00000003 "                         \
    "8011 0000 0007 7269672e6578616d706c65 000b 0000 0008 6c32747064 "                             \
    "8008 0000 0009 TTTT 8008 0000 000a 0004"
#define OUR_SCCCN(peer) "c802 0014 " peer " 0000 0001 0001 8008 0000 0000 0003"
#define OUR_ZLB(peer, ns, nr) "c802 000c " peer " 0000 " ns " " nr
#define OUR_HELLO(peer, ns, nr) "c802 0014 " peer " 0000 " ns " " nr " 8008 0000 0000 0006"
#define OUR_ICRP(peer, session, ns, nr)                                                            \
    "c802 001c " peer " " session " " ns " " nr " 8008 0000 0000 000b 8008 0000 000e SSSS"

struct talk {
    struct rig *r;
    struct addr from;
    char out[TALK_OUT][2 * RIG_DATAGRAM]; /* '>' or '=', then what */
    unsigned n_out, next;
    char digit[26][80]; /* what each capital stands for, of its run's length */
    char log[16384];
    char wrong[2 * RIG_DATAGRAM + 256];
};

static struct talk talk;

static void talk_sink(enum log_level level, const char *line)
{
    size_t used = strlen(talk.log);

    (void)level;
    snprintf(talk.log + used, sizeof talk.log - used, "%s\n", line);
}

__attribute__((format(printf, 1, 2))) static void talk_wrong(const char *fmt, ...)
{
    va_list ap;

    if (talk.wrong[0] != '\0')
        return;
    va_start(ap, fmt);
    vsnprintf(talk.wrong, sizeof talk.wrong, fmt, ap);
    va_end(ap);
}

/* What comes out. */

static void talk_put(char kind, const char *word, struct span octets)
{
    char *to = talk.out[talk.n_out < TALK_OUT ? talk.n_out++ : TALK_OUT - 1];
    size_t n = (size_t)sprintf(to, "%c%s", kind, word);

    for (size_t i = 0; i < octets.n; i++)
        n += (size_t)sprintf(to + n, "%02x", octets.p[i]);
}

static void talk_take_events(void)
{
    static const char *const words[] = {
        [L2TP_TUNNEL_UP] = "up",
        [L2TP_TUNNEL_DOWN] = "down",
        [L2TP_TUNNEL_SILENT] = "silent",
        [L2TP_CALL_DIAL] = "dial",
        [L2TP_CALL_UP] = "call-up",
        [L2TP_CALL_DOWN] = "call-down",
        [L2TP_LINE_INFO] = "line-info",
        [L2TP_LINE_ERRORS] = "line-errors",
        [L2TP_LINE_SPEED] = "line-speed",
        [L2TP_CARRY] = "carry ",
    };
    struct rig *r = talk.r;
    struct l2tp_event ev;
    char word[64];

    while (l2tp_next(r->e, r->now, &ev)) {
        const struct verdict *why;

        if (ev.kind == L2TP_CALL_COMING)
            continue; /* see test_engine_calls.c */
        if (ev.kind == L2TP_SEND) {
            talk_put('>', "", ev.datagram);
            if (!addr_same(&ev.to, &talk.from) ||
                (addr_is_set(&ev.from) && !addr_same(&ev.from, &r->here)))
                talk_wrong("not between the right addresses: %s", talk.out[talk.n_out - 1]);
            continue;
        }
        why = ev.call != NULL ? &ev.call->why : &ev.tunnel->why; /* a refusal has neither */
        snprintf(word, sizeof word, "%s", words[ev.kind]);
        if (ev.kind == L2TP_TUNNEL_DOWN || ev.kind == L2TP_CALL_DOWN)
            snprintf(word, sizeof word, "%s %u/%u", words[ev.kind], (unsigned)why->result,
                     (unsigned)why->error);
        talk_put('=', word, ev.kind == L2TP_CARRY ? ev.frame.octets : span_of(NULL, 0));
        if (ev.kind == L2TP_TUNNEL_UP)
            r->opened = ev.tunnel->id;
        if (ev.kind == L2TP_CALL_UP || ev.kind == L2TP_CALL_DIAL)
            r->called = ev.call->id;
    }
    l2tp_reap(r->e, r->now);
    l2tp_check(r->e);
}

/* Digits. */

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Copies digits without blanks, capitals with what they stand for. */
static void talk_expand(const char *what, char *to)
{
    unsigned at[26] = {0};

    for (; *what != '\0'; what++) {
        const char *of = is_capital(*what) ? talk.digit[*what - 'A'] : NULL;

        if (*what == ' ')
            continue;
        if (of == NULL) {
            *to++ = *what;
        } else if (of[0] == '\0') {
            talk_wrong("nothing is known of %c", *what);
            break;
        } else {
            *to++ = of[at[*what - 'A']++ % strlen(of)];
        }
    }
    *to = '\0';
}

/* What the engine's challenge, now known, is to be answered with. */
static void talk_respond(void)
{
    uint8_t challenge[40], response[MD5_SIZE];
    size_t n = unhex(talk.digit['X' - 'A'], challenge);

    for (int type = SCCRP; n > 0 && type <= SCCCN; type++) {
        char *to = talk.digit[(type == SCCRP ? 'R' : 'Q') - 'A'];

        hide_challenge_response((uint8_t)type, span_str(RIG_SECRET), span_of(challenge, n),
                                response);
        for (size_t i = 0; i < MD5_SIZE; i++)
            sprintf(to + 2 * i, "%02x", response[i]);
    }
}

/* Is what came out what was expected?  Learns what new capitals stand for. */
static bool talk_same(const char *got, const char *what)
{
    bool knew[26];

    for (unsigned i = 0; i < 26; i++)
        knew[i] = talk.digit[i][0] != '\0';
    for (unsigned at[26] = {0}; *what != '\0'; what++) {
        unsigned i = (unsigned)(*what - 'A');

        if (*what == ' ')
            continue;
        got += strspn(got, " ");
        if (*got == '\0')
            return false;
        if (is_capital(*what) && !knew[i] && at[i] < sizeof talk.digit[i] - 1) {
            talk.digit[i][at[i]++] = *got;
            talk.digit[i][at[i]] = '\0';
        } else if (*got !=
                   (is_capital(*what) ? talk.digit[i][at[i]++ % strlen(talk.digit[i])] : *what)) {
            return false;
        }
        got++;
    }
    talk_respond();
    return *got == '\0';
}

/* What goes in. */

static void talk_give(const char *what)
{
    static char digits[2 * RIG_DATAGRAM];
    uint8_t *exact, room[RIG_DATAGRAM];
    struct l2tp_frame frame = {0};
    struct rig *r = talk.r;
    size_t n;

    talk_expand(what, digits);
    n = unhex(digits, room);
    exact = malloc(n + 1); /* so that a sanitizer sees the end */
    memcpy(exact, room, n);
    r->got = l2tp_input(r->e, r->now, &talk.from, &r->here, span_of(exact, n), &frame);
    if (r->got == L2TP_FRAME)
        talk_put('=', "frame ", frame.octets);
    free(exact);
    talk_take_events();
}

static void talk_frame(const char *what)
{
    uint8_t room[PACKET_DATA_HEADER + 256];
    size_t n = unhex(what, room + PACKET_DATA_HEADER);
    size_t header = l2tp_data_header(talk.r->e, talk.r->now, talk.r->called, room + PACKET_DATA_HEADER, n);

    talk_put('>', "", span_of(room + PACKET_DATA_HEADER - header, header + n));
}

static void talk_idle(uint64_t ms)
{
    uint64_t until = talk.r->now + ms, due;

    while ((due = l2tp_deadline(talk.r->e)) != 0 && due <= until) {
        talk.r->now = due > talk.r->now ? due : talk.r->now;
        l2tp_tick(talk.r->e, talk.r->now);
        talk_take_events();
    }
    talk.r->now = until;
}

static void talk_call(bool outgoing)
{
    struct l2tp_call_spec spec = {.outgoing = outgoing,
                                  .bearer = outgoing ? 1 : 0,
                                  .framing = 1,
                                  .minimum_bps = 10000,
                                  .maximum_bps = 10000000,
                                  .called = outgoing ? "5551234" : NULL};

    talk.r->called = l2tp_call(talk.r->e, talk.r->now, talk.r->opened, &spec, &talk.r->host);
}

static void talk_open(void)
{
    struct addr unset = {0};
    struct rig *r = talk.r;

    r->opened = l2tp_open(r->e, r->now, &unset, &talk.from, &r->profile, &r->host);
}

/* A verb, and a number where it takes one. */
static void talk_do(const char *what)
{
    static const uint32_t errors[6] = {1, 2, 3, 4, 5, 6};
    struct rig *r = talk.r;
    const char *space = strchr(what, ' ');
    unsigned long n = space != NULL ? strtoul(space, NULL, 0) : 0;
    char verb[16];

    snprintf(verb, sizeof verb, "%.*s", (int)strcspn(what, " "), what);
    if (strcmp(verb, "open") == 0)
        talk_open();
    else if (strcmp(verb, "call") == 0)
        talk_call(false);
    else if (strcmp(verb, "dial") == 0)
        talk_call(true);
    else if (strcmp(verb, "answer") == 0)
        l2tp_bearer_up(r->e, r->now, r->called);
    else if (strcmp(verb, "hangup") == 0)
        l2tp_hang_up(r->e, r->now, r->called, (unsigned)n, 0, "");
    else if (strcmp(verb, "close") == 0)
        l2tp_close(r->e, r->now, r->opened, (unsigned)n, 0, "");
    else if (strcmp(verb, "accm") == 0)
        l2tp_line_info(r->e, r->now, r->called, 0, 0);
    else if (strcmp(verb, "errors") == 0)
        l2tp_line_errors(r->e, r->now, r->called, errors);
    else if (strcmp(verb, "frame") == 0)
        talk_frame(space + 1);
    else if (strcmp(verb, "idle") == 0)
        talk_idle(n);
    else if (strcmp(verb, "port") == 0)
        talk.from.port = (uint16_t)n;
    else if (strcmp(verb, "secret") == 0)
        snprintf(r->profile.secret, sizeof r->profile.secret, "%s", RIG_SECRET);
    else if (strcmp(verb, "full") == 0)
        r->admit = NO_ROOM;
    else if (strcmp(verb, "tunnels") == 0 && l2tp_counts(r->e).tunnels != n)
        talk_wrong("%u tunnels", l2tp_counts(r->e).tunnels);
    else if (strcmp(verb, "tunnels") != 0)
        talk_wrong("no such verb: %s", what);
    talk_take_events();
}

static unsigned talk_times(const char *what)
{
    unsigned n = 0;

    for (const char *at = talk.log; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

/* Words between blanks: "on=NAME" and "off=NAME" force and forbid a quirk; the others are settings
 * of the profile. */
static void talk_setup(struct rig *r, const char *setup)
{
    struct l2tp_profile *p = &r->profile;
    char word[64];

    for (; sscanf(setup, " %63s", word) == 1; setup = strstr(setup, word) + strlen(word)) {
        if (strncmp(word, "on=", 3) == 0)
            p->quirks_on |= quirk_by_name(word + 3, strlen(word + 3));
        else if (strncmp(word, "off=", 4) == 0)
            p->quirks_off |= quirk_by_name(word + 4, strlen(word + 4));
        else if (strcmp(word, "secret") == 0)
            snprintf(p->secret, sizeof p->secret, "%s", RIG_SECRET);
        else if (strcmp(word, "challenge") == 0)
            p->challenge = true;
        else if (strcmp(word, "hide") == 0)
            p->hide = HIDE_ALWAYS;
        else if (strcmp(word, "othersecret") == 0)
            snprintf(p->secret, sizeof p->secret, "another");
        else if (strcmp(word, "nodial") == 0)
            p->accept_outgoing = false;
        else if (strcmp(word, "firmware") == 0)
            p->firmware = 0x0100;
        else if (strcmp(word, "cap8") == 0)
            p->cap_ms = 8000;
        else if (strcmp(word, "proven") == 0)
            p->hide = HIDE_PROVEN;
        else if (strcmp(word, "novendor") == 0)
            p->vendor_name[0] = '\0';
        else if (strcmp(word, "rx") == 0)
            p->rx_bps = 50000000;
        else if (strcmp(word, "priority") == 0)
            p->priority_bit = true;
        else if (strcmp(word, "sequence") == 0)
            p->sequence = true;
        else if (strcmp(word, "require") == 0)
            p->require_sequencing = true;
        else if (strcmp(word, "tie") == 0)
            p->tie_breaker = true;
        else
            talk_wrong("no such setting: %s", word);
    }
}

static void talk_line(const struct talk_line *l)
{
    if (l->kind == '#' && talk_times(l->what) != 1)
        talk_wrong("in the log %u times: %s", talk_times(l->what), l->what);
    if (l->kind == '~' && talk_times(l->what) != 0)
        talk_wrong("in the log: %s", l->what);
    if (strchr("<!", l->kind) != NULL && talk.next < talk.n_out)
        talk_wrong("nobody asked for %s", talk.out[talk.next]);
    if (l->kind == '<')
        talk_give(l->what);
    if (l->kind == '!')
        talk_do(l->what);
    if (strchr(">=", l->kind) == NULL)
        return;
    if (talk.next == talk.n_out)
        talk_wrong("nothing came out");
    else if (talk.out[talk.next][0] != l->kind || !talk_same(talk.out[talk.next] + 1, l->what))
        talk_wrong("out came %s", talk.out[talk.next]);
    talk.next++;
}

static void talk_play(const struct talk_scene *s)
{
    static struct rig rig;
    size_t i = 0;

    rig_init(&rig);
    memset(&talk, 0, sizeof talk);
    talk.r = &rig;
    talk.from = rig.peer;
    talk_setup(&rig, s->setup);
    rig_again(&rig);
    log_set_sink(talk_sink);
    while (i < TALK_LINES && s->lines[i].kind != '\0' && talk.wrong[0] == '\0')
        talk_line(&s->lines[i++]);
    if (talk.next < talk.n_out)
        talk_wrong("at the end nobody asked for %s", talk.out[talk.next]);
    log_set_sink(NULL);
    if (!ok(talk.wrong[0] == '\0', "%s", s->name))
        printf("# line %zu: %c %s\n# %s\n", i, i > 0 ? s->lines[i - 1].kind : ' ',
               i > 0 ? s->lines[i - 1].what : "", talk.wrong);
    rig_free(&rig);
}

#define TALK(scenes)                                                                               \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < sizeof(scenes) / sizeof *(scenes); i_++)                          \
            talk_play(&(scenes)[i_]);                                                              \
    } while (0)

#endif
