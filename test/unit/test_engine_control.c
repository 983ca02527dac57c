/* proto (l2tp, input, tunnel): the control connection through the engine's face: RFC 2661, 5.1, 5.5,
 * 5.7, 7.1, 7.2.1, 8.1, each row of the table, tunnels without an id, timers. */
#include "rig.h"
#include "tap.h"

static struct rig rig;

static void report(bool good, const struct scene *s, const char *got)
{
    ok(good, "%s", s->name);
    if (!good)
        printf("#   script %s\n# expected %s [tunnel %s]\n#      got %s\n", s->script, s->expected,
               s->tunnel != NULL ? s->tunnel : "?", got);
}

static void play(const struct scene *scenes, size_t n)
{
    rig_scenes(&rig, scenes, n, report);
}
#define PLAY(scenes) play(scenes, sizeof(scenes) / sizeof *(scenes))

#define UP "SCCRQ SCCCN "        /* the peer opens */
#define OUR_UP "open SCCRP ZLB " /* we open */

/* clang-format off */
static const struct scene rows[] = {
    {"F-CC-01 open", "| open", "SCCRQ", "wait-ctl-reply", NULL},
    {"F-CC-02 SCCRQ", "| SCCRQ", "SCCRP", "wait-ctl-conn", NULL},
    {"F-CC-03 bad SCCRQ: version", "| SCCRQ,ver=0x200", "StopCCN:5/256", "gone", NULL},
    {"F-CC-03 bad SCCRQ: no Framing Capabilities", "| SCCRQ,no=3", "StopCCN:2/3", "gone", NULL},
    {"A-07 idle + SCCRP: nothing is answered to a stranger", "| SCCRP,tid=77", "", "gone", NULL},
    {"F-CC-05 idle + SCCCN", "| SCCCN,tid=77", "", "gone", NULL},
    {"F-CC-06 SCCRP", "open | SCCRP", "SCCCN up", "established", NULL},
    {"F-CC-06 waiting calls follow at once", "open call | SCCRP", "SCCCN ICRQ up", "established", "wait-reply"},
    {"F-CC-07, S7.2-02 bad SCCRP: version 2", "open | SCCRP,ver=0x200", "StopCCN:5/256 down", "stopping", NULL},
    {"F-CC-07, S7.2-04 bad SCCRP: version 0", "open | SCCRP,ver=0x0001", "StopCCN:5/256 down", "stopping", NULL},
    {"S4.4.3-01 another revision is no other version", "open | SCCRP,ver=0x0105", "SCCCN up", "established", NULL},
    {"F-CC-07 bad SCCRP: no tunnel id", "open | SCCRP,no=9", "StopCCN:2/3 down", "stopping", NULL},
    {"F-CC-09 wait-ctl-reply + SCCCN", "open | SCCCN", "StopCCN:7 down", "stopping", NULL},
    {"F-CC-10 SCCCN", "SCCRQ | SCCCN", "ZLB up", "established", NULL},
    {"F-CC-12 wait-ctl-conn + SCCRP", "SCCRQ | SCCRP", "StopCCN:7 down", "stopping", NULL},
    {"F-CC-12 wait-ctl-conn + another SCCRQ", "SCCRQ | SCCRQ,in", "StopCCN:7 down", "stopping", NULL},
    {"F-CC-13 a call in an established tunnel", UP "| call", "ICRQ", "established", "wait-reply"},
    {"F-CC-14, S7.2-06 close", UP "| close", "StopCCN:6 down", "stopping", NULL},
    {"F-CC-14 close of our own", OUR_UP "| close,res=1", "StopCCN:1 down", "stopping", NULL},
    {"F-CC-15 established + SCCRQ", UP "| SCCRQ,in", "StopCCN:7 down", "stopping", NULL},
    {"F-CC-15 established + SCCRP", UP "| SCCRP", "StopCCN:7 down", "stopping", NULL},
    {"F-CC-15, S7.1-02 established + SCCCN", UP "| SCCCN", "StopCCN:7 down", "stopping", NULL},
    {"F-CC-15 duplicates are merely acknowledged", UP "| again", "ZLB", "established", NULL},
    {"F-CC-16 idle + StopCCN", "| StopCCN,tid=77", "", "gone", NULL},
    {"F-CC-16 wait-ctl-reply + StopCCN", "open | StopCCN", "ZLB down", "stopped", NULL},
    {"F-CC-16 wait-ctl-conn + StopCCN", "SCCRQ | StopCCN", "ZLB down", "stopped", NULL},
    {"F-CC-16, S6.4-03 established + StopCCN: acknowledged, not answered", UP "| StopCCN", "ZLB down", "stopped", NULL},
};

