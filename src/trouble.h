/* trouble: why a connection failed, said in one sentence under a code that stays.
 *
 * ONE table: code, how bad it is, the exit status that it gives to a daemon in front whose only LAC
 * it ended, the sentence with places for the facts, what to do.  Whoever knows the consequence of a
 * failure tells it here, once; from here it goes to the log, to the last word kept for each [lac]
 * and [lns] (the status shows it), to the events and to the exit status.  Which row a failure is,
 * diagnose.h knows.  What strangers can cause is told of a few times in a while, and then counted.
 *
 * l2tpd.8, TROUBLE, has the same codes; a guard compares. */
#ifndef TROUBLE_H
#define TROUBLE_H

#include "base/log.h"
#include "hub.h"

enum trouble {
    TROUBLE_NONE,
    /* before anything is sent */
    TROUBLE_NAME_LOOKUP,
    TROUBLE_NO_LNS,
    TROUBLE_NO_SOCKET,
    TROUBLE_NO_SOURCE,
    TROUBLE_CANNOT_LISTEN,
    TROUBLE_IPSEC_NOT_ENFORCED,
    /* no tunnel */
    TROUBLE_NO_ANSWER,
    TROUBLE_PORT_CLOSED,
    TROUBLE_UNREACHABLE,
    TROUBLE_NO_ROUTE,
    TROUBLE_NO_IPSEC,
    TROUBLE_TOO_SLOW,
    TROUBLE_REFUSED,
    TROUBLE_NOT_AUTHORISED,
    TROUBLE_NOT_ALLOWED,
    TROUBLE_NOT_TAKEN,
    TROUBLE_VERSION,
    TROUBLE_PEER_BUSY,
    TROUBLE_BAD_MESSAGE,
    /* its authentication */
    TROUBLE_NO_SECRET,
    TROUBLE_PEER_SECRET,
    TROUBLE_PEER_MUTE,
    TROUBLE_PEER_NO_SECRET,
    TROUBLE_SECRET_REFUSED,
    TROUBLE_HIDDEN_NO_SECRET,
    TROUBLE_HIDDEN_SECRET,
    TROUBLE_OLD_SECRETS,
    /* no call */
    TROUBLE_CALL_REFUSED,
    TROUBLE_PEER_NO_ADDRESS,
    TROUBLE_NO_ADDRESS,
    TROUBLE_NO_LOCAL_ADDRESS,
    TROUBLE_ADDRESS_LEASED,
    TROUBLE_ADDRESS_TWICE,
    TROUBLE_SECTION_GONE,
    TROUBLE_UNKNOWN_GROUP,
    TROUBLE_GROUP_FULL,
    TROUBLE_NO_DESCRIPTORS,
    TROUBLE_NO_PTY,
    TROUBLE_NO_MEMORY,
    TROUBLE_NO_KERNEL_PATH,
    /* pppd */
    TROUBLE_PPPD_NOT_RUN,
    TROUBLE_PPPD_FAILED,
    TROUBLE_PPPD_OPTIONS,
    TROUBLE_PPPD_PLUGIN,
    TROUBLE_PPPD_NOT_ROOT,
    TROUBLE_NO_KERNEL_PPP,
    TROUBLE_PPPD_DEVICE,
    TROUBLE_PPPD_KILLED,
    TROUBLE_PPPD_STUCK,
    /* PPP */
    TROUBLE_NO_PPP_ANSWER,
    TROUBLE_PPP_NEGOTIATION,
    TROUBLE_PASSWORD_REFUSED,
    TROUBLE_NO_PASSWORD,
    TROUBLE_PEER_PASSWORD,
    TROUBLE_PPP_LOOP,
    TROUBLE_NO_ECHO,
    TROUBLE_PPP_IDLE,
    TROUBLE_PPP_TIME,
    TROUBLE_PPP_ENDED,
    TROUBLE_HUNG_UP,
    /* a tunnel that was up */
    TROUBLE_CLOSED,
    TROUBLE_PEER_LEAVES,
    TROUBLE_NO_ACK,
    TROUBLE_TRAFFIC_STOPPED,
    TROUBLE_PEER_SILENT,
    TROUBLE_PEER_GONE,
    TROUBLE_ROUTE_LOOP,
    TROUBLES
};

