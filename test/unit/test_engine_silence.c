/* proto (tunnel, xport): how long silence is put up with: a first answer that does not come, a dead
 * time shorter or longer than that of the retransmissions, a peer that is asked out of turn. */
#include "proto/silence.h"
#include "rig.h"
#include "tap.h"
#include "wire/quirks.h"

static struct rig rig;

static void test_first_answer(void)
{
    rig.profile.connect_ms = 8000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=600000"), "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ 8000:down",
           "without a word from it, it is left without a word");
    is_int(rig.why.fault, FAULT_SILENCE, "that is silence");
    ok(rig.unacked == SCCRQ && rig.unacked_sent == 4, "of an SCCRQ, sent 4 times");
    is_int(l2tp_counts(rig.e).tunnels, 0, "nothing of it is left");
    rig_again(&rig);
    is_str(rig_run(&rig, "open idle,ms=7999 | SCCRP"), "SCCCN up", "who answers in time is taken");
    rig_again(&rig);
    is_str(rig_run(&rig, "open idle,ms=10 ZLB,nr=1 | idle,ms=8000"), "8000:StopCCN:1 8000:down",
           "who has acknowledged the SCCRQ, and no more, is told");
    rig_again(&rig);
    is_str(rig_run(&rig, "open ZLB,nr=1 | idle,ms=8000"), "8000:StopCCN:1 8000:down",
           "be it in the same millisecond");
    rig_again(&rig);
    is_str(rig_run(&rig, "SCCRQ | idle,ms=60000"),
           "1000:SCCRP 3000:SCCRP 7000:SCCRP 15000:SCCRP 31000:SCCRP 47000:down",
           "it does not count for tunnels that others begin");
    rig.profile.first_ms = 2000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=600000"), "1000:SCCRQ 2000:down",
           "for the first word it may be less");
    rig_again(&rig);
    is_str(rig_run(&rig, "open idle,ms=1990 SCCRP ZLB,nr=2 | idle,ms=7999"), "",
           "which has no bearing on what follows");
    rig.profile.first_ms = 0;
    rig.profile.connect_ms = 90000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=8000"), "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ",
           "beyond the time for the set-up it counts for nothing");
    rig.profile.connect_ms = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=600000"),
           "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ 15000:SCCRQ 31000:SCCRQ 47000:down",
           "without it the SCCRQ is sent again as all messages are");
}

/* From the SCCRQ to a call of which the peer is known to have heard. */
static void test_set_up(void)
{
    static const struct {
        const char *script, *expected, *what;
        enum fault fault;
        uint16_t unacked;
    } rows[] = {
        {"open call SCCRP | idle,ms=20000",
         "1000:SCCCN 3000:SCCCN 7000:SCCCN 8000:call-down 8000:down 15000:SCCCN",
         "silent after its SCCRP: it has the connect timeout", FAULT_SILENCE, SCCCN},
        {"open call SCCRP | ZLB,nr=2 idle,ms=20000",
         "1000:ICRQ 3000:ICRQ 7000:ICRQ 8000:call-down 8000:down 15000:ICRQ",
         "silent after its acknowledgement of SCCCN", FAULT_SILENCE, ICRQ},
        {"open call SCCRP | ZLB,nr=3 idle,ms=20000",
         "8000:StopCCN:1 8000:call-down 8000:down 9000:StopCCN:1 11000:StopCCN:1 15000:StopCCN:1",
         "the ICRQ is acknowledged, and no more: the tunnel is closed", FAULT_SLOW, ZLB},
        {"open call SCCRP ZLB,nr=3 | idle,ms=6000 HELLO,nr=3 idle,ms=2000",
         "ZLB 2000:StopCCN:1 2000:call-down 2000:down",
         "a HELLO of the peer's is no answer to an ICRQ", FAULT_SLOW, ZLB},
        {"open call SCCRP ZLB,nr=3 ICRP | idle,ms=20000",
         "1000:ICCN 3000:ICCN 7000:ICCN 8000:call-down 8000:down 15000:ICCN",
         "silent after its ICRP: the call of which it has not heard ends", FAULT_SILENCE, ICCN},
    };

    rig.profile.connect_ms = 8000;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rig_again(&rig);
        is_str(rig_run(&rig, rows[i].script), rows[i].expected, rows[i].what);
        ok(rig.why.fault == rows[i].fault && rig.unacked == rows[i].unacked, "and it says which");
    }
    rig_again(&rig);
    rig_run(&rig, "open call SCCRP ZLB,nr=2 idle,ms=6000 ZLB,nr=3 idle,ms=6000 ICRP");
    rig_run(&rig, "idle,ms=6000 ZLB,nr=4");
    is_str(rig_tunnel_state(&rig), "established", "each sign of life begins the time anew");
    rig_again(&rig);
    rig_run(&rig, "open call idle,ms=7000 SCCRP idle,ms=7000 ZLB,nr=3 idle,ms=7000 ICRP idle,ms=7000 "
                  "ZLB,nr=4");
    is_str(rig_tunnel_state(&rig), "established", "who is slow at each step gets there");
    rig.profile.hello_ms = 3000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open call SCCRP ZLB,nr=3 | idle,ms=3000 ZLB,nr=4 idle,ms=3000 ZLB,nr=5 idle,ms=2000"),
           "3000:HELLO 3000:HELLO 2000:StopCCN:1 2000:call-down 2000:down",
           "who acknowledges HELLOs, and answers no ICRQ, has no more time than others");
    rig_again(&rig);
    rig_run(&rig, "open call SCCRP ZLB,nr=3 ICRP ZLB,nr=4 call ZLB,nr=5 idle,ms=7000 HELLO,nr=5 idle,ms=9000");
    is_str(rig_tunnel_state(&rig), "established", "no answer for a second call ends the first");
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    rig_run(&rig, "open call SCCRP ZLB,nr=3 ICRP ZLB,nr=4 idle,ms=600000");
    is_str(rig_tunnel_state(&rig), "established", "and then it may be silent");
    rig.profile.hello_ms = 60000;
    rig.profile.connect_ms = 0;
}