static const struct scene setups[] = {
    {"A-11 no SCCRP: the request goes out six times, then it is over", "open | idle,ms=60000",
     "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ 15000:SCCRQ 31000:SCCRQ 47000:down", "gone", NULL},
    {"S7.3-02 SCCRQ acknowledged, but no SCCRP", "open ZLB,nr=1 | idle,ms=59999", "", "wait-ctl-reply", NULL},
    {"S7.3-02 is ended by the set-up timer", "open ZLB,nr=1 idle,ms=59999 | idle,ms=1", "1:StopCCN:1 1:down", "stopping", NULL},
    {"A-11 SCCRP acknowledged, but no SCCCN", "SCCRQ ZLB,nr=1 | idle,ms=60000", "60000:StopCCN:1 60000:down", "stopping", NULL},
    {"F-CC-02 a peer that vanishes: six SCCRPs", "SCCRQ | idle,ms=60000",
     "1000:SCCRP 3000:SCCRP 7000:SCCRP 15000:SCCRP 31000:SCCRP 47000:down", "gone", NULL},
    {"close before the SCCRP: SCCRQ was sent and must be seen through", "open | close", "down", "stopping", NULL},
    {"S7.1-01 then the StopCCN goes out", "open close | ZLB,nr=1", "StopCCN:6", "stopping", NULL},
    {"S7.1-01 also behind an SCCRP that is too late", "open close | SCCRP", "StopCCN:6", "stopping", NULL},
};

static const struct scene ends[] = {
    {"S5.7-02 repeats of a StopCCN are acknowledged", UP "StopCCN | again again", "ZLB ZLB", "stopped", NULL},
    {"S5.7-03 for 31 s", UP "StopCCN idle,ms=30999 | again", "ZLB", "stopped", NULL},
    {"S5.7-03 and no longer", UP "StopCCN idle,ms=31000 | again", "", "gone", NULL},
    {"S5.7-02 a stopped tunnel answers nothing else", UP "StopCCN | HELLO ICRQ SCCCN", "ZLB ZLB ZLB", "stopped", NULL},
    {"a stopped tunnel takes no call", UP "StopCCN | call", "no-call", "stopped", NULL},
    {"a stopped tunnel is not closed again", UP "StopCCN | close", "", "stopped", NULL},
    {"S7.2-07 what we had in flight is not sent again after a StopCCN", UP "call StopCCN,nr=1 | idle,ms=20000", "", "stopped", NULL},
    {"S5.8-17, S7.6-01 our StopCCN is repeated until it is acknowledged", UP "close | idle,ms=3000 ZLB,nr=2",
     "1000:StopCCN:6 3000:StopCCN:6", "gone", NULL},
    {"S7.6-01 or given up, quietly", UP "close | idle,ms=100000",
     "1000:StopCCN:6 3000:StopCCN:6 7000:StopCCN:6 15000:StopCCN:6 31000:StopCCN:6", "gone", NULL},
    {"S5.8-17 with the interval backed off to the cap it still has all its tries",
     UP "ICRQ idle,ms=20000 ZLB,nr=2 close | idle,ms=95999",
     "16000:StopCCN:6 32000:StopCCN:6 48000:StopCCN:6 64000:StopCCN:6 80000:StopCCN:6", "stopping", NULL},
    {"S5.8-17 and then it is over", UP "ICRQ idle,ms=20000 ZLB,nr=2 close idle,ms=95999 | idle,ms=1", "", "gone", NULL},
    {"7.1 what was never sent goes, the StopCCN is next", "open SCCRP call call call call close | ZLB,nr=3", "StopCCN:6", "stopping", NULL},
    {"crossing StopCCNs end in stopped", UP "close | StopCCN,nr=1", "ZLB", "stopped", NULL},
    {"S7.1-01 other messages before our StopCCN is acknowledged", UP "close | HELLO,nr=1 ICRQ,nr=1", "ZLB ZLB", "stopping", NULL},
    {"S5.7-01, S6.4-01 one StopCCN for all calls, no CDN", UP "ICRQ ICRQ,asid=2 ICRQ,asid=3 | close",
     "StopCCN:6 call-down call-down call-down down", "stopping", NULL},
    {"S6.4-01 theirs likewise", UP "ICRQ ICCN ICRQ,asid=2 | StopCCN", "ZLB call-down call-down down", "stopped", NULL},
    {"S4.1-05 HELLO with an unknown mandatory AVP ends the tunnel", UP "ICRQ | HELLO,alien=1", "StopCCN:2/8 call-down down", "stopping", NULL},
    {"S4.1-06 without M it is skipped", UP "| HELLO,alien=0", "ZLB", "established", NULL},
    {"A-23 StopCCN with an unknown mandatory AVP is carried out", UP "| StopCCN,alien=1", "ZLB down", "stopped", NULL},
    {"S4.4.1-03 unknown mandatory type", UP "| HELLO,type=99", "StopCCN:2/8 down", "stopping", NULL},
    {"S4.4.1-04 unknown type without M", UP "| HELLO,type=99,soft", "ZLB", "established", NULL},
    {"S3.2-01 reserved type 5", UP "| HELLO,type=5", "StopCCN:2/8 down", "stopping", NULL},
    {"S3.2-01 reserved type 13 without M", UP "| HELLO,type=13,soft", "ZLB", "established", NULL},
    {"A-24 HELLO with a session id is the tunnel's", UP "| HELLO,sid=9", "ZLB", "established", NULL},
};