struct trouble_row {
    const char *code; /* lower case, '-' between words; never changed nor used anew */
    enum log_level level;
    int exit_status;
    const char *sentence; /* with {names} of facts */
    const char *advice;   /* the same; NULL: there is nothing to be done */
};

/* The row; that of TROUBLE_NONE has an empty code. */
const struct trouble_row *trouble_row(enum trouble what);

/* What a sentence may name. */
enum fact {
    FACT_PEER,    /* address and port */
    FACT_LOCAL,   /* ours, likewise */
    FACT_PORT,    /* the peer's */
    FACT_HOST,    /* as it is written in the configuration */
    FACT_US,      /* our Host Name */
    FACT_THEM,    /* the peer's, or the name that stands for it */
    FACT_SECRET,  /* file and line of the secret in use */
    FACT_FILE,    /* the one that matters */
    FACT_MESSAGE, /* a control message's name */
    FACT_COUNT,
    FACT_SECS,
    FACT_CAUSE, /* the peer's codes, in numbers and words, and its text */
    FACT_TEXT,  /* in the words of somebody else: the system's, pppd's, a judge's */
    FACT_USER,
    FACT_VIA, /* an interface, or the one who says so */
    FACTS
};
const char *fact_name(enum fact fact);

/* Facts gathered for one telling. */
struct facts {
    const char *value[FACTS]; /* NULL: not known */
    char room[2048];
    size_t used;
};

/* Puts one fact in, cut to what room is left.  Texts of peers must have passed log_safe(). */
void facts_put(struct facts *f, enum fact fact, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A template with its {names} replaced by facts; what is not known becomes "?".  Cut to fit. */
const char *trouble_fill(const char *template_, const struct facts *f, char *dst, size_t size);

/* Whom it concerns. */
struct trouble_place {
    bool lac;              /* a [lac] section, else a [lns] section */
    const char *name;      /* of the section; NULL: of neither, of the daemon itself */
    uint16_t tunnel, call; /* our ids; 0: none */
    bool stranger;         /* anybody could have caused it: sparing words */
    bool aside;            /* the section's own connection has not failed by it */
};

/* Tells it: log, events, last word.  Of a LAC's tunnel only the first is told: what follows from it
 * is no news.  What is aside says nothing of why the LAC's connection fails: it is told whatever was
 * before, keeps nothing after it from being told, gives no exit status, and is the last word only
 * where nothing has failed. */
void trouble_tell(struct hub *h, enum trouble what, const struct trouble_place *place,
                  const struct facts *f);

/* The last word about a section, or NULL. */
struct trouble_note {
    bool lac;
    char *name;
    enum trouble what;
    bool over;       /* it has been up since */
    uint64_t at;     /* ms of the loop's clock */
    uint16_t tunnel; /* it was about this one */
    char text[400];  /* the sentence */
    struct trouble_note *next;
};
const struct trouble_note *trouble_last(const struct hub *h, bool lac, const char *name);

/* Sections have left the configuration: they have no last word any more, nor has another that comes by
 * such a name. */
void trouble_forget_gone(struct hub *h);

/* How often since the start, told or not. */
uint64_t trouble_count(const struct hub *h, enum trouble what);

/* A LAC's call is up: what was before is history. */
void trouble_over(struct hub *h, const char *lac);

/* A LAC will not be dialled again.  If it is the only thing that a daemon in front is for, the
 * daemon ends, with that trouble's exit status (0 if there was none). */
void trouble_gave_up(struct hub *h, const char *lac);

/* Is that what this daemon is for: in front, no [lns], exactly one [lac], and this with autodial?
 * Looked at once, at start; but a reload may give it another name. */
void trouble_watch_only_lac(struct hub *h, bool in_front);

/* A datagram that could not be sent (icmp false), or that came back (via: who says so; may be
 * unset).  Kept for the diagnosis of what follows. */
void trouble_bounced(struct hub *h, const struct addr *to, int reason, bool icmp,
                     const struct addr *via);

struct bounce {
    struct addr to, via;
    int reason; /* errno; 0: none */
    bool icmp;
    uint64_t at; /* ms */
};
/* The last one of a peer since then, or NULL. */
const struct bounce *trouble_bounce(const struct hub *h, const struct addr *to, uint64_t since);

struct trouble_book *trouble_book_new(void); /* NULL without memory */
void trouble_book_free(struct trouble_book *b);

#endif
