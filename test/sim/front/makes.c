/* Callers as they are, and some as they should not be: what each asks for and does, and what it has
 * to come to on a good line; see front_sim.h. */
#include <string.h>

#include "front_sim.h"

#define ASKS(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define COMES(fault) (1u << (fault))
#define KNOWN COMES(FRONT_FINE)
#define MRU_BIT 0x02u
#define ACCM_BIT 0x04u
#define MAGIC_BIT 0x20u
#define FLAG_BITS 0x180u /* PFC, ACFC */
#define NOTHING ASKS("")
#define PPPD ASKS("\2\6\0\0\0\0\5\6\xaa\xbb\xcc\xdd\7\2\10\2")

/* clang-format off */
const struct make makes[] = {
    {.name = "a stock pppd", .asks = PPPD, .ways = "cmp", .comes_to = KNOWN},
    {.name = "pppd with PAP alone", .asks = PPPD, .ways = "p", .comes_to = KNOWN},
    {.name = "pppd with CHAP alone", .asks = PPPD, .ways = "c", .comes_to = KNOWN},
    {.name = "Windows, with callback and a bundle",
     .asks = ASKS("\1\4\5\x78\5\6\x1a\x2b\x3c\x4d\7\2\10\2\15\3\6\21\4\6\x4e\23\11\3\0\1\2\3\4\5"),
     .ways = "mcp", .does = BABBLES, .comes_to = KNOWN},
    {.name = "a Mikrotik that finds fault with ours",
     .asks = ASKS("\1\4\5\xb4\5\6\x12\x34\x56\x78"), .ways = "mcp", .naks = true,
     .comes_to = KNOWN},
    {.name = "a terminal server that knows no options", .asks = NOTHING, .ways = "p",
     .rejects = MRU_BIT | ACCM_BIT | MAGIC_BIT | FLAG_BITS, .comes_to = KNOWN},
    {.name = "one that rejects, and naks then", .asks = ASKS("\1\4\5\xdc\2\6\0\12\0\0"),
     .ways = "pc", .rejects = FLAG_BITS, .naks = true, .comes_to = KNOWN},
    {.name = "one whose options are all wrong",
     .asks = ASKS("\1\4\0\12\2\4\0\0\5\6\0\0\0\0\7\3\1\10\3\1"), .ways = "cpm", .comes_to = KNOWN},
    {.name = "one that asks twice for the same", .asks = ASKS("\1\4\5\xd4\1\4\5\xd5\143\2"),
     .ways = "cpm", .comes_to = KNOWN},
    {.name = "one that insists on a bundle", .asks = ASKS("\21\4\6\x4e"), .ways = "cpm",
     .does = INSISTS, .comes_to = COMES(FRONT_DIVERGES)},
    {.name = "one that insists on a high MRU", .asks = ASKS("\1\4\x23\x29"), .ways = "cpm",
     .does = INSISTS, .comes_to = COMES(FRONT_DIVERGES)},
    {.name = "one that never likes ours", .asks = PPPD, .ways = "cpm", .does = GRUMBLES,
     .comes_to = COMES(FRONT_DIVERGES)},
    {.name = "one that says nothing", .ways = "", .does = SILENT, .comes_to = COMES(FRONT_SILENT)},
    {.name = "one that is no PPP", .ways = "", .does = GARBAGE, .comes_to = COMES(FRONT_GARBAGE)},
    {.name = "a line that is looped back", .ways = "", .does = LOOP,
     .comes_to = COMES(FRONT_LOOPED)},
    {.name = "one that hangs up", .asks = PPPD, .ways = "cpm", .does = HANGS_UP,
     .comes_to = COMES(FRONT_HUNG_UP) | COMES(FRONT_TIMED_OUT)},
    {.name = "one that answers twice", .asks = PPPD, .ways = "cpm", .naks = true, .does = TWICE,
     .comes_to = KNOWN},
    {.name = "one whose clock is another, far away", .asks = PPPD, .ways = "cpm", .does = SLOW,
     .comes_to = KNOWN | COMES(FRONT_TIMED_OUT) | COMES(FRONT_SILENT) | COMES(FRONT_DIVERGES)},
    {.name = "one that waits to be asked", .asks = PPPD, .ways = "cpm", .does = PASSIVE,
     .comes_to = KNOWN},
    {.name = "one that declines to say who it is", .asks = PPPD, .ways = "", .does = DECLINES,
     .comes_to = COMES(FRONT_NO_AUTH), .for_its_name = true},
    {.name = "one that wants EAP", .asks = PPPD, .ways = "c", .does = WANTS_EAP,
     .comes_to = COMES(FRONT_NO_AUTH), .for_its_name = true},
    {.name = "one that promises too much", .asks = PPPD, .ways = "cpm", .does = PROTOCOL,
     .comes_to = COMES(FRONT_NO_AUTH), .for_its_name = true},
    {.name = "one without a name", .asks = PPPD, .ways = "cmp", .does = NAMELESS,
     .comes_to = COMES(FRONT_NO_NAME), .for_its_name = true},
    {.name = "one with a wrong password", .asks = PPPD, .ways = "pcm", .does = WRONG,
     .comes_to = KNOWN},
    {.name = "one that begins anew", .asks = PPPD, .ways = "pcm", .does = ANEW, .comes_to = KNOWN},
    {.name = "one that acknowledges something else", .asks = PPPD, .ways = "pcm", .does = MISREADS,
     .comes_to = KNOWN},
    {.name = "one behind another's farewell", .asks = PPPD, .ways = "cpm", .does = FAREWELL,
     .comes_to = KNOWN},
    {.name = "one that knows no Configure-Request", .ways = "", .does = NO_CODES,
     .comes_to = COMES(FRONT_DIVERGES)},
    {.name = "one that answers old challenges", .asks = PPPD, .ways = "c", .does = OLD_ANSWER,
     .comes_to = KNOWN},
    {.name = "one whose first Requests are none", .asks = PPPD, .ways = "cpm", .does = MALFORMED,
     .comes_to = KNOWN},
    {.name = "a terminal that becomes a pppd", .asks = PPPD, .ways = "pcm", .does = TEXT,
     .comes_to = KNOWN},
    {.name = "one that asks whether we live", .asks = PPPD, .ways = "cpm",
     .does = ECHOES | BABBLES | TWICE, .comes_to = KNOWN},
};
/* clang-format on */
const unsigned n_makes = sizeof makes / sizeof makes[0];
_Static_assert(sizeof makes / sizeof makes[0] == MAKES, "outcomes are counted by make");

static bool has_way_of(const struct make *m, const struct front_config *c)
{
    static const char letters[FRONT_AUTHS] = {
        [FRONT_PAP] = 'p', [FRONT_CHAP] = 'c', [FRONT_MSCHAP2] = 'm'};

    for (unsigned i = 0; i < c->n_offer; i++)
        if (strchr(m->ways, letters[c->offer[i]]) != NULL)
            return true;
    return false;
}

/* In clear weather a caller comes to just what it must; where the line loses a little, who can be
 * known still is.  What the owner does, and worse lines, leave it open. */
unsigned make_outcomes(const struct life *l)
{
    const struct make *m = l->player.make;
    unsigned comes_to = m->comes_to;

    if (l->weather > MILD || l->end_at != UINT64_MAX || l->hangup_at != UINT64_MAX || l->lazy > 0)
        return 0;
    if (l->c.n_offer == 0 && m->for_its_name)
        comes_to = KNOWN;
    else if (l->c.n_offer > 0 && (comes_to & KNOWN) && !has_way_of(m, &l->c))
        comes_to = COMES(FRONT_NO_AUTH) | (comes_to & ~KNOWN);
    return l->weather == MILD && comes_to != KNOWN ? 0 : comes_to;
}