static const struct scene hellos[] = {
    {"S5.5-01, S5.5-02 HELLO after 60 s of silence", UP "ZLB | idle,ms=60000", "60000:HELLO", "established", NULL},
    {"S5.5-05 it is acknowledged: the next one 60 s after", UP "ZLB idle,ms=60000 ZLB | idle,ms=60000", "60000:HELLO", "established", NULL},
    {"S5.5-01 a control message puts it off", UP "ZLB idle,ms=40000 HELLO | idle,ms=60000", "60000:HELLO", "established", NULL},
    {"S5.5-01 so does data", UP "ICRQ ICCN ZLB idle,ms=40000 data | idle,ms=60000", "60000:HELLO", "established", NULL},
    {"S5.5-04 unanswered: the tunnel ends with its calls", UP "ICRQ ICCN ZLB | idle,ms=110000",
     "60000:HELLO 61000:HELLO 63000:HELLO 67000:HELLO 75000:HELLO 91000:HELLO 107000:call-down 107000:down", "gone", NULL},
    {"S5.5-05 a HELLO is answered by its acknowledgement", UP "| HELLO", "ZLB", "established", NULL},
    {"S6.5-02 a peer that never says HELLO is not declared dead", UP "ZLB idle,ms=60000 ZLB idle,ms=60000 ZLB idle,ms=60000 | ZLB", "", "established", NULL},
    {"no HELLO while something else is unacknowledged", UP "ZLB idle,ms=50000 call | idle,ms=20000",
     "1000:ICRQ 3000:ICRQ 7000:ICRQ 15000:ICRQ", "established", NULL},
};