/* Who has said something, and is not heard of in the set-up any more, was started anew: that may be
 * given less time than one who is slow. */
static void test_quiet_set_up(void)
{
    rig.profile.connect_ms = 8000;
    rig.profile.quiet_ms = 4000;
    rig_again(&rig);
    is_str(rig_run(&rig, "open | idle,ms=600000"), "1000:SCCRQ 3000:SCCRQ 7000:SCCRQ 8000:down",
           "who has said nothing has all the time");
    rig_again(&rig);
    is_str(rig_run(&rig, "open call SCCRP | idle,ms=7000"), "1000:SCCCN 3000:SCCCN 4000:call-down 4000:down 7000:SCCCN",
           "who acknowledges no more has less");
    rig_again(&rig);
    is_str(rig_run(&rig, "open call SCCRP ZLB,nr=3 idle,ms=7000 ICRP | idle,ms=7000"),
           "1000:ICCN 3000:ICCN 4000:call-down 4000:down 7000:ICCN", "at each step");
    rig_again(&rig);
    is_str(rig_run(&rig, "open call SCCRP | ZLB,nr=3 idle,ms=8000"),
           "8000:StopCCN:1 8000:call-down 8000:down", "one that acknowledges is slow, and has all of it");
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    rig_run(&rig, "open call SCCRP ZLB,nr=3 ICRP ZLB,nr=4 idle,ms=600000");
    is_str(rig_tunnel_state(&rig), "established", "one that is up has as long as ever");
    rig.profile.hello_ms = 60000;
    rig.profile.connect_ms = rig.profile.quiet_ms = 0;
}

#define LAC "open SCCRP ZLB,nr=2 "
#define LNS "SCCRQ SCCCN ICRQ ICCN ZLB "

static void test_short_dead_time(void)
{
    rig.profile.dead_ms = 10000;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| idle,ms=600000"), "5000:HELLO 6000:HELLO 8000:HELLO 10000:down",
           "after 10 s of silence, half of which is over before it is asked");
    is_int(rig.why.fault, FAULT_SILENCE, "that is silence");
    ok(rig.unacked == HELLO, "of a HELLO");
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "idle,ms=4999 data | idle,ms=9999"),
           "5000:HELLO 6000:HELLO 8000:HELLO", "data are a sign of life");
    is_str(rig_run(&rig, "idle,ms=1"), "1:call-down 1:down", "from which all is counted");
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=5000 ZLB,nr=3");
    is_str(rig_run(&rig, "idle,ms=9999"), "5000:HELLO 6000:HELLO 8000:HELLO", "so is a ZLB");
    is_str(rig_run(&rig, "idle,ms=1"), "1:down", "of which the time is counted from");
    rig.profile.hello_ms = 3000;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| idle,ms=600000"),
           "3000:HELLO 4000:HELLO 6000:HELLO 10000:down",
           "an interval of HELLO that is shorter holds");
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| idle,ms=600000"), "10000:down",
           "without HELLO silence alone counts");
    rig.profile.hello_ms = 60000;
    rig.profile.dead_ms = 0;
}