static const struct scene numbers[] = {
    {"SB-01 Appendix B.1, we answer", "| SCCRQ SCCCN", "SCCRP(0,1) ZLB(1,2) up", "established", NULL},
    {"SB-01 Appendix B.1, we ask", "| open SCCRP", "SCCRQ(0,0) SCCCN(1,1) up", "established", NULL},
    {"SB-02 Appendix B.2, we are the LNS, our ICRP is lost", "SCCRQ SCCCN | ICRQ again,cut=-1 idle,ms=1000 ICCN",
     "ICRP(1,3) ZLB(2,3) 1000:ICRP(1,3) ZLB(2,4) call-up", "established", NULL},
    {"SB-02 we are the LAC", "open SCCRP call | idle,ms=1000 ZLB,nr=3 ICRP", "1000:SCCCN(1,1) ICCN(3,2) call-up", "established", NULL},
    {"S5.8-03 a duplicate ICRQ makes no second session", UP "ICRQ | again again", "ZLB(2,3) ZLB(2,3)", "established", NULL},
    {"A-06 an Nr from the future does not spoil the message", UP "| ICRQ,nr=700", "ICRP(1,3)", "established", NULL},
    {"S5.8-07, S5.8-08 early messages wait for their turn", UP "| ICCN,ns=3,sid=5 ICRQ,ns=2", "ZLB(1,2) ICRP(1,4)", "established", NULL},
    {"S5.8-08 further than our window is too early", UP "| HELLO,ns=6 HELLO,ns=2 HELLO,ns=3 HELLO,ns=4 HELLO,ns=5",
     "ZLB(1,2) ZLB(1,3) ZLB(1,4) ZLB(1,5) ZLB(1,6)", "established", NULL},
    {"S5.8-05 a ZLB's Ns is that of the next message, though some were never sent", UP "call call call call | StopCCN,nr=1", "ZLB(3,3) call-down call-down call-down call-down down", "stopped", NULL},
    {"S5.8-06 a ZLB's Ns is nothing to us", UP "| ZLB,ns=900 HELLO", "ZLB(1,3)", "established", NULL},
};

static const struct scene repeats[] = {
    {"S5.3-06 a repeated SCCRQ gets no second tunnel", "SCCRQ | again again", "ZLB ZLB", "wait-ctl-conn", NULL},
    {"the same SCCRP heals it", "SCCRQ again | idle,ms=1000", "1000:SCCRP", "wait-ctl-conn", NULL},
    {"a repeat when established", UP "| SCCRQ,ns=0,nr=0", "ZLB", "established", NULL},
    {"another port is another peer", "SCCRQ | SCCRQ,ns=0,port=5000", "SCCRP", "wait-ctl-conn", NULL},
    {"A-09 another id: a second tunnel", UP "| SCCRQ,ns=0,nr=0,atid=2", "SCCRP", NULL, NULL},
};

static const struct scene addresses[] = {
    {"S8.1-02 any port may ask, and is answered", "| SCCRQ,port=40000 SCCCN,port=40000", "SCCRP ZLB up", "established", NULL},
    {"S8.1-04, R3193-02 another host's message is dropped", UP "| HELLO,host=9 StopCCN,host=9,ns=2", "", "established", NULL},
    {"S8.1-04, R3193-02 another port's message is dropped", UP "| StopCCN,port=1702", "", "established", NULL},
    {"S8.1-03 the first answer may come from another port", "open | SCCRP,port=5555", "SCCCN up", "established", NULL},
    {"S8.1-04 which then is fixed", "open SCCRP,port=5555 | HELLO,ns=1", "", "established", NULL},
    {"S8.1-04 for good", "open SCCRP,port=5555 | HELLO,port=5555", "ZLB", "established", NULL},
    {"S8.1-03 but not from another host", "open | SCCRP,host=9", "", "wait-ctl-reply", NULL},
    {"S8.1-04 nor from another port once it is up", OUR_UP "| HELLO,port=5555", "", "established", NULL},
};

static const struct scene unaddressed[] = {
    {"S4.4.3-24 StopCCN without our id finds a half-open tunnel", "SCCRQ | StopCCN,tid=0", "ZLB down", "stopped", NULL},
    {"S5.7-02 and its repeats are acknowledged too", "SCCRQ StopCCN,tid=0 | again again", "ZLB ZLB", "stopped", NULL},
    {"with another id it does not", "SCCRQ | StopCCN,tid=0,atid=5", "", "wait-ctl-conn", NULL},
    {"from another port it does not", "SCCRQ | StopCCN,tid=0,port=5", "", "wait-ctl-conn", NULL},
    {"an established tunnel is not ended by one, but its peer is asked", UP "| StopCCN,tid=0", "HELLO", "established", NULL},
    {"anything else without an id is dropped", "SCCRQ | HELLO,tid=0 SCCCN,tid=0,ns=1 ICRQ,tid=0,ns=1 ZLB,tid=0", "", "wait-ctl-conn", NULL},
    {"S3.1-18 the first SCCRQ has Ns 0", "| SCCRQ,ns=1", "", "gone", NULL},
};
/* clang-format on */