static void test_long_dead_time(void)
{
    rig.profile.dead_ms = 300000;
    rig_again(&rig);
    rig_run(&rig, LAC "| idle,ms=299999");
    ok(strstr(rig.trace, "down") == NULL && strstr(rig.trace, "HELLO") != NULL,
       "a peer that sleeps for 5 minutes keeps its tunnel");
    rig_run(&rig, "ZLB,nr=3");
    is_str(rig_run(&rig, "idle,ms=59999"), "", "wakes");
    rig_run(&rig, "idle,ms=240000");
    ok(strstr(rig.trace, "down") == NULL, "and may sleep again");
    is_str(rig_run(&rig, "idle,ms=1"), "1:down", "but not for longer");
    rig_again(&rig);
    rig_run(&rig, LNS "map idle,ms=1");
    for (int i = 0; i < 80; i++)
        rig_run(&rig, "data idle,ms=1000");
    is_int(l2tp_counts(rig.e).tunnels, 0,
           "S5.8-15 who speaks and acknowledges nothing is not asleep");
    rig_again(&rig);
    rig_run(&rig, LNS "map idle,ms=200000");
    is_str(rig_tunnel_state(&rig), "established", "who says nothing at all may be");
    rig_again(&rig);
    rig_run(&rig, "open idle,ms=47000");
    is_int(l2tp_counts(rig.e).tunnels, 0, "a tunnel that comes up is not waited for");
    rig.profile.dead_ms = 0;
}

/* A daemon that does not run (SIGSTOP, a frozen container) while its clock does. */
static void held_up(uint32_t ms)
{
    rig.now += ms;
}

static void test_held_up(void)
{
    rig.profile.dead_ms = 10000;
    rig_again(&rig);
    rig_run(&rig, LAC);
    held_up(60000);
    is_str(rig_run(&rig, "tick,ms=0"), "HELLO", "who was held up has not asked: it asks first");
    is_str(rig_run(&rig, "ZLB,nr=3 idle,ms=4999"), "", "an answer is one");
    is_str(rig_run(&rig, "idle,ms=5000"), "1:HELLO 1001:HELLO 3001:HELLO", "and all is as before");
    is_str(rig_run(&rig, "idle,ms=1"), "1:down", "with the time counted from it");
    rig_again(&rig);
    rig_run(&rig, LAC);
    held_up(60000);
    is_str(rig_run(&rig, "tick,ms=0 idle,ms=600000"), "HELLO 1000:HELLO 3000:HELLO 5000:down",
           "without an answer it is over soon");
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=6000");
    held_up(60000);
    is_str(rig_run(&rig, "tick,ms=0 ZLB,nr=3 idle,ms=4999"), "HELLO",
           "what is under way already asks as well");
    is_str(rig_tunnel_state(&rig), "established", "and is answered");
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    rig_run(&rig, LAC);
    held_up(60000);
    is_str(rig_run(&rig, "tick,ms=0 idle,ms=4999"), "", "without HELLO it listens for as long");
    is_str(rig_run(&rig, "idle,ms=1"), "1:down", "and no longer");
    rig.profile.hello_ms = 60000;
    rig.profile.dead_ms = 0;
}

/* A HELLO that goes unanswered is the end after so long, and each begins the time anew. */
static void test_hello_wait(void)
{
    rig.profile.hello_ms = 10000;
    rig.profile.hello_wait_ms = 17000;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| idle,ms=600000"),
           "10000:HELLO 11000:HELLO 13000:HELLO 17000:HELLO 25000:HELLO 27000:down",
           "17 s after a HELLO of which nothing is heard");
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=10000 ZLB,nr=3");
    is_str(rig_run(&rig, "idle,ms=600000"),
           "10000:HELLO 11000:HELLO 13000:HELLO 17000:HELLO 25000:HELLO 27000:down",
           "or after the next one");
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=20000 ZLB,nr=3 idle,ms=9999");
    is_str(rig_tunnel_state(&rig), "established", "an answer in time is one");
    rig.profile.hello_ms = 60000;
    rig.profile.hello_wait_ms = 0;
}

static void probe(uint32_t within_ms)
{
    l2tp_probe(rig.e, rig.now, rig.opened, within_ms);
}

static bool is_asked(void)
{
    return silence_is_asked(l2tp_tunnel(rig.e, rig.opened), rig.now, 5000);
}

/* A batch of ICMP's words that its port is closed comes in the moment in which it was last heard. */
static void test_asked(void)
{
    rig_again(&rig);
    rig_run(&rig, LAC "ZLB,nr=2");
    ok(!is_asked(), "nobody asks");
    probe(5000);
    ok(is_asked(), "who was heard in the moment in which it is asked is being asked");
    rig_run(&rig, "idle,ms=1");
    ok(!is_asked(), "until the moment is over, as that may have been an answer");
    probe(5000);
    rig_run(&rig, "idle,ms=4000");
    ok(is_asked(), "who has not been heard since is");
    rig_run(&rig, "ZLB,nr=3");
    ok(!is_asked(), "and is not when it answers");
}

static void test_probe(void)
{
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=7");
    probe(5000);
    is_str(rig_run(&rig, "tick,ms=0"), "HELLO", "asked out of turn");
    is_str(rig_run(&rig, "idle,ms=600000"), "1000:HELLO 3000:HELLO 5000:down",
           "without an answer in 5 s it is given up");
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=7");
    probe(5000);
    rig_run(&rig, "tick,ms=0 ZLB,nr=3");
    is_str(rig_run(&rig, "idle,ms=59999"), "", "with one all is as before");
    rig_again(&rig);
    rig_run(&rig,
            LAC "idle,ms=60000 idle,ms=20000"); /* a HELLO waits for its next turn, 16 s away */
    probe(5000);
    is_str(rig_run(&rig, "tick,ms=0"), "HELLO", "what waits for an acknowledgement goes again");
    is_str(rig_run(&rig, "idle,ms=4999"), "1000:HELLO 3000:HELLO",
           "soon, and sooner than it would");
    rig_run(&rig, "ZLB,nr=3");
    is_str(rig_run(&rig, "idle,ms=50000"), "", "and one answer is enough");
    rig_again(&rig);
    rig_run(&rig, "open");
    probe(5000);
    is_str(rig_run(&rig, "idle,ms=999"), "", "nobody is asked who is not there yet");
    l2tp_probe(rig.e, rig.now, 0, 1);
    rig.profile.quirks_on = QUIRK_NO_HELLO;
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=7");
    probe(5000);
    is_str(rig_run(&rig, "idle,ms=50000"), "", "nor who bears no HELLO");
    rig.profile.quirks_on = 0;
}

/* Who has to know soon is told, and goes on asking meanwhile. */
static void test_doubt(void)
{
    rig.profile.hello_ms = 10000;
    rig.profile.doubt_ms = 3000;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| idle,ms=19999"),
           "10000:HELLO 11000:HELLO 13000:HELLO 13000:silent 16000:silent 17000:HELLO 19000:silent",
           "a silence is told when a HELLO has been asking for so long, and again and again");
    is_str(rig_run(&rig, "ZLB,nr=3 | idle,ms=9999"), "", "until something is heard");
    is_str(rig_run(&rig, "idle,ms=3001"), "1:HELLO 3001:silent", "and then from the beginning");
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "idle,ms=12000 data | idle,ms=9999"), "1000:HELLO 5000:HELLO",
           "data are heard, too");
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "idle,ms=9000 call | idle,ms=4500"),
           "1000:ICRQ 3000:ICRQ 4000:silent",
           "what else is under way asks as well, and is told of no sooner");
    rig.profile.hello_ms = 1000;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| idle,ms=4500"), "1000:HELLO 2000:HELLO 4000:HELLO 4000:silent",
           "a doubt may take longer than the next HELLO would");
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| idle,ms=600000"), "", "nor is there any without HELLOs");
    rig.profile.quirks_on = QUIRK_NO_HELLO;
    rig.profile.hello_ms = 10000;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| idle,ms=600000"), "", "nor where a call's PPP is to know");
    rig.profile.quirks_on = 0;
    rig.profile.hello_ms = 60000;
    rig.profile.doubt_ms = 0;
    rig_again(&rig);
    ok(strstr(rig_run(&rig, LAC "| idle,ms=90000"), "silent") == NULL, "nor who need not know");
}

int main(void)
{
    rig_init(&rig);
    test_short_dead_time();
    test_long_dead_time();
    test_held_up();
    test_hello_wait();
    test_probe();
    test_asked();
    test_first_answer();
    test_set_up();
    test_quiet_set_up();
    test_doubt();
    rig_free(&rig);
    return tap_done();
}