/* The header of what we say to a peer whose id we know, and do not know. */
static void test_header_ids(void)
{
    rig_again(&rig);
    rig_run(&rig, "open");
    is_int(rig.packet.tunnel, 0, "S4.4.3-23 SCCRQ has tunnel id 0");
    rig_run(&rig, "SCCRP");
    is_int(rig.packet.tunnel, RIG_TUNNEL, "S4.4.3-22, S3.1-16 after the SCCRP it is the peer's");
    rig_again(&rig);
    rig_run(&rig, "open SCCRP,ver=0x200");
    is_int(rig.packet.tunnel, RIG_TUNNEL, "S4.4.3-22 also in the StopCCN that answers a bad SCCRP");
    is_int(rig.heard.assigned_tunnel_id, rig.opened, "S4.4.3-24 which repeats our own");
    rig_again(&rig);
    rig_run(&rig, "open close SCCRP");
    is_int(rig.packet.tunnel, RIG_TUNNEL, "S4.4.3-22 and in the one behind a late SCCRP");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,ver=0x200");
    is_int(rig.packet.tunnel, RIG_TUNNEL, "S4.4.3-22 and in the refusal of an SCCRQ");
    rig_run(&rig, "SCCRQ,ns=0,no=9");
    is_int(rig.packet.tunnel, 0, "S4.4.3-23 unless it had none");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,ns=0,alien=1,first");
    is_int(rig.packet.tunnel, RIG_TUNNEL, "S4.4.3-22 even if what is wrong stands before the id");
    rig_again(&rig);
    rig_run(&rig, UP "HELLO close");
    ok(rig.packet.tunnel == RIG_TUNNEL && rig.heard.assigned_tunnel_id == rig.tunnel,
       "S4.4.3-24 StopCCN repeats the id that we announced");
}

/* A refusal: one, without a trace, not longer than what it answers, the same each time. */
static void test_refusals(void)
{
    struct l2tp_counts counts;
    uint8_t first[RIG_DATAGRAM];
    size_t n;

    rig_again(&rig);
    rig.welcome = REFUSED;
    is_str(rig_run(&rig, "SCCRQ"), "StopCCN:4", "F-CC-03 an unwelcome peer is told 4");
    n = rig.datagram_n;
    memcpy(first, rig.datagram, n);
    ok(n <= rig.given_n, "the answer (%zu) is not longer than the request (%zu)", n, rig.given_n);
    ok(rig.packet.ns == 0 && rig.packet.nr == 1, "it acknowledges the request");
    rig_run(&rig, "again");
    is_mem(rig.datagram, rig.datagram_n, first, n, "a repeat gets the same answer");
    counts = l2tp_counts(rig.e);
    ok(counts.tunnels == 0 && counts.half_open == 0, "nothing is kept of it");
    is_int((long long)counts.dropped[CAUSE_REFUSED], 2, "and both are counted");
    is_str(rig_run(&rig, "idle,ms=100000"), "", "nor is anything sent later");
    rig.welcome = IGNORED;
    is_str(rig_run(&rig, "SCCRQ,ns=0"), "", "a peer to be ignored is not answered");
    rig.welcome = WELCOME;
    for (size_t cut = 0; cut < rig.given_n; cut++) {
        rig_run(&rig, "SCCRQ,ns=0,ver=0x200");
        n = rig.given_n;
        rig.datagram_n = 0;
        rig.given[2] = 0;
        rig.given[3] = (uint8_t)cut; /* Length agrees */
        rig_input(&rig, &rig.peer, span_of(rig.given, cut));
        if (rig.datagram_n > cut || l2tp_counts(rig.e).tunnels != 0)
            ok(false, "cut to %zu octets: an answer of %zu, %u tunnels", cut, rig.datagram_n,
               l2tp_counts(rig.e).tunnels);
        rig.given_n = n;
    }
    ok(true, "requests cut short get no longer answer either");
}

/* Nothing is allocated for strangers. */
static void test_junk(void)
{
    struct l2tp_counts counts;
    uint8_t octets[200];
    uint32_t state = 1;

    rig_again(&rig);
    rig_run(&rig, "SCCRQ");
    memcpy(octets, rig.given, rig.given_n);
    rig_again(&rig);
    for (size_t cut = 0; cut < rig.given_n; cut++)
        rig_input(&rig, &rig.peer, span_of(octets, cut));
    counts = l2tp_counts(rig.e);
    ok(counts.tunnels == 0 && rig.trace_n == 0, "a valid SCCRQ cut anywhere: dropped (%s)", rig.trace);
    for (int i = 0; i < 20000; i++) {
        size_t n = (state >> 8) % sizeof octets;

        for (size_t k = 0; k < n; k++) {
            state = state * 1664525u + 1013904223u;
            octets[k] = (uint8_t)(state >> 24);
        }
        if (i % 2 == 0 && n > 12)
            memcpy(octets, "\xc8\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 12), octets[3] = (uint8_t)n;
        rig_input(&rig, &rig.peer, span_of(octets, n));
    }
    counts = l2tp_counts(rig.e);
    ok(counts.tunnels == 0 && counts.calls == 0, "20,000 datagrams of noise make no tunnel");
    is_int((long long)l2tp_deadline(rig.e), 0, "and nothing to wait for");
}

static void from_host(char *word, size_t size, unsigned host, unsigned id)
{
    snprintf(word, size, "SCCRQ,ns=0,host=%u,atid=%u", host, id);
}

static void test_half_open(void)
{
    char word[64];

    rig_again(&rig);
    l2tp_limit_half_open(rig.e, 5, 2);
    for (unsigned id = 1; id <= 2; id++) {
        from_host(word, sizeof word, 20, id);
        is_str(rig_run(&rig, word), "SCCRP", "half-open tunnels of one host");
    }
    is_str(rig_run(&rig, "SCCRQ,ns=0,host=20,port=99,atid=3"), "",
           "the third of that host is not answered: it comes in when it tries again");
    from_host(word, sizeof word, 21, 1);
    is_str(rig_run(&rig, word), "SCCRP", "another host");
    from_host(word, sizeof word, 22, 1);
    rig_run(&rig, word);
    from_host(word, sizeof word, 23, 1);
    is_str(rig_run(&rig, word), "SCCRP", "the last in all");
    from_host(word, sizeof word, 24, 1);
    is_str(rig_run(&rig, word), "down SCCRP", "one more: the oldest gives way");
    is_int((long long)l2tp_counts(rig.e).dropped[CAUSE_HALF_OPEN], 1, "what is dropped is counted");
    is_int(l2tp_counts(rig.e).half_open, 5, "so many are half-open");
    rig.nr = 1;
    rig_run(&rig, "SCCCN,host=24,ns=1");
    is_int(l2tp_counts(rig.e).half_open, 4, "an established one no longer counts");
    from_host(word, sizeof word, 25, 1);
    is_str(rig_run(&rig, word), "SCCRP", "and makes room");
    rig_run(&rig, "StopCCN,tid=0,host=25,atid=1,ns=1");
    is_int(l2tp_counts(rig.e).half_open, 5, "closed before it was up, it still counts");
    rig_run(&rig, "idle,ms=48000");
    is_int(l2tp_counts(rig.e).half_open, 0, "the others are given up");
    is_str(rig_run(&rig, "SCCRQ,ns=0,host=20,atid=9"), "SCCRP", "and their host may ask again");
}

/* 9.1: not 0, not in sequence, not again while it rests. */
static void test_ids(void)
{
    static uint16_t ids[400];
    struct addr unset = {0}, to = addr_ip4(0xc0000300u, 1701);
    unsigned zero = 0, near = 0, again = 0, same = 0;

    rig_again(&rig);
    for (unsigned i = 0; i < 400; i++) {
        to.port = (uint16_t)(1000 + i);
        ids[i] = l2tp_open(rig.e, rig.now, &unset, &to, &rig.profile, &rig.host);
        zero += ids[i] == 0;
        near += i > 0 && (uint16_t)(ids[i] - ids[i - 1] + 8) < 16;
    }
    ok(zero == 0, "S5.3-04 no id is 0");
    ok(near < 5, "S9.1-03 they are not in sequence (%u of 400 near the last)", near);
    rig_run(&rig, "tick idle,ms=48000"); /* all die of silence */
    is_int(l2tp_counts(rig.e).tunnels, 0, "all are gone");
    for (unsigned i = 0; i < 3000; i++) {
        uint16_t id = l2tp_open(rig.e, rig.now, &unset, &to, &rig.profile, &rig.host);

        for (unsigned k = 0; k < 400; k++)
            again += ids[k] == id;
    }
    ok(again == 0, "an id rests before it is given again");
    rig.seed = 1; /* two engines alike, but for what is random */
    rig_again(&rig);
    rig.seed = 77;
    for (unsigned i = 0; i < 400; i++) {
        to.port = (uint16_t)(1000 + i);
        same += ids[i] == l2tp_open(rig.e, rig.now, &unset, &to, &rig.profile, &rig.host);
    }
    ok(same < 5, "S9.1-03 another run has others");
}

/* A peer that has lost its memory and uses the same id once more. */
static void test_ghost(void)
{
    uint16_t old;

    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN ICRQ ICCN");
    old = rig.tunnel;
    rig.ns = 0;
    rig.nr = 0;
    rig_run(&rig, "idle,ms=20000");
    is_str(rig_run(&rig, "SCCRQ"), "SCCRP", "A-09 a peer that begins anew is answered");
    ok(rig.tunnel != old && l2tp_tunnel(rig.e, old) != NULL, "with a tunnel of its own");
    is_str(rig_run(&rig, "SCCCN"), "call-down down ZLB up",
           "when that is up the old one with the same id ends without a word");
    ok(l2tp_tunnel(rig.e, old) == NULL, "and is gone");
    is_str(rig_run(&rig, "idle,ms=59000"), "", "nothing of it is sent again");
    is_int(l2tp_counts(rig.e).tunnels, 1, "one is left");
    rig_run(&rig, "SCCRQ,ns=0,nr=0,atid=5 SCCCN,ns=1,nr=1");
    is_int(l2tp_counts(rig.e).tunnels, 2, "A-09, S5.0-03 with another id it lives beside it");
}

/* 4.4.3: crossing SCCRQs.  The peer's tie breaker: none, or this far from ours. */
static void test_ties(void)
{
    static const struct {
        const char *name;
        bool ours, theirs;
        int distance;
        const char *expected;
        unsigned tunnels;
    } ties[] = {
        {"S4.4.3-16 neither has one: two tunnels", false, false, 0, "SCCRP", 2},
        {"S4.4.3-16 only we have one: ours wins, theirs is not answered", true, false, 0, "", 1},
        {"S4.4.3-16 only they have one: theirs wins", false, true, 0, "SCCRP down", 1},
        {"S4.4.3-14 ours is lower", true, true, 1, "", 1},
        {"F-CC-08, S4.4.3-14 theirs is lower: no StopCCN of ours, theirs is answered", true, true, -1, "SCCRP down", 1},
        {"S4.4.3-15 equal: both go", true, true, 0, "down", 0},
    };

    for (size_t i = 0; i < sizeof ties / sizeof *ties; i++) {
        char word[64];
        const char *got;

        rig_again(&rig);
        rig.profile.tie_breaker = ties[i].ours;
        rig_run(&rig, "open");
        snprintf(word, sizeof word, "SCCRQ,ns=0%s%u", ties[i].theirs ? ",beside=" : ",serial=",
                 ties[i].distance + 10);
        got = rig_run(&rig, word);
        is_str(got, ties[i].expected, ties[i].name);
        snprintf(word, sizeof word, "%.40s: tunnels left", ties[i].name);
        is_int(l2tp_counts(rig.e).tunnels, ties[i].tunnels, word);
    }
    rig.profile.tie_breaker = false;
    rig_again(&rig);
    rig_run(&rig, "open SCCRQ,tie=1,port=5000");
    is_int(l2tp_counts(rig.e).tunnels, 2, "S4.4.3-13 another port is no crossing");
    rig_again(&rig);
    is_str(rig_run(&rig, "open call call SCCRQ,tie=1 SCCCN"),
           "SCCRQ SCCRP down ICRQ ICRQ up", "A-08 our waiting calls go on in the winner's tunnel");
    is_str(rig_run(&rig, "ICRP"), "ICCN call-up", "and come up there");
    ok(l2tp_tunnel(rig.e, rig.tunnel)->host_data == &rig.host, "so does the host's pointer");
    rig_again(&rig);
    rig_run(&rig, "open call");
    l2tp_hang_up(rig.e, rig.now, rig.called, 3, 0, "");
    is_str(rig_run(&rig, "SCCRQ,tie=1"), "call-down down SCCRP",
           "a call hung up in the same turn is not lost");
    ok(l2tp_call_by_id(rig.e, rig.called) == NULL, "nor kept");
    rig_again(&rig);
    rig_run(&rig, "open open close SCCRQ,tie=1");
    is_int(l2tp_counts(rig.e).tunnels, 2, "S4.4.3-13 a closing attempt does not hide another");
}

/* A tick too early changes nothing; ticks at the deadline always move it on (rig.c asks). */
static void test_time(void)
{
    static const char *const states[] = {"open",        "SCCRQ",         UP,     UP "ICRQ", UP "close",
                                         UP "StopCCN", UP "ICRQ ICCN", "open call", "open close"};

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        uint64_t due;

        rig_again(&rig);
        rig_run(&rig, states[i]);
        due = l2tp_deadline(rig.e);
        ok(due > rig.now, "%s: there is something to wait for", states[i]);
        rig.now = due - 1;
        is_str(rig_run(&rig, "tick,ms=0"), "", "  a tick before it does nothing");
        rig_run(&rig, "idle,ms=400000");
        ok(strstr(rig.trace, "WRONG") == NULL, "  six minutes of ticks, each of which moves it on");
        is_int(l2tp_counts(rig.e).tunnels, 0, "  and an unanswered tunnel has ended");
    }
    rig_again(&rig);
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    rig_run(&rig, UP "ZLB");
    is_str(rig_run(&rig, "idle,ms=3600000"), "", "S5.5-02 without HELLO an hour is silent");
    is_int((long long)l2tp_deadline(rig.e), 0, "and there is nothing to wait for");
    rig.profile.hello_ms = 10000;
    rig_again(&rig);
    is_str(rig_run(&rig, UP "ZLB | idle,ms=10000"), "10000:HELLO", "S5.5-03 the interval is the profile's");
    rig.profile.hello_ms = 60000;
    rig.profile.setup_ms = 5000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open ZLB,nr=1 | idle,ms=5000"), "5000:StopCCN:1 5000:down",
           "A-11 so is the time for the set-up");
    rig.profile.setup_ms = 0;
    rig.profile.max_tries = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, UP "StopCCN idle,ms=30999 | again"), "ZLB",
           "S5.7-02 a peer repeats its StopCCN however seldom we repeat ours");
    rig.profile.max_tries = XPORT_TRIES;
}

int main(void)
{
    rig_init(&rig);
    PLAY(rows);
    PLAY(setups);
    PLAY(ends);
    PLAY(hellos);
    rig.numbers = true;
    PLAY(numbers);
    rig.numbers = false;
    PLAY(repeats);
    PLAY(addresses);
    PLAY(unaddressed);
    test_header_ids();
    test_refusals();
    test_junk();
    test_half_open();
    test_ids();
    test_ghost();
    test_ties();
    test_time();
    rig_free(&rig);
    return tap_done();
}
